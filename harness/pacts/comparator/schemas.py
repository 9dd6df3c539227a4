"""From a schema of the specification to the schema an example is held against.

Three steps, each as the comparator takes it: collect the schema with everything it refers to (`minimum_schema`),
flatten `allOf` (OpenAPI means the union of the parts), and for what a consumer reads forbid undeclared fields and
drop `required` (`received_schema`): a consumer may use part of an answer, but not a field nobody promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from harness.pacts.comparator.javascript import (
    MISSING,
    copied,
    listed,
    mapping,
    merge,
    put,
    resolved,
    tokens,
    value_at,
)

DEEPEST: Final = 60
MOST_STEPS: Final = 20_000
"""Beyond it an `allOf` that contains itself is left as it is: no value can be nested deeper in a document we read."""
_SINGLE = ("oneOf", "anyOf", "not", "items", "additionalProperties")


def minimum_schema(schema: Any, document: object) -> Any:
    """Return the schema with the parts of the document it refers to, so that it can be used alone."""
    if not isinstance(schema, dict):
        return schema
    found = _prepared(schema, document)
    waiting = list(dict.fromkeys(_references(found)))
    added: list[str] = []
    while waiting:
        reference = waiting.pop(0)
        added.append(reference)
        part = value_at(document, tokens(reference))
        part = _prepared(part, document) if isinstance(part, dict) else ({} if part is MISSING else part)
        waiting += [new for new in dict.fromkeys(_references(part)) if new not in added and new not in waiting]
        put(found, tokens(reference), part)
    return _flattened(found, added)


def united_schema(schema: Any) -> Any:
    """Return a schema that refers to nothing with the parts of each `allOf` merged into one."""
    return _Flattening(schema).flat(schema) if isinstance(schema, dict) else schema


def received_schema(schema: Any, *, keep_nullable_open: bool = False) -> Any:
    """Return the schema for what a consumer reads; the given schema is changed in place.

    Args:
        schema: A schema whose references resolve in itself.
        keep_nullable_open: Leave nullable objects open, as an older tool did.
    """
    for part in _reachable(schema):
        open_object = part.get("type") == "object" and part.get("additionalProperties", True) is True
        united = any(part.get(word) for word in ("oneOf", "allOf", "anyOf"))
        if open_object and not united and not (keep_nullable_open and part.get("nullable")):
            part["additionalProperties"] = False
    for part in _reachable(schema):
        if not part.get("oneOf"):
            part.pop("required", None)
    return schema


def resolved_schema(schema: Any, document: object, visited: frozenset[str] = frozenset()) -> Any:
    """Return a schema with every reference replaced by what it names; a circle becomes `{}` (AsyncAPI payloads)."""
    if isinstance(schema, list):
        return [resolved_schema(item, document, visited) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference in visited or len(visited) > DEEPEST:
            return {}
        found = value_at(document, tokens(reference))
        return {} if found is MISSING else resolved_schema(found, document, visited | {reference})
    return {key: resolved_schema(item, document, visited) for key, item in schema.items()}


def _prepared(schema: dict[str, Any], document: object) -> dict[str, Any]:
    """Copy one schema and bring its keywords into the form of JSON Schema 2019-09."""
    found: dict[str, Any] = copied(schema)
    found.pop("description", None)
    found.pop("example", None)
    for adapt in (_discriminator, _nullable(document), _exclusive):
        for part in _parts(found):
            adapt(part)
    return found


def _parts(schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the subschemas, innermost first, without following references."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return
    for child in _children(schema):
        yield from _parts(child, depth + 1)
    yield schema


def _children(schema: dict[str, Any]) -> list[Any]:
    children = [item for word in ("allOf", "oneOf", "anyOf") for item in listed(schema.get(word))]
    children += mapping(schema.get("properties")).values()
    return [*children, *(schema.get(word) for word in ("not", "items", "additionalProperties"))]


def _references(schema: Any) -> Iterator[str]:
    for part in _parts(schema):
        if isinstance(part.get("$ref"), str) and part["$ref"]:
            yield part["$ref"]


def _discriminator(part: dict[str, Any]) -> None:
    known = part.get("discriminator")
    name = mapping(known).get("propertyName")
    if name and part.get("oneOf"):
        required = listed(part.get("required"))
        part["required"] = required if name in required else [*required, name]
    if known and not part.get("oneOf"):
        del part["discriminator"]


def _nullable(document: object) -> Callable[[dict[str, Any]], None]:
    def adapt(part: dict[str, Any]) -> None:
        if not part.get("nullable"):
            return
        if part.get("$ref"):
            if not part.get("type"):
                kind = mapping(resolved(part, document)).get("type")
                part.update({} if kind is None else {"type": kind})
            return
        kind = part.get("type") or "object"
        part["type"] = kind if isinstance(kind, list) else [kind, "null"]

    return adapt


def _exclusive(part: dict[str, Any]) -> None:
    """Turn the flags of draft-04 into the numbers of later drafts."""
    for flag, bound in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        if part.get(flag) is True:
            part[flag] = part.pop(bound, None)
            if part[flag] is None:
                del part[flag]
        elif part.get(flag) is False:
            del part[flag]


def _flattened(schema: dict[str, Any], references: list[str]) -> Any:
    flattening = _Flattening(schema)
    flattened = flattening.flat(schema)
    for reference in references:
        part = value_at(schema, tokens(reference))
        if part is not MISSING:
            put(flattened, tokens(reference), flattening.flat(part))
    return flattened


class _Flattening:
    """Unites the parts of every `allOf` of one schema.

    A schema that is a part of itself means nothing more the second time, so a reference on the way is not followed
    again; the number of steps is bounded, since parts that name each other multiply.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._left = MOST_STEPS
        self._way: list[str] = []

    def flat(self, schema: Any, depth: int = 0) -> Any:
        self._left -= 1
        if not isinstance(schema, dict) or depth > DEEPEST or self._left < 0:
            return schema
        if isinstance(schema.get("allOf"), list):
            return self._united(schema, depth)
        if isinstance(schema.get("properties"), dict):
            for name, part in schema["properties"].items():
                schema["properties"][name] = self.flat(part, depth + 1)
            return schema
        word = next((word for word in _SINGLE if schema.get(word)), None)
        if word is None:
            return schema
        part = schema[word]
        is_list = isinstance(part, list)
        flat = [self.flat(item, depth + 1) for item in part] if is_list else self.flat(part, depth + 1)
        return {**schema, word: flat}

    def _united(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        united = {word: value for word, value in schema.items() if word != "allOf"}
        for part in schema["allOf"]:
            branch = self._branch(part, depth)
            if isinstance(branch, dict):
                merge(united, branch)
        return united

    def _branch(self, part: Any, depth: int) -> Any:
        reference = part.get("$ref") if isinstance(part, dict) else None
        if not isinstance(reference, str):
            return self._with_plain_properties(self.flat(part, depth + 1), depth)
        others = {word: value for word, value in part.items() if word != "$ref"}
        if reference in self._way:
            return others
        self._way.append(reference)
        named = {**others, **mapping(value_at(self._root, tokens(reference)))}
        branch = self._with_plain_properties(self.flat(named, depth + 1), depth)
        self._way.pop()
        return branch

    def _with_plain_properties(self, schema: Any, depth: int) -> Any:
        """Replace properties that are nothing but a reference, so that two branches can be merged below them."""
        if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
            return schema
        properties = dict(schema["properties"])
        for name, part in properties.items():
            if isinstance(part, dict) and part.keys() == {"$ref"} and isinstance(part["$ref"], str):
                found = value_at(self._root, tokens(part["$ref"]))
                if isinstance(found, dict) and depth < DEEPEST and part["$ref"] not in self._way:
                    self._way.append(part["$ref"])
                    properties[name] = self.flat(found, depth + 1)
                    self._way.pop()
        return {**schema, "properties": properties}


def _reachable(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield the subschemas with references followed inside the schema, each reference once."""
    yield from _walk(schema, schema, set(), 0)


def _walk(schema: Any, root: Any, visited: set[str], depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(schema, dict) or depth > DEEPEST:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference:
        if reference in visited:
            return
        visited.add(reference)
    found = resolved(schema, root)
    if not isinstance(found, dict):
        return
    if schema.get("nullable"):
        found["nullable"] = schema["nullable"]
        found.setdefault("type", "object")
    for child in _children(found):
        yield from _walk(child, root, visited, depth + 1)
    yield found
