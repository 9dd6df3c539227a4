"""The two compared versions with everything that reads them, as one value that every aspect is handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from harness.compat.proof import Judge, Proof
from harness.compat.samples import Sampler, Slice
from harness.compat.schema_views import Role, Stance, Views
from harness.compat.shapes import Shape, Shaper
from harness.compat.versions import Position, Sameness, Version
from harness.documents import Library, Node
from harness.model import JSON, Basis, ContentModel, Direction, Side, Verdict


@dataclass(frozen=True, slots=True)
class Sides:
    """Old and new version, how to read them, and under which content model to judge.

    Attributes:
        old: The version that consumers know.
        new: The version that is proposed.
        old_views: Views of the old version.
        new_views: Views of the new version.
        sameness: What did not change.
        judge: Proofs.
        model: The content model.
        as_of: The day at which sunsets are judged; None = no sunset has passed.
    """

    old: Version
    new: Version
    old_views: Views
    new_views: Views
    sameness: Sameness
    judge: Judge
    model: ContentModel
    as_of: date | None

    @staticmethod
    def of(old: Library, new: Library, model: ContentModel, as_of: date | None) -> Sides:
        """Return the sides of a comparison of two libraries."""
        before, after = Version(Side.OLD, old), Version(Side.NEW, new)
        return Sides(
            before,
            after,
            Views(Shaper(before)),
            Views(Shaper(after)),
            Sameness(before, after),
            Judge(format_assertion=model is ContentModel.DECLARED),
            model,
            as_of,
        )

    def start(self, old: Node, new: Node) -> None:
        """Name the two documents that are compared: their examples count, and their versions are named."""
        for views, root in ((self.old_views, old), (self.new_views, new)):
            views.examples.start(root)
            views.shaper.version.name_after(root)

    def views(self, side: Side) -> Views:
        """Return the views of one side."""
        return self.old_views if side is Side.OLD else self.new_views

    def writer(self, direction: Direction) -> tuple[Side, Stance]:
        """Return which side writes, and how it is looked at."""
        side = Side.OLD if direction is Direction.RECEIVED else Side.NEW
        return side, Stance(Role.WRITER, direction, self.model)

    def reader(self, direction: Direction) -> tuple[Side, Stance]:
        """Return which side reads, and how it is looked at."""
        side = Side.NEW if direction is Direction.RECEIVED else Side.OLD
        return side, Stance(Role.READER, direction, self.model)

    def samplers(self, side: Side) -> tuple[Sampler, Sampler]:
        """Return makers of instances of one side: from whole examples, and without them."""
        views = self.views(side)
        return Sampler(views, self.judge), Sampler(views, self.judge, plain=True)

    def sample(self, position: Position, side: Side, stance: Stance) -> tuple[JSON] | None:
        """Return a verified instance of a position, or None where none was found."""
        for sampler in self.samplers(side):
            found = sampler.sample(position, stance)
            if found is None:
                continue
            cut = Slice(self.views(side), stance)
            if self.judge.accepts(cut.document(cut.cut(position, found[0])), found[0]):
                return found
        return None

    def shaped(self, shape: Shape, side: Side, stance: Stance) -> tuple[JSON] | None:
        """Return a verified instance of one alternative, or None where none was found."""
        for sampler in self.samplers(side):
            found = sampler.shaped(shape, stance)
            if found is not None and self.error(shape, side, stance, found[0]) is None:
                return found
        return None

    def error(self, shape: Shape, side: Side, stance: Stance, instance: JSON) -> str | None:
        """Return what the independent validator says against an instance under one alternative's view."""
        found = self.failure(shape, side, stance, instance)
        return None if found is None else found[0]

    def failure(self, shape: Shape, side: Side, stance: Stance, instance: JSON) -> tuple[str, str] | None:
        """Return what the validator says against an instance and where in it, under one alternative's view."""
        return self.judge.failure(Slice(self.views(side), stance).cut_shape(shape, instance), instance)

    def refuted(self, writer: Shape, reader: Shape, direction: Direction, instance: JSON) -> Proof | None:
        """Return a proof of breaking if an instance is written under one view and refused under the other."""
        side, stance = self.writer(direction)
        if self.error(writer, side, stance, instance) is not None:
            return None
        other, other_stance = self.reader(direction)
        found = self.failure(reader, other, other_stance, instance)
        if found is None:
            return None
        return Proof(Verdict.BREAKING, Basis.PROJECTION, instance, has_instance=True, error=found[0], failing=found[1])
