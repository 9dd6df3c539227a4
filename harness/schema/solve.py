"""Does a finite JSON value exist that satisfies all formulas of a goal? One tableau, with proofs.

A goal is a set of formulas about one value. It is split by JSON type, disjunctions are split, and what remains for a
type is decided by that type's room: `numbers`, `strings`, `arrays`, `objects`, the last two asking goals about items,
values and keys in turn. Inclusion of A in B is a goal {A, not B} without a value.

A goal that is met again inside itself has no value there: the smallest finite value of a goal holds no smaller value
of the same goal. So every refuted goal refers to refuted goals about smaller values only, and a set of refuted goals
closed under this is a proof by induction on the size of the value, cycles included (`derivation.py`). A refutation that
leans on a goal still open is kept as provisional and dropped unless that goal is refuted too.

Closing a branch names the decisions it rests on; a split none of whose decisions is named is undone (backjumping).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.schema.evaluate import Evaluator
from harness.schema.nodes import Node
from harness.schema.store import Store
from harness.schema.values import ALL, BOOL, NULL, TYPE_NAMES, TYPES_IN_ORDER, type_of

Goal = frozenset[Node]
Tree = tuple[object, ...]
DEFAULT_BUDGET = 60_000
_NEVER = 1 << 60
_CALLS_DEEP = 9_000
_ALL_VALUES: dict[int, tuple[object, ...]] = {NULL: (None,), BOOL: (True, False)}


@dataclass(frozen=True, slots=True)
class Found:
    """The goal has a value."""

    value: object


@dataclass(frozen=True, slots=True)
class Refuted:
    """The goal has no value; the closed tableau."""

    tree: Tree


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither a value nor a refutation; with the reason."""

    reason: str


Outcome = Found | Refuted | Unknown


@contextmanager
def deep_enough() -> Iterator[None]:
    """Allow the depth that documents of the greatest allowed nesting need (some ten calls a level)."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _CALLS_DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class BudgetSpentError(Exception):
    """The number of steps allowed for one question is used up."""


class Solver:
    """Decides goals over the formulas of one store, and remembers what it decided."""

    def __init__(self, store: Store, budget: int = DEFAULT_BUDGET) -> None:
        """`budget` is a number of steps for one question, so that answers do not depend on the machine."""
        self.store = store
        self.evaluator = Evaluator(store)
        self.budget = budget
        self.left = budget
        self.known: dict[Goal, Outcome] = {}
        self.strings: dict[Goal, tuple[bool, object]] = {}
        self.shapes: dict[Node, tuple[str | None, frozenset[Node]]] = {}
        self._provisional: dict[Goal, tuple[Refuted, int]] = {}
        self._trail: list[Goal] = []
        self._open: dict[Goal, int] = {}
        self._lowest = _NEVER

    def ask(self, goal: Goal) -> Outcome:
        """Decide a goal with a fresh budget; running out of steps or of depth is `Unknown`."""
        self.left = self.budget
        self._open.clear()
        self._provisional.clear()
        self._trail.clear()
        self._lowest = _NEVER
        try:
            return self.decide(goal)
        except BudgetSpentError:
            return Unknown(f"no answer within {self.budget} steps")
        except RecursionError:
            return Unknown("the schemas are nested too deeply")

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            BudgetSpentError: None are left.
        """
        self.left -= steps
        if self.left < 0:
            raise BudgetSpentError

    def decide(self, goal: Goal) -> Outcome:
        """Decide a goal, as a part of the present question."""
        known = self.known.get(goal)
        if known is not None:
            return known
        provisional = self._provisional.get(goal)
        if provisional is not None:
            self._lowest = min(self._lowest, provisional[1])
            return provisional[0]
        depth = self._open.get(goal)
        if depth is not None:
            self._lowest = min(self._lowest, depth)
            return Refuted(("open",))
        return self._decide_afresh(goal)

    def _decide_afresh(self, goal: Goal) -> Outcome:
        self.spend()
        depth = len(self._open)
        self._open[goal] = depth
        outside, self._lowest = self._lowest, _NEVER
        mark = len(self._trail)
        outcome = self._search(goal)
        del self._open[goal]
        lowest, self._lowest = self._lowest, outside
        if not isinstance(outcome, Refuted):
            self._drop(mark)
            self.known[goal] = outcome
            return outcome
        if lowest >= depth:
            self._confirm(mark)
            self.known[goal] = outcome
        else:
            self._provisional[goal] = (outcome, lowest)
            self._trail.append(goal)
            self._lowest = min(outside, lowest)
        return outcome

    def _drop(self, mark: int) -> None:
        for goal in self._trail[mark:]:
            del self._provisional[goal]
        del self._trail[mark:]

    def _confirm(self, mark: int) -> None:
        for goal in self._trail[mark:]:
            self.known[goal] = self._provisional.pop(goal)[0]
        del self._trail[mark:]

    def _search(self, goal: Goal) -> Outcome:
        bits = ALL
        for node in goal:
            bits &= (self.store.expand(node) if node.kind == "REF" else node).mask
        ordered = sorted(goal, key=lambda node: node.digest)
        trees: list[tuple[str, Tree]] = []
        unknown: Unknown | None = None
        for bit in TYPES_IN_ORDER:
            if not bits & bit:
                continue
            few = _ALL_VALUES.get(bit)
            outcome = self._of_type(bit, ordered, goal) if few is None else self._values(few, goal)
            if isinstance(outcome, Found):
                return outcome
            if isinstance(outcome, Unknown):
                unknown = unknown or outcome
            else:
                trees.append((TYPE_NAMES[bit], outcome.tree))
        return unknown or Refuted(("types", *trees))

    def _values(self, candidates: Iterable[object], goal: Iterable[Node]) -> Outcome:
        """Try every candidate against the goal itself."""
        unknown = False
        for value in candidates:
            self.spend()
            result = self.evaluator.all_hold(goal, value)
            if result:
                return Found(value)
            unknown = unknown or result is None
        return Unknown("a pattern or format of a finite set is not decided") if unknown else Refuted(("values",))

    def _of_type(self, bit: int, ordered: list[Node], goal: Goal) -> Outcome:
        branch = branch_of(bit)(self, goal)
        closed = branch.add_all([(node, 0) for node in ordered])
        outcome = branch.settle(closed)
        return Refuted(outcome.tree) if isinstance(outcome, Closed) else outcome


@dataclass(frozen=True, slots=True)
class Closed:
    """A branch without a value: the decisions it rests on (a bit each), and the tree."""

    rests_on: int
    tree: Tree


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

        First those with at most one open part, then "not the schema of the same name", then unions of rich parts (the
        branches of a schema, which decide much), then the rest; of equals the one with the fewest open parts.
        """
        best, lowest, kept = None, (9, 0), []
        bit, asserted = self.bit, self.asserted
        for node, rests_on in self.splits:
            alive, rich = 0, True
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
                rank = (0 if alive <= 1 else 1 if paired else 2 if rich else 3, alive)
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


def _is_rich(part: Node) -> bool:
    return part.args[1] == 1 if part.kind == "REF" else part.kind == "AND" and len(part.args) > 3


def branch_of(bit: int) -> type[Branch]:
    """Return the kind of branch for a type of value."""
    from harness.schema.arrays import ArrayBranch  # noqa: PLC0415  (they build on this module)
    from harness.schema.objects import ObjectBranch  # noqa: PLC0415  (as above)
    from harness.schema.scalars import NumberBranch, StringBranch  # noqa: PLC0415  (as above)

    return {4: NumberBranch, 8: StringBranch, 16: ArrayBranch, 32: ObjectBranch}[bit]
