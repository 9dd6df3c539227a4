"""What undeclared fields of an object may be, and what changed about it (content models, sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.proof import Proof
from harness.compat.shapes import Shape
from harness.compat.versions import ANYTHING, Position
from harness.documents import Node
from harness.model import JSON, Basis, ContentModel, Direction, Level, Side, Verdict

if TYPE_CHECKING:
    from harness.compat.schema_objects import ObjectPair

_FINE = Proof(Verdict.COMPATIBLE, Basis.PROJECTION)
_EXTRA = "undeclared"


@dataclass(frozen=True, slots=True)
class Rest:
    """What fields nobody declares may be.

    Attributes:
        kind: `open` (anything), `closed` (said to be refused), `implied` (not said; the model closes), `schema`.
        position: The schema, if `kind` is `schema`.
        spelled: Whether the schema says so itself.
        site: Where it says so.
    """

    kind: str
    position: Position = ANYTHING
    spelled: bool = False
    site: Node | None = None


def rest_of(shape: Shape, model: ContentModel) -> Rest:
    """Return what a shape lets undeclared fields be."""
    schemas: list[Position] = []
    opened: Node | None = None
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        for fragment in shape.having(keyword):
            value = fragment.keywords[keyword]
            node = fragment.site.node
            if value is False:
                return Rest("closed", spelled=True, site=node)
            if value is True or value == {}:
                opened = node
            else:
                schemas.append((fragment.site.child(keyword),))
    if schemas:
        position = tuple(site for one in schemas for site in one)
        return Rest("schema", position, spelled=True, site=position[0].node)
    if opened is not None:
        return Rest("open", spelled=True, site=opened)
    return Rest("open" if model is ContentModel.OPEN or shape.free_form else "implied")


def rest_changes(pair: ObjectPair) -> Iterator[Draft | tuple[Position, Position]]:
    """Yield the change of what undeclared fields may be, or the two schemas to compare."""
    model = pair.sides.model
    old, new = rest_of(pair.old, model), rest_of(pair.new, model)
    if old.kind == new.kind == "schema":
        yield old.position, new.position
        return
    if old.kind == new.kind and (old.spelled == new.spelled or old.kind == "open"):
        return
    writer, reader = (old, new) if pair.received else (new, old)
    level = Level.WARNING if new.kind == "closed" and old.kind != "closed" else None
    if old.kind == "implied" and new.kind == "implied":
        return
    proof = _judge(pair, writer, reader)
    if proof.verdict is not Verdict.COMPATIBLE:
        level = Level.WARNING if not pair.received and reader.kind == "schema" and writer.kind != "open" else None
    places = _place(old, pair.old), _place(new, pair.new)
    read = not pair.received and reader.kind == "schema" and writer.kind != "open"
    yield Draft(_rule(old, new), *places, pair.direction, proof, level, view="writer", read=read)


def _rule(old: Rest, new: Rest) -> str:
    if "schema" in (old.kind, new.kind) and "closed" not in (old.kind, new.kind):
        return "additional-properties-changed"
    closed = ("closed", "implied")
    order = {"closed": 0, "implied": 1, "schema": 2, "open": 3}
    if old.kind in closed or new.kind in closed:
        narrower = order[new.kind] < order[old.kind]
        return "additional-properties-closed" if narrower else "additional-properties-opened"
    return "additional-properties-changed"


def _place(rest: Rest, shape: Shape) -> Node | None:
    if rest.site is not None:
        return rest.site
    return shape.fragments[0].site.node if shape.fragments else None


def _judge(pair: ObjectPair, writer: Rest, reader: Rest) -> Proof:
    if writer.kind in ("implied", "closed"):
        if pair.direction is Direction.SENT and reader.kind == "schema" and pair.sides.model is not ContentModel.OPEN:
            return _lost(pair, reader)
        return _FINE
    if reader.kind == "open" or _ignored(pair, reader):
        return _FINE
    if writer.kind == "open" and reader.kind != "schema" and _declares(pair):
        # "additionalProperties absent/true -> false: ok for declared writers" (section 2)
        return _FINE
    guesses: list[JSON] = [1, "text", None, {}]
    if writer.kind == "schema":
        side, stance = pair.sides.writer(pair.direction)
        sample = pair.sides.sample(writer.position, side, stance)
        guesses = [*sample] if sample is not None else []
    side = Side.OLD if pair.received else Side.NEW
    base = pair.instance(side)
    for guess in guesses:
        if base is None:
            break
        proof = pair.breaking({**base, _EXTRA: guess}, reason="no object with an undeclared field was found")
        if proof.verdict is Verdict.BREAKING:
            return proof
    return Proof(Verdict.UNPROVEN, Basis.PROJECTION, reason="no object with an undeclared field was found")


def _ignored(pair: ObjectPair, reader: Rest) -> bool:
    """Whether the reader overlooks undeclared fields."""
    _, stance = pair.sides.reader(pair.direction)
    return stance.ignores_unknown and reader.kind in ("implied", "closed")


def _declares(pair: ObjectPair) -> bool:
    shape = pair.old if pair.received else pair.new
    return pair.sides.model is not ContentModel.OPEN and bool(shape.properties)


def _lost(pair: ObjectPair, reader: Rest) -> Proof:
    """Sent: readers of the old map lose its fields."""
    _, stance = pair.sides.writer(pair.direction)
    value = pair.sides.sample(reader.position, Side.OLD, stance)
    base = pair.instance(Side.OLD)
    if value is None or base is None:
        return Proof(Verdict.UNPROVEN, Basis.PROJECTION, reason="no object with an undeclared field was found")
    instance: JSON = {**base, _EXTRA: value[0]}
    error = pair.sides.error(pair.new, Side.NEW, stance, instance)
    if error is None or pair.sides.error(pair.old, Side.OLD, stance, instance) is not None:
        return Proof(Verdict.UNPROVEN, Basis.PROJECTION, reason="no object with an undeclared field was found")
    return Proof(Verdict.BREAKING, Basis.PROJECTION, instance, has_instance=True, error=error, failing=f"/{_EXTRA}")
