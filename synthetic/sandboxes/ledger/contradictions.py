"""What a document says twice and differently: books ask which it is, they do not choose.

A part that is absent contradicts nothing: not every caller tells all of a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import Document, rows, text, whole
from synthetic.sandboxes.ledger.values import RefusedError

_UNFINISHED = frozenset({"draft", "pending", "requires_action", "failed", "declined", "canceled", "cancelled", "void"})


def check_company(master: Master, document: Document, ledger: str) -> None:
    """Refuse a document of another company than that of the ledger (`entity-differs`)."""
    own, books = text(document, "legal_entity"), master.of(ledger).legal_entity
    if own and own != books:
        raise RefusedError("entity-differs", f"a document of {own} in the books of {books}", "Send it to its company.")


def check_finished(document: Document) -> None:
    """Refuse what has not come about, such as a refund that failed (`not-final`)."""
    status = text(document, "status")
    if status in _UNFINISHED:
        raise RefusedError("not-final", f"{text(document, 'id')} is {status}: nothing of it is posted")


def check_amount(document: Document) -> None:
    """Refuse a move of cash that moves none, or the other way (`amount-invalid`)."""
    amount = whole(document, "amount")
    if amount <= 0:
        said = f"{text(document, 'id')} is over {amount} minor units"
        raise RefusedError("amount-invalid", said, "Send a positive amount.")


def check_invoice(document: Document) -> None:
    """Refuse an invoice whose taxes by code, lines and head are not one (`tax-parts-differ`, `tax-code-differs`)."""
    lines, breakdown = rows(document, "lines"), rows(document, "tax_breakdown")
    if breakdown:
        _check_sum("tax-parts-differ", "tax by code", breakdown, "tax", whole(document, "tax"))
        by_line, by_code = _by_code(lines, "net"), _by_code(breakdown, "base")
        if by_line.keys() == by_code.keys() and sum(by_line.values()) != whole(document, "net"):
            _check_sum("lines-differ", "lines", lines, "net", whole(document, "net"))
        if by_line != by_code:
            said = f"the lines have {_said(by_line)}, the tax by code {_said(by_code)}"
            raise RefusedError("tax-code-differs", said, "Correct it in billing.")
    _check_head(document, lines)


def check_credit(document: Document) -> None:
    """Refuse a credit note whose lines, head and sums are not one (`lines-differ`, `total-differs`, ...)."""
    lines = rows(document, "lines")
    net, tax, total = (whole(document, name) for name in ("net", "tax", "total"))
    if "net" in document:
        _check_sum("lines-differ", "lines", lines, "net", net)
        _check_sum("tax-parts-differ", "tax of the lines", lines, "tax", tax)
        if net + tax != total:
            raise RefusedError("total-differs", f"net {net} and tax {tax} are not the total {total}", "Correct it.")
    for line in lines:
        parts = whole(line, "earned_net") + whole(line, "unearned_net")
        if "net" in line and parts != whole(line, "net"):
            raise RefusedError("lines-differ", f"earned and unearned are {parts}, the line {whole(line, 'net')}")
    _check_head(document, lines)


def _check_sum(code: str, what: str, parts: Sequence[Document], field: str, whole_of: int) -> None:
    found = sum(whole(part, field) for part in parts)
    if found != whole_of:
        raise RefusedError(code, f"the {what} come to {found}, the document says {whole_of}", "Correct it in billing.")


def _check_head(document: Document, lines: Sequence[Document]) -> None:
    head, codes = text(document, "tax_code"), {text(line, "tax_code") for line in lines}
    if head and codes and head not in codes:
        raise RefusedError("tax-code-differs", f"the document says {head}, its lines {', '.join(sorted(codes))}")


def _by_code(parts: Sequence[Document], field: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for part in parts:
        found[text(part, "tax_code")] += whole(part, field)
    return {code: amount for code, amount in found.items() if amount}


def _said(found: dict[str, int]) -> str:
    return ", ".join(f"{amount} under {code or 'no code'}" for code, amount in sorted(found.items())) or "nothing"
