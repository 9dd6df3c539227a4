"""Values that the authors of a contract wrote beside their schemas, found by the schema place that they belong to.

A whole example of a response tells what each of its fields looks like in earnest. Read only when a payload is
made; nothing is believed: whoever shows a value validates it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.compat.versions import Key, Site, Version, below
from harness.documents import Node
from harness.model import JSON, UnreadableError

_KEPT = 3
"""Most values kept for one place."""
_OPAQUE = frozenset({"schema", "payload", "example", "examples", "security", "securitySchemes", "servers", "tags"})
"""Members in which no further media type, parameter or message stands."""
_MOST_NODES = 200_000
_EXAMPLE = re.compile(r"examples?[\"']?\s*:")


class Examples:
    """The examples of one version, spread over the places of its schemas."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._roots: list[Node] = []
        self._known: dict[Key, list[JSON]] | None = None

    def start(self, root: Node) -> None:
        """Name a document whose examples count; one that writes none and refers to no other is never walked."""
        text = root.document.text
        if _names_example(text) or ".yaml" in text or ".json" in text or ".yml" in text:
            self._roots.append(root)
        self._known = None

    def at(self, sites: Iterable[Site]) -> list[JSON]:
        """Return what the authors wrote for a value at these places, null left out."""
        if self._known is None:
            self._known = {}
            for schema, value in self._given():
                self._spread(schema, value)
        return [value for site in sites for value in self._known.get(site.key, ())]

    def _given(self) -> Iterator[tuple[Node, JSON]]:
        """Yield schemas with an example: those of media types and messages first, then those of components."""
        seen: set[Key] = set()
        waiting = list(self._roots)
        components: list[Node] = []
        for node in waiting:
            key = (node.document.path, node.pointer)
            if key in seen or len(seen) > _MOST_NODES:
                continue
            seen.add(key)
            value = node.value
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                waiting.extend(self._followed(node))
                continue
            if isinstance(value, dict):
                yield from self._beside(node, value)
            for child in _inside(node):
                (components if child.pointer.endswith("/schemas") else waiting).append(child)
        for node in components:
            for name, schema in node.value.items() if isinstance(node.value, dict) else ():
                if isinstance(schema, dict):
                    yield from ((below(node, name), example) for example in written_examples(schema))

    def _followed(self, node: Node) -> list[Node]:
        try:
            return [self._version.follow(node)]
        except UnreadableError:
            return []  # said elsewhere; an example less is no reason to stop

    def _beside(self, node: Node, value: dict[str, JSON]) -> Iterator[tuple[Node, JSON]]:
        """Yield the examples that stand beside the schema of a media type, parameter, header or message."""
        name = "schema" if "schema" in value else "payload"
        if not isinstance(value.get(name), dict) or not ("example" in value or "examples" in value):
            return
        schema = below(node, name)
        if "schemaFormat" in schema.value and "schema" in schema.value:  # type: ignore[operator]  # a dict, see above
            schema = below(schema, "schema")
        if "example" in value:
            yield schema, value["example"]
        listed = value.get("examples")
        for key in listed if isinstance(listed, dict) else range(len(listed) if isinstance(listed, list) else 0):
            found = self._followed(below(below(node, "examples"), key))
            for example in found:
                for wrapped in ("value", "payload"):
                    if isinstance(example.value, dict) and wrapped in example.value:
                        yield schema, example.value[wrapped]

    def _spread(self, schema: Node, value: JSON) -> None:
        """Keep a value at its schema, and its members at the schemas of the members."""
        known = self._known if self._known is not None else {}
        waiting = [(schema, value)]
        for node, item in waiting:
            kept = known.setdefault((node.document.path, node.pointer), [])
            if item is None or len(kept) >= _KEPT or not isinstance(node.value, dict):
                continue
            kept.append(item)
            if isinstance(node.value.get("$ref"), str):
                waiting.extend((target, item) for target in self._followed(node))
            waiting.extend(_members(node, node.value, item))


def _names_example(text: str) -> bool:
    """Whether a member named `example` or `examples` may be written in JSON or YAML; "for example:" is no such name."""
    for found in _EXAMPLE.finditer(text):
        line = text.rfind("\n", 0, found.start()) + 1
        before = text[max(line, found.start() - 200) : found.start()].rstrip(" \t")
        if before.strip("- \t") == "" or before[-1] in "\"'{,":
            return True
    return False


def _inside(node: Node) -> Iterator[Node]:
    """Yield the objects and lists below a node in which examples may stand."""
    value = node.value
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield below(node, index)
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, (dict, list)) and name not in _OPAQUE and not name.startswith("x-"):
                yield below(node, name)


def _members(node: Node, schema: dict[str, JSON], value: JSON) -> Iterator[tuple[Node, JSON]]:
    for keyword in ("allOf", "anyOf", "oneOf"):
        listed = schema.get(keyword)
        for index in range(len(listed) if isinstance(listed, list) else 0):
            yield below(below(node, keyword), index), value
    properties, rest = schema.get("properties"), schema.get("additionalProperties")
    if isinstance(value, dict):
        declared = properties if isinstance(properties, dict) else {}
        for name, item in value.items():
            if name in declared:
                yield below(below(node, "properties"), name), item
            elif isinstance(rest, dict):
                yield below(node, "additionalProperties"), item
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        yield from ((below(node, "items"), item) for item in value[:_KEPT])


def written_examples(schema: dict[str, JSON]) -> Iterator[JSON]:
    """Yield the examples that a schema holds itself."""
    if "example" in schema:
        yield schema["example"]
    examples = schema.get("examples")
    if isinstance(examples, list):
        yield from examples
