"""What a named transformation makes of a schema: the values that can come out, as a schema again."""

from __future__ import annotations

from collections.abc import Iterable

from harness.catalog.bindings import FieldBinding
from harness.catalog.entities import text
from harness.catalog.mappings import Mapping
from harness.model import JSON

_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"


def transformed(rule: FieldBinding, sources: list[JSON], table: Mapping | None) -> JSON:
    """Return the schema of the values that `rule` makes of values of the source schemas."""
    made = _made(rule, sources, table)
    return {"anyOf": [made, {"const": rule.otherwise}]} if rule.has_otherwise else made


def _made(rule: FieldBinding, sources: list[JSON], table: Mapping | None) -> JSON:  # noqa: PLR0911  (one a transformation)
    first = sources[0] if sources else True
    match rule.by:
        case "constant":
            return {"const": rule.value}
        case "lookup":
            return {"enum": _distinct(row.values.get(rule.column) for row in table.rows) if table else []}
        case "enum-map":
            outcomes = _distinct(rule.cases.values())
            return {"enum": [*outcomes, None] if _may_be_null(first) and None not in outcomes else outcomes}
        case "concat":
            return {"type": "string", "minLength": sum(_least(source) for source in sources)}
        case "collect":
            return {"type": "array", "items": first}
        case "date":
            return _or_null({"type": "string", "format": "date"}, first)
        case "minor-to-major":
            return _or_null({"type": "string", "pattern": _DECIMAL}, first)
        case "major-to-minor":
            return _or_null({"type": "integer"} | ({"minimum": 0} if _is_positive(first) else {}), first)
        case _:
            return first


def _distinct(values: Iterable[JSON]) -> list[JSON]:
    found: list[JSON] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _least(schema: JSON) -> int:
    length = schema.get("minLength") if isinstance(schema, dict) else None
    return length if isinstance(length, int) else 0


def _may_be_null(schema: JSON) -> bool:
    if not isinstance(schema, dict):
        return False
    kind = schema.get("type")
    return kind == "null" or (isinstance(kind, list) and "null" in kind) or schema.get("nullable") is True


def _or_null(made: dict[str, JSON], source: JSON) -> JSON:
    return {"anyOf": [made, {"type": "null"}]} if _may_be_null(source) else made


def _is_positive(schema: JSON) -> bool:
    return isinstance(schema, dict) and schema.get("minimum") == 0


def values_of(schema: JSON) -> list[str] | None:
    """Return the values of a schema that lists them, as text; None where it does not list them."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return [text(schema["const"])]
    listed = schema.get("enum")
    return [text(value) for value in listed if value is not None] if isinstance(listed, list) else None
