"""The fields of a payload: its schema with references resolved, and the schema of each field by dotted path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.catalog.entities import mapping, sequence, texts
from harness.documents import Library, Node
from harness.model import JSON

_DEEPEST = 16
_WORDS = frozenset({"title", "description", "example", "examples", "$comment", "deprecated", "default", "externalDocs"})


@dataclass(frozen=True, slots=True)
class PayloadField:
    """One property of a payload.

    Attributes:
        path: Dotted; lists are passed through without an index.
        schema: Its schema, plain: no reference, no annotation.
        required: Whether it and everything above it must be there.
        local: Whether the contract says by `x-local` that it exists only there.
        node: Where it stands.
    """

    path: str
    schema: JSON
    required: bool
    local: bool
    node: Node


class Payload:
    """The fields below one schema, read once."""

    def __init__(self, library: Library, root: Node, *, closed: bool) -> None:
        """Read the schema at `root`.

        Args:
            library: Resolves references.
            root: The schema.
            closed: Whether an object has exactly the properties it lists: what a binding copies are those.
        """
        self._library = library
        self._closed = closed
        self.fields: dict[str, PayloadField] = {}
        for found in self._below(root, "", required=True, depth=0):
            self.fields.setdefault(found.path, found)

    def top(self) -> Iterator[PayloadField]:
        """Yield the fields of the payload itself."""
        return (found for found in self.fields.values() if "." not in found.path)

    def _below(self, node: Node, prefix: str, *, required: bool, depth: int) -> Iterator[PayloadField]:
        schema = self._library.follow(node)
        value = mapping(schema.value)
        if depth > _DEEPEST:
            return
        for keyword in ("allOf", "oneOf", "anyOf"):
            for index, _ in enumerate(sequence(value.get(keyword))):
                each = required and keyword == "allOf"
                yield from self._below(schema.child(keyword, str(index)), prefix, required=each, depth=depth + 1)
        if mapping(value.get("items")):
            yield from self._below(schema.child("items"), prefix, required=required, depth=depth + 1)
        wanted = set(texts(value.get("required")))
        for name in mapping(value.get("properties")):
            here = schema.child("properties", name)
            marks = {**mapping(self._library.follow(here).value), **mapping(here.value)}
            must = required and name in wanted
            path = prefix + name
            yield PayloadField(path, self.plain(here), must, "x-local" in marks, here)
            yield from self._below(here, f"{path}.", required=must, depth=depth + 1)

    def plain(self, node: Node, depth: int = 0) -> JSON:  # noqa: C901  (one branch a kind of keyword)
        """Return the schema at `node` without references and annotations; `True` below the deepest level."""
        if depth > _DEEPEST:
            return True
        schema = self._library.follow(node)
        value = schema.value
        if not isinstance(value, dict):
            return value
        found: dict[str, JSON] = {}
        for key, item in value.items():
            if key in _WORDS or key.startswith("x-"):
                continue
            if key in {"properties", "patternProperties", "$defs"} and isinstance(item, dict):
                if key != "$defs":
                    found[key] = {name: self.plain(schema.child(key, name), depth + 1) for name in item}
            elif key in {"allOf", "anyOf", "oneOf", "prefixItems"} and isinstance(item, list):
                found[key] = [self.plain(schema.child(key, str(index)), depth + 1) for index, _ in enumerate(item)]
            elif key in {"items", "additionalProperties", "not", "contains", "propertyNames"}:
                found[key] = self.plain(schema.child(key), depth + 1)
            elif key not in {"readOnly", "writeOnly"}:
                found[key] = item
        if self._closed and "properties" in found and not {"allOf", "anyOf", "oneOf"} & found.keys():
            found["additionalProperties"] = False
        return found
