"""Sales documents to postings: the receivable, the revenue or its deferral, the tax (workflows W2, W3, W5 to W10).

Each function takes a canonical document (contracts/canonical) and returns the posting in the books of one ledger;
nothing is stored and no clock is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from harness.model import JSON
from harness.model.money import share
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import Line, Posting, PostingKey, RefusedError

RECEIVABLE, UNBILLED, CREDIT, TAX, DEFERRED = "1100", "1150", "2100", "2200", "2400"
TERMINATION_REVENUE = "4300"
REVENUES = ("4000", "4100", "4200", TERMINATION_REVENUE)

Document = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Leg:
    """A line before conversion: the cloud account and the amount in document currency."""

    account: str
    amount: int
    dimension: str = ""
    tax_code: str = ""
    tax_base: int = 0
    source_line: str = ""
    revenue_class: str = ""
    service: tuple[date, date] | None = None
    sold_under: str = ""


def invoice(master: Master, document: Document, ledger: str, posting_date: date, *, accrued: bool = False) -> Posting:
    """Return the posting of a finalised invoice.

    A deferred class waits in 2400 per ERP item of its SKU, a usage class settles what was accrued in 1150 if
    `accrued`, every other class is revenue at once. Tax is owed per code, never revenue; where a code owes nothing
    (reverse charge, outside scope) the revenue itself says under which code.
    """
    lines = rows(document, "lines")
    _check_sums(document, lines)
    legs = [Leg(RECEIVABLE, whole(document, "total"), dimension=text(document, "customer_id"))]
    untaxed = {text(row, "tax_code") for row in tax_rows(document, lines) if not whole(row, "tax")}
    for line in lines:
        code = text(line, "tax_code") if text(line, "tax_code") in untaxed else ""
        own = _revenue_legs(master, document, line, ledger, accrued=accrued)
        legs += [replace(leg, tax_code=code, sold_under=text(line, "tax_code")) for leg in own]
    legs += [
        Leg(TAX, -whole(row, "tax"), tax_code=text(row, "tax_code"), tax_base=-whole(row, "base"))
        for row in tax_rows(document, lines)
        if whole(row, "tax")
    ]
    return build(master, document, key_of(document, "invoice", "invoice", ledger), posting_date, tuple(legs))


def credit_note(master: Master, document: Document, ledger: str, posting_date: date, *, open_amount: int) -> Posting:
    """Return the posting of a credit note: unearned net against deferred revenue, earned net against revenue.

    It lowers what is owed first; what exceeds `open_amount` is owed to the customer (2100). The tax goes back
    under the code and rate of the original invoice.
    """
    day = day_of(document, "document_date")
    legs: list[Leg] = []
    for line in rows(document, "lines"):
        deferred, revenue = master.revenue_accounts(
            text(line, "revenue_class") or "SUB-RATABLE", _chart(master, ledger), day
        )
        source, code = text(line, "invoice_line_id"), text(line, "tax_code")
        if unearned := whole(line, "unearned_net"):
            legs.append(Leg(deferred or revenue, unearned, source_line=source, sold_under=code))
        if earned_net := whole(line, "earned_net"):
            legs.append(Leg(revenue, earned_net, source_line=source, sold_under=code))
    tax: dict[str, int] = {}
    base: dict[str, int] = {}
    for line in rows(document, "lines"):
        code = text(line, "tax_code")
        tax[code] = tax.get(code, 0) + whole(line, "tax")
        base[code] = base.get(code, 0) + whole(line, "net")
    # the return takes back the base with its tax, also where the rate is nothing
    legs += [Leg(TAX, amount, tax_code=code, tax_base=base[code]) for code, amount in tax.items() if amount]
    total = whole(document, "total")
    against_open = min(total, max(open_amount, 0))
    party = text(document, "customer_id")
    if against_open:
        legs.append(Leg(RECEIVABLE, -against_open, dimension=party))
    if total - against_open:
        legs.append(Leg(CREDIT, -(total - against_open), dimension=party))
    return build(master, document, key_of(document, "credit", "credit", ledger), posting_date, tuple(legs))


def forfeited(master: Master, document: Document, ledger: str, posting_date: date, unearned: int) -> Posting:
    """Return the posting of a termination without refund: what is unearned becomes termination revenue at once."""
    legs = (Leg(DEFERRED, unearned), Leg(TERMINATION_REVENUE, -unearned))
    return build(master, document, key_of(document, "subscription", "termination", ledger), posting_date, legs)


def accrual(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting of usage that is rated and not yet billed: unbilled receivable against usage revenue."""
    _, revenue = master.revenue_accounts("USAGE", _chart(master, ledger), posting_date)
    amount = whole(document, "amount")
    legs = (Leg(UNBILLED, amount, dimension=text(document, "customer_id")), Leg(revenue, -amount))
    return build(master, document, key_of(document, "usage", "accrual", ledger), posting_date, legs)


def _revenue_legs(master: Master, document: Document, line: Document, ledger: str, *, accrued: bool) -> list[Leg]:
    day = day_of(document, "document_date")
    revenue_class, net = text(line, "revenue_class"), whole(line, "net")
    deferred, revenue = master.revenue_accounts(revenue_class, _chart(master, ledger), day)
    if revenue_class == "USAGE":
        customer = text(document, "customer_id") if accrued else ""
        return [Leg(deferred if accrued else revenue, -net, dimension=customer, revenue_class=revenue_class)]
    if not deferred:
        return [Leg(revenue, -net, revenue_class=revenue_class, source_line=text(line, "id"))]
    service = (day_of(line, "service_start"), day_of(line, "service_end"))
    parts = master.parts(text(line, "sku"), net, day)
    is_bundle = len(parts) > 1
    return [
        Leg(
            deferred,
            -amount,
            dimension=item if is_bundle else "",
            source_line=text(line, "id"),
            revenue_class=revenue_class,
            service=service,
        )
        for item, amount in parts
    ]


