"""JSON values as the algebra sees them: exact numbers, one canonical text per value, six types.

Equality is JSON equality (JSON Schema core 2020-12, section 4.2.2): two values are equal exactly when their
canonical texts are. Python's `==` is never used on JSON values, because `1 == True` there.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction

NULL, BOOL, NUM, STR, ARR, OBJ = 1, 2, 4, 8, 16, 32
ALL = 63
TYPE_NAMES = {NULL: "null", BOOL: "boolean", NUM: "number", STR: "string", ARR: "array", OBJ: "object"}
TYPES_IN_ORDER = (STR, NUM, BOOL, OBJ, ARR, NULL)
"""Which type a witness is looked for in first: scalars a reader grasps at once, null last."""

LARGEST_EXPONENT = 2000


class TooLargeError(Exception):
    """A number whose exact form would fill the memory: the answer is `unproven`."""


def exact(value: object) -> Fraction:
    """Return the exact value of a JSON number; a float counts as the shortest decimal that prints it.

    Raises:
        TooLargeError: More than 2000 digits before or behind the point.
    """
    if isinstance(value, int):
        return Fraction(value)
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise TooLargeError(f"the number {number} is too large or too small to calculate with")
    return Fraction(number)


def plain(number: Fraction) -> int | Decimal:
    """Return a JSON number for an exact value that has a finite decimal expansion."""
    if number.denominator == 1:
        return number.numerator
    twos = _multiplicity(number.denominator, 2)
    fives = _multiplicity(number.denominator, 5)
    places = max(twos, fives)
    digits = number.numerator * 10**places // number.denominator
    return Decimal((0 if digits >= 0 else 1, tuple(map(int, str(abs(digits)))), -places))


def _multiplicity(number: int, factor: int) -> int:
    count = 0
    while number % factor == 0:
        number //= factor
        count += 1
    return count


def type_of(value: object) -> int:
    """Return the type bit of a JSON value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return STR
    if isinstance(value, dict):
        return OBJ
    return ARR if isinstance(value, (list, tuple)) else NUM


def canon(value: object) -> str:
    """Return a text that two JSON values share exactly when they are equal as JSON."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{canon(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canon, value)) + "]"
    return str(value) if isinstance(value, int) else str(exact(value))


def divides(step: Fraction, number: Fraction) -> bool:
    """Whether `number` is an integer multiple of `step`."""
    return (number / step).denominator == 1


def gcd(left: Fraction, right: Fraction) -> Fraction:
    """Return the largest rational of which both are integer multiples."""
    return Fraction(
        math.gcd(left.numerator * right.denominator, right.numerator * left.denominator),
        left.denominator * right.denominator,
    )


def lcm(left: Fraction, right: Fraction) -> Fraction:
    """Return the smallest positive rational that is an integer multiple of both."""
    return left * right / gcd(left, right)
