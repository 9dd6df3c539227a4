"""Orders: a price is confirmed, an order accepted or refused, a contract made, and billing begins a subscription."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from harness.catalog.currencies import CURRENCIES
from harness.model import HarnessError
from harness.model.money import half_up
from synthetic.deeds import RefusedError
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.rows import Row, Table, in_memory
from synthetic.sandboxes.ledger.master import Master

_PORT = "crm"
_KEPT_FOR = timedelta(hours=1)
_ONCE = frozenset({"SERVICE-POINT"})
LIMITS: Mapping[str, int] = {"JPY": 50_000_000}
"""What a customer may owe where nobody said otherwise, minor units by currency (workflows.md F1)."""
LIMIT = 500_000


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: the customer of billing, and what CRM knows of the account behind it."""

    customer: str
    account: str
    legal_entity: str
    currency: str
    country: str
    region: str = ""
    tax_id: str = ""
    is_business: bool = True
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Priced:
    """One line at its price: the unit's in major units, `net` in minor units, once or for the whole term."""

    sku: str
    quantity: str
    unit_price: str
    discount: str
    net: int
    is_once: bool

    def shown(self) -> dict[str, Any]:
        """Return it as the contracts have it."""
        kept = {"sku": self.sku, "quantity": self.quantity, "unit_price": self.unit_price}
        return kept | {"discount_percent": self.discount, "net": self.net}


class Selling(Protocol):
    """Billing, as far as an order needs it."""

    def buyer(self, customer: str) -> Buyer | None:
        """Return who a customer is, None for nobody."""

    def begin(self, order: Mapping[str, Any], lines: Sequence[Priced]) -> str:
        """Begin the subscription of an accepted order and return its id."""

    def subscription_of(self, order: str) -> str:
        """Return the subscription that an order became, "" while there is none."""


