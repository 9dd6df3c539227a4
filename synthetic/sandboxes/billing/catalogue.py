"""Products, prices and tax rates."""

from __future__ import annotations

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record, exact, plain

_INTERVALS = ("day", "week", "month", "year")


class Products:
    """What is sold."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a product; callers may choose its id, such as a SKU."""
        at = self._desk.live()
        record: Record = {
            "object": "product",
            "active": params.boolean("active", default=True),
            "created": at,
            "description": params.text("description") or None,
            "images": [],
            "livemode": False,
            "metadata": params.metadata(),
            "name": params.required("name"),
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": None,
            "tax_code": None,
            "unit_label": params.text("unit_label") or None,
            "updated": at,
            "url": None,
        }
        return self._desk.save({"id": self._desk.name("prod", params)} | record, "product.created")

    def retrieve(self, params: Params) -> Record:
        """Return a product."""
        return self._desk.find("product", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change a product."""
        record = self.retrieve(params)
        changes: Record = {name: params.text(name) or None for name in ("name", "description") if params.has(name)}
        if params.has("active"):
            changes["active"] = params.boolean("active")
        changes["metadata"] = params.metadata(record["metadata"])
        return self._desk.change(record, "product.updated", changes | {"updated": self._desk.live()})

    def list(self, params: Params) -> Record:
        """Return a page of products."""
        return self._desk.page("product", params, "/v1/products", matches=lambda record: _active(record, params))


class Prices:
    """What it costs: flat, tiered (graduated, volume), metered, once or each period."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a price; it never changes afterwards but for metadata and activity."""
        product = params.text("product")
        if not product:
            product = Products(self._desk).create(params.part("product_data"))["id"]
        self._desk.find("product", product)
        scheme = params.choice("billing_scheme", ("per_unit", "tiered"), "per_unit")
        recurring = self._recurring(params)
        amount = _amount(params, "unit_amount", required=scheme == "per_unit")
        record: Record = {
            "id": self._desk.name("price", params),
            "object": "price",
            "active": params.boolean("active", default=True),
            "billing_scheme": scheme,
            "created": self._desk.live(),
            "currency": params.required("currency").lower(),
            "livemode": False,
            "lookup_key": params.text("lookup_key") or None,
            "metadata": params.metadata(),
            "nickname": params.text("nickname") or None,
            "product": product,
            "recurring": recurring,
            "tax_behavior": params.choice("tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"),
            "tiers_mode": None,
            "transform_quantity": _transform(params),
            "type": "recurring" if recurring else "one_time",
            **amount,
        }
        if scheme == "tiered":
            record |= {
                "tiers_mode": params.choice("tiers_mode", ("graduated", "volume"), "graduated"),
                "tiers": _tiers(params),
                "unit_amount": None,
                "unit_amount_decimal": None,
            }
        return self._desk.save(record, "price.created")

    def retrieve(self, params: Params) -> Record:
        """Return a price."""
        return self._desk.find("price", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change activity, nickname or metadata of a price."""
        record = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        if params.has("active"):
            changes["active"] = params.boolean("active")
        if params.has("nickname"):
            changes["nickname"] = params.text("nickname") or None
        return self._desk.change(record, "price.updated", changes)

    def list(self, params: Params) -> Record:
        """Return a page of prices."""
        product = params.text("product")
        return self._desk.page(
            "price",
            params,
            "/v1/prices",
            matches=lambda record: _active(record, params) and product in ("", record["product"]),
        )

    def _recurring(self, params: Params) -> Record | None:
        recurring = params.part("recurring")
        if not recurring.values:
            return None
        meter = recurring.text("meter") or None
        if meter:
            self._desk.find("billing.meter", meter)
        usage = recurring.choice("usage_type", ("licensed", "metered"), "metered" if meter else "licensed")
        return {
            "aggregate_usage": (recurring.text("aggregate_usage") or "sum") if usage == "metered" else None,
            "interval": recurring.choice("interval", _INTERVALS, "month"),
            "interval_count": recurring.integer("interval_count", 1, least=1),
            "meter": meter,
            "usage_type": usage,
        }


class TaxRates:
    """Tax rates, inclusive or exclusive."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Create a tax rate; percentage and inclusiveness never change."""
        percent = params.exact("percentage")
        if percent is None or not 0 <= percent <= 100:
            raise BillingError("percentage must lie between 0 and 100.", param="percentage")
        record: Record = {
            "id": self._desk.name("txr", params),
            "object": "tax_rate",
            "active": params.boolean("active", default=True),
            "country": params.text("country") or None,
            "created": self._desk.live(),
            "description": params.text("description") or None,
            "display_name": params.required("display_name"),
            "inclusive": params.boolean("inclusive"),
            "jurisdiction": params.text("jurisdiction") or None,
            "livemode": False,
            "metadata": params.metadata(),
            # the wire has a number here; `str` of it is the decimal that was given, up to 15 digits
            "percentage": int(percent) if percent.denominator == 1 else float(percent),
            "state": params.text("state") or None,
            "tax_type": params.text("tax_type") or None,
        }
        return self._desk.save(record, "tax_rate.created")

    def retrieve(self, params: Params) -> Record:
        """Return a tax rate."""
        return self._desk.find("tax_rate", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change what may change of a tax rate."""
        record = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        changes |= {name: params.text(name) for name in ("display_name", "description") if params.has(name)}
        if params.has("active"):
            changes["active"] = params.boolean("active")
        return self._desk.change(record, "tax_rate.updated", changes)

    def list(self, params: Params) -> Record:
        """Return a page of tax rates."""
        return self._desk.page("tax_rate", params, "/v1/tax_rates", matches=lambda record: _active(record, params))


def _active(record: Record, params: Params) -> bool:
    return not params.has("active") or record["active"] == params.boolean("active")


def _amount(params: Params, name: str, *, required: bool = False) -> Record:
    """Return an amount and its decimal twin: at most one may be given, at most 12 decimal places."""
    decimal = params.exact(f"{name}_decimal")
    whole = params.optional(name)
    if decimal is not None and whole is not None:
        raise BillingError(f"You may only specify one of {name} and {name}_decimal.", param=name)
    value = decimal if decimal is not None else None if whole is None else exact(whole)
    if value is None:
        if required:
            raise BillingError(f"Missing required param: {name}.", code="parameter_missing", param=name)
        return {name: None, f"{name}_decimal": None}
    if (value * 10**12).denominator != 1:
        raise BillingError("At most 12 decimal places.", param=f"{name}_decimal")
    return {name: int(value) if value.denominator == 1 else None, f"{name}_decimal": plain(value)}


def _tiers(params: Params) -> list[Record]:
    tiers: list[Record] = []
    below = 0
    for part in params.parts("tiers"):
        up_to = None if part.text("up_to") in ("inf", "") else part.integer("up_to")
        if up_to is not None and up_to <= below:
            raise BillingError("Tiers must be given in rising order of `up_to`.", param="tiers")
        tiers.append(_amount(part, "flat_amount") | _amount(part, "unit_amount") | {"up_to": up_to})
        below = up_to or below
    if not tiers or tiers[-1]["up_to"] is not None:
        raise BillingError("The last tier must have `up_to` set to `inf`.", param="tiers")
    if any(tier["up_to"] is None for tier in tiers[:-1]):
        raise BillingError("Only the last tier may have `up_to` set to `inf`.", param="tiers")
    return tiers


def _transform(params: Params) -> Record | None:
    part = params.part("transform_quantity")
    if not part.values:
        return None
    return {"divide_by": part.integer("divide_by", least=1), "round": part.choice("round", ("up", "down"), "up")}
