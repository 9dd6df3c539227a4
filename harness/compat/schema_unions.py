"""Alternatives of a value: which branch is which in the other version, and what becomes of the others.

Source: content models, section 4. A paired branch is compared with its partner only; an unpaired one may be
absorbed by a branch that includes it with the same declared names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.compat.drafts import Draft
from harness.compat.keywords import SCALARS, spell_types
from harness.compat.proof import FINE, RULED_OUT, Proof
from harness.compat.schema_views import Emission
from harness.compat.shapes import Form, Shape
from harness.compat.sides import Sides
from harness.compat.versions import canonical
from harness.documents import Node
from harness.model import JSON, Basis, Direction, Level, Side, Verdict


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which alternatives correspond, and which stand alone."""

    pairs: tuple[tuple[Shape, Shape], ...]
    gone: tuple[Shape, ...]
    come: tuple[Shape, ...]


def pair_branches(sides: Sides, old: Form, new: Form) -> Pairing:
    """Pair alternatives by discriminator value, reference, title, text, fields, kind, and last by place."""
    left, right = list(old.shapes), list(new.shapes)
    if len(left) == len(right) == 1:
        return Pairing(((left[0], right[0]),), (), ())
    in_order = len(left) == len(right)
    left, right = _by_kind(left), _by_kind(right)
    pairs: list[tuple[Shape, Shape]] = []
    for name in _PASSES:
        _match(left, right, name, pairs)
    _match(left, right, lambda shape: canonical(shape.branch.node.value) if shape.branch is not None else "", pairs)
    for view in (False, True):
        _match(left, right, lambda shape, view=view: _text(sides, shape, old, view=view), pairs)  # type: ignore[misc]
    _match(left, right, _fields, pairs)
    if not any(shape.label.reference or shape.label.discriminator for shape in left):
        _match(left, right, _kind, pairs)
    if in_order and len(left) == len(right):
        placed = [(one, other) for one, other in zip(left, right, strict=True) if one.types & other.types]
        named = [one for one, other in placed if one.label.reference and other.label.reference]
        if not named:
            pairs.extend(placed)
            kept = {id(shape) for pair in placed for shape in pair}
            left = [shape for shape in left if id(shape) not in kept]
            right = [shape for shape in right if id(shape) not in kept]
    return Pairing(tuple(pairs), tuple(left), tuple(right))


_Name = Callable[[Shape], str]
_PASSES: tuple[_Name, ...] = (
    lambda shape: shape.label.discriminator,
    lambda shape: shape.label.reference,
    lambda shape: shape.label.title,
)


def _match(left: list[Shape], right: list[Shape], name: _Name, pairs: list[tuple[Shape, Shape]]) -> None:
    """Take out the shapes that exactly one on each side gives the same name."""
    names = [[name(shape) for shape in side] for side in (left, right)]
    for index in range(len(left) - 1, -1, -1):
        found = names[0][index]
        if found and names[0].count(found) == 1 and names[1].count(found) == 1:
            at = names[1].index(found)
            pairs.append((left.pop(index), right.pop(at)))
            names[0].pop(index)
            names[1].pop(at)


def _by_kind(shapes: list[Shape]) -> list[Shape]:
    """Split alternatives that mix scalars, arrays and objects, so that `{}` meets `anyOf` of every type."""
    found: list[Shape] = []
    for shape in shapes:
        parts = [part for part in (SCALARS, frozenset({"array"}), frozenset({"object"})) if part & shape.types]
        if len(parts) == 1:
            found.append(shape)
        else:
            found.extend(replace(shape, types=part & shape.types) for part in parts)
    return found


def _kind(shape: Shape) -> str:
    if shape.types <= SCALARS:
        return "scalar:" + ",".join(str(name) for name in spell_types(shape.types))
    return ",".join(str(name) for name in spell_types(shape.types))


def _fields(shape: Shape) -> str:
    return canonical(sorted(shape.properties)) if shape.properties else ""


def _text(sides: Sides, shape: Shape, old: Form, *, view: bool) -> str:
    """Return the text of a shape's keywords, or of its whole view: equal though spelled at another place."""
    if not view:
        return canonical([spell_types(shape.types), *[fragment.keywords for fragment in shape.fragments]])
    side = Side.OLD if any(one.fragments == shape.fragments for one in old.shapes) else Side.NEW
    _, stance = sides.writer(Direction.RECEIVED)
    return canonical(sides.views(side).shape(shape, stance))


def branch_changes(sides: Sides, pairing: Pairing, forms: tuple[Form, Form], direction: Direction) -> Iterator[Draft]:
    """Yield the alternatives that only one version has."""
    received = direction is Direction.RECEIVED
    readers = forms[1] if received else forms[0]
    for shape in pairing.gone:
        proof = _absorbed(sides, shape, readers, direction) if received else FINE
        yield Draft("union-branch-removed", _place(shape), None, direction, proof, before=_called(shape))
    for shape in pairing.come:
        proof = FINE if received else _absorbed(sides, shape, readers, direction)
        yield Draft("union-branch-added", None, _place(shape), direction, proof, after=_called(shape))


def _place(shape: Shape) -> Node | None:
    if shape.branch is not None:
        return shape.branch.node
    return shape.fragments[0].site.node if shape.fragments else None


def _called(shape: Shape) -> JSON:
    label = shape.label
    return label.discriminator or label.reference or label.title or _kind(shape).removeprefix("scalar:")