class Orders:
    """Confirmations, orders and contracts.

    Args:
        master: List prices.
        crm: Accounts.
        billing: Where subscriptions begin.
        owed: What a customer owes a legal entity, by customer, entity and currency; asked of the ERP.
        now: The clock.
        table: Opens tables.
    """

    def __init__(
        self,
        master: Master,
        crm: Crm,
        billing: Selling,
        owed: Callable[[str, str, str], int],
        now: Callable[[], datetime],
        table: Table = in_memory,
    ) -> None:
        """Keep everything in tables of `table`."""
        self._master = master
        self._crm = crm
        self.billing = billing
        self._owed = owed
        self._now = now
        self.confirmations = table("confirmation")
        self.orders = table("accepted-order")
        self.contracts = table("contract")
        self._pending = {name for name, one in self.orders.items() if one["begins"]}

    def today(self, entity: str) -> date:
        """Return the day it is where a company is."""
        return self._now().astimezone(self._master.of(entity).zone).date()

    def priced(self, body: Mapping[str, Any]) -> list[Priced]:
        """Price the lines of a request for its period.

        Raises:
            RefusedError: `term-invalid`, `price-missing`, `sold-by-use`, `quantity-invalid`.
        """
        start, end = date.fromisoformat(body["start_date"]), date.fromisoformat(body["end_date"])
        if end <= start:
            raise RefusedError(_PORT, "term-invalid", f"{end} is not after {start}")
        return [self._line(line, str(body["currency"]), start, end) for line in body["lines"]]

    def _line(self, line: Mapping[str, Any], currency: str, start: date, end: date) -> Priced:
        sku, quantity = str(line["sku"]), Fraction(line["quantity"])
        discount = Fraction(line.get("discount_percent") or 0)
        if currency not in CURRENCIES:
            raise RefusedError(_PORT, "price-missing", f"{sku} has no price in {currency}")
        if self._master.tiers(sku, currency, start):
            raise RefusedError(_PORT, "sold-by-use", f"{sku} is billed by use: no price is confirmed for a quantity")
        if quantity <= 0 or quantity.denominator != 1 or quantity > 1_000_000 or not 0 <= discount <= 100:
            raise RefusedError(_PORT, "quantity-invalid", f"{line['quantity']} of {sku} at {discount} % off")
        price = self._master.list_price(sku, currency, start)
        is_once = self._master.revenue_class(sku, start) in _ONCE
        part = Fraction(1) if is_once else share_of_year(start, end)
        net = half_up(quantity * price * part * (1 - discount / 100))
        return Priced(sku, str(line["quantity"]), major(price, currency), plain(discount), net, is_once)

    def confirm(self, body: Mapping[str, Any], identifier: str = "") -> Row:
        """Confirm a price and keep it for an hour."""
        buyer = self._buyer(body)
        lines = [one.shown() for one in self.priced(body)]
        found: Row = {
            "confirmation_id": identifier or f"pc_{len(self.confirmations) + 1}",
            "valid_until": stamp(self._now() + _KEPT_FOR),
            "customer_id": buyer.customer,
            **{name: body[name] for name in ("legal_entity", "currency", "start_date", "end_date")},
            "lines": lines,
            "net": sum(int(one["net"]) for one in lines),
        }
        self.confirmations[str(found["confirmation_id"])] = found
        return found

    def _buyer(self, body: Mapping[str, Any]) -> Buyer:
        buyer = self.billing.buyer(str(body["customer_id"]))
        if buyer is None:
            raise RefusedError(_PORT, "customer-unknown", f"no customer {body['customer_id']}")
        if buyer.legal_entity != body["legal_entity"]:
            raise RefusedError(_PORT, "entity-differs", f"{buyer.customer} buys of {buyer.legal_entity}")
        return buyer

    def accept(self, body: Mapping[str, Any], identifier: str = "", contract: str = "", *, begins: bool = True) -> Row:
        """Decide an order: accepted, it makes a contract; refused, it says why.

        Raises:
            RefusedError: `customer-unknown`, `entity-differs`, `term-invalid`.
        """
        buyer = self._buyer(body)
        confirmed = self.confirmations.get(str(body["price_confirmation"]))
        net = sum(int(line["net"]) for line in body["lines"])
        reasons = self._reasons(body, buyer, confirmed, net)
        number = len(self.orders) + 1
        start = date.fromisoformat(body["start_date"])
        name = identifier or f"ord_{self._now():%Y%m%d}_{number}"
        contract = (body.get("contract_id") or contract or f"C-{start.year}-{number:04}") if not reasons else ""
        found: Row = {
            "order_id": name,
            "status": "refused" if reasons else "accepted",
            "reasons": reasons,
            "contract_id": contract or None,
            "contract_version": None if reasons else self._version(contract) + 1,
            **{key: body[key] for key in ("customer_id", "legal_entity", "currency", "lines", "payment_terms")},
            "net": net,
            "start_date": body["start_date"],
            "end_date": str(months_after(start, int(body["term_months"]))),
            "accepted_at": None if reasons else stamp(self._now()),
            "created_at": stamp(self._now()),
        }
        self.orders[name] = found | {
            "begins": begins and not reasons and body["action"] == "new",
            "confirmation": body["price_confirmation"],
            "synthetic": bool(body.get("synthetic")),
        }
        if not reasons:
            self._sign(found, body, buyer)
        if self.orders[name]["begins"]:
            self._pending.add(name)
        return found

    def _reasons(self, body: Mapping[str, Any], buyer: Buyer, confirmed: Row | None, net: int) -> list[str]:
        found = []
        if confirmed is None or confirmed["valid_until"] <= stamp(self._now()):
            found.append("price_expired")
        elif not _same(confirmed, body, net):
            found.append("price_differs")
        elif any(
            one["confirmation"] == body["price_confirmation"] and one["status"] == "accepted"
            for one in self.orders.values()
        ):
            found.append("duplicate_order")
        if buyer.status not in {"accepted", "active"}:
            found.append("account_inactive")
        if net > self.credit(buyer, str(body["currency"]))["available"]:
            found.append("credit_limit")
        return found

    def credit(self, buyer: Buyer, currency: str) -> dict[str, int]:
        """Return limit, open and accepted but unbilled amounts of a buyer, and what is left of the limit."""
        limit = LIMITS.get(currency, LIMIT)
        owed = self._owed(buyer.customer, buyer.legal_entity, currency)
        waiting = sum(
            int(one["net"])
            for name, one in self.orders.items()
            if one["status"] == "accepted"
            and (one["customer_id"], one["currency"]) == (buyer.customer, currency)
            and not self.billing.subscription_of(name)
        )
        left = limit - owed - waiting
        return {"credit_limit": limit, "open": owed, "accepted_unbilled": waiting, "available": left}

    def _version(self, contract: str) -> int:
        return max((int(one["version"]) for one in self.contracts.values() if one["id"] == contract), default=0)

    def _sign(self, order: Row, body: Mapping[str, Any], buyer: Buyer) -> None:
        lines = [{"line_id": f"cl_{number}", **line} for number, line in enumerate(body["lines"], 1)]
        found: Row = {
            "id": order["contract_id"],
            "version": order["contract_version"],
            **{name: order[name] for name in ("customer_id", "order_id", "legal_entity", "currency", "net")},
            **{name: order[name] for name in ("start_date", "end_date", "payment_terms", "accepted_at", "created_at")},
            "sold_to": buyer.account,
            "bill_to": buyer.account,
            "status": "accepted",
            "term_months": body["term_months"],
            "lines": lines,
            "proration_policy": body.get("proration_policy", "calendar_days"),
            "revenue_presentation": "PRINCIPAL",
            "auto_renew": body["auto_renew"],
        }
        if "renewal_uplift_percent" in body:
            found["renewal_uplift_percent"] = body["renewal_uplift_percent"]
        self.contracts[f"{order['contract_id']}/{order['contract_version']}"] = found
        self._tell(order, found)

    def _tell(self, order: Row, contract: Row) -> None:
        """Let others hear of an accepted order and of the contract that it made."""
        name, version = str(contract["id"]), int(contract["version"])
        kept = ("customer_id", "legal_entity", "currency", "payment_terms", "start_date", "end_date", "net")
        told = {key: contract[key] for key in (*kept, "lines", "accepted_at")}
        told |= {"order_id": order["order_id"], "contract_id": name, "version": version}
        self._crm.facts.tell("order.accepted", name, told, version)
        self._crm.facts.tell("contract.accepted", name, {**contract, "source_system": "crm"}, version)

    def activate(self, name: str) -> str:
        """Begin the subscription of an accepted order, once, and return its id.

        Raises:
            RefusedError: `order-unknown`; `state`: it has one already, or was refused.
        """
        order = self.orders.get(name)
        if order is None:
            raise RefusedError(_PORT, "order-unknown", f"no order {name}")
        if known := self.billing.subscription_of(name):
            raise RefusedError(_PORT, "state", f"order {name} became {known}")
        if order["status"] != "accepted":
            raise RefusedError(_PORT, "state", f"order {name} was refused")
        subscription = self.billing.begin(order, self.priced(order))
        place = f"{order['contract_id']}/{order['contract_version']}"
        self.contracts[place] = {**self.contracts[place], "status": "in_force"}
        self._begun(name)
        return subscription

    def _begun(self, name: str) -> None:
        self._pending.discard(name)
        self.orders[name] = {**self.orders[name], "begins": False}

    def begin_due(self) -> list[str]:
        """Begin the subscriptions of accepted orders whose first day has come.

        Returns:
            Why an order could not begin; nobody tries it again by himself, whoever activates it does.
        """
        failed = []
        for name in sorted(self._pending):
            one = self.orders[name]
            if str(self.today(str(one["legal_entity"]))) < one["start_date"]:
                continue
            try:
                self.activate(name)
            except HarnessError as error:
                self._begun(name)
                failed.append(f"{name}: {error}")
        return failed


