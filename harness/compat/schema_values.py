"""Changes of what one value may be: types, lists of values, bounds, patterns, formats.

Each aspect that differs is judged alone: the old assertions against the old ones with just this aspect taken
from the new version, so that one root cause is one change. A keyword on a type that the value cannot have changes
nothing and is proved so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.compat.drafts import Draft
from harness.compat.keywords import spell_types, type_of
from harness.compat.proof import FINE, RULED_OUT, Judge, Proof
from harness.compat.schema_local import HINTS, KNOWN_FORMATS, RANGES, Local, local_keywords, spell, tighter
from harness.compat.shapes import Fragment, Shape
from harness.compat.versions import canonical
from harness.documents import Node
from harness.model import JSON, ContentModel, Direction, Level, Verdict

_BOUNDS = (
    ("bounds", ("minimum", "maximum"), ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")),
    ("length", ("minLength", "maxLength"), ("minLength", "maxLength")),
    ("item-count", ("minItems", "maxItems"), ("minItems", "maxItems")),
    ("property-count", ("minProperties", "maxProperties"), ("minProperties", "maxProperties")),
)
_CONTENT = ("contentEncoding", "contentMediaType", "contentSchema")
_STRANGE: tuple[JSON, ...] = ("x", "", "not a value", 2**31, 2**63, -1)
"""Guesses at values that a format refuses."""


@dataclass(frozen=True, slots=True)
class ValuePair:
    """Two shapes of one value, and how to judge between them."""

    old: Shape
    new: Shape
    direction: Direction
    model: ContentModel
    judge: Judge

    def proof(self, old: Local, new: Local, *, types: tuple[frozenset[str], frozenset[str]] | None = None) -> Proof:
        """Judge old assertions against new ones in this direction."""
        before, after = types or (self.old.types, self.old.types)
        first, second = spell(before, old, self.model), spell(after, new, self.model)
        sub, sup = (first, second) if self.direction is Direction.RECEIVED else (second, first)
        return self.judge.includes(sub, sup, guesses=_STRANGE if "format" in str(first) + str(second) else ())


def value_changes(pair: ValuePair) -> Iterator[Draft]:
    """Yield every differing aspect of the values themselves."""
    old, new = local_keywords(pair.old), local_keywords(pair.new)
    yield from _types(pair, old)
    if not pair.old.types & pair.new.types:
        return
    if not old and not new:
        yield from _extensible(pair)
        yield from _content(pair)
        return
    yield from _enums(pair, old, new)
    yield from _extensible(pair)
    for name, keys, spelled in _BOUNDS:
        yield from _bounds(pair, old, new, name, keys, spelled)
    yield from _keyword(pair, old, new, "multipleOf", lambda *_: "multiple-of-changed")
    yield from _keyword(pair, old, new, "pattern", _named("pattern"))
    yield from _formats(pair, old, new)
    yield from _keyword(
        pair, old, new, "uniqueItems", lambda before, _: "unique-items-removed" if before else "unique-items-added"
    )
    yield from _content(pair)


def whole_value(pair: ValuePair) -> Proof:
    """Judge everything the two shapes say about the value itself at once."""
    old, new = local_keywords(pair.old), local_keywords(pair.new)
    return pair.proof(old, new, types=(pair.old.types, pair.new.types))


def _types(pair: ValuePair, old: Local) -> Iterator[Draft]:
    before, after = pair.old.types, pair.new.types
    if before == after:
        return
    gone, come = before - after, after - before
    rule = "type-changed" if gone and come else "type-narrowed" if gone else "type-widened"
    declared = [shape.having("type") or shape.having("enum") for shape in (pair.old, pair.new)]
    yield Draft(
        rule,
        _node(declared[0], pair.old),
        _node(declared[1], pair.new),
        pair.direction,
        pair.proof(_fitting(old, before & after), _fitting(old, before & after), types=(before, after)),
        before=_spelled(before),
        after=_spelled(after),
    )


def _fitting(local: Local, kept: frozenset[str]) -> Local:
    """Return the assertions without those a change of type makes senseless, and without the list of values."""
    if kept:
        return {key: value for key, value in local.items() if key != "enum"}
    return {}


def _spelled(types: frozenset[str]) -> JSON:
    names = spell_types(types)
    return names[0] if len(names) == 1 else names


def _enums(pair: ValuePair, old: Local, new: Local) -> Iterator[Draft]:
    before, after = old.get("enum"), new.get("enum")
    places = (_node(pair.old.having("enum"), pair.old), _node(pair.new.having("enum"), pair.new))
    sent = pair.direction is Direction.SENT
    if not isinstance(before, list) or not isinstance(after, list):
        if before is None and after is None:
            return
        changed = {**old, "enum": after} if isinstance(after, list) else _without(old, "enum")
        rule = "enum-removed" if after is None else "enum-added"
        types = (pair.old.types, pair.old.types & pair.new.types if after is not None else pair.old.types)
        draft = Draft(rule, *places, pair.direction, pair.proof(old, changed, types=types), before=before, after=after)
        yield draft.softened(Level.WARNING) if sent and after is None else draft
        return
    known, wanted = {canonical(value) for value in before}, {canonical(value) for value in after}
    gone = [value for value in before if canonical(value) not in wanted]
    come = [value for value in after if canonical(value) not in known]
    if gone:
        kept = [value for value in before if canonical(value) in wanted]
        proof = pair.proof(old, {**old, "enum": kept})
        yield Draft("enum-value-removed", *places, pair.direction, proof, before=gone)
    if come:
        types = (pair.old.types, pair.old.types | {type_of(value) for value in come})
        proof = pair.proof(old, {**old, "enum": [*before, *come]}, types=types)
        if sent and pair.old.having("x-extensible-enum"):
            proof = FINE
        draft = Draft("enum-value-added", *places, pair.direction, proof, after=come)
        yield draft.softened(Level.WARNING) if sent else draft


def _without(local: Local, *keys: str) -> Local:
    return {key: value for key, value in local.items() if key not in keys}


def _extensible(pair: ValuePair) -> Iterator[Draft]:
    """Compare `x-extensible-enum`: readers of it must expect more, a provider may not know less."""
    before, after = (_listed(shape, "x-extensible-enum") for shape in (pair.old, pair.new))
    if before is None or after is None:
        return
    wanted, known = {canonical(value) for value in after}, {canonical(value) for value in before}
    places = (
        _node(pair.old.having("x-extensible-enum"), pair.old),
        _node(pair.new.having("x-extensible-enum"), pair.new),
    )
    gone = [value for value in before if canonical(value) not in wanted]
    come = [value for value in after if canonical(value) not in known]
    if gone:
        proof = RULED_OUT if pair.direction is Direction.RECEIVED else FINE
        yield Draft("extensible-enum-value-removed", *places, pair.direction, proof, before=gone)
    if come:
        yield Draft("extensible-enum-value-added", *places, pair.direction, FINE, after=come)


def _listed(shape: Shape, key: str) -> list[JSON] | None:
    return next((value for value in shape.values(key) if isinstance(value, list)), None)


def _bounds(
    pair: ValuePair, old: Local, new: Local, name: str, keys: tuple[str, ...], spelled: tuple[str, ...]
) -> Iterator[Draft]:
    for sign, action in ((1, "tightened"), (-1, "loosened")):
        moved = [key for key in keys if tighter(key, old, new) == sign]
        if not moved:
            continue
        touched = [key for key in spelled if any(key.lower().endswith(one.lower()) for one in moved)]
        changed = {**_without(old, *touched), **{key: new[key] for key in touched if key in new}}
        yield Draft(
            f"{name}-{action}",
            _node([one for key in touched for one in pair.old.having(key)], pair.old),
            _node([one for key in touched for one in pair.new.having(key)], pair.new),
            pair.direction,
            pair.proof(old, changed),
            before={key: old[key] for key in touched if key in old} or None,
            after={key: new[key] for key in touched if key in new} or None,
        )


def _named(stem: str) -> Callable[[JSON, JSON], str]:
    def name(before: JSON, after: JSON) -> str:
        if before is None:
            return f"{stem}-added"
        return f"{stem}-removed" if after is None else f"{stem}-changed"

    return name


def _keyword(pair: ValuePair, old: Local, new: Local, key: str, rule: Callable[[JSON, JSON], str]) -> Iterator[Draft]:
    before, after = old.get(key), new.get(key)
    if canonical(before) == canonical(after):
        return
    changed = {**_without(old, key), **({key: after} if key in new else {})}
    yield Draft(
        rule(before, after),
        _node(pair.old.having(key), pair.old),
        _node(pair.new.having(key), pair.new),
        pair.direction,
        pair.proof(old, changed),
        before=_single(before),
        after=_single(after),
    )


def _single(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _formats(pair: ValuePair, old: Local, new: Local) -> Iterator[Draft]:
    before, after = (
        [item for item in formats if isinstance(item, str) and item not in HINTS] if isinstance(formats, list) else []
        for formats in (old.get("format"), new.get("format"))
    )
    for draft in _keyword(pair, old, new, "format", _named("format")):
        unknown = sorted({str(item) for item in [*before, *after] if str(item) not in KNOWN_FORMATS})
        written, read = (before, after) if pair.direction is Direction.RECEIVED else (after, before)
        proof = draft.proof
        if pair.model is not ContentModel.DECLARED or set(map(str, read)) <= set(map(str, written)):
            proof = proof if proof.verdict is Verdict.COMPATIBLE else FINE
        elif (
            written
            and not unknown
            and {str(item) in RANGES for item in written} != {str(item) in RANGES for item in read}
        ):
            # A number written for a text, or the reverse: the two formats share no value (section 3).
            proof = proof if proof.verdict is Verdict.BREAKING else RULED_OUT
        elif unknown and proof.verdict is not Verdict.BREAKING:
            names = ", ".join(unknown)
            proof = Proof(Verdict.UNPROVEN, reason=f"nobody says which texts the format {names} refuses")
        yield Draft(draft.rule, draft.old, draft.new, draft.direction, proof, before=draft.before, after=draft.after)


def _content(pair: ValuePair) -> Iterator[Draft]:
    before, after = (
        {key: shape.values(key)[0] for key in _CONTENT if shape.values(key)} for shape in (pair.old, pair.new)
    )
    if canonical(before) == canonical(after):
        return
    added = before.items() <= after.items()
    removed = after.items() <= before.items()
    fine = (added and pair.direction is Direction.SENT) or (removed and pair.direction is Direction.RECEIVED)
    yield Draft(
        "content-changed",
        _node([one for key in _CONTENT for one in pair.old.having(key)], pair.old),
        _node([one for key in _CONTENT for one in pair.new.having(key)], pair.new),
        pair.direction,
        FINE if fine else RULED_OUT,
        before=before or None,
        after=after or None,
    )


def _node(fragments: list[Fragment], shape: Shape) -> Node | None:
    """Return the place that says something, else the place of the shape."""
    if fragments:
        return fragments[0].site.node
    if shape.fragments:
        return shape.fragments[0].site.node
    return shape.branch.node if shape.branch is not None else None