def _chart(master: Master, ledger: str) -> str:
    """Return the ledger whose chart the rules speak: always the company's own; `build` translates."""
    return master.of(ledger).legal_entity


def key_of(document: Document, kind_of_object: str, kind: str, ledger: str) -> PostingKey:
    """Return the posting key of a document in one ledger."""
    source = text(document, "source_system") or "billing"
    return PostingKey(source, kind_of_object, text(document, "id"), kind, ledger)


def build(
    master: Master,
    document: Document,
    key: PostingKey,
    posting_date: date,
    legs: Sequence[Leg],
) -> Posting:
    """Convert legs to the functional currency, translate the accounts and check that nothing is left over."""
    books = master.of(key.ledger)
    currency = text(document, "currency") or books.currency
    day = day_of(document, "document_date", posting_date)
    rate = master.rate(currency, books.currency, day)
    _check_balance(legs)
    converted = _convert(master, legs, currency, key.ledger, day)
    return Posting(
        key=key,
        source_version=whole(document, "version") or 1,
        legal_entity=books.legal_entity,
        text=text(document, "text") or f"{key.kind} {text(document, 'number') or key.object_id}",
        document_date=day,
        tax_period=text(document, "tax_period") or f"{day.year:04}-{day.month:02}",
        posting_date=posting_date,
        currency=currency,
        lines=tuple(
            Line(
                account=master.account(leg.account, key.ledger, posting_date),
                amount=leg.amount,
                functional=functional,
                dimension=leg.dimension,
                tax_code=leg.tax_code,
                tax_base=leg.tax_base,
                source_line=leg.source_line,
                revenue_class=leg.revenue_class,
                service=leg.service,
                sold_under=leg.sold_under,
            )
            for leg, functional in zip(legs, converted, strict=True)
        ),
        rate=rate.text,
        reference=text(document, "number"),
        contract_id=text(document, "contract_id"),
        synthetic=bool(document.get("synthetic")),
    )


def _convert(master: Master, legs: Sequence[Leg], currency: str, ledger: str, day: date) -> tuple[int, ...]:
    """Convert the debits and the credits each by the cumulative rule, so that both sums stay equal."""
    books = master.of(ledger)
    rate = master.rate(currency, books.currency, day).value
    signs = [leg.amount > 0 for leg in legs]
    sides = {
        side: iter(
            master.functional(
                tuple(leg.amount for leg, sign in zip(legs, signs, strict=True) if sign is side), currency, books, rate
            )
        )
        for side in (True, False)
    }
    return tuple(next(sides[sign]) for sign in signs)


def _check_balance(legs: Sequence[Leg]) -> None:
    if over := sum(leg.amount for leg in legs):
        raise RefusedError("unbalanced", f"debits and credits differ by {over} minor units", "Correct the document.")


def _check_sums(document: Document, lines: Sequence[Document]) -> None:
    net, tax, total = (whole(document, name) for name in ("net", "tax", "total"))
    if sum(whole(line, "net") for line in lines) != net:
        raise RefusedError("lines-differ", f"the lines do not sum to the net {net}", "Correct it in billing.")
    if net + tax != total:
        raise RefusedError("total-differs", f"net {net} and tax {tax} are not the total {total}", "Correct it there.")


def tax_rows(document: Document, lines: Sequence[Document]) -> list[Document]:
    """Return tax by code: the document's breakdown, or the lines grouped where it has none."""
    if breakdown := rows(document, "tax_breakdown"):
        return breakdown
    grouped: dict[str, tuple[int, int]] = {}
    for line in lines:
        base, tax = grouped.get(text(line, "tax_code"), (0, 0))
        grouped[text(line, "tax_code")] = base + whole(line, "net"), tax + whole(line, "tax")
    return [{"tax_code": code, "base": base, "tax": tax} for code, (base, tax) in grouped.items()]


def earned(total: int, start: date, end: date, until: date) -> int:
    """Return what of an amount is earned before `until`, by calendar days of the half-open period."""
    days = min(max((until - start).days, 0), (end - start).days)
    return share(total, days, (end - start).days)


def earned_in_months(total: int, start: date, end: date, until: date) -> int:
    """Return what is earned in equal months, each at its end (the way of the legacy ledger)."""
    months = (end.year - start.year) * 12 + end.month - start.month or 1
    passed = (until.year - start.year) * 12 + until.month - start.month
    return share(total, min(max(passed, 0), months), months)


def text(document: Document, name: str) -> str:
    """Return a text of a document, "" where it is absent or null."""
    value = document.get(name)
    return value if isinstance(value, str) else ""


def whole(document: Document, name: str) -> int:
    """Return an integer of a document, 0 where it is absent or null."""
    value = document.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def rows(document: Document, name: str) -> list[Document]:
    """Return the objects of a list of a document."""
    value = document.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def day_of(document: Document, name: str, default: date | None = None) -> date:
    """Return a day of a document.

    Raises:
        RefusedError: It is no ISO 8601 date and there is no default.
    """
    try:
        return date.fromisoformat(text(document, name))
    except ValueError:
        if default is not None:
            return default
        raise RefusedError("date-missing", f"{name} is no date: {document.get(name)!r}", "Send YYYY-MM-DD.") from None
