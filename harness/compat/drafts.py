"""Changes under construction: found once at a place, judged, not yet told from where they are reached."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.compat.proof import FINE, Proof
from harness.documents import Node
from harness.model import JSON, Direction, Level, Verdict

if TYPE_CHECKING:
    from harness.compat.confirming import ShapePair


@dataclass(frozen=True, slots=True)
class Draft:
    """One root cause at one place, as the walk finds it.

    Attributes:
        rule: Kind of change, an id of `KINDS`.
        old: The node on the old side, None if there is none.
        new: The node on the new side, None if there is none.
        direction: Which way the data flows; None where the question does not arise.
        proof: The judgement.
        level: Loudness; None takes the default of the verdict.
        subject: Name for people; "" derives it from the place.
        before: What the old side says.
        after: What the new side says.
        settle: The way out.
        view: Which schemas `proof` was made on: `raw`, `writer` or `reader`.
        read: Whether `proof` shows an old payload of which readers lose a part (a read witness).
        title: Sentence for people; "" derives it from rule and subject.
        carriers: Operations or messages, where the change is not inside a schema.
        shared: Name of the shared component that changed, such as `response TooManyRequests`; "*" where it is shared
            without a name to tell, "" where it is not.
        shown: The alternatives on which the witness was confirmed as a whole.
    """

    rule: str
    old: Node | None
    new: Node | None
    direction: Direction | None = None
    proof: Proof = FINE
    level: Level | None = None
    subject: str = ""
    before: JSON = None
    after: JSON = None
    settle: str = ""
    view: str = "raw"
    read: bool = False
    title: str = ""
    carriers: tuple[str, ...] = field(default=())
    shown: ShapePair | None = None
    shared: str = ""

    def softened(self, level: Level) -> Draft:
        """Return the draft at another level if it is not compatible."""
        return self if self.proof.verdict is Verdict.COMPATIBLE else replace(self, level=level)

    @property
    def loudness(self) -> Level:
        """The level given, else error for breaking, warning for unproven, info for compatible."""
        if self.level is not None:
            return self.level
        return {
            Verdict.BREAKING: Level.ERROR,
            Verdict.UNPROVEN: Level.WARNING,
            Verdict.COMPATIBLE: Level.INFO,
        }[self.proof.verdict]
