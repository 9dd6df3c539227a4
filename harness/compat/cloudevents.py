"""CloudEvents 1.0.2 inside messages: the attributes of the envelope are fixed by the specification.

`type` names the event: another type is another message, and readers choose by it. `dataschema` names the schema of
`data`, which is compared itself; so another name is told, and does not break by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.compat.versions import Version
from harness.documents import Node
from harness.model import JSON, UnreadableError

_REQUIRED = frozenset({"specversion", "id", "source", "type"})
_HEADERS = ("ce_type", "ce-type", "cloudEvents:type", "cloudEvents_type")
_DEEPEST = 16


def event_type(payload: Node | None, headers: tuple[Node, ...], version: Version) -> str:
    """Return the `type` that a message fixes by const or a single enum value, "" where it fixes none."""
    if payload is not None and _is_envelope(payload, version):
        return _fixed(payload, "type", version)
    found = (_fixed(header, name, version) for header in headers for name in _HEADERS)
    return next(filter(None, found), "")


def data_schema(payload: Node | None, version: Version) -> str:
    """Return the `dataschema` that an envelope fixes, "" where it fixes none."""
    return _fixed(payload, "dataschema", version) if payload is not None and _is_envelope(payload, version) else ""


def is_attribute(pointer: str) -> bool:
    """Whether a pointer is that of a property whose fixed value this module judges itself."""
    return pointer.endswith(("/properties/type", "/properties/dataschema", *(f"/properties/{n}" for n in _HEADERS)))


def _is_envelope(payload: Node, version: Version) -> bool:
    """Whether a payload declares `specversion` and `type`: CloudEvents in structured mode."""
    names = {name for site in _members(payload, version) for name in _properties(site)}
    return {"specversion", "type"} <= names and len(_REQUIRED & names) >= 2


def _fixed(schema: Node, name: str, version: Version) -> str:
    for site in _members(schema, version):
        value = _properties(site).get(name)
        if isinstance(value, dict):
            values: JSON = value.get("enum", [value["const"]] if "const" in value else [])
            if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
                return values[0]
    return ""


def _properties(site: Node) -> dict[str, JSON]:
    properties = site.value.get("properties") if isinstance(site.value, dict) else None
    return properties if isinstance(properties, dict) else {}


def _members(schema: Node, version: Version) -> Iterator[Node]:
    """Yield a schema and everything that its allOf members and references say besides."""
    waiting = [(schema, 0)]
    while waiting:
        node, depth = waiting.pop(0)
        try:
            node = version.follow(node)
        except UnreadableError:
            continue
        yield node
        members = node.value.get("allOf") if isinstance(node.value, dict) else None
        if isinstance(members, list) and depth < _DEEPEST:
            waiting.extend((node.child("allOf", index), depth + 1) for index in range(len(members)))
