"""The OpenAPI 3.0 dialect as draft-04: `nullable` becomes a type, everything else is draft-04 already.

Source: OpenAPI 3.0.3 Schema Object and the clarification of `nullable` in proposal 2019-10-31: it adds "null" to the
`type` beside it and does nothing without one; `enum` still has to list null.
"""

from __future__ import annotations

_LITERAL = frozenset({"enum", "default", "example", "examples", "const"})
_ALIEN = frozenset({"$id", "id", "$schema", "$anchor", "patternProperties", "definitions", "dependencies"})
_MAPS = frozenset({"properties", "schemas"})


def translated(schema: object) -> object:
    """Return a draft-04 schema of the same shape, so that JSON pointers keep leading to the same places."""
    if isinstance(schema, list):
        return [translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema and isinstance(schema["$ref"], str):
        return {"$ref": schema["$ref"]}
    result: dict[str, object] = {}
    for keyword, value in schema.items():
        if keyword in _LITERAL:
            result[keyword] = value
        elif keyword in _MAPS and isinstance(value, dict):
            result[keyword] = {name: translated(inside) for name, inside in value.items()}
        elif keyword not in _ALIEN:
            result[keyword] = translated(value)
    kind = result.get("type")
    if schema.get("nullable") is True and isinstance(kind, str):
        result["type"] = [kind, "null"]
    return result
