"""Schemas that no value satisfies: a finding of its own, beside what made them so (content models, section 4)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.compat.drafts import Draft
from harness.compat.proof import FINE
from harness.compat.schema_local import LOWER, UPPER, local_keywords, spell
from harness.compat.schema_objects import ObjectPair
from harness.compat.versions import Key, position_key
from harness.model import JSON, Level, Side, Verdict

_RESTRICTING = frozenset({"enum", "pattern", "multipleOf", *LOWER, *UPPER})


def emptiness(pair: ObjectPair, drafts: list[Draft], *, exact: bool) -> Iterator[Draft]:
    """Yield the finding that the new version allows no value at all, where what changed may have made it so.

    Args:
        pair: The two objects or values.
        drafts: What changed between them.
        exact: Whether that includes keywords whose meaning is found on the whole schema only.
    """
    whole = exact or _endless(pair, drafts)
    if not whole and not (drafts and _RESTRICTING & local_keywords(pair.new).keys()):
        return
    views = [_emptiable(pair, side, whole=whole) for side in Side]
    if not pair.sides.judge.empty(views[1]):
        return
    proof = pair.sides.judge.includes(*views) if pair.received else FINE
    level = Level.WARNING if proof.verdict is Verdict.COMPATIBLE else None
    places = [shape.fragments[0].site.node if shape.fragments else None for shape in (pair.old, pair.new)]
    yield Draft("schema-empty", places[0], places[1], pair.direction, proof, level)


def _endless(pair: ObjectPair, drafts: list[Draft]) -> bool:
    """Whether a field that must now be there may lead back here, so that no value ever ends."""
    if not any("required" in draft.rule for draft in drafts):
        return False
    shaper = pair.sides.new_views.shaper
    waiting, seen = [pair.new], set[tuple[Key, ...]]()
    for shape in waiting:
        for name in shape.required.keys() & shape.properties.keys():
            key = position_key(shape.properties[name])
            form = shaper.form(shape.properties[name])
            if key in seen:
                return True
            if not form.nullable and len(form.shapes) == 1 and form.types == {"object"}:
                seen.add(key)
                waiting.extend(form.shapes)
    return False


def _emptiable(pair: ObjectPair, side: Side, *, whole: bool) -> dict[str, JSON]:
    """Return the view of one side: all of it, or just what it says about the value itself."""
    shape = pair.old if side is Side.OLD else pair.new
    if not whole:
        return spell(shape.types, local_keywords(shape), pair.sides.model)
    stance = (pair.sides.writer if side is Side.OLD else pair.sides.reader)(pair.direction)[1]
    return pair.sides.views(side).shape(shape, stance)
