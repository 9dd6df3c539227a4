"""Makes a found value look like real data.

`examples`, `example`, `default` and samples of `format` take the place of made-up scalars wherever the value stays what
it was found to be. Formulas know nothing of annotations; this walks the written schema beside the value instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy

from harness.model import UnreadableError
from harness.schema import formats
from harness.schema.resources import Place, Schemas
from harness.schema.values import canon, type_of

_MOST_TRIED = 12
_DEEPEST = 12
Path = tuple[str | int, ...]


def realistic(schemas: Schemas, pointer: str, value: object, *, accepts: Callable[[object], bool]) -> object:
    """Return a value like `value` with realistic scalars, which `accepts`; `value` itself if nothing fits.

    Args:
        schemas: The document of the schema that the value satisfies.
        pointer: Where the schema stands.
        value: The value that was found.
        accepts: Whether a value will do as well.
    """
    wanted: dict[Path, object] = {}
    try:
        for path, candidate in _suggestions(schemas, schemas.at(pointer), value, (), 0):
            wanted.setdefault(path, candidate)
    except UnreadableError:
        return value
    if not wanted:
        return value
    together = value
    for path, candidate in wanted.items():
        together = _replaced(together, path, candidate)
    if accepts(together):
        return together
    for path, candidate in list(wanted.items())[:_MOST_TRIED]:
        changed = _replaced(value, path, candidate)
        if accepts(changed):
            value = changed
    return value


def _suggestions(
    schemas: Schemas, place: Place, value: object, path: Path, depth: int
) -> Iterator[tuple[Path, object]]:
    schema = place.value
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if not isinstance(value, (dict, list)):
        for candidate in _annotated(schema):
            if type_of(candidate) == type_of(value) and canon(candidate) != canon(value):
                yield path, candidate
                break
    if isinstance(schema.get("$ref"), str):
        yield from _suggestions(schemas, schemas.resolve(place, schema["$ref"])[0], value, path, depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        branches = schema.get(keyword)
        for position in range(len(branches) if isinstance(branches, list) else 0):
            yield from _suggestions(schemas, place.child(keyword, position), value, path, depth + 1)
    for key, tokens in _inside(schema, value):
        inner = value[key]  # type: ignore[index]  # keys of the value itself
        yield from _suggestions(schemas, place.child(*tokens), inner, (*path, key), depth + 1)


def _annotated(schema: dict[str, object]) -> Iterator[object]:
    examples = schema.get("examples")
    yield from examples if isinstance(examples, list) else ()
    yield from (schema[keyword] for keyword in ("example", "default") if keyword in schema)
    if isinstance(schema.get("format"), str):
        yield from formats.samples(str(schema["format"]))


def _inside(schema: dict[str, object], value: object) -> Iterator[tuple[str | int, tuple[str | int, ...]]]:
    """Yield (key or index in the value, tokens to its schema)."""
    if isinstance(value, dict):
        declared = schema.get("properties")
        for name in value:
            if isinstance(declared, dict) and name in declared:
                yield name, ("properties", name)
            elif isinstance(schema.get("additionalProperties"), dict):
                yield name, ("additionalProperties",)
    elif isinstance(value, list):
        leading = schema.get("prefixItems", schema.get("items"))
        number = len(leading) if isinstance(leading, list) else 0
        keyword = "prefixItems" if "prefixItems" in schema else "items"
        for position in range(len(value)):
            if position < number:
                yield position, (keyword, position)
            elif isinstance(schema.get("items"), dict):
                yield position, ("items",)


def _replaced(value: object, path: Path, candidate: object) -> object:
    if not path:
        return candidate
    changed = deepcopy(value)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]  # type: ignore[index]  # the path was walked before
    inside[path[-1]] = candidate  # type: ignore[index]  # as above
    return changed
