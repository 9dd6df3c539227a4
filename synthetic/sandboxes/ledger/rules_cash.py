"""Money that moves: payments, payouts, refunds, disputes, write-offs (workflows W4, W8, W9).

Each function returns the posting in the books of one ledger; nothing is stored and no clock is read. Amounts of
an open item are those it was booked with, so that a payment at another rate shows its gain or loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from harness.catalog.currencies import CURRENCIES
from harness.model.money import converted, share
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rules_sales import (
    CREDIT,
    RECEIVABLE,
    TAX,
    Document,
    Leg,
    build,
    key_of,
    text,
    whole,
)
from synthetic.sandboxes.ledger.values import Application, Line, OpenItem, Posting, PostingKey, period_of

BANK, CLEARING, DISPUTED, ALLOWANCE = "1000", "1050", "1060", "1190"
FEES, CREDIT_LOSSES, REALISED_FX = "6100", "6200", "7100"


def payment(master: Master, document: Document, item: OpenItem | None, applied: int, posting_date: date) -> Posting:
    """Return the posting of money received, `applied` of it to one open item, the rest to customer credit.

    A card payment arrives in PSP clearing, a transfer in the bank. Received and booked amounts are converted at
    their own rates; the difference is a realised gain (credit) or loss (debit).
    """
    ledger = item.ledger if item else text(document, "ledger") or text(document, "legal_entity")
    books = master.of(ledger)
    currency = text(document, "currency")
    amount = whole(document, "amount")
    rate = master.rate(currency, books.currency, posting_date)
    digits = CURRENCIES[currency]
    received = converted(amount, rate.value, digits, books.digits)
    cash = CLEARING if text(document, "method") in {"card", ""} else BANK
    party = text(document, "customer_id")
    lines = [Line(cash, amount, received)]
    booked = 0
    if item is not None and applied:
        booked = share(item.booked, applied, item.total)
        lines.append(Line(RECEIVABLE, -applied, -booked, dimension=party))
    rest = converted(amount - applied, rate.value, digits, books.digits)
    if amount - applied:
        lines.append(Line(CREDIT, -(amount - applied), -rest, dimension=party))
    if difference := received - booked - rest:
        lines.append(Line(REALISED_FX, 0, -difference))
    key = key_of(document, "payment", "payment", ledger)
    return _posting(master, document, key, posting_date, tuple(lines), rate.text)


def payout(master: Master, document: Document, posting_date: date, ledger: str = "") -> Posting:
    """Return the posting of a PSP payout: bank and fees against clearing."""
    amount, fees = whole(document, "amount"), whole(document, "fees")
    legs = (Leg(BANK, amount), Leg(FEES, fees), Leg(CLEARING, -(amount + fees)))
    return build(
        master,
        document,
        key_of(document, "payout", "payout", ledger or text(document, "legal_entity")),
        posting_date,
        _nonzero(legs),
    )


def refund(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting of a refund: it moves cash only, out of what the customer is owed."""
    amount = whole(document, "amount")
    legs = (Leg(CREDIT, amount, dimension=text(document, "customer_id")), Leg(CLEARING, -amount))
    return build(master, document, key_of(document, "refund", "refund", ledger), posting_date, legs)


