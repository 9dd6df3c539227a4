"""What a period end posts by itself: recognition and revaluation (workflow W12)."""

from __future__ import annotations

from datetime import date, timedelta

from harness.catalog.currencies import CURRENCIES
from harness.model.money import converted, share
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import RECEIVABLE, earned, earned_in_months
from synthetic.sandboxes.ledger.values import Deferral, Line, OpenItem, Posting, PostingKey, period_of

UNREALISED_FX = "7150"


def due(deferral: Deferral, through: date) -> int:
    """Return what becomes revenue now: earned until the end of the day `through`, less what is recognised.

    A credit note shortens the schedule: what it took was unearned, so recognition stops at what is left. A
    schedule below zero (the unused time of an amendment) mirrors one above.
    """
    until = through + timedelta(days=1)
    rule = earned_in_months if deferral.method == "months" else earned
    sign = -1 if deferral.total < 0 else 1
    reached = sign * rule(deferral.total, deferral.start, deferral.end, until)
    left = sign * (deferral.total - deferral.shortened)
    return sign * max(min(reached, left) - sign * deferral.recognised, 0)


def recognition(master: Master, deferrals: tuple[tuple[Deferral, int], ...], ledger: str, through: date) -> Posting:
    """Return one posting for all that an invoice earned until `through`, a leg pair per deferred line."""
    books = master.of(ledger)
    first = deferrals[0][0]
    lines = [
        Line(one.deferred_account, amount, amount, one.item, source_line=one.source_line) for one, amount in deferrals
    ]
    lines += [
        Line(one.revenue_account, -amount, -amount, one.item, source_line=one.source_line) for one, amount in deferrals
    ]
    return Posting(
        key=PostingKey("ledger", "schedule", first.invoice_id, f"recognition-{through}", ledger),
        source_version=1,
        legal_entity=books.legal_entity,
        text=f"recognise {first.invoice_id} through {through}",
        document_date=through,
        tax_period=period_of(through),
        posting_date=through,
        currency=books.currency,
        lines=tuple(lines),
    )


def revaluation(master: Master, item: OpenItem, day: date) -> Posting | None:
    """Return the posting that carries an open foreign receivable at the closing rate; None if it already does."""
    books = master.of(item.ledger)
    if item.currency == books.currency or item.open == 0:
        return None
    rate = master.rate(item.currency, books.currency, day)
    carried = share(item.booked, item.open, item.total)
    closing = converted(item.open, rate.value, CURRENCIES[item.currency], books.digits)
    difference = closing - carried
    if not difference:
        return None
    receivable = master.account(RECEIVABLE, item.ledger, day)
    unrealised = master.account(UNREALISED_FX, item.ledger, day)
    return Posting(
        key=PostingKey("ledger", "revaluation", item.invoice_id, f"revaluation-{day}", item.ledger),
        source_version=1,
        legal_entity=books.legal_entity,
        text=f"revalue {item.invoice_id} at {rate.text}",
        document_date=day,
        tax_period=period_of(day),
        posting_date=day,
        currency=books.currency,
        lines=(
            Line(receivable, difference, difference, dimension=item.party),
            Line(unrealised, -difference, -difference),
        ),
        rate=rate.text,
    )


def undone(posting: Posting, day: date) -> Posting:
    """Return the posting that reverses another one on a later day, linked by its journal number."""
    return Posting(
        key=PostingKey(
            posting.key.source_system,
            posting.key.object,
            posting.key.object_id,
            f"reversal-of-{posting.journal_number}",
            posting.key.ledger,
        ),
        source_version=posting.source_version,
        legal_entity=posting.legal_entity,
        text=f"reversal of {posting.journal_number}",
        document_date=posting.document_date,
        tax_period=posting.tax_period,
        posting_date=day,
        currency=posting.currency,
        lines=tuple(line.reversed() for line in posting.lines),
        rate=posting.rate,
        reference=posting.reference,
        contract_id=posting.contract_id,
        reverses=posting.journal_number,
        synthetic=posting.synthetic,
    )
