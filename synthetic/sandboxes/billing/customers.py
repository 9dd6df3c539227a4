"""Customers, their balance and their payment methods."""

from __future__ import annotations

from synthetic.sandboxes.billing.cards import method_from
from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record

_TEXTS = ("email", "name", "phone", "description")


class Customers:
    """Who is billed."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a customer; `test_clock` puts it on a clock of its own."""
        clock = params.text("test_clock") or None
        if clock:
            self._desk.find("test_helpers.test_clock", clock)
        identifier = self._desk.name("cus", params)
        created = self._desk.find("test_helpers.test_clock", clock)["frozen_time"] if clock else self._desk.live()
        record: Record = {
            "id": identifier,
            "object": "customer",
            "address": None,
            "balance": 0,
            "created": created,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": None,
            "discount": None,
            "email": None,
            "invoice_prefix": identifier[-8:].upper(),
            "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
            "livemode": False,
            "metadata": {},
            "name": None,
            "next_invoice_sequence": 1,
            "phone": None,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": clock,
            "cash_balance": {},
        }
        record |= self._given(params, record)
        self._desk.save(record, "customer.created")
        if params.text("payment_method"):
            return self._attach_first(record, params)
        return record

    def retrieve(self, params: Params) -> Record:
        """Return a customer; a deleted one says so."""
        found = self._desk.storage.get(params.required("id"))
        return found if found and found.get("deleted") else self._desk.find("customer", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change a customer."""
        record = self._desk.find("customer", params.required("id"))
        return self._desk.change(record, "customer.updated", self._given(params, record))

    def delete(self, params: Params) -> Record:
        """Delete a customer; its invoices stay."""
        record = self._desk.find("customer", params.required("id"))
        self._desk.emit("customer.deleted", record)
        return self._desk.save({"id": record["id"], "object": "customer", "deleted": True})

    def list(self, params: Params) -> Record:
        """Return a page of customers."""
        email = params.text("email")
        return self._desk.page(
            "customer", params, "/v1/customers", matches=lambda record: not email or record.get("email") == email
        )

    def _attach_first(self, record: Record, params: Params) -> Record:
        """Attach what a customer begins with; a token named again as the default means the method made from it."""
        given = params.text("payment_method")
        method = PaymentMethods(self._desk).attach(Params({"id": given, "customer": record["id"]}))
        default = params.part("invoice_settings").text("default_payment_method")
        if default not in ("", given):
            return record
        settings = record["invoice_settings"] | {"default_payment_method": method["id"]}
        return self._desk.save(record | {"invoice_settings": settings})

    def _given(self, params: Params, record: Record) -> Record:
        given: Record = {name: params.text(name) or None for name in _TEXTS if params.has(name)}
        if params.has("metadata"):
            given["metadata"] = params.metadata(record["metadata"])
        if params.has("address"):
            parts = params.part("address")
            names = ("city", "country", "line1", "line2", "postal_code", "state")
            given["address"] = {name: parts.text(name) or None for name in names}
        if params.has("balance"):
            given["balance"] = params.integer("balance")
        if params.has("tax_exempt"):
            given["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), "none")
        settings = params.part("invoice_settings")
        if settings.has("default_payment_method"):
            method = settings.text("default_payment_method") or None
            if method and params.text("payment_method") != method:
                method = PaymentMethods(self._desk).usable(method, record["id"])
            given["invoice_settings"] = record["invoice_settings"] | {"default_payment_method": method}
        return given


class PaymentMethods:
    """Cards and bank accounts."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a payment method from a card number, a test token, or a bank account."""
        record = method_from(params, self._desk.name("pm", params), self._desk.live())
        return self._desk.save(record)

    def retrieve(self, params: Params) -> Record:
        """Return a payment method."""
        return self._desk.find("payment_method", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change metadata of a payment method."""
        record = self.retrieve(params)
        return self._desk.change(record, "payment_method.updated", {"metadata": params.metadata(record["metadata"])})

    def attach(self, params: Params) -> Record:
        """Attach a payment method, or a fresh one made from a test token such as `pm_card_visa`, to a customer."""
        customer = self._desk.find("customer", params.required("customer"))
        identifier = params.required("id")
        if self._is_token(identifier):
            record = self.create(Params({"type": "card", "card": {"token": identifier}}))
        else:
            record = self._desk.find("payment_method", identifier)
        if record["customer"] not in (None, customer["id"]):
            raise BillingError("The payment method is attached to another customer.", code="resource_already_exists")
        if record["metadata"].get("sandbox_decline") == "attach":
            raise declined_card("generic_decline")
        return self._desk.change(record, "payment_method.attached", {"customer": customer["id"]})

    def usable(self, identifier: str, customer: str = "") -> str:
        """Return the id of a method to charge; a test token becomes a method first, of the customer if there is one."""
        if not self._is_token(identifier):
            return str(self._desk.find("payment_method", identifier)["id"])
        if customer and self._desk.storage.get(customer):
            return str(self.attach(Params({"id": identifier, "customer": customer}))["id"])
        return str(self.create(Params({"type": "card", "card": {"token": identifier}}))["id"])

    def _is_token(self, identifier: str) -> bool:
        return identifier.startswith("pm_card") and self._desk.storage.get(identifier) is None

    def detach(self, params: Params) -> Record:
        """Take a payment method from its customer."""
        record = self.retrieve(params)
        return self._desk.change(record, "payment_method.detached", {"customer": None})

    def list(self, params: Params) -> Record:
        """Return a page of payment methods of a customer."""
        kind = params.text("type")
        customer = params.text("customer")
        url = f"/v1/customers/{customer}/payment_methods" if params.has("of_customer") else "/v1/payment_methods"
        return self._desk.page(
            "payment_method",
            params,
            url,
            customer=customer,
            matches=lambda record: not kind or record["type"] == kind,
        )


def declined_card(decline: str) -> BillingError:
    """Return the refusal of a card."""
    return BillingError(
        "Your card was declined.",
        status=402,
        kind="card_error",
        code="card_declined",
        extra={"decline_code": decline},
    )