def reapplied(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting that moves credit and receivables from one party to another; no balance changes."""
    amount, owed = whole(document, "amount"), whole(document, "receivable")
    before, after = text(document, "from_party"), text(document, "to_party")
    legs = (
        Leg(CREDIT, amount, dimension=before),
        Leg(CREDIT, -amount, dimension=after),
        Leg(RECEIVABLE, owed, dimension=after),
        Leg(RECEIVABLE, -owed, dimension=before),
    )
    return build(master, document, key_of(document, "merge", "merge", ledger), posting_date, _nonzero(legs))


def merged(master: Master, document: Document, ledger: str, posting_date: date, legs: Sequence[Leg]) -> Posting:
    """Return the posting that takes every balance of a party to another; no balance of the ledger changes."""
    return build(master, document, key_of(document, "customer", "merge", ledger), posting_date, legs)


def applied(master: Master, one: Application, item: OpenItem, kind: str, posting_date: date) -> Posting:
    """Return the posting of an `application` (customer credit settles a receivable) or of an `unapplication` of it.

    The credit is carried at the rate of its receipt, the receivable at that of its invoice; the difference is
    realised when one settles the other, and unrealised when they part again.
    """
    sign = 1 if kind == "application" else -1
    lines = [
        Line(CREDIT, sign * one.amount, sign * (one.booked + one.realised_fx), dimension=item.party),
        Line(RECEIVABLE, -sign * one.amount, -sign * one.booked, dimension=item.party),
    ]
    if one.realised_fx:
        lines.append(Line(REALISED_FX, 0, -sign * one.realised_fx))
    name = one.id or f"{one.payment_id}/{one.invoice_id}"
    key = PostingKey("erp", "payment", name, kind, one.ledger)
    document: Document = {"currency": item.currency, "bank_reference": one.payment_id}
    return _posting(master, document, key, posting_date, tuple(lines), item.rate)


def dispute_opened(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting of a chargeback: the bank of the card holder took amount and fee out of clearing."""
    amount, fee = whole(document, "amount"), whole(document, "fee")
    legs = (
        Leg(DISPUTED, amount, dimension=text(document, "customer_id")),
        Leg(FEES, fee),
        Leg(CLEARING, -(amount + fee)),
    )
    return build(master, document, key_of(document, "dispute", "dispute-opened", ledger), posting_date, _nonzero(legs))


def dispute_closed(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting of a decided dispute: won, the money is back in clearing; lost, the customer owes again."""
    amount = whole(document, "amount")
    if text(document, "status") == "won":
        legs = (Leg(CLEARING, amount), Leg(DISPUTED, -amount, dimension=text(document, "customer_id")))
    else:
        legs = (Leg(RECEIVABLE, amount, dimension=text(document, "customer_id")), Leg(DISPUTED, -amount))
    key = key_of(document, "dispute", f"dispute-{text(document, 'status')}", ledger)
    return build(master, document, key, posting_date, legs)


def expected_loss(master: Master, document: Document, ledger: str, posting_date: date) -> Posting:
    """Return the posting of an expected credit loss on what is earned and doubtful."""
    amount = whole(document, "amount")
    legs = (Leg(CREDIT_LOSSES, amount), Leg(ALLOWANCE, -amount))
    return build(master, document, key_of(document, "allowance", "allowance", ledger), posting_date, legs)


def write_off(
    master: Master, document: Document, item: OpenItem, allowance: int, tax_code: str, posting_date: date
) -> Posting:
    """Return the posting that gives up an open receivable: the allowance bears the net, the tax is relieved.

    What neither the allowance nor the tax covers is a credit loss now.
    """
    amount = item.open
    tax = amount - allowance if tax_code else 0
    legs = (
        Leg(ALLOWANCE, allowance),
        Leg(TAX, tax, tax_code=tax_code),
        Leg(CREDIT_LOSSES, amount - allowance - tax),
        Leg(RECEIVABLE, -amount, dimension=item.party),
    )
    return build(master, document, key_of(document, "invoice", "write-off", item.ledger), posting_date, _nonzero(legs))


def _nonzero(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.amount)


def _posting(
    master: Master, document: Document, key: PostingKey, posting_date: date, lines: tuple[Line, ...], rate: str
) -> Posting:
    return Posting(
        key=key,
        source_version=whole(document, "version") or 1,
        legal_entity=master.of(key.ledger).legal_entity,
        text=text(document, "text") or f"{key.kind} {key.object_id}",
        document_date=posting_date,
        tax_period=period_of(posting_date),
        posting_date=posting_date,
        currency=text(document, "currency"),
        lines=tuple(
            Line(master.account(line.account, key.ledger, posting_date), line.amount, line.functional, line.dimension)
            for line in lines
        ),
        rate=rate,
        reference=text(document, "psp_reference") or text(document, "bank_reference"),
        synthetic=bool(document.get("synthetic")),
    )
