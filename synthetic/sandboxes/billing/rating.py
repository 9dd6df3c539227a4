"""What things cost: pure functions from prices, quantities, seconds and tax rates to integers of minor units.

Everything before the last step is an exact fraction; each amount is rounded once (workflows.md section 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from harness.model.money import cumulative, half_up, toward_zero
from synthetic.sandboxes.billing.values import Record, exact


@dataclass(frozen=True, slots=True)
class TaxRounding:
    """How an entity rounds tax.

    Attributes:
        scope: Once per line, or once per document and rate.
        rule: Halves away from zero, or toward zero.
    """

    scope: Literal["line", "document"] = "line"
    rule: Literal["half_up", "toward_zero"] = "half_up"

    def round(self, tax: Fraction) -> int:
        """Return the amount of an exact tax."""
        return half_up(tax) if self.rule == "half_up" else toward_zero(tax)


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax rate on a line."""

    id: str
    percent: Fraction
    inclusive: bool


@dataclass(frozen=True, slots=True)
class Taxed:
    """Tax of one line by one rate: tax and the base it applies to, minor units."""

    rate: Rate
    tax: int
    base: int


def price_amount(price: Record, quantity: int) -> int:
    """Return what a quantity costs for a whole period, rounded once."""
    return half_up(exact_amount(price, quantity))


def exact_amount(price: Record, quantity: int) -> Fraction:
    """Return what a quantity costs before rounding, by unit, graduated or volume tiers."""
    divide = price.get("transform_quantity")
    if divide:
        whole, rest = divmod(quantity, divide["divide_by"])
        quantity = whole + (1 if rest and divide["round"] == "up" else 0)
    if price["billing_scheme"] == "per_unit":
        return exact(price["unit_amount_decimal"]) * quantity
    if price["tiers_mode"] == "volume":
        return _volume(price["tiers"], quantity)
    return _graduated(price["tiers"], quantity)


def _volume(tiers: Sequence[Record], quantity: int) -> Fraction:
    """One tier prices all units: the first that reaches the quantity."""
    for tier in tiers:
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            return _unit(tier) * quantity + _flat(tier)
    return Fraction()


def _graduated(tiers: Sequence[Record], quantity: int) -> Fraction:
    """Each tier prices the units that fall into it; its flat amount is due once it is entered."""
    total, below = Fraction(), 0
    for index, tier in enumerate(tiers):
        top = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        if top <= below and index:
            break
        total += _unit(tier) * max(top - below, 0) + _flat(tier)
        below = top
    return total


def _unit(tier: Record) -> Fraction:
    return exact(tier.get("unit_amount_decimal") or 0)


def _flat(tier: Record) -> Fraction:
    return exact(tier.get("flat_amount_decimal") or 0)


def prorated(amount: int | Fraction, start: int, end: int, at: int) -> int:
    """Return the part of an amount for the seconds left in `[start, end)` at `at`, rounded once."""
    left = max(0, min(end, end - at))
    return half_up(Fraction(amount) * Fraction(min(left, end - start), end - start))


def tax_lines(
    amounts: Sequence[int], rates: Sequence[Sequence[Rate]], rounding: TaxRounding
) -> tuple[tuple[Taxed, ...], ...]:
    """Return the taxes of each line of a document.

    Args:
        amounts: Line amounts as priced, minor units; tax is inside them where a rate is inclusive.
        rates: The rates of each line.
        rounding: Scope and rule of the selling entity.

    In document scope the tax of a rate is rounded on the sum of its lines and shared out by the cumulative rule, so
    that the lines sum to it.
    """
    exacts = [[(rate, _tax(amount, rate, own)) for rate in own] for amount, own in zip(amounts, rates, strict=True)]
    if rounding.scope == "line":
        shared = {(line, rate.id): rounding.round(tax) for line, own in enumerate(exacts) for rate, tax in own}
    else:
        shared = _per_document(exacts, rounding)
    return tuple(
        tuple(_taxed(amounts[line], rate, shared, line, own) for rate, _ in own) for line, own in enumerate(exacts)
    )


def _taxed(
    amount: int, rate: Rate, shared: dict[tuple[int, str], int], line: int, own: Sequence[tuple[Rate, Fraction]]
) -> Taxed:
    inside = sum(shared[line, each.id] for each, _ in own if each.inclusive)
    return Taxed(rate, shared[line, rate.id], amount - inside)


def _tax(amount: int, rate: Rate, own: Sequence[Rate]) -> Fraction:
    """Tax of one rate on one line, exact: inclusive rates are taken out of the amount together."""
    inside = sum((each.percent for each in own if each.inclusive), Fraction())
    base = Fraction(amount) / (1 + inside / 100)
    return base * rate.percent / 100


def _per_document(
    exacts: Sequence[Sequence[tuple[Rate, Fraction]]], rounding: TaxRounding
) -> dict[tuple[int, str], int]:
    lines: dict[str, list[tuple[int, Fraction]]] = {}
    for line, own in enumerate(exacts):
        for rate, tax in own:
            lines.setdefault(rate.id, []).append((line, tax))
    shared: dict[tuple[int, str], int] = {}
    for rate_id, parts in lines.items():
        whole = sum((tax for _, tax in parts), Fraction())
        total = rounding.round(whole)
        split = cumulative(total, [tax for _, tax in parts]) if whole else (0,) * len(parts)
        shared |= {(line, rate_id): part for (line, _), part in zip(parts, split, strict=True)}
    return shared
