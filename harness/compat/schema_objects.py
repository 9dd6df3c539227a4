"""Changes of an object's members: fields added, withdrawn, required, erased, and what undeclared fields may be.

Source: content models, section 2. Every `breaking` carries an object that one side writes and the other refuses,
or (sent) an object of the old version with the field that readers lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.compat.drafts import Draft
from harness.compat.lifecycle import sunset_passed
from harness.compat.proof import Proof
from harness.compat.samples import in_order
from harness.compat.schema_rest import Rest, rest_changes, rest_of
from harness.compat.shapes import Shape
from harness.compat.sides import Sides
from harness.compat.versions import ANYTHING, Position, plainly_equal
from harness.documents import Node
from harness.model import JSON, Basis, ContentModel, Direction, Level, Side, Verdict, escape

_FINE = Proof(Verdict.COMPATIBLE, Basis.PROJECTION)


@dataclass(frozen=True, slots=True)
class Child:
    """Two positions below a compared pair that must be compared, too; `token` is how to get there."""

    token: str
    old: Position
    new: Position


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """Two object shapes and the direction in which they are compared."""

    sides: Sides
    old: Shape
    new: Shape
    direction: Direction

    @property
    def received(self) -> bool:
        """Whether the old version writes and the new one reads."""
        return self.direction is Direction.RECEIVED

    def field(self, side: Side, name: str) -> Position | None:
        """Return the schemas of a field of one side, None where it is not declared or does not travel this way."""
        position = (self.old if side is Side.OLD else self.new).properties.get(name)
        if position is None or self.sides.model is ContentModel.OPEN:
            return position
        _, stance = self.sides.writer(self.direction)
        return None if self.sides.views(side).flags.erased(position, stance) else position

    def breaking(self, instance: dict[str, JSON] | None, *, reason: str) -> Proof:
        """Return the proof that writer and reader disagree on `instance`, or unproven."""
        if instance is not None:
            writer, reader = (self.old, self.new) if self.received else (self.new, self.old)
            found = self.sides.refuted(writer, reader, self.direction, instance)
            if found is not None:
                return found
        return Proof(Verdict.UNPROVEN, Basis.PROJECTION, reason=reason)

    def without(self, name: str, side: Side) -> Proof:
        """Return the proof that an object of one side that lacks a field breaks, told of this field only."""
        proof = self.breaking(_without(self.instance(side), name), reason="no object without the field was found")
        if proof.verdict is Verdict.UNPROVEN:
            found, empty = self.example(side, {"not": {"required": [name]}})
            proof = _FINE if empty else self.breaking(found, reason=proof.reason)
        told = self.sides.judge.failure({"required": [name]}, proof.instance) if proof.has_instance else None
        return proof if told is None else replace(proof, error=told[0], failing=told[1])

    def example(self, side: Side, demand: dict[str, JSON]) -> tuple[dict[str, JSON] | None, bool]:
        """Ask the prover for an object of one side, as it is written, that meets a demand; whether none can exist."""
        shape = replace(self.old if side is Side.OLD else self.new, types=frozenset({"object"}))
        _, stance = self.sides.writer(self.direction)
        view = self.sides.views(side).shape(shape, stance)
        members = view.get("allOf")
        asked = {**view, "allOf": [*(members if isinstance(members, list) else []), demand]}
        found = self.sides.judge.example(asked)
        if found is not None and isinstance(found[0], dict):
            return in_order(shape, found[0]), False
        return None, found is None and self.sides.judge.empty(asked)

    def instance(self, side: Side) -> dict[str, JSON] | None:
        """Return a minimal object of one side, as it is written, with what the other side demands if it may have it.

        So that what one aspect breaks is not hidden behind another that breaks as well.
        """
        shape, other = (self.old, self.new) if side is Side.OLD else (self.new, self.old)
        _, stance = self.sides.writer(self.direction)
        found = self.sides.shaped(replace(shape, types=frozenset({"object"})), side, stance)
        if found is None or not isinstance(found[0], dict):
            return None
        instance = dict(found[0])
        for name in sorted(other.required.keys() & shape.properties.keys() - instance.keys()):
            value = self.sides.sample(shape.properties[name], side, stance)
            if value is not None and self.field(side, name) is not None:
                instance[name] = value[0]
        instance = in_order(shape, instance)
        return instance if self.sides.error(shape, side, stance, instance) is None else dict(found[0])


def object_changes(pair: ObjectPair) -> Iterator[Draft | Child]:
    """Yield what differs in the members of two objects, and the pairs of fields to compare further."""
    unchanged = {
        name
        for name, value in pair.old.declared.items()
        if name in pair.new.declared and plainly_equal(value, pair.new.declared[name])
    }
    declared = pair.old.properties.keys() | pair.new.properties.keys()
    for name in sorted(declared):
        if name in unchanged and (name in pair.old.required) == (name in pair.new.required):
            continue
        old, new = pair.field(Side.OLD, name), pair.field(Side.NEW, name)
        if old is not None and new is not None:
            yield Child(f"/{escape(name)}", old, new)
            yield from _requiredness(pair, name)
        elif old is not None:
            yield from _gone(pair, name, old)
        elif new is not None:
            yield from _come(pair, name, new)
    for name in sorted((pair.old.required.keys() | pair.new.required.keys()) - declared):
        yield from _requiredness(pair, name)
    for draft in rest_changes(pair):
        yield draft if isinstance(draft, Draft) else Child("/*", *draft)


def _node(position: Position) -> Node | None:
    return position[0].node if position else None


def _gone(pair: ObjectPair, name: str, position: Position) -> Iterator[Draft | Child]:
    """A field that travelled no longer does."""
    still = pair.new.properties.get(name)
    required = name in pair.old.required
    rest = rest_of(pair.new, pair.sides.model)
    rule = "field-withdrawn"
    if still is not None:
        rule = "field-became-read-only" if pair.received else "field-became-write-only"
    elif rest.kind == "schema" and not (required and not pair.received):
        yield Child(f"/{escape(name)}", position, rest.position)
        yield Draft(rule, _node(position), None, pair.direction, _FINE)
        return
    elif pair.sides.model is ContentModel.OPEN and rest.kind == "open":
        yield from _gone_open(pair, name, position, required=required)
        return
    retired = still is None and sunset_passed(pair.sides, position)
    free = _FINE if retired or _still_taken(pair, rest) else None
    anything = _left_open(pair, name) if free is None and still is None and not pair.received else None
    proof = free or anything or _withdrawn(pair, name, position)
    node, later = _node(position), _node(still or ())
    read = not pair.received and anything is None
    draft = Draft(rule, node, later, pair.direction, proof, view="writer", read=read)
    yield draft if pair.received or required else draft.softened(Level.WARNING)


def _left_open(pair: ObjectPair, name: str) -> Proof | None:
    """A field that is still required though no longer declared may hold anything: find what readers refuse."""
    base = pair.instance(Side.NEW) if name in pair.new.required else None
    if base is None:
        return None
    values: tuple[JSON, ...] = (None, "text", 1, {})
    for value in values:
        proof = pair.breaking({**base, name: value}, reason="")
        if proof.verdict is Verdict.BREAKING:
            return replace(proof, failing=f"/{escape(name)}")
    return None


def _still_taken(pair: ObjectPair, rest: Rest) -> bool:
    """Whether a reader takes the field though nobody declares it any more."""
    if pair.sides.model is ContentModel.OPEN and not pair.received:
        return True
    if not pair.received:
        return False
    return rest.kind == "open" or pair.sides.model is ContentModel.LENIENT


def _gone_open(pair: ObjectPair, name: str, position: Position, *, required: bool) -> Iterator[Draft | Child]:
    """Open model: the field may still travel, with any value."""
    if pair.received:
        yield Draft("field-withdrawn", _node(position), None, pair.direction, _FINE)
        return
    yield Child(f"/{escape(name)}", position, ANYTHING)
    if required:
        proof = pair.without(name, Side.NEW)
        yield Draft("field-withdrawn", _node(position), None, pair.direction, proof)


def _without(instance: dict[str, JSON] | None, name: str) -> dict[str, JSON] | None:
    return None if instance is None else {key: value for key, value in instance.items() if key != name}


def _withdrawn(pair: ObjectPair, name: str, position: Position) -> Proof:
    """Prove with an old object that holds the field: the new version cannot take or write it."""
    sides = pair.sides
    _, stance = sides.writer(pair.direction)
    instance: dict[str, JSON] | None = None
    value = sides.sample(position, Side.OLD, stance)
    base = pair.instance(Side.OLD)
    if value is not None and base is not None:
        instance = {**base, name: value[0]}
        if sides.error(pair.old, Side.OLD, stance, instance) is not None:
            instance = None
    if instance is None:
        instance, empty = pair.example(Side.OLD, {"required": [name]})
        if empty:
            return _FINE
        if instance is None:
            return Proof(Verdict.UNPROVEN, Basis.PROJECTION, reason="no object with the field was found")
    reader = sides.reader(pair.direction)[1] if pair.received else stance
    refused = sides.error(pair.new, Side.NEW, reader, instance)
    if refused is None and pair.received:
        return _FINE
    # The validator was asked above; it speaks of unexpected properties, or of another change. People are told this:
    error = _loss(pair, name)
    return Proof(
        Verdict.BREAKING, Basis.PROJECTION, instance, has_instance=True, error=error, failing=f"/{escape(name)}"
    )


def _loss(pair: ObjectPair, name: str) -> str:
    """Say what becomes of a field that one version declares and the other does not."""
    quoted = f'"{name}"'
    old, new = pair.sides.old.name, pair.sides.new.name
    if not old or not new or old == new:
        return f"{quoted} is dropped: it is no longer declared" if pair.received else f"{quoted} is no longer sent"
    if not pair.received:
        return f"{quoted} is declared by {old} and no longer sent by {new}"
    erased = name in pair.new.properties
    return f"{quoted} is dropped: {new} {'declares it read-only' if erased else 'no longer declares it'}"


def _come(pair: ObjectPair, name: str, position: Position) -> Iterator[Draft | Child]:
    """A field travels that did not."""
    before = pair.old.properties.get(name)
    rest = rest_of(pair.old, pair.sides.model)
    if before is not None:
        rule = "field-no-longer-read-only" if pair.received else "field-no-longer-write-only"
    else:
        rule = "field-added-required" if name in pair.new.required else "field-added"
        if rest.kind == "schema":
            yield Child(f"/{escape(name)}", rest.position, position)
        elif rest.kind == "open" and pair.sides.model is ContentModel.OPEN:
            yield Child(f"/{escape(name)}", ANYTHING, position)
    proof = _FINE
    refused = False
    if pair.received:
        _, reader = pair.sides.reader(pair.direction)
        known = before is None and name in pair.old.required
        if name in pair.sides.new_views.required(pair.new, reader) and not known:
            proof = pair.without(name, Side.OLD)
    elif rest.kind == "closed" and pair.sides.model is ContentModel.OPEN:
        proof = _extra(pair, name, position)
    else:
        refused = rest.kind == "closed" and before is None
    node = _node(position)
    yield Draft(rule, _node(before or ()), node, pair.direction, proof, view="writer")
    if refused:
        # The model lets readers ignore what they do not know; these announced that they do not.
        yield Draft("closed-reader", rest.site, node, pair.direction, _FINE, Level.WARNING)


def _extra(pair: ObjectPair, name: str, position: Position) -> Proof:
    """Open model: an old reader that refuses undeclared fields meets a new one."""
    base = pair.instance(Side.NEW)
    _, stance = pair.sides.writer(pair.direction)
    value = pair.sides.sample(position, Side.NEW, stance)
    instance = {**base, name: value[0]} if base is not None and value is not None else None
    return pair.breaking(instance, reason="no object with the field was found")


def _requiredness(pair: ObjectPair, name: str) -> Iterator[Draft]:
    """Compare whether a field that both versions know must be present."""
    before, after = name in pair.old.required, name in pair.new.required
    if before == after:
        yield from _default_dropped(pair, name) if before else ()
        return
    declared = pair.old.properties.get(name), pair.new.properties.get(name)
    nodes = [_node(position or ()) for position in declared]
    if nodes[0] is None and nodes[1] is None:
        holder = (pair.new if after else pair.old).required[name].site.node
        nodes = [None, holder] if after else [holder, None]
    known = declared[0] is not None or declared[1] is not None
    rule = "field-became-optional" if before else "field-became-required" if known else "field-required-undeclared"
    side, stance = pair.sides.reader(pair.direction)
    reader = pair.new if side is Side.NEW else pair.old
    matters = name in pair.sides.views(side).required(reader, stance) and after is pair.received
    proof = _FINE
    if matters:
        writer = Side.OLD if pair.received else Side.NEW
        proof = pair.without(name, writer)
    subject = "" if known else name
    yield Draft(rule, nodes[0], nodes[1], pair.direction, proof, subject=subject, view="writer")


def _default_dropped(pair: ObjectPair, name: str) -> Iterator[Draft]:
    """A required field that the provider filled in itself must now be sent."""
    position, later = pair.old.properties.get(name), pair.new.properties.get(name)
    if not pair.received or position is None or later is None or pair.sides.model is ContentModel.OPEN:
        return
    if pair.sides.old_views.flags.default(position) and not pair.sides.new_views.flags.default(later):
        # Old writers are held to the schema as written, so no instance can prove this: a warning, not a verdict.
        yield Draft("field-became-required", _node(position), _node(later), pair.direction, _FINE, Level.WARNING)
