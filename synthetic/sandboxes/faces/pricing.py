"""`pricing`: what is sold at which price, prices confirmed for an order, and the invoice that would follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from harness.catalog import Catalog
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day, page
from synthetic.sandboxes.landscape.orders import Orders, months_after
from synthetic.sandboxes.landscape.selling import CoreSelling

_RECOGNITION = {
    "SUB-RATABLE": "daily_over_service_period",
    "USAGE": "as_consumed",
    "SERVICE-POINT": "at_delivery",
}


class PricingFace:
    """Operations of the contract over the mappings of the catalog and the orders of the landscape."""

    def __init__(self, catalog: Catalog, orders: Orders, selling: CoreSelling, now: Callable[[], datetime]) -> None:
        """Read what is sold from the catalog."""
        tables = {one.name: one for one in catalog.mappings()}
        self._sold = [row.values for row in tables["skus"].rows if row.values.get("channel", "direct") == "direct"]
        self._features = {str(row.key[0]): str(row.values["feature_set"]) for row in tables["product-list"].rows}
        self._orders = orders
        self._selling = selling
        self._now = now

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {"listProducts": self._list, "confirmPrice": self._confirm, "previewInvoice": self._preview}

    def _list(self, asked: Asked) -> Any:
        on = asked["on"] or str(self._now().date())
        rows = [
            self._product(values)
            for values in self._sold
            if str(values["valid_from"]) <= on and (not values["valid_to"] or on < str(values["valid_to"]))
        ]
        rows = [row for row in rows if asked["sku"] in (None, row["sku"])]
        return page(rows, asked, lambda row: str(row["id"]))

    def _product(self, values: Mapping[str, Any]) -> dict[str, Any]:
        sku, kind = str(values["billing"]), str(values["class"])
        parts = [{"item": str(one["item"]), "weight": int(one["weight"])} for one in values["erp"]]
        features = [one.strip() for one in self._features.get(sku, "").split(",") if one.strip() not in {"", "none"}]
        over_term = "contract term" in str(values["recognition"])
        return {
            "id": f"prd_{sku.lower().replace('-', '_')}",
            "sku": sku,
            "name": sku.replace("-", " ").capitalize(),
            "revenue_class": kind,
            "recognition": "over_contract_term" if over_term else _RECOGNITION.get(kind, "at_delivery"),
            "bundle": len(parts) > 1,
            "erp_items": parts,
            "prices": [_price(sku, kind, currency, str(told)) for currency, told in values["list_price"].items()],
            "features": features,
            "status": "active",
            "valid_from": str(values["valid_from"]),
            "valid_to": str(values["valid_to"]) if values["valid_to"] else None,
        }

    def _confirm(self, asked: Asked) -> Any:
        _check(asked.body)
        found = self._orders.confirm(asked.body)
        return {name: value for name, value in found.items() if name != "customer_id"}

    def _preview(self, asked: Asked) -> Any:
        body = asked.body
        _check(body)
        buyer = self._selling.buyer(body["customer_id"])
        if buyer is None or buyer.legal_entity != body["legal_entity"]:
            raise RefusalError(422, f"No customer {body['customer_id']} of {body['legal_entity']}.")
        lines = self._orders.priced(body)
        start, end = date.fromisoformat(body["start_date"]), date.fromisoformat(body["end_date"])
        taxed = self._selling.taxed(buyer, start, [(str(n), line.net) for n, line in enumerate(lines)])
        is_part = months_after(end, -12) < start
        shown = [
            {
                "sku": line.sku,
                "description": f"{line.quantity} x {line.sku}",
                "quantity": line.quantity,
                "net": net,
                "tax": tax,
                "tax_code": taxed.code,
                "tax_rate": taxed.rate,
                "service_start": str(start),
                "service_end": str(end),
                "proration": is_part and not line.is_once,
            }
            for line, (_, net, tax) in zip(lines, taxed.lines, strict=True)
        ]
        return {
            "legal_entity": body["legal_entity"],
            "currency": body["currency"],
            "contract_id": body.get("contract_id"),
            "lines": shown,
            "net": taxed.net,
            "tax": taxed.tax,
            "total": taxed.net + taxed.tax,
            "price_mode": "exclusive",
            "service_start": str(start),
            "service_end": str(end),
        }


def _check(body: Mapping[str, Any]) -> None:
    for name in ("start_date", "end_date"):
        day(body[name])


def _price(sku: str, kind: str, currency: str, told: str) -> dict[str, Any]:
    if ":" in told:
        return {"currency": currency, "unit": "call", "tiers": _tiers(told)}
    unit = "seat_year" if sku.endswith("SEAT") else "term"
    return {"currency": currency, "unit": "once" if kind == "SERVICE-POINT" else unit, "amount": int(told)}


def _tiers(told: str) -> list[dict[str, Any]]:
    """Return graduated tiers as the catalog writes them: `0 to 10000: 0; to 50000: 0.0125; above: 0.0080`."""
    found = []
    for part in told.split(";"):
        reach, _, price = part.partition(":")
        up_to = None if "above" in reach else int(reach.rsplit("to", 1)[-1])
        found.append({"up_to": up_to, "unit_price": price.strip()})
    return found
