"""The OpenAPI 3.0 dialect as draft-04: `nullable` becomes a type, everything else is draft-04 already.

Source: OpenAPI 3.0.3 Schema Object and the clarification of `nullable` in proposal 2019-10-31: it adds "null" to the
`type` beside it and does nothing without one; `enum` still has to list null. Keywords of 3.1 that stand in a 3.0
document are read as they are meant.
"""

from __future__ import annotations

from decimal import Decimal

_LITERAL = frozenset({"enum", "default", "example", "examples", "const"})
_ALIEN = frozenset({"$id", "id", "$schema", "$anchor", "dependencies"})
_MAPS = frozenset({"properties", "patternProperties", "schemas", "definitions", "$defs"})


def translated(schema: object) -> object:
    """Return a draft-04 schema of the same shape, so that JSON pointers keep leading to the same places."""
    if isinstance(schema, list):
        return [translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {keyword: _keyword(keyword, value) for keyword, value in schema.items() if keyword not in _ALIEN}
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        limit = result.get(strict)
        if isinstance(limit, (int, Decimal, float)) and not isinstance(limit, bool):
            _bounded(result, bound, strict, limit)
    if "const" in result and "enum" not in result:
        result["enum"] = [result.pop("const")]
    kind = result.get("type")
    if schema.get("nullable") is True and isinstance(kind, str):
        result["type"] = [kind, "null"]
    return result


def _keyword(keyword: str, value: object) -> object:
    if keyword in _LITERAL:
        return value
    if keyword in _MAPS and isinstance(value, dict):
        return {name: translated(inside) for name, inside in value.items()}
    return translated(value)


def _bounded(result: dict[str, object], bound: str, strict: str, limit: Decimal | float) -> None:
    """Read a numeric exclusive bound (a 3.1 keyword in a 3.0 document) as it is meant."""
    given = result.get(bound)
    if not isinstance(given, (int, Decimal, float)):
        result[bound], result[strict] = limit, True
    else:
        del result[strict]
        parts = result.get("allOf")
        result["allOf"] = [*(parts if isinstance(parts, list) else ()), {bound: limit, strict: True}]
