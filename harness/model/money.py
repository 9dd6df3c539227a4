"""Exact money: an amount is an integer of minor units, everything before it is an exact fraction.

Rounding happens once, where a fraction becomes an amount; a credit mirrors its charge, so both rules are
symmetric about zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

Exact = int | Decimal | Fraction
"""A number without rounding error; never a float."""


def half_up(exact: Exact) -> int:
    """Return the nearest integer, halves away from zero: `half_up(-x) == -half_up(x)`."""
    fraction = Fraction(exact)
    size = (2 * abs(fraction) + 1) // 2
    return int(size) if fraction >= 0 else -int(size)


def toward_zero(exact: Exact) -> int:
    """Return the integer part: `toward_zero(-x) == -toward_zero(x)`."""
    return int(Fraction(exact))


def share(total: int, part: Exact, whole: Exact) -> int:
    """Return `part` of `whole` of an amount, rounded once."""
    return half_up(Fraction(total) * Fraction(part) / Fraction(whole))


def cumulative(total: int, weights: Sequence[Exact]) -> tuple[int, ...]:
    """Split an amount by weights so that the parts sum to it exactly (the cumulative rule).

    Part k is `half_up(total * W(k) / W(n)) - half_up(total * W(k-1) / W(n))`, W the running weight: no residue is
    left over, where rounding each part by itself gives 120001 for 120000 over the months of 2027.

    Raises:
        ValueError: No weight, or their sum is zero.
    """
    whole = sum((Fraction(weight) for weight in weights), Fraction())
    if not whole:
        raise ValueError("weights must have a sum other than zero")
    parts: list[int] = []
    running, before = Fraction(), 0
    for weight in weights:
        running += Fraction(weight)
        reached = half_up(total * running / whole)
        parts.append(reached - before)
        before = reached
    return tuple(parts)


def converted(amount: int, rate: Exact, digits: int, digits_after: int) -> int:
    """Return an amount in another currency.

    Args:
        amount: Minor units of the currency with `digits` after the point (ISO 4217).
        rate: Units of the other currency for one unit of this.
        digits: Minor-unit digits of this currency.
        digits_after: Minor-unit digits of the other.
    """
    return half_up(Fraction(amount) * Fraction(rate) * Fraction(10) ** (digits_after - digits))
