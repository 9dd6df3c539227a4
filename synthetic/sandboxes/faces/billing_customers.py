"""`billing-customers`: billing's side of an account; what CRM, ERP or the tax engine own is only shown here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthetic.sandboxes.billing.values import Record
from synthetic.sandboxes.faces.billing_core import Billing, listed, stamp
from synthetic.sandboxes.faces.face import Answer, Asked
from synthetic.sandboxes.landscape.orders import Buyer, Selling

_METHODS = {"card": "card", "sepa_debit": "direct_debit", "us_bank_account": "direct_debit"}
_TAX_IDS = {"US": "us_employer", "CH": "ch_vat", "JP": "jp_invoice"}


class BillingCustomers:
    """Operations of the contract over one core; `selling` knows the account behind a customer."""

    def __init__(self, billing: Billing, selling: Selling) -> None:
        """Keep them."""
        self._billing = billing
        self._selling = selling

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listCustomers": self._list,
            "getCustomer": lambda asked: self._shown(self._billing.found("customer", asked["customer_id"])),
            "updateCustomer": self._update,
        }

    def _list(self, asked: Asked) -> Any:
        rows = [self._shown(one) for one in self._billing.all("customer")]
        since = asked["updated_from"]
        rows = [row for row in rows if since is None or row["created_at"] >= since]
        return listed(rows, asked, "account", "legal_entity")

    def _update(self, asked: Asked) -> Any:
        found = self._billing.found("customer", asked["customer_id"])
        body = asked.body
        metadata = {"payment_method": body["payment_method"]} if "payment_method" in body else {}
        changes: dict[str, Any] = {"id": found["id"]}
        if contact := body.get("billing_contact"):
            changes["email"] = contact["email"]
            metadata |= {"contact_name": contact["name"], "contact_locale": contact.get("locale", "")}
        if metadata:
            changes["metadata"] = metadata
        return self._shown(self._billing.do("customers.update", changes))

    def _shown(self, one: Record) -> dict[str, Any]:
        metadata = one["metadata"]
        buyer = self._selling.buyer(str(one["id"]))
        assert buyer is not None  # noqa: S101  (the record was found)
        entity = str(metadata["legal_entity"])
        home = {"US-01": "USD", "JP-01": "JPY"}.get(entity, "EUR")
        shown: dict[str, Any] = {
            "id": one["id"],
            "source_system": "billing",
            "version": self._billing.version(one),
            "account": buyer.account,
            "legal_name": str(one["name"] or one["id"])[:160],
            "country": buyer.country or "DE",
            "kind": "business" if buyer.is_business else "consumer",
            "legal_entity": entity,
            "currency": buyer.currency or home,
            "bill_to_account": buyer.account,
            "payment_terms": metadata.get("payment_terms", "CARD"),
            "tax_profile": _tax_profile(buyer),
            "status": "active",
            "merged_into": None,
            "synthetic": metadata.get("synthetic") == "true",
            "created_at": stamp(one["created"]),
        }
        if one["email"] and metadata.get("contact_name"):
            contact = {"name": metadata["contact_name"], "email": one["email"]}
            locale = metadata.get("contact_locale")
            shown["billing_contact"] = contact | ({"locale": locale} if locale else {})
        if method := metadata.get("payment_method") or self._method(one):
            shown["payment_method"] = method
        return shown

    def _method(self, one: Record) -> str:
        known = self._billing.desk.storage.get(str(one["invoice_settings"].get("default_payment_method") or ""))
        return _METHODS.get(str(known["type"]), "") if known else ""


def _tax_profile(buyer: Buyer) -> dict[str, Any]:
    if not buyer.tax_id:
        return {"tax_id_status": "not_checked"}
    kind = _TAX_IDS.get(buyer.country, "eu_vat")
    return {"tax_id": buyer.tax_id[:20], "tax_id_kind": kind, "tax_id_status": "not_checked"}
