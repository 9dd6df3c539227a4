"""Headers of answers: whether they come, how they are written, and what is announced about them.

Source: content models, section 5; OpenAPI 3.0.3, Header Object (a parameter in `header`, so always style `simple`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.lifecycle import lifecycle_changes
from harness.compat.openapi_reading import Parameter
from harness.compat.proof import FINE, RULED_OUT
from harness.model import Direction, Level

if TYPE_CHECKING:
    from harness.compat.openapi import OpenApiComparison

_PARTS = frozenset({"array", "object"})


def header_changes(
    comparison: OpenApiComparison,
    before: Parameter | None,
    after: Parameter | None,
    direction: Direction,
    carrier: str,
) -> Iterator[Draft]:
    """Yield what changed about one header beside its schema."""
    yield from _presence(before, after, carrier, direction)
    if before is None or after is None or before.node.value == after.node.value:
        return
    subject = f"{carrier} header {after.name}"
    yield from _writing(comparison, before, after, direction, subject)
    yield from lifecycle_changes(before.node, after.node, subject, "parameter")
    yield from word_changes(before, after, subject)


def word_changes(old: Parameter, new: Parameter, subject: str) -> Iterator[Draft]:
    """Yield a change of what only people read about a parameter or header."""
    values = [parameter.node.value if isinstance(parameter.node.value, dict) else {} for parameter in (old, new)]
    texts = [[value.get(key) for key in ("description", "example", "examples")] for value in values]
    if texts[0] != texts[1]:
        yield Draft(
            "text-changed", old.node, new.node, None, FINE, None, subject, title=f"{subject} is described differently"
        )


def composed(comparison: OpenApiComparison, old: Parameter, new: Parameter) -> bool:
    """Whether the value may be an array or object in both versions, so that its writing has parts."""
    views = comparison.sides.old_views, comparison.sides.new_views
    kinds = [
        view.shaper.form((parameter.site,)).types if parameter.site is not None else frozenset()
        for view, parameter in zip(views, (old, new), strict=True)
    ]
    return bool(kinds[0] & _PARTS) and bool(kinds[1] & _PARTS)


def _writing(
    comparison: OpenApiComparison, old: Parameter, new: Parameter, direction: Direction, subject: str
) -> Iterator[Draft]:
    if bool(old.media) != bool(new.media):
        title = f"{subject} is written differently"
        yield Draft("parameter-style-changed", old.node, new.node, direction, RULED_OUT, None, subject, title=title)
    if (old.style, old.explode) == (new.style, new.explode) or old.media or new.media:
        return
    matters = old.style != new.style or composed(comparison, old, new)
    title = f"{subject} is written differently"
    was, now = (f"{one.style}{', exploded' if one.explode else ''}" for one in (old, new))
    proof = RULED_OUT if matters else FINE
    yield Draft("parameter-style-changed", old.node, new.node, direction, proof, None, subject, was, now, title=title)


def _presence(before: Parameter | None, after: Parameter | None, carrier: str, direction: Direction) -> Iterator[Draft]:
    sent = direction is Direction.SENT
    if before is None:
        if after is not None:
            subject = f"{carrier} header {after.name}"
            proof = RULED_OUT if after.required and not sent else FINE
            title = f"{carrier} now carries header {after.name}"
            yield Draft("header-added", None, after.node, direction, proof, None, subject, title=title)
        return
    subject = f"{carrier} header {before.name}"
    if after is None:
        level = None if before.required else Level.WARNING
        title = f"{carrier} no longer carries header {before.name}"
        yield Draft("header-removed", before.node, None, direction, RULED_OUT, level, subject, title=title)
        return
    if before.required != after.required:
        became = "required" if after.required else "optional"
        breaks = after.required is not sent
        title = f"{carrier} {'always carries' if after.required else 'may leave out'} header {after.name}"
        proof = RULED_OUT if breaks else FINE
        yield Draft(f"header-became-{became}", before.node, after.node, direction, proof, None, subject, title=title)
