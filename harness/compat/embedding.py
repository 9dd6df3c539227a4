"""The whole request, answer or message around a witness: the payload that really breaks.

A payload is a minimal instance of the carrier's schema with the witness put at its place, and it is shown only if
the independent validator takes it under one version and refuses it under the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.compat.samples import Slice, item_position
from harness.compat.schema_views import Stance
from harness.compat.shapes import Shape
from harness.compat.sides import Sides
from harness.compat.versions import Position
from harness.model import JSON, Direction, Side

_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload and the place of the witness in it."""

    value: JSON
    place: str


@dataclass(frozen=True, slots=True)
class Embedding:
    """Where a witness belongs: the carrier's schemas, the way down, and who looks at them.

    Attributes:
        sides: The compared versions.
        roots: The carrier's schema, old and new.
        path: Steps from there: `/field`, `/0`, `/[]` for any item, `/*` for an undeclared field.
        direction: Which way the payload flows.
        read: Whether an old payload is shown of which readers lose a part.
    """

    sides: Sides
    roots: tuple[Position, Position]
    path: tuple[str, ...]
    direction: Direction
    read: bool

    def payload(self, instance: JSON) -> Payload | None:
        """Return the payload around `instance`, or None where none could be confirmed."""
        if len(self.path) > _MOST_STEPS:
            return None
        writer, stance = self.sides.writer(self.direction)
        reader, read_stance = self.sides.reader(self.direction)
        if self.read:
            writer, reader, read_stance = Side.OLD, Side.NEW, stance
        built = self._around(self._root(writer), self.path, instance, writer, stance)
        if built is None:
            return None
        if not self._takes(writer, stance, built.value) or self._takes(reader, read_stance, built.value):
            return None
        return built

    def _root(self, side: Side) -> Position:
        return self.roots[0] if side is Side.OLD else self.roots[1]

    def _takes(self, side: Side, stance: Stance, value: JSON) -> bool:
        cut = Slice(self.sides.views(side), stance)
        return self.sides.judge.accepts(cut.document(cut.cut(self._root(side), value)), value)

    def _around(
        self, position: Position, path: tuple[str, ...], instance: JSON, side: Side, stance: Stance
    ) -> Payload | None:
        """Return an instance of `position` that holds `instance` at the end of `path`."""
        if not path:
            return Payload(instance, "")
        step, rest = path[0][1:], path[1:]
        for shape in self.sides.views(side).shaper.form(position).shapes:
            below = _below(shape, step)
            if below is None:
                continue
            inner = self._around(below, rest, instance, side, stance)
            if inner is not None:
                return self._within(shape, step, inner, side, stance)
        return None

    def _within(self, shape: Shape, step: str, inner: Payload, side: Side, stance: Stance) -> Payload | None:
        if step == "[]" or (step.isdecimal() and "array" in shape.types):
            before: list[JSON] = []
            for index in range(int(step) if step.isdecimal() else 0):
                item = self.sides.sample(item_position(shape, index), side, stance)
                if item is None:
                    return None
                before.append(item[0])
            return Payload([*before, inner.value], f"/{len(before)}{inner.place}")
        base = self.sides.shaped(Shape(shape.fragments, frozenset({"object"})), side, stance)
        if base is None or not isinstance(base[0], dict):
            return None
        name = "key" if step == "*" else step.replace("~1", "/").replace("~0", "~")
        token = "key" if step == "*" else step
        return Payload({**base[0], name: inner.value}, f"/{token}{inner.place}")


def _below(shape: Shape, step: str) -> Position | None:
    """Return what stands one step below a shape, None where it has no such place."""
    if step == "[]" or (step.isdecimal() and "array" in shape.types):
        return item_position(shape, int(step) if step.isdecimal() else 0)
    if step == "*":
        for fragment in shape.having("additionalProperties"):
            if isinstance(fragment.keywords["additionalProperties"], dict):
                return (fragment.site.child("additionalProperties"),)
        return None
    return shape.properties.get(step.replace("~1", "/").replace("~0", "~"))
