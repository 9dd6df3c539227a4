"""The billing core as orders need it: who buys, what a sale is taxed with, and the subscription that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.orders import Buyer, Priced
from synthetic.sandboxes.landscape.tax import Sold, Taxed, TaxEngine
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal

_HOME = {"US-01": ("US", "NY"), "DE-01": ("DE", ""), "JP-01": ("JP", "")}


class CoreSelling:
    """Orders over one billing core."""

    def __init__(self, core: BillingCore, crm: Crm, tax: TaxEngine) -> None:
        """Keep them."""
        self._core = core
        self._crm = crm
        self._tax = tax

    def buyer(self, customer: str) -> Buyer | None:
        """Return who a customer is; one whom CRM does not know buys at home of the company that sells."""
        found = self._core.desk.storage.get(customer)
        if found is None or found.get("object") != "customer" or found.get("deleted"):
            return None
        metadata = found["metadata"]
        entity = str(metadata.get("legal_entity", ""))
        account = str(metadata.get("account", ""))
        known = self._crm.accounts.get(account, {})
        country, region = _HOME.get(entity, ("", ""))
        return Buyer(
            customer=customer,
            account=account or customer,
            legal_entity=entity,
            currency=str(known.get("currency") or found.get("currency") or "").upper(),
            country=str(known.get("country") or country),
            region=str((known.get("address") or {}).get("region") or region),
            tax_id=str(known.get("tax_id") or metadata.get("tax_id", "")),
            is_business=known.get("kind", "business") == "business",
            status=str(known.get("status") or "active"),
        )

    def rate_for(self, customer: str, day: date, *, is_inclusive: bool) -> str:
        """Return the tax rate that an invoice of a customer has by default, "" where nobody says how it is taxed."""
        buyer = self.buyer(customer)
        if buyer is None:
            return ""
        try:
            return self._rate(self.taxed(buyer, day, [("1", 0)], is_inclusive=is_inclusive), is_inclusive=is_inclusive)
        except LedgerRefusal:
            return ""

    def taxed(
        self, buyer: Buyer, day: date, amounts: Sequence[tuple[str, int]], *, is_inclusive: bool = False
    ) -> Taxed:
        """Return the tax of a sale, as the invoice will have it."""
        return self._tax.determine(
            Sold(
                legal_entity=buyer.legal_entity,
                customer_id=buyer.customer,
                day=day,
                country=buyer.country,
                region=buyer.region,
                is_business=buyer.is_business,
                tax_id=buyer.tax_id,
                is_inclusive=is_inclusive,
                lines=list(amounts),
            )
        )

    def subscription_of(self, order: str) -> str:
        """Return the subscription that an order became, "" while there is none."""
        found = self._core.desk.storage.all("subscription")
        return next((str(one["id"]) for one in found if one["metadata"].get("order_id") == order), "")

    def begin(self, order: Mapping[str, Any], lines: Sequence[Priced]) -> str:
        """Begin the subscription of an accepted order; its first invoice is finalised at once.

        What is sold once and nothing that recurs is no subscription: it stands on an invoice of its own.
        """
        buyer = self.buyer(str(order["customer_id"]))
        assert buyer is not None  # noqa: S101  (the order was accepted from this customer)
        start, end = (date.fromisoformat(str(order[name])) for name in ("start_date", "end_date"))
        months = (end.year - start.year) * 12 + end.month - start.month
        taxed = self.taxed(buyer, start, [(one.sku, one.net) for one in lines])
        currency = str(order["currency"])
        params: dict[str, Any] = {
            "customer": buyer.customer,
            "items": [self._item(one, currency, months) for one in lines if not one.is_once],
            "add_invoice_items": [self._item(one, currency, 0) for one in lines if one.is_once],
            "default_tax_rates": [self._rate(taxed)],
            "metadata": {
                "legal_entity": buyer.legal_entity,
                "contract_id": str(order["contract_id"]),
                "order_id": str(order["order_id"]),
                "tax_code": taxed.code,
                "proration": "days",
                "payment_terms": str(order["payment_terms"]),
            }
            | ({"synthetic": "true"} if order.get("synthetic") else {}),
        }
        if order["payment_terms"] != "CARD":
            days = int(str(order["payment_terms"]).removeprefix("NET"))
            params |= {"collection_method": "send_invoice", "days_until_due": days}
        found = self._core.call("subscriptions.create", params)
        invoice = self._core.call("invoices.retrieve", {"id": found["latest_invoice"]})
        if invoice["status"] == "draft":
            self._core.call("invoices.finalize", {"id": invoice["id"]})
        return str(found["id"])

    def _item(self, line: Priced, currency: str, months: int) -> dict[str, Any]:
        """Return an item at the price that was confirmed, which may be no list price: a discount, a longer term."""
        quantity = Fraction(line.quantity)
        exact = Fraction(line.net) / quantity
        amount = str(round(Decimal(exact.numerator) / Decimal(exact.denominator), 12).normalize())
        lookup = f"{line.sku}-{currency}-{amount}-{months}"
        known = [one for one in self._core.desk.storage.all("price") if one.get("lookup_key") == lookup]
        if not known:
            given: dict[str, Any] = {
                "currency": currency.lower(),
                "product_data": {"name": line.sku},
                "unit_amount_decimal": f"{Decimal(amount):f}",
                "lookup_key": lookup,
                "metadata": {"sku": line.sku},
            }
            if months:
                year = months % 12 == 0
                given["recurring"] = {
                    "interval": "year" if year else "month",
                    "interval_count": months // 12 if year else months,
                }
            known = [self._core.call("prices.create", given)]
        return {"price": known[0]["id"], "quantity": int(quantity)}

    def _rate(self, taxed: Taxed, *, is_inclusive: bool = False) -> str:
        for one in self._core.desk.storage.all("tax_rate"):
            if one["metadata"].get("tax_code") == taxed.code and one["inclusive"] is is_inclusive:
                return str(one["id"])
        inclusive = str(is_inclusive).lower()
        given = {"display_name": taxed.code, "percentage": taxed.rate, "inclusive": inclusive}
        words = {"tax_code": taxed.code, "tax_reason": taxed.reason}
        return str(self._core.call("tax_rates.create", given | {"metadata": words})["id"])
