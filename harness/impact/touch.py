"""Which schema nodes one field use rests on: descend a schema along the pointer of the use.

The walk is led by the pointers of the pact, never by the schema: recursion ends with the pointer, and a
specification of thousands of operations costs nothing beyond the few fields somebody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.documents import Library, Node
from harness.model import HarnessError, split

_IN_PLACE = ("allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas")
_BELOW_OBJECT = ("patternProperties", "additionalProperties", "unevaluatedProperties")
_BELOW_ARRAY = ("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains")
_CHILDREN = ("properties", *_BELOW_OBJECT, *_BELOW_ARRAY)
_BUDGET = 5_000


@dataclass(frozen=True, slots=True)
class Touched:
    """One schema node that applies at one place of the body.

    Attributes:
        file: File of the node.
        pointer: JSON pointer of the node in its file.
        body: Where in the body it applies, arrays indexed by `*`.
        rest: The tokens of the use below `body`: empty where the use ends here.
        has_children: Whether the node says anything about what lies below.
    """

    file: str
    pointer: str
    body: str
    rest: tuple[str, ...]
    has_children: bool


class TooWideError(Exception):
    """The budget ran out, or a reference could not be followed: nothing may be concluded."""


def touched(library: Library, root: Node, pointer: str) -> tuple[Touched, ...]:
    """Return every schema node that `pointer` into a body described by `root` rests on.

    Args:
        library: Resolves references of `root`.
        root: Schema of the whole body.
        pointer: Use, arrays indexed by `*`.

    Raises:
        TooWideError: The walk met a broken reference or more than 5,000 nodes.
    """
    tokens = tuple(split(pointer))
    found: list[Touched] = []
    level = list(_closure(library, [root]))
    for depth in range(len(tokens) + 1):
        body = "".join(f"/{_escaped(token)}" for token in tokens[:depth])
        rest = tokens[depth:]
        found.extend(Touched(node.document.path, node.pointer, body, rest, _has_children(node)) for node in level)
        if len(found) > _BUDGET:
            raise TooWideError
        if rest:
            level = list(_closure(library, _step(level, rest[0])))
    return tuple(dict.fromkeys(found))


def _closure(library: Library, nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes, what they refer to, and what their in-place applicators hold, each once."""
    seen: set[tuple[str, str]] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        key = (node.document.path, node.pointer)
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > _BUDGET:
            raise TooWideError
        yield node
        waiting.extend(_beside(library, node))


def _beside(library: Library, node: Node) -> Iterator[Node]:
    value = node.value
    if not isinstance(value, dict):
        return
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        reference = value.get(keyword)
        if isinstance(reference, str):
            try:
                yield library.resolve(node, reference)
            except HarnessError as broken:
                raise TooWideError from broken
    for keyword in _IN_PLACE:
        yield from _members(node, keyword)


def _members(node: Node, keyword: str) -> Iterator[Node]:
    """Yield the schema of a keyword, the schemas of its list, or those of its map."""
    value = node.value[keyword] if isinstance(node.value, dict) and keyword in node.value else None
    if isinstance(value, list):
        yield from (node.child(keyword, str(index)) for index in range(len(value)))
    elif isinstance(value, dict) and keyword in {"dependentSchemas", "patternProperties"}:
        yield from (node.child(keyword, name) for name in value)
    elif isinstance(value, dict):
        yield node.child(keyword)


def _step(level: Iterable[Node], token: str) -> Iterator[Node]:
    """Yield the schemas one token deeper; where it could be several, all of them."""
    for node in level:
        value = node.value
        if not isinstance(value, dict):
            continue
        properties = value.get("properties")
        if isinstance(properties, dict) and token in properties:
            yield node.child("properties", token)
        # a pattern is never evaluated here: any of them may match, which only makes the answer wider
        for keyword in _BELOW_ARRAY if token == "*" else _BELOW_OBJECT:  # noqa: S105  (a pointer token)
            yield from _members(node, keyword)


def _has_children(node: Node) -> bool:
    return isinstance(node.value, dict) and any(keyword in node.value for keyword in _CHILDREN)


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
