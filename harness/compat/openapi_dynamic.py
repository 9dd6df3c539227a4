"""Dynamic references (OpenAPI 3.1): the walk does not follow them, so what they may lead to is never called compatible.

Source: JSON Schema 2020-12 Core, 8.2.3.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.compat.drafts import Draft
from harness.compat.proof import Proof
from harness.compat.versions import canonical
from harness.documents import Node
from harness.model import JSON, Verdict

_WORDS = ("$dynamicRef", "$dynamicAnchor")


def dynamic_changes(old: Node, new: Node) -> Iterator[Draft]:
    """Yield one unproven change if components that use dynamic references or anchors differ between the versions."""
    before, after = _users(old), _users(new)
    if canonical(before) == canonical(after):
        return
    names = before.keys() | after.keys()
    name = min(one for one in names if canonical(before.get(one)) != canonical(after.get(one)))
    places = [
        node.child("components", "schemas", name) if name in found else None
        for node, found in ((old, before), (new, after))
    ]
    reason = "a $dynamicRef is used, and where it leads is not followed here"
    yield Draft(
        "schema-changed", places[0], places[1], None, Proof(Verdict.UNPROVEN, reason=reason), title=f"{name} changed"
    )


def _users(root: Node) -> dict[str, JSON]:
    """Return the schema components that hold a dynamic reference or anchor, by name."""
    value = root.value
    components = value.get("components") if isinstance(value, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    early = isinstance(value, dict) and str(value.get("openapi", "")).startswith("3.0")
    if early or not isinstance(schemas, dict) or not any(word in root.document.text for word in _WORDS):
        return {}
    return {name: schema for name, schema in schemas.items() if _mentions(schema)}


def _mentions(value: JSON) -> bool:
    if isinstance(value, dict):
        return any(word in value for word in _WORDS) or any(map(_mentions, value.values()))
    return isinstance(value, list) and any(map(_mentions, value))
