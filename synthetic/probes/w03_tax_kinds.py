"""W3 Kinds of tax: rounded once for the document, owed by the buyer, and inside the price."""

from __future__ import annotations

from fractions import Fraction

from harness.model.money import cumulative, half_up, toward_zero
from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.probes.scenarios import (
    Facts,
    Sale,
    Subscribed,
    billing_of,
    customer_of,
    lines_billed,
    lines_posted,
    posted,
)
from synthetic.transaction import Transaction, probe

_PART = 3335
_GERMAN = Sale("DE-01", "EUR", "ONBOARDING", 3 * _PART, "DE-S19", "19", "standard", "NET30", accounts="1100,2200,4200")
_FRENCH = Sale("DE-01", "EUR", "ONBOARDING", 50000, "DE-RC", "0", "reverse_charge", "NET30", accounts="1100,4200")


def _within(price: int, percent: str) -> int:
    """Return the tax within a price, rounded toward zero."""
    return toward_zero(Fraction(price) * Fraction(percent) / (100 + Fraction(percent)))


_PRICE = 1099
_JAPANESE = Sale(
    "JP-01",
    "JPY",
    "ONBOARDING",
    3 * _PRICE - _within(3 * _PRICE, "10"),
    "JP-S10I",
    "10",
    "standard",
    "NET60",
    accounts="1100,2200,4200",
    tax_within=_within(3 * _PRICE, "10"),
)


@probe("tax-per-document", workflow="W3", every="1h", owner="tax")
async def tax_per_document(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """Tax of a German invoice is rounded once over all its lines, and owed in the period of the document."""
    sale = _GERMAN
    customer = await customer_of(tx, crm, billing, sale)
    made = await tx.do("Three lines billed", billing_of(tx, billing, sale, customer, [_PART] * 3))
    begun = Subscribed(customer, "", str(made["id"]), f"C-{tx.run_id}")
    by_line = 3 * half_up(_PART * Fraction(sale.tax_percent) / 100)
    await _as_billed(tx, billing, erp, sync, sale, begun, (_PART,) * 3, by_line)


@probe("inclusive-price", workflow="W3", every="1h", owner="tax")
async def inclusive_price(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A Japanese price has its tax within: it is taken out once for the document, and never rounded up."""
    sale = _JAPANESE
    customer = await customer_of(tx, crm, billing, sale)
    made = await tx.do("Three lines billed", billing_of(tx, billing, sale, customer, [_PRICE] * 3))
    begun = Subscribed(customer, "", str(made["id"]), f"C-{tx.run_id}")
    nets = tuple(_PRICE - tax for tax in _spread(sale, 3))
    await _as_billed(tx, billing, erp, sync, sale, begun, nets, 3 * _within(_PRICE, sale.tax_percent))


@probe("reverse-charge", workflow="W3", every="1h", owner="tax")
async def reverse_charge(tx: Transaction, crm: Port, billing: Port, erp: Port, sync: Port) -> None:
    """A French business owes the tax itself: none is charged, and code and reason say why."""
    sale = _FRENCH
    customer = await customer_of(tx, crm, billing, sale, country="FR")
    made = await tx.do("Workshop billed", billing_of(tx, billing, sale, customer, [sale.net]))
    begun = Subscribed(customer, "", str(made["id"]), f"C-{tx.run_id}")
    await _as_billed(tx, billing, erp, sync, sale, begun, (sale.net,), 0)


def _spread(sale: Sale, lines: int) -> tuple[int, ...]:
    """Return the tax of a document as its lines bear it: they are alike, and sum to it."""
    return cumulative(sale.tax, [1] * lines)


async def _as_billed(  # noqa: PLR0913, PLR0917  (what is looked at)
    tx: Transaction,
    billing: Port,
    erp: Port,
    sync: Port,
    sale: Sale,
    begun: Subscribed,
    nets: tuple[int, ...],
    by_line: int,
) -> None:
    day = str(today(tx.now(), sale.entity))
    invoice = await tx.see(
        "Invoice finalised",
        billing.invoice_of(invoice=begun.invoice),
        within="2m",
        want={"status": "open"},
        fixed={
            "count": 1,
            "currency": sale.currency,
            "net": sale.net,
            "tax": sale.tax,
            "total": sale.total,
            "open": sale.total,
            "entity": sale.entity,
            "contract": begun.contract,
            "lines": len(nets),
            **lines_billed(sale.sku, *zip(nets, _spread(sale, len(nets)), strict=True)),
        },
        explained={"rounding": {"tax": by_line}} if by_line != sale.tax else None,
    )
    facts = posted(
        sale,
        begun,
        document_date=day,
        posting_date=day,
        posting_period=day[:7],
        tax_period=day[:7],
        legal_number=invoice["legal_number"],
        version=invoice["version"],
    )
    facts |= lines_posted(sale.accounts[-4:], sale.tax_code, *nets)
    if not sale.tax:
        del facts["tax_base"]  # no tax line carries it; the code on the revenue says it
    await tx.see(
        "Posted with this tax, its code and its reason",
        erp.posting_of(invoice=begun.invoice),
        within="15m",
        fixed=facts,
        explained={"rounding": {"tax": by_line}} if by_line != sale.tax else None,
        hold="2m",
    )
    owed: Facts = {"count": 1, "balance": 0, "receivable": sale.total, "output_tax": sale.tax, "revenue": sale.net}
    await tx.see(
        "The customer owes it, and the state its part",
        erp.balances_of(ledger=sale.entity, customer=begun.customer),
        fixed={**owed, "open_items": sale.total, "deferred": 0},
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=begun.invoice), fixed={"count": 0})
