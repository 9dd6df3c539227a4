"""Names, logical types and defaults of Avro schemas (Avro 1.12, "Names", "Logical Types", "Complex Types")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from harness.compat.avro_schema import AvroType, Logical
from harness.model import JSON

# Our own pattern over a bounded alphabet, never one from a contract.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_UNDERLYING: Mapping[str, frozenset[str]] = {
    "date": frozenset({"int"}),
    "time-millis": frozenset({"int"}),
    "time-micros": frozenset({"long"}),
    "timestamp-millis": frozenset({"long"}),
    "timestamp-micros": frozenset({"long"}),
    "timestamp-nanos": frozenset({"long"}),
    "local-timestamp-millis": frozenset({"long"}),
    "local-timestamp-micros": frozenset({"long"}),
    "local-timestamp-nanos": frozenset({"long"}),
    "uuid": frozenset({"string", "fixed"}),
    "duration": frozenset({"fixed"}),
}
_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)


def is_name(text: object) -> bool:
    """Whether `text` is one name: a letter or underscore, then letters, digits, underscores."""
    return isinstance(text, str) and _NAME.match(text) is not None


def is_full_name(text: object) -> bool:
    """Whether `text` is a dot-separated sequence of names."""
    return isinstance(text, str) and all(map(is_name, text.split(".")))


def full_name(name: str, namespace: str) -> str:
    """Return `name` qualified by `namespace` unless it has dots of its own or there is no namespace."""
    return name if "." in name or not namespace else f"{namespace}.{name}"


def logical_type(kind: str, size: int, attributes: Mapping[str, JSON]) -> Logical | None:
    """Return the logical type, or None where there is none or it is invalid, which readers must ignore."""
    name = attributes.get("logicalType")
    if name == "decimal" and kind in {"bytes", "fixed"}:
        return _decimal(kind, size, attributes)
    if isinstance(name, str) and kind in _UNDERLYING.get(name, frozenset()):
        wanted = {"uuid": 16, "duration": 12}.get(name, size)
        return Logical(name) if kind != "fixed" or size == wanted else None
    return None


def _decimal(kind: str, size: int, attributes: Mapping[str, JSON]) -> Logical | None:
    precision, scale = attributes.get("precision"), attributes.get("scale", 0)
    if not _is_count(precision) or not _is_count(scale):
        return None
    assert isinstance(precision, int)  # noqa: S101  (narrowing for the type checker only)
    assert isinstance(scale, int)  # noqa: S101  (as above)
    # floor(log10(2 ** (8 * size - 1) - 1)) digits fit (specification, "Decimal"); 30103/100000 is log10(2).
    fits = kind == "bytes" or precision <= (8 * size - 1) * 30103 // 100000
    return Logical("decimal", precision, scale) if precision > 0 and scale <= precision and fits else None


def _is_count(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def default_fits(value: JSON, node: AvroType, target: Callable[[AvroType], AvroType]) -> bool:
    """Whether `value` is a default of `node` in the JSON form of the table in "Complex Types", records.

    For a union any branch may match (1.12; earlier versions allowed the first branch only).
    """
    node = target(node)
    if node.kind == "union":
        return any(default_fits(value, branch, target) for branch in node.branches)
    if node.kind == "array" and node.items is not None:
        items = node.items
        return isinstance(value, list) and all(default_fits(item, items, target) for item in value)
    if node.kind == "map" and node.items is not None:
        items = node.items
        return isinstance(value, dict) and all(default_fits(item, items, target) for item in value.values())
    if node.kind == "record":
        return isinstance(value, dict) and all(
            default_fits(value[member.name], member.type, target) if member.name in value else member.has_default
            for member in node.fields
        )
    return _scalar_fits(value, node)


def _scalar_fits(value: JSON, node: AvroType) -> bool:
    match node.kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "int" | "long" | "float" | "double":
            return _number_fits(value, node.kind)
        case "string":
            return isinstance(value, str)
        case "enum":
            return value in node.symbols
        case _:
            octets = isinstance(value, str) and all(ord(character) < 256 for character in value)
            return octets and (node.kind == "bytes" or len(str(value)) == node.size)


def _number_fits(value: JSON, kind: str) -> bool:
    if kind in {"int", "long"}:
        whole = _whole(value)
        return whole is not None and whole in (_INT if kind == "int" else _LONG)
    # Java writes a default NaN or Infinity as text, since JSON has no such numbers.
    spelled = value in ("NaN", "Infinity", "-Infinity")
    return spelled or (isinstance(value, (int, Decimal)) and not isinstance(value, bool))


def _whole(value: JSON) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return int(value) if value == value // 1 else None
