"""`billing-invoices`: drafted, finalised and voided under the contract of the landscape; what pacts verify."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from harness.model.money import half_up
from synthetic.sandboxes.billing.contract_invoice import contract_invoice, midnight
from synthetic.sandboxes.billing.values import Params, Record, digits, exact
from synthetic.sandboxes.faces.billing_core import Billing, listed
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day, money

_MOST_MINOR = 1000
"""Minor units of one unit of the currency that has most."""


class Rate(Protocol):
    """Decides the tax rate of an invoice."""

    def __call__(self, customer: str, day: date, /, *, is_inclusive: bool) -> str:
        """Return the id of a tax rate of billing, "" for none."""


class BillingInvoices:
    """Operations of the contract over one core.

    Args:
        billing: The core.
        rate: Returns the tax rate of a customer's invoice where the customer names none himself; "" for none.
    """

    def __init__(self, billing: Billing, rate: Rate | None = None) -> None:
        """Let the core do what is composed of several operations in one transaction."""
        self._billing = billing
        self._rate = rate
        self._core = billing.core
        self._core.operations["contract.create_invoice"] = self._created
        self._core.operations["contract.finalise_invoice"] = self._finalised
        self._core.operations["contract.void_invoice"] = self._voided

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listInvoices": self._list,
            "createInvoice": self._create,
            "getInvoice": lambda asked: self._shown(self._found(asked)),
            "finaliseInvoice": self._finalise,
            "voidInvoice": self._void,
        }

    def _found(self, asked: Asked) -> Record:
        return self._billing.found("invoice", asked["invoice_id"])

    def _shown(self, invoice: Record) -> dict[str, Any]:
        return contract_invoice(self._billing.desk, invoice)

    def _list(self, asked: Asked) -> Any:
        """Return a page of invoices, newest first."""
        self._core.tick()
        bounds = [_seconds(asked[name]) for name in ("finalised_from", "finalised_before")]
        found = self._billing.desk.storage.all("invoice", customer=asked["customer"] or "", newest_first=True)
        rows = [
            self._shown(one)
            for one in found
            if self._billing.entity_of(one) and _within(one["status_transitions"]["finalized_at"], *bounds)
        ]
        return listed([row for row in rows if _is_posted(row, asked["posted"])], asked, "legal_entity", "status")

    def _create(self, asked: Asked) -> Any:
        customer = self._billing.found("customer", asked.body["customer"], status=422)
        if self._billing.entity_of(customer) != asked.body["legal_entity"]:
            raise RefusalError(422, f"{customer['id']} buys of {self._billing.entity_of(customer)}.")
        for line in asked.body["lines"]:
            money(int(Fraction(line["quantity"]) * Fraction(line["unit_price"]) * _MOST_MINOR))
            for name in ("service_start", "service_end"):
                if line.get(name):
                    day(line[name])
        return self._billing.do("contract.create_invoice", asked.body)

    def _created(self, params: Params) -> Record:
        core = self._core
        terms = params.choice("payment_terms", ("CARD", "NET30", "NET60"), "")
        customer = core.desk.find("customer", params.required("customer"))
        metadata: Record = {"legal_entity": params.required("legal_entity"), "payment_terms": terms}
        metadata |= {name: params.text(name) for name in ("contract_id", "purchase_order") if params.text(name)}
        if params.boolean("synthetic"):
            metadata["synthetic"] = "true"
        wanted = "inclusive" if params.text("price_mode") == "inclusive" else "exclusive"
        today = self._billing.today({"metadata": metadata, "customer": customer["id"]})
        known = customer["metadata"].get(f"tax_rate_{wanted}")
        decided = self._rate(customer["id"], today, is_inclusive=wanted == "inclusive") if self._rate else ""
        rate = known or decided
        given: Record = {"customer": customer["id"], "currency": params.required("currency"), "metadata": metadata}
        given |= {"pending_invoice_items_behavior": "exclude", "description": params.text("memo")}
        given |= {"default_tax_rates": [rate] if rate else []}
        if terms != "CARD":
            given |= {"collection_method": "send_invoice", "days_until_due": terms.removeprefix("NET")}
        invoice = core.operations["invoices.create"](Params(given))
        zone = core.desk.entity(metadata).zone
        for line in params.parts("lines"):
            self._add(invoice, line, zone)
        return self._shown(core.desk.find("invoice", invoice["id"]))

    def _add(self, invoice: Record, line: Params, zone: str) -> None:
        sku = line.required("sku")
        product = self._core.desk.storage.get(sku)
        details = (product or {}).get("metadata", {})
        quantity, price = exact(line.required("quantity"), "quantity"), exact(line.required("unit_price"), "unit_price")
        metadata = {"sku": sku, "quantity": line.text("quantity"), "unit_price": line.text("unit_price")}
        metadata["revenue_class"] = details.get("revenue_class", "SERVICE-POINT")
        period = {
            edge: midnight(line.text(name), zone)
            for edge, name in (("start", "service_start"), ("end", "service_end"))
            if line.text(name)
        }
        item: Record = {"customer": invoice["customer"], "currency": invoice["currency"], "invoice": invoice["id"]}
        item |= {"amount": half_up(quantity * price * 10 ** digits(invoice["currency"])), "metadata": metadata}
        item |= {"description": line.required("description"), "period": period}
        self._core.operations["invoice_items.create"](Params(item))

    def _finalise(self, asked: Asked) -> Any:
        self._found(asked)
        day(asked.body["document_date"])
        return self._billing.do("contract.finalise_invoice", {"id": asked["invoice_id"], **asked.body})

    def _finalised(self, params: Params) -> Record:
        dated, identifier = params.required("document_date"), params.required("id")
        core = self._core
        core.operations["invoices.update"](Params({"id": identifier, "metadata": {"document_date": dated}}))
        return self._shown(core.operations["invoices.finalize"](Params({"id": identifier})))

    def _void(self, asked: Asked) -> Any:
        self._found(asked)
        return self._billing.do("contract.void_invoice", {"id": asked["invoice_id"], **asked.body})

    def _voided(self, params: Params) -> Record:
        core = self._core
        invoice = core.desk.find("invoice", params.required("id"))
        invoice["metadata"]["void_reason"] = params.required("reason")
        core.desk.storage.put(invoice)
        return self._shown(core.operations["invoices.void"](Params({"id": invoice["id"]})))


def _within(at: int | None, start: int | None, end: int | None) -> bool:
    if start is None and end is None:
        return True
    return at is not None and (start is None or at >= start) and (end is None or at < end)


def _is_posted(invoice: Mapping[str, Any], wanted: bool | None) -> bool:  # noqa: FBT001  (as the parameter says)
    """Whether an invoice is one that was asked for: what is a draft or void waits for no posting."""
    if wanted is None:
        return True
    is_posted = invoice["posted_at"] is not None
    return is_posted if wanted else not is_posted and invoice["status"] not in ("draft", "void")


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())
