"""The worked examples as states of a billing core: what the provider states of consumers' pacts ask for."""

from __future__ import annotations

from collections.abc import Callable

from synthetic.sandboxes.billing.contract_invoice import midnight
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.values import BillingError, Params, Record

_BERLIN = "Europe/Berlin"


def establish(core: BillingCore, state: str) -> None:
    """Bring a fresh core into a provider state, by its name in the pacts.

    Raises:
        BillingError: No such state.
    """
    if state not in STATES:
        raise BillingError(f"No such state: '{state}'; known are: {', '.join(STATES)}.", code="resource_missing")
    STATES[state](core)


def german_tax(core: BillingCore) -> str:
    """Return the id of the German standard rate, made if it is not there yet."""
    if core.desk.storage.get("txr_DES19") is None:
        words = {"tax_code": "DE-S19", "tax_reason": "standard"}
        given = {"id": "txr_DES19", "display_name": "USt", "percentage": "19", "metadata": words}
        core.call("tax_rates.create", given)
    return "txr_DES19"


def german_customer(core: BillingCore, identifier: str, tax_id: str) -> Record:
    """Return a customer of DE-01 who pays by card, made if it is not there yet."""
    known = core.desk.storage.get(identifier)
    if known:
        return known
    metadata = {"legal_entity": "DE-01", "tax_id": tax_id, "tax_rate_exclusive": german_tax(core)}
    given = {"id": identifier, "name": identifier, "metadata": metadata, "payment_method": "pm_card_visa"}
    return core.call("customers.create", given)


def invoice_d1(core: BillingCore) -> Record:
    """D1: PRO-ANNUAL for 2027 to a German business, finalised and not paid yet (workflows.md E3.1)."""
    if known := core.desk.storage.get("in_D1"):
        return known
    german_customer(core, "cus_kranich", "DE129273398")
    product = {"id": "PRO-ANNUAL", "name": "Pro, annual", "metadata": {"revenue_class": "SUB-RATABLE"}}
    core.call("products.create", product)
    price: Record = {"id": "price_pro_annual_eur", "product": "PRO-ANNUAL", "currency": "eur", "unit_amount": 120000}
    core.call("prices.create", price | {"recurring": {"interval": "year"}, "metadata": {"sku": "PRO-ANNUAL"}})
    core.call(
        "subscriptions.create",
        {
            "id": "sub_D1",
            "customer": "cus_kranich",
            "first_invoice": "in_D1",
            "items": [{"price": "price_pro_annual_eur"}],
            "default_tax_rates": ["txr_DES19"],
            "payment_behavior": "default_incomplete",
            "metadata": {"contract_id": "C-2026-0417"},
        },
    )
    return core.desk.find("invoice", "in_D1")


def paid_d1(core: BillingCore) -> Record:
    """D1, paid by card."""
    invoice_d1(core)
    return core.call("invoices.pay", {"id": "in_D1"})


def invoice_d7(core: BillingCore) -> Record:
    """D7: three lines of 3335 with tax per document, finalised under number 7 of its series (workflows.md E3.2)."""
    german_customer(core, "cus_adler", "DE260543043")
    while core.desk.storage.next("number/DE-2027") < 6:
        continue
    words = {"document_date": "2027-01-04"}
    draft: Record = {"id": "in_D7", "customer": "cus_adler", "currency": "eur", "metadata": words}
    draft |= {"default_tax_rates": ["txr_DES19"], "collection_method": "send_invoice", "days_until_due": 30}
    core.call("invoices.create", draft)
    for part in (1, 2, 3):
        details = {"sku": "ONBOARDING", "revenue_class": "SERVICE-POINT"}
        item: Record = {"customer": "cus_adler", "invoice": "in_D7", "currency": "eur", "amount": 3335}
        item["period"] = {"start": midnight("2027-01-04", _BERLIN), "end": midnight("2027-01-05", _BERLIN)}
        core.call("invoice_items.create", item | {"description": f"Workshop, part {part}", "metadata": details})
    return core.call("invoices.finalize", {"id": "in_D7"})


def void_d7(core: BillingCore) -> Record:
    """D7, voided since another company should have sold it."""
    invoice_d7(core)
    core.operations["invoices.update"](Params({"id": "in_D7", "metadata": {"void_reason": "wrong selling entity"}}))
    return core.call("invoices.void", {"id": "in_D7"})


STATES: dict[str, Callable[[BillingCore], Record]] = {
    "invoice in_D1 of DE-01 is finalised": invoice_d1,
    "invoice in_D1 of DE-01 was finalised": invoice_d1,
    "invoices of DE-01 were finalised on 1 January 2027": invoice_d1,
    "customer cus_kranich has an open invoice": invoice_d1,
    "invoice in_D1 of DE-01 is paid": paid_d1,
    "invoice in_D1 was paid": paid_d1,
    "invoices of January 2027 are paid": paid_d1,
    "invoice in_D7 is finalised and unpaid": invoice_d7,
    "invoice in_D7 was voided": void_d7,
    "sub_D1 was activated": invoice_d1,
}
"""What the pacts of consumers call their provider states."""
