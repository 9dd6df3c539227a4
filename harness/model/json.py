"""JSON values as documents hold them, JSON pointers, and JSON's own equality."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

JSON: TypeAlias = "bool | int | Decimal | str | list[JSON] | dict[str, JSON] | None"
"""A JSON value. Numbers are exact: `int`, or `Decimal` for anything written with a point or exponent."""


def escape(token: str) -> str:
    """Return one reference token escaped for a JSON pointer (RFC 6901, section 3)."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def join(pointer: str, *tokens: str | int) -> str:
    """Return `pointer` extended by unescaped `tokens`."""
    return pointer + "".join("/" + escape(str(token)) for token in tokens)


def split(pointer: str) -> list[str]:
    """Return the unescaped tokens of a JSON pointer; "" gives none."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def json_equal(left: object, right: object) -> bool:
    """Whether two JSON values are equal as JSON: `1 == 1.0`, `True != 1` (JSON Schema core, 4.2.2)."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(json_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(json_equal, left, right))
    if isinstance(left, (dict, list)) or isinstance(right, (dict, list)):
        return False
    return left == right
