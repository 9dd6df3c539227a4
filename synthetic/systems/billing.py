"""What every billing system behind the `billing` port has in common: facts, a price list, and who answers a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import Signature, signature
from typing import Protocol
from zoneinfo import ZoneInfo

from synthetic.deeds import Answer, Attempt, RefusedError

PORT = "billing"
_ITSELF = object()


class PriceList(Protocol):
    """What is sold at which price and under which tax."""

    def price(self, sku: str, currency: str) -> int:
        """Return the yearly price of one unit in minor units."""

    def tiers(self, sku: str, currency: str) -> list[tuple[int | None, str]]:
        """Return graduated tiers of metered use, in minor units; empty for a flat yearly price."""

    def tax(self, code: str) -> tuple[str, bool]:
        """Return the percentage of a tax code and whether prices include it."""

    def zone(self, entity: str) -> ZoneInfo:
        """Return the time zone of a legal entity."""


@dataclass(frozen=True, slots=True)
class Customer:
    """What billing is told of a customer.

    Attributes:
        account: Its id in the CRM.
        name: Of the company.
        entity: Legal entity that sells to it.
        currency: ISO 4217.
        terms: `CARD`, or `NET30` and the like.
        tax_id: As its country writes it; "" for none.
        parent: Account that pays for it; "" for itself.
        method: `card`, or one that `failing` or `disputed` says all of.
    """

    account: str
    name: str
    entity: str
    currency: str
    terms: str = "CARD"
    tax_id: str = ""
    parent: str = ""
    method: str = "card"

    def facts(self) -> dict[str, str]:
        """Return our own facts of it under the names they have in billing."""
        return {
            "legal_entity": self.entity,
            "payment_terms": self.terms,
            "tax_id": self.tax_id,
            "parent_id": self.parent,
        }


@dataclass(frozen=True, slots=True)
class Sale:
    """A subscription that begins.

    Attributes:
        customer: Its id in billing.
        sku: What is sold.
        entity: Legal entity that sells.
        currency: ISO 4217.
        tax_code: Of the catalog.
        contract: Id of the contract.
        quantity: How many units.
        terms: `CARD`, or `NET30` and the like.
        trial_days: Days before the first is charged.
    """

    customer: str
    sku: str
    entity: str
    currency: str
    tax_code: str
    contract: str
    quantity: int = 1
    terms: str = "CARD"
    trial_days: int = 0


def term_days(terms: str) -> int:
    """Return the days until an invoice is due: 0 for `CARD`."""
    return 0 if terms == "CARD" else int(terms.removeprefix("NET"))


def customer_facts(identifier: str, count: int, name: str, facts: Mapping[str, str]) -> Answer:
    """Return a customer as probes look at it, from our own facts of it."""
    return {
        "count": count,
        "customer": identifier,
        "name": name,
        "entity": facts.get("legal_entity", ""),
        "terms": facts.get("payment_terms", ""),
        "tax_id": facts.get("tax_id", ""),
        "parent": facts.get("parent_id", ""),
    }


def billed_lines(lines: Iterable[tuple[str, int, int]]) -> Answer:
    """Return what billing shows of the lines of a document: SKU, net and tax of each, in their order.

    Args:
        lines: SKU, net and tax in minor units.
    """
    found = list(lines)
    return {
        "line_skus": ",".join(sku for sku, _, _ in found),
        "line_nets": ",".join(str(net) for _, net, _ in found),
        "line_taxes": ",".join(str(tax) for _, _, tax in found),
    }


def operations_of(*parts: object) -> dict[str, Callable[..., Answer]]:
    """Return the public methods of some objects by name: the operations of an adapter, as probes say them."""
    return {
        name: getattr(part, name)
        for part in parts
        for name in dir(type(part))
        if callable(getattr(part, name)) and not name.startswith("_")
    }


@cache
def _signature_of(method: Callable[..., Answer]) -> Signature:
    """Return how a method is called, `self` included: bound methods are new ones in each adapter."""
    return signature(method)


def answered(operations: Mapping[str, Callable[..., Answer]], attempt: Attempt, code: str, why: str) -> Answer:
    """Answer one call.

    Raises:
        RefusedError: With `code`: none of the operations has that name, or that one does not take what is asked.
    """
    operation = operations.get(attempt.operation)
    if operation is None:
        raise RefusedError(PORT, code, f"{why} {attempt.operation}")
    try:
        _signature_of(getattr(operation, "__func__", operation)).bind(_ITSELF, **attempt.request)
    except TypeError as error:
        raise RefusedError(PORT, code, f"{why} {attempt.operation} like that: {error}") from None
    return operation(**attempt.request)
