"""Types of JSON Schema, and the conversions a validator makes where every value arrives as text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from harness.pacts.comparator.javascript import MISSING, listed

KNOWN: Final = frozenset({"string", "number", "integer", "boolean", "null", "array", "object"})
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_LONGEST_NUMBER = 400


def is_number(value: object) -> bool:
    """Whether a value is a JSON number."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def is_integer(value: object) -> bool:
    """Whether a value is a number without fraction: 1.0 is."""
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def has_type(name: str, value: object) -> bool:
    """Whether a value is of a type; a type nobody defines holds for every value."""
    if name == "number":
        return is_number(value)
    if name == "integer":
        return is_integer(value)
    if name == "null":
        return value is None
    kind = {"array": list, "object": dict, "string": str, "boolean": bool}.get(name)
    return kind is None or isinstance(value, kind)


def types_of(schema: dict[str, Any]) -> list[str]:
    """Return the types a schema allows, none for all; `nullable` adds null to a type."""
    written = schema.get("type")
    types = [item for item in (listed(written) or [written]) if isinstance(item, str)]
    if types and schema.get("nullable") is True and "null" not in types:
        types.append("null")
    return types


def coerced(value: Any, types: list[str]) -> Any:
    """Return the value converted to the first type it can be converted to, MISSING if there is none."""
    for name in types:
        converted = _CONVERSIONS[name](value) if name in _CONVERSIONS else MISSING
        if converted is not MISSING:
            return converted
    return MISSING


def _to_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return str(int(value)) if is_integer(value) else format(value, "f")
    return "" if value is None else MISSING


def _to_number(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if value is None:
        return 0
    return number(value) if isinstance(value, str) else MISSING


def number(text: str) -> Any:
    """Return the number a text writes, MISSING if it writes none."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return MISSING
    if _BASED.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _NUMBER.fullmatch(text) else MISSING


def _to_integer(value: Any) -> Any:
    converted = _to_number(value)
    return converted if is_integer(converted) else MISSING


def _to_boolean(value: Any) -> Any:
    if value is None or value == "false" or (is_number(value) and value == 0):
        return False
    return True if value == "true" or (is_number(value) and value == 1) else MISSING


def _to_null(value: Any) -> Any:
    return None if value is False or value == "" or (is_number(value) and value == 0) else MISSING


_CONVERSIONS = {
    "string": _to_text,
    "number": _to_number,
    "integer": _to_integer,
    "boolean": _to_boolean,
    "null": _to_null,
}
