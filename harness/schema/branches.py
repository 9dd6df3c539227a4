"""One branch of the tableau: what is asserted about a value of one type, and how disjunctions are split.

Every assertion remembers the decisions it rests on (a bit each). A branch that closes names the decisions it rests on;
a split whose decision is not among them need not try its other disjuncts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.schema.nodes import Node
from harness.schema.outcomes import Closed, Found, Goal, Refuted, Tree, Unknown
from harness.schema.values import type_of

if TYPE_CHECKING:
    from harness.schema.solve import Solver

_NEVER = 1 << 60


class Branch:
    """One branch of the tableau for one type of value: what is asserted, and which decisions asserted it."""

    bit = 0

    def __init__(self, solver: Solver, goal: Goal) -> None:
        """Nothing is asserted yet."""
        self.solver = solver
        self.store = solver.store
        self.goal = goal
        self.asserted: dict[Node, int] = {}
        self.splits: list[tuple[Node, int]] = []
        self.inside: set[str] = set()
        self.outside: dict[Node, str] = {}
        self.level = 0
        self.unknown: Unknown | None = None

    def copy(self) -> Branch:
        """Return an independent copy."""
        twin = type(self).__new__(type(self))
        twin.solver, twin.store, twin.goal = self.solver, self.store, self.goal
        twin.asserted = self.asserted.copy()
        twin.splits = self.splits.copy()
        twin.inside, twin.outside = self.inside.copy(), self.outside.copy()
        twin.level = self.level
        twin.unknown = self.unknown
        self._copy_own(twin)
        return twin

    def _copy_own(self, twin: Branch) -> None:
        """Copy what a type keeps beside."""

    # --- asserting ---------------------------------------------------------------------------------------------

    def add_all(self, pending: list[tuple[Node, int]]) -> Closed | Found | None:
        """Assert formulas; return how the branch closed, a value of the whole goal if one was met, or None."""
        pending.reverse()
        bit, asserted = self.bit, self.asserted
        while pending:
            node, rests_on = pending.pop()
            if node in asserted:
                continue
            for against in (node.negation, node.contrary):
                if against is not None and against in asserted and not (against is node.contrary and node.sure & bit):
                    return Closed(rests_on | asserted[against], ("clash", node))
            if not node.mask & bit:
                return Closed(rests_on, ("type", node))
            asserted[node] = rests_on
            if not node.sure & bit:
                result = self._stand(node, rests_on, pending)
                if result is not None:
                    return result
        return self.check()

    def _stand(self, node: Node, rests_on: int, pending: list[tuple[Node, int]]) -> Closed | Found | None:
        """Take one formula that says something about this type; what it spells out becomes pending."""
        kind = node.kind
        if kind == "AND":
            pending.extend((part, rests_on) for part in reversed(node.args) if isinstance(part, Node))
        elif kind == "OR":
            self.splits.append((node, rests_on))
        elif kind in {"REF", "UNEVALP", "UNEVALI"}:
            meaning = self.store.expand(node)
            pending.append((meaning, rests_on))
            if kind == "REF":
                self._note_reference(node, meaning)
        elif kind in {"ONE", "NOTONE"}:
            pending.append((self.store.chosen(node, self.bit), rests_on))
        elif kind == "IN":
            return self._finite(node, rests_on)
        elif kind == "ABSENT":
            self.unknown = self.unknown or Unknown(absence(node))
        else:
            if kind == "OUT":
                pending.extend((part, rests_on) for part in self.differing(node))
            self.note(node, rests_on)
        return None

    def _note_reference(self, node: Node, meaning: Node) -> None:
        """Remember what is inside and outside which named schema: the same name on both sides is looked at first."""
        name = str(node.args[0]).partition("|")[2]
        if node.args[1] == 1:
            self.inside.add(name)
        else:
            self.outside[meaning] = name

    def _finite(self, node: Node, rests_on: int) -> Closed | Found | None:
        values = [value for _, value in node.args[0] if type_of(value) == self.bit]  # type: ignore[attr-defined]  # pairs
        outcome = self.solver._values(values, self.goal)  # noqa: SLF001  (one machine in two classes)
        if isinstance(outcome, Refuted):
            return Closed(rests_on, ("members", node))
        if isinstance(outcome, Unknown):
            self.unknown = self.unknown or outcome
            return None
        return outcome

    def differing(self, node: Node) -> list[Node]:
        """Return formulas that say a value differs from composite values; scalars are an atom."""
        del node
        return []

    def note(self, node: Node, rests_on: int) -> None:
        """Take an atom of this type."""
        raise NotImplementedError

    def check(self) -> Closed | None:
        """Look for an early contradiction."""
        return None

    def leaf(self) -> Closed | Found | Unknown:
        """Decide the branch when nothing is left to split."""
        raise NotImplementedError

    # --- splitting ---------------------------------------------------------------------------------------------

    def settle(self, closed: Closed | Found | None) -> Closed | Found | Unknown:
        """Split until the branch is decided."""
        if closed is not None:
            return closed
        self.solver.spend()
        choice = self._next_split()
        if choice is None:
            outcome = self.leaf()
            if self.unknown is not None and not isinstance(outcome, Closed):
                return self.unknown if not isinstance(outcome, Found) or not self._verified(outcome.value) else outcome
            return outcome
        node, rests_on = choice
        return self._split(node, rests_on)

    def _verified(self, value: object) -> bool:
        return self.solver.evaluator.all_hold(self.goal, value) is True

    def _next_split(self) -> tuple[Node, int] | None:
        """Return the disjunction to split, dropping those that hold already.

        First those with at most one open part, then "not the schema of the same name", then by the solver's present
        strategy; of equals the one with the fewest open parts.
        """
        best, lowest, kept = None, (9, 0), []
        bit, asserted, strategy = self.bit, self.asserted, self.solver.strategy
        for node, rests_on in self.splits:
            alive, rich = 0, strategy == 0
            for part in node.args:
                assert isinstance(part, Node)  # noqa: S101  (OR holds nodes only)
                if part in asserted or part.sure & bit or self.entails(part):
                    break
                if part.mask & bit and part.negation not in asserted and part.contrary not in asserted:
                    alive += 1
                    rich = rich and _is_rich(part)
            else:
                kept.append((node, rests_on))
                paired = self.outside.get(node) in self.inside
                rank = (
                    0 if alive <= 1 else 1 if paired else 2 if (rich, not node.against, False)[strategy] else 3,
                    alive,
                )
                if rank < lowest:
                    best, lowest = (node, rests_on), rank
        self.splits = kept
        if best is not None:
            kept.remove(best)
        return best

    def entails(self, part: Node) -> bool:
        """Whether what is asserted plainly implies a formula, so that a disjunction with it holds already."""
        del part
        return False

    def _split(self, node: Node, rests_on: int) -> Closed | Found | Unknown:
        trees: list[Tree] = []
        collected = rests_on
        unknown: Unknown | None = None
        mark = 1 << self.level
        for part in node.args:
            assert isinstance(part, Node)  # noqa: S101  (OR holds nodes only)
            outcome = self.glance(part, mark) or self._entered(part, mark)
            if isinstance(outcome, Found):
                return outcome
            if isinstance(outcome, Unknown):
                unknown = unknown or outcome
                continue
            if not outcome.rests_on & mark:
                return outcome
            collected |= outcome.rests_on & ~mark
            trees.append((part, outcome.tree))
        return unknown or Closed(collected, ("split", node, *trees))

    def _entered(self, part: Node, mark: int) -> Closed | Found | Unknown:
        branch = self.copy()
        branch.level += 1
        return branch.settle(branch.add_all([(part, mark)]))

    def glance(self, part: Node, mark: int) -> Closed | None:
        """Close a disjunct without entering it, where one look at what is asserted is enough."""
        if not part.mask & self.bit:
            return Closed(mark, ("type", part))
        for against in (part.negation, part.contrary):
            if against is not None and against in self.asserted and not part.sure & self.bit:
                return Closed(mark | self.asserted[against], ("clash", part))
        return None


def absence(node: Node) -> str:
    """Return the reason for not knowing what an absent schema says."""
    name = str(node.args[0]).partition("|")[0]
    return f"“{name}” is not at hand, and nothing is fetched from the network: bundle it under $defs with its $id"


def _is_rich(part: Node) -> bool:
    """Whether a disjunct decides much: a named schema, or several demands."""
    return part.args[1] == 1 if part.kind == "REF" else part.kind == "AND" and len(part.args) > 3
