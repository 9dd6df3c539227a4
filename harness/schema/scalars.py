"""Branches about numbers and strings: all atoms together are decided at once."""

from __future__ import annotations

from harness.schema.branches import Branch
from harness.schema.nodes import Node
from harness.schema.numbers import Numbers
from harness.schema.outcomes import Closed, Found, Unknown
from harness.schema.strings import Strings
from harness.schema.values import NUM, STR, TooLargeError


class _ScalarBranch(Branch):
    """Keeps the atoms and asks again only when they grew."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as Branch
        self.atoms: dict[Node, int] = {}
        self.answer: tuple[bool, object] | None = None

    def _copy_own(self, twin: Branch) -> None:
        assert isinstance(twin, _ScalarBranch)  # noqa: S101  (a copy of this class)
        twin.atoms = self.atoms.copy()
        twin.answer = self.answer

    def note(self, node: Node, rests_on: int) -> None:
        """Take an atom."""
        self.atoms[node] = rests_on
        self.answer = None

    def find(self) -> tuple[bool, object]:
        """Return (True, value), (False, None) or (False, reason)."""
        raise NotImplementedError

    def check(self) -> Closed | None:
        """Close the branch if the atoms contradict each other."""
        if self.answer is None:
            self.solver.spend()
            self.answer = self.find()
        found, value = self.answer
        if found or value is not None:
            return None
        rests_on = 0
        for one in self.atoms.values():
            rests_on |= one
        return Closed(rests_on, ("atoms", *self.atoms))

    def leaf(self) -> Closed | Found | Unknown:
        """Return the value that was found."""
        closed = self.check()
        if closed is not None or self.answer is None:
            return closed or Unknown("no answer")
        found, value = self.answer
        return Found(value) if found else Unknown(str(value))


class NumberBranch(_ScalarBranch):
    """One branch about a number."""

    bit = NUM

    def find(self) -> tuple[bool, object]:
        """Decide the atoms by exact arithmetic."""
        try:
            return Numbers(self.atoms).find()
        except TooLargeError as problem:
            return False, str(problem)


class StringBranch(_ScalarBranch):
    """One branch about a string."""

    bit = STR

    def find(self) -> tuple[bool, object]:
        """Decide the atoms by regular languages; equal sets of atoms are decided once."""
        key = frozenset(self.atoms)
        known = self.solver.strings.get(key)
        if known is None:
            known = self.solver.strings[key] = Strings.of(self.atoms).find()
        return known