def _absorbed(sides: Sides, shape: Shape, readers: Form, direction: Direction) -> Proof:
    """Prove that some alternative of the reader takes the branch, or that none does."""
    writer, stance = sides.writer(direction)
    reader, read_stance = sides.reader(direction)
    names = sides.views(writer).fields(shape, stance).keys()
    takers = [
        other
        for other in readers.shapes
        if other.types & shape.types
        and ("object" not in shape.types or sides.views(reader).fields(other, read_stance).keys() == names)
    ]
    if takers:
        written = Emission(sides.views(writer), stance, prefix="w")
        read = Emission(sides.views(reader), read_stance, prefix="r")
        sub, sup = written.shape(shape), read.form(Form(readers.nullable, tuple(takers)))
        proof = sides.judge.includes(written.document(sub), read.document(sup), basis=Basis.PROJECTION)
        if proof.verdict is Verdict.COMPATIBLE:
            return proof
    found = sides.shaped(shape, writer, stance)
    if found is not None:
        errors = [sides.error(other, reader, read_stance, found[0]) for other in readers.shapes]
        taken_as_null = found[0] is None and readers.nullable
        if all(error is not None for error in errors) and not taken_as_null:
            text = errors[0] if errors and errors[0] is not None else "nothing is allowed here"
            return Proof(Verdict.BREAKING, Basis.PROJECTION, found[0], has_instance=True, error=text)
    # An alternative with other fields swallows what was found: look for a payload that none of them takes. Where
    # there is none, the branch itself is still unknown to the reader.
    if found is not None and readers.shapes:
        written = Emission(sides.views(writer), stance, prefix="w")
        read = Emission(sides.views(reader), read_stance, prefix="r")
        sub, sup = written.shape(shape), read.form(readers)
        proof = sides.judge.includes(written.document(sub), read.document(sup), basis=Basis.PROJECTION)
        if proof.verdict is Verdict.BREAKING and sides.error(shape, writer, stance, proof.instance) is None:
            return proof
    return RULED_OUT


def discriminator_changes(
    sides: Sides, forms: tuple[Form, Form], pairing: Pairing, direction: Direction
) -> Iterator[Draft]:
    """Yield changes of the field that tells alternatives apart, and of the values that name them."""
    old, new = (form.discriminators[0] if form.discriminators else None for form in forms)
    if old is None or new is None:
        if (old is None) != (new is None):
            places = [found[0].node if found else None for found in (old, new)]
            yield Draft("discriminator-changed", places[0], places[1], direction, FINE, Level.WARNING)
        return
    (before_site, before), (after_site, after) = old, new
    names = before.get("propertyName"), after.get("propertyName")
    nodes = before_site.node, after_site.node
    if names[0] != names[1]:
        yield Draft("discriminator-changed", *nodes, direction, RULED_OUT, before=names[0], after=names[1])
        return
    gone, come = _respelled(_mapping(before), _mapping(after), pairing)
    if gone or come:
        received = direction is Direction.RECEIVED
        breaks = bool(gone) if received else bool(come)
        level = None if received or not breaks else Level.WARNING
        lost = gone if received else come
        known = {name for shape in forms[1 if received else 0].shapes for name in _wire_names(shape)}
        proof = _unknown_name(sides, pairing, direction, (str(names[0]), lost, known)) if breaks else FINE
        yield Draft(
            "discriminator-mapping-changed",
            *nodes,
            direction,
            proof,
            level,
            before=[*gone] or None,
            after=[*come] or None,
            view="raw" if proof is RULED_OUT else "reader",
        )


def _wire_names(shape: Shape) -> set[str]:
    return set(filter(None, shape.label.discriminator.split("|")))


def _unknown_name(
    sides: Sides, pairing: Pairing, direction: Direction, names: tuple[str, list[str], set[str]]
) -> Proof:
    """Prove with a payload that names its alternative as the reader no longer does.

    The reader's view is that of the union: the field that tells alternatives apart holds one of the names it knows.
    """
    field, lost, known = names
    writer, stance = sides.writer(direction)
    for before, after in pairing.pairs:
        shape = before if direction is Direction.RECEIVED else after
        for name in lost:
            found = sides.shaped(shape, writer, stance) if name in _wire_names(shape) else None
            if found is None or not isinstance(found[0], dict):
                continue
            instance: JSON = {**found[0], field: name}
            view: dict[str, JSON] = {"properties": {field: {"enum": [*sorted(known)]}}}
            told = sides.judge.failure(view, instance)
            if told is not None and sides.error(shape, writer, stance, instance) is None:
                return Proof(
                    Verdict.BREAKING, Basis.PROJECTION, instance, has_instance=True, error=told[0], failing=told[1]
                )
    return RULED_OUT


def _mapping(discriminator: dict[str, JSON]) -> dict[str, JSON]:
    mapping = discriminator.get("mapping")
    return mapping if isinstance(mapping, dict) else {}


def _respelled(old: dict[str, JSON], new: dict[str, JSON], pairing: Pairing) -> tuple[list[str], list[str]]:
    """Return the wire values that the same alternative no longer has, and those it has now.

    Alternatives that came or went are told as such; without alternatives to pair, the targets' names decide.
    """
    gone: set[str] = set()
    come: set[str] = set()
    for before, after in pairing.pairs:
        names = [_wire_names(shape) for shape in (before, after)]
        gone |= (names[0] - names[1]) & old.keys()
        come |= (names[1] - names[0]) & new.keys()
    if not any(shape.label.discriminator for pair in pairing.pairs for shape in pair):
        targets = {str(target) for target in old.values()} & {str(target) for target in new.values()}
        gone |= {name for name in old.keys() - new.keys() if str(old[name]) in targets}
        come |= {name for name in new.keys() - old.keys() if str(new[name]) in targets}
    return sorted(gone), sorted(come)
