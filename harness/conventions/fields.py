"""The fields that a contract carries, each once for what stands around it: a currency, a classification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.catalog.entities import mapping, sequence, text
from harness.conventions.names import is_currency
from harness.documents import Library, Node

_DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Field:
    """One property of one object schema.

    Attributes:
        name: Its name.
        node: Where it stands.
        schema: Its members, those of what it refers to included.
        classes: What `x-classification` says here and around it.
        beside_currency: Whether an object around it has a field that names the currency.
    """

    name: str
    node: Node
    schema: Mapping[str, object]
    classes: frozenset[str]
    beside_currency: bool

    @property
    def types(self) -> frozenset[str]:
        """The JSON types it may have, `null` left out; of alternatives, those they name directly."""
        found = _types(self.schema)
        for keyword in ("anyOf", "oneOf", "allOf"):
            for one in sequence(self.schema.get(keyword)):
                found |= _types(mapping(one))
        return found - {"null"}


def _types(schema: Mapping[str, object]) -> frozenset[str]:
    said = schema.get("type")
    return frozenset(text(one) for one in (said if isinstance(said, list) else [said]) if one)


def fields(library: Library, roots: Iterable[Node], *, beside_currency: bool = False) -> Iterator[Field]:
    """Yield the fields below the schemas `roots`, references followed, recursion cut.

    `beside_currency`: whether what they are part of has a currency already.
    """
    walk = _Walk(library)
    for root in roots:
        walk.visit(root, frozenset(), beside_currency, 0)
    yield from walk.found


@dataclass(slots=True)
class _Walk:
    library: Library
    found: list[Field] = field(default_factory=list)
    seen: set[tuple[str, str, frozenset[str], bool]] = field(default_factory=set)

    def visit(self, node: Node, classes: frozenset[str], beside_currency: bool, depth: int) -> None:  # noqa: FBT001  (recursion)
        schema = self.library.follow(node)
        value = mapping(schema.value)
        classes |= _classes(mapping(node.value)) | _classes(value)
        beside_currency = beside_currency or self._names_currency(schema, 0)
        key = (schema.document.path, schema.pointer, classes, beside_currency)
        if key in self.seen or depth > _DEEPEST:
            return
        self.seen.add(key)
        for name in mapping(value.get("properties")):
            below = schema.child("properties", name)
            target = mapping(self.library.follow(below).value)
            marks = {**target, **mapping(below.value)}
            own = classes | _classes(target) | _classes(marks)
            self.found.append(Field(name, below, marks, own, beside_currency))
            self.visit(below, own, beside_currency, depth + 1)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index, _ in enumerate(sequence(value.get(keyword))):
                self.visit(schema.child(keyword, index), classes, beside_currency, depth + 1)
        for keyword in ("items", "additionalProperties"):
            if mapping(value.get(keyword)):
                self.visit(schema.child(keyword), classes, beside_currency, depth + 1)

    def _names_currency(self, schema: Node, depth: int) -> bool:
        """Whether an object has a currency, itself or by what it is composed of."""
        value = mapping(schema.value)
        if any(is_currency(name) for name in mapping(value.get("properties"))):
            return True
        parts = (schema.child("allOf", index) for index, _ in enumerate(sequence(value.get("allOf"))))
        return depth < _DEEPEST and any(self._names_currency(self.library.follow(one), depth + 1) for one in parts)


def _classes(schema: Mapping[str, object]) -> frozenset[str]:
    said = schema.get("x-classification")
    return frozenset(text(one).lower() for one in (said if isinstance(said, list) else [said]) if one)
