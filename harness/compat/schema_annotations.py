"""Changes of a schema that no instance can show: words, defaults, deprecation (content models, section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.compat.drafts import Draft
from harness.compat.lifecycle import lifecycle_changes
from harness.compat.sides import Sides
from harness.compat.versions import Position, Version, canonical
from harness.documents import Node
from harness.model import JSON, Direction

_WORDS = ("title", "description", "example", "examples", "xml", "externalDocs", "$comment")
_OWN = frozenset({"x-sunset", "x-stability-level", "x-extensible-enum", "x-nullable"})


def annotation_changes(sides: Sides, old: Position, new: Position, direction: Direction) -> Iterator[Draft]:
    """Yield changed words, defaults and deprecation of a position, each at the first site that tells."""
    if not old or not new:
        return
    before, after = (_annotated(side, version) for side, version in ((old, sides.old), (new, sides.new)))
    texts = [canonical(_words(value)) for _, value in (before, after)]
    if texts[0] != texts[1]:
        yield Draft("text-changed", before[0], after[0], None)
    if ("default" in before[1]) != ("default" in after[1]) or canonical(before[1].get("default")) != canonical(
        after[1].get("default")
    ):
        was, now = before[1].get("default"), after[1].get("default")
        yield Draft("default-changed", before[0], after[0], direction, before=was, after=now)
    yield from lifecycle_changes(before[0], after[0], "", "field")


def _annotated(position: Position, version: Version) -> tuple[Node, dict[str, JSON]]:
    """Return the first site, and its own keywords over those of what it refers to."""
    node = position[0].node
    value = dict(node.value) if isinstance(node.value, dict) else {}
    if isinstance(value.get("$ref"), str):
        target = version.follow(version.resolve(node, str(value["$ref"]))).value
        value = {**target, **value} if isinstance(target, dict) else value
    return node, value


def _words(value: dict[str, JSON]) -> dict[str, JSON]:
    return {key: item for key, item in value.items() if key in _WORDS or (key.startswith("x-") and key not in _OWN)}
