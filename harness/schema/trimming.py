"""The part of a big document of schemas that can say anything about one given value.

Compiling a validator for a schema that reaches hundreds of others takes longer than everything else together. A
subschema under `properties` whose name occurs nowhere in the value can never be applied, and listing the name matters
to no key of the value either, so it is left out; with it goes all that only it refers to. The verdict on that value is
the same.
"""

from __future__ import annotations

_LITERAL = frozenset({"enum", "const", "default", "examples", "example"})
_MAPS = frozenset({"patternProperties", "dependentSchemas", "dependencies"})
_NAMING = frozenset({"$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor"})
BIG = 3_000


class UntrimmableError(Exception):
    """The document names parts of itself, or refers into places that cannot be cut out."""


def is_big(document: object) -> bool:
    """Whether a document holds so many values that trimming pays."""
    pending, seen = [document], 0
    while pending:
        value = pending.pop()
        seen += 1
        if seen > BIG:
            return True
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False


def names_in(value: object) -> frozenset[str]:
    """Return every key that occurs anywhere in a value."""
    names: set[str] = set()
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            names.update(current)
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return frozenset(names)


def trimmed(document: object, pointer: str, names: frozenset[str]) -> dict[str, object]:
    """Return a document with a schema and what it needs to judge values with these names, at the same pointers.

    Raises:
        UntrimmableError: The document cannot be cut up.
    """
    result: dict[str, object] = {}
    pending, placed = [pointer], set[str]()
    while pending:
        current = pending.pop()
        if current in placed:
            continue
        placed.add(current)
        references: set[str] = set()
        _place(result, current, _without(_at(document, current), names, references))
        pending.extend(sorted(references))
    return result


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _at(document: object, pointer: str) -> object:
    value = document
    for token in _tokens(pointer):
        if not isinstance(value, dict) or token not in value or not _NAMING.isdisjoint(value):
            raise UntrimmableError(pointer)
        value = value[token]
    return value


def _place(result: dict[str, object], pointer: str, value: object) -> None:
    tokens = _tokens(pointer)
    if len(tokens) not in {2, 3}:
        raise UntrimmableError(pointer)
    for token in tokens[:-1]:
        inside = result.setdefault(token, {})
        assert isinstance(inside, dict)  # noqa: S101  (made by this function only)
        result = inside
    result[tokens[-1]] = value


def _without(schema: object, names: frozenset[str], references: set[str]) -> object:
    if isinstance(schema, list):
        return [_without(item, names, references) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if not _NAMING.isdisjoint(schema):
        raise UntrimmableError
    kept = schema.keys() - {"$defs", "definitions"}
    return {keyword: _keyword(keyword, schema[keyword], names, references) for keyword in schema if keyword in kept}


def _keyword(keyword: str, value: object, names: frozenset[str], references: set[str]) -> object:
    if keyword in _LITERAL:
        return value
    if keyword == "$ref" and isinstance(value, str):
        if not value.startswith("#/") or "%" in value:
            raise UntrimmableError(value)
        references.add(value[1:])
        return value
    if isinstance(value, dict) and (keyword == "properties" or keyword in _MAPS):
        wanted = names if keyword == "properties" else value.keys()
        return {name: _without(inside, names, references) for name, inside in value.items() if name in wanted}
    return _without(value, names, references)


__all__ = ["BIG", "UntrimmableError", "is_big", "names_in", "trimmed"]
