"""Changes of conditions, negations and other schemas that keep their exact meaning under every content model.

`not`, `if`, `propertyNames`, `contains`, `dependent*` and `patternProperties` are judged by set inclusion with
just the differing keywords exchanged; first without the rest of the schema (a proof there holds everywhere),
then with all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.compat.drafts import Draft
from harness.compat.proof import Proof
from harness.compat.schema_objects import ObjectPair
from harness.compat.schema_views import COUNTS, Emission, Stance
from harness.compat.shapes import Shape
from harness.compat.versions import canonical
from harness.documents import Node
from harness.model import JSON, Basis, Side, Verdict

_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("not-changed", frozenset({"not"})),
    ("condition-changed", frozenset({"if", "then", "else"})),
    ("contains-changed", frozenset({"contains", *COUNTS})),
    ("property-names-changed", frozenset({"propertyNames"})),
    ("dependent-required-changed", frozenset({"dependentRequired"})),
    ("dependent-schemas-changed", frozenset({"dependentSchemas"})),
    ("union-changed", frozenset({"anyOf", "oneOf"})),
)
_NAMES = frozenset({"propertyNames"})
_ALL = frozenset().union(*(keys for _, keys in _GROUPS))


def exact_changes(pair: ObjectPair) -> Iterator[Draft]:
    """Yield every group of exact keywords that differs."""
    for rule, keys in _GROUPS:
        if not any(shape.having(key) for shape in (pair.old, pair.new) for key in keys):
            continue
        if len({canonical([*_parts(pair, side, _ALL - keys, prefix="")]) for side in Side}) == 1:
            continue
        parts = {side: _parts(pair, side, _ALL - keys, prefix=side.value) for side in Side}
        proof = _judge(pair, keys, parts)
        yield Draft(rule, _place(pair.old, keys), _place(pair.new, keys), pair.direction, proof)


def unevaluated_changes(pair: ObjectPair) -> Iterator[Draft]:
    """Yield a change of what items may be that no other keyword describes; judged on the whole schema."""
    keys = frozenset({"unevaluatedItems"})
    texts = []
    for side in Side:
        emission = Emission(pair.sides.views(side), pair.sides.reader(pair.direction)[1])
        shape = _shape(pair, side)
        found = [emission.exact(fragment.site, "unevaluatedItems") for fragment in shape.having("unevaluatedItems")]
        texts.append(canonical([found, emission.definitions]))
    if texts[0] != texts[1]:
        places = _place(pair.old, keys), _place(pair.new, keys)
        yield Draft("unevaluated-changed", *places, pair.direction, whole_object(pair), view="writer")


def whole_object(pair: ObjectPair) -> Proof:
    """Judge the two whole shapes, everything below included."""
    written, read = _emit(pair, pair.sides.writer(pair.direction)), _emit(pair, pair.sides.reader(pair.direction))
    return pair.sides.judge.includes(written, read, basis=Basis.PROJECTION)


def _emit(pair: ObjectPair, role: tuple[Side, Stance]) -> dict[str, JSON]:
    side, stance = role
    return pair.sides.views(side).shape(_shape(pair, side), stance)


def _shape(pair: ObjectPair, side: Side) -> Shape:
    return pair.old if side is Side.OLD else pair.new


def _parts(
    pair: ObjectPair, side: Side, leave_out: frozenset[str], *, prefix: str
) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Return the exact parts of one side as one schema, and its definitions."""
    _, stance = pair.sides.reader(pair.direction)
    emission = Emission(pair.sides.views(side), stance, prefix=prefix)
    parts: list[JSON] = [*emission.exact_parts(_shape(pair, side), leave_out=leave_out)]
    return {"allOf": parts} if parts else {}, emission.definitions


def _judge(pair: ObjectPair, keys: frozenset[str], parts: dict[Side, tuple[dict[str, JSON], dict[str, JSON]]]) -> Proof:
    writer, stance = pair.sides.writer(pair.direction)
    reader, _ = pair.sides.reader(pair.direction)
    definitions = {**parts[Side.OLD][1], **parts[Side.NEW][1]}
    alone = [_document(parts[side][0], {}, definitions) for side in (writer, reader)]
    answer = pair.sides.judge.includes(alone[0], alone[1])
    if answer.verdict is Verdict.COMPATIBLE or keys == _NAMES:
        # Names and numbers of fields are meant for those that nobody declares, so closing them would say nothing.
        return answer
    emission = Emission(pair.sides.views(writer), stance)
    base = emission.shape(_shape(pair, writer), leave_out=keys, named=bool(keys & {"if", "dependentSchemas", "anyOf"}))
    everything = {**emission.definitions, **definitions}
    full = [_document(parts[side][0], base, everything) for side in (writer, reader)]
    return replace(pair.sides.judge.includes(full[0], full[1]), basis=Basis.PROJECTION)


def _document(part: dict[str, JSON], base: dict[str, JSON], definitions: dict[str, JSON]) -> dict[str, JSON]:
    found = dict(base)
    extra, inner = part.get("allOf"), base.get("allOf")
    members = [*(inner if isinstance(inner, list) else []), *(extra if isinstance(extra, list) else [])]
    if members:
        found["allOf"] = members
    if definitions:
        found["$defs"] = definitions
    return found


def _place(shape: Shape, keys: frozenset[str]) -> Node | None:
    for key in sorted(keys):
        for fragment in shape.having(key):
            return fragment.site.node
    return shape.fragments[0].site.node if shape.fragments else None


def pattern_property_changes(pair: ObjectPair) -> Iterator[Draft | tuple[str, str]]:
    """Yield patterns of field names that only one version declares, and (pattern, pattern) that both do."""
    old, new = (_patterns(shape) for shape in (pair.old, pair.new))
    for pattern in sorted(old.keys() & new.keys()):
        yield pattern, pattern
    if old.keys() == new.keys():
        return
    proof = whole_object(pair)
    places = [next(iter(found.values()), None) for found in (old, new)]
    yield Draft("pattern-properties-changed", places[0], places[1], pair.direction, proof)


def _patterns(shape: Shape) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for fragment in shape.having("patternProperties"):
        declared = fragment.keywords["patternProperties"]
        for pattern in declared if isinstance(declared, dict) else ():
            found.setdefault(pattern, fragment.site.child("patternProperties", pattern).node)
    return found
