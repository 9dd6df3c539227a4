"""What an ERP shows of its documents, in the same words for every ERP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synthetic.deeds import Answer
from synthetic.sandboxes.ledger.values import Deferral, Posting


def shown_schedules(found: Sequence[Deferral]) -> Answer:
    """Return what an ERP shows of the deferral schedules of one invoice, summed."""
    if not found:
        return {"count": 0}
    return {
        "count": len(found),
        "total": sum(one.total for one in found),
        "recognised": sum(one.recognised for one in found),
        "remaining": sum(one.remaining for one in found),
        "start": min(str(one.start) for one in found),
        "end": max(str(one.end) for one in found),
        "method": found[0].method,
        "items": ",".join(f"{one.item}:{one.total}" for one in found if one.item),
    }


def shown_dispute(opened: Answer, ends: Sequence[Answer]) -> Answer:
    """Return what an ERP shows of a dispute: its opening, when and by whom it was closed ("" while it is open).

    It is synthetic if all that is posted of it is.
    """
    end: Answer = next((one for one in ends if one["count"]), {"posting_date": "", "source": "", "synthetic": True})
    marks = {"synthetic": bool(opened["synthetic"] and end["synthetic"])} if opened["count"] else {}
    return {**opened, **marks, "closed_on": end["posting_date"], "closed_by": end["source"]}


def line_facts(lines: Iterable[tuple[str, int, str]]) -> Answer:
    """Return what an ERP shows of the lines of a document: account, net and tax code of each, in their order.

    A sum says nothing of its parts: a cent too much on one line and too little on another is nothing over all.

    Args:
        lines: Account, net in minor units of the document's currency (positive for what is billed, and for what a
            credit note gives back), tax code.
    """
    found = list(lines)
    return {
        "line_accounts": ",".join(account for account, _, _ in found),
        "line_nets": ",".join(str(net) for _, net, _ in found),
        "line_codes": ",".join(code for _, _, code in found),
    }


def posting_facts(posting: Posting, count: int, reason: str, accounts: tuple[str, frozenset[str]]) -> Answer:
    """Return what is shown of a posting; `accounts` are that of output tax, and those of what the customer owes."""
    tax_account, owed = accounts
    total = abs(sum(line.amount for line in posting.lines if line.account in owed))
    tax = abs(sum(line.amount for line in posting.lines if line.account == tax_account))
    codes = sorted({line.tax_code for line in posting.lines if line.tax_code})
    return {
        "count": count,
        "source": posting.key.source_system,
        "entity": posting.legal_entity,
        "ledger": posting.key.ledger,
        "currency": posting.currency,
        "total": total,
        "net": total - tax,
        "tax": tax,
        "tax_code": ",".join(codes),
        "tax_base": abs(sum(line.tax_base for line in posting.lines)),
        "tax_reason": reason,
        "functional_total": abs(sum(line.functional for line in posting.lines if line.account in owed)),
        "rate": posting.rate,
        "balance": sum(line.functional for line in posting.lines),
        "accounts": ",".join(sorted({line.account for line in posting.lines})),
        "document_date": str(posting.document_date),
        "posting_date": str(posting.posting_date),
        "posting_period": posting.period,
        "tax_period": posting.tax_period,
        "late": posting.late,
        "legal_number": posting.reference,
        "contract": posting.contract_id,
        "version": posting.source_version,
        "synthetic": posting.synthetic,
        "reversed_by": None,
        **line_facts(_sold(posting, owed | {tax_account})),
    }


def _sold(posting: Posting, others: frozenset[str]) -> Iterable[tuple[str, int, str]]:
    """Return the lines that sell something, or credit it: all but receivable, credit and tax."""
    sign = 1 if posting.key.kind == "credit" else -1
    return ((one.account, sign * one.amount, one.sold_under) for one in posting.lines if one.account not in others)