def _same(confirmed: Row, body: Mapping[str, Any], net: int) -> bool:
    """Whether an order is what was confirmed: customer, entity, currency, first day, lines and their sum."""
    facts = ("customer_id", "legal_entity", "currency", "start_date")
    lines = [(line["sku"], Fraction(line["quantity"]), line["net"]) for line in body["lines"]]
    known = [(line["sku"], Fraction(line["quantity"]), line["net"]) for line in confirmed["lines"]]
    return all(confirmed[name] == body[name] for name in facts) and known == lines and confirmed["net"] == net


def share_of_year(start: date, end: date) -> Fraction:
    """Return how much of a yearly price a period costs: by months where it is whole months, else by days.

    Days count of the year that ends with the period, so that what is added ends with the others.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if months and months_after(start, months) == end and months % 12 == 0:
        return Fraction(months, 12)
    return Fraction((end - start).days, (end - months_after(end, -12)).days)


def months_after(day: date, months: int) -> date:
    """Return the day some months later, the last of a month that is shorter."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def major(amount: int, currency: str) -> str:
    """Return an amount of minor units in major units, `1200.00`."""
    places = CURRENCIES[currency]
    return f"{amount // 10**places}.{amount % 10**places:0{places}}" if places else str(amount)


def plain(value: Fraction) -> str:
    """Return a fraction as a decimal of at most ten places."""
    return str(int(value)) if value.denominator == 1 else f"{float(value):.10f}".rstrip("0")


def stamp(at: datetime) -> str:
    """Return a moment as the contracts write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
