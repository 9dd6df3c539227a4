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

from harness.schema.arrays import ArrayBranch
from harness.schema.branches import Branch, absence
from harness.schema.evaluate import Evaluator
from harness.schema.nodes import Node
from harness.schema.objects import ObjectBranch
from harness.schema.outcomes import Closed, Found, Goal, Outcome, Refuted, Tree, Unknown
from harness.schema.scalars import NumberBranch, StringBranch
from harness.schema.store import Store
from harness.schema.values import ALL, BOOL, NULL, TYPE_NAMES, TYPES_IN_ORDER

DEFAULT_BUDGET = 60_000
_NEVER = 1 << 60
_STRATEGIES = 3
"""Rich disjuncts first; unions as written before what negation made; the fewest open disjuncts first."""
_CALLS_DEEP = 9_000
_ALL_VALUES: dict[int, tuple[object, ...]] = {NULL: (None,), BOOL: (True, False)}


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
        self.strategy = 0
        self.known: dict[Goal, Outcome] = {}
        self.strings: dict[Goal, tuple[bool, object]] = {}
        self.shapes: dict[Node, tuple[str | None, frozenset[Node]]] = {}
        self._provisional: dict[Goal, tuple[Refuted, int]] = {}
        self._trail: list[Goal] = []
        self._open: dict[Goal, int] = {}
        self._lowest = _NEVER

    def ask(self, goal: Goal) -> Outcome:
        """Decide a goal with a fresh budget; running out of steps or of depth is `Unknown`.

        Which disjunction to split first makes all the difference, and no rule is best: three get a small share of the
        steps each, then the rest. What was decided under one stays known under the next.
        """
        for turn in range(2 * _STRATEGIES):
            self.strategy = turn % _STRATEGIES
            self.left = int(self.budget * (0.03 if turn < _STRATEGIES else 0.30))
            self._open.clear()
            self._provisional.clear()
            self._trail.clear()
            self._lowest = _NEVER
            try:
                return self.decide(goal)
            except BudgetSpentError:
                continue
            except RecursionError:
                return Unknown("the schemas are nested too deeply")
        return Unknown(f"no answer within {self.budget} steps")

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
        was_few = False
        for bit in TYPES_IN_ORDER:
            if not bits & bit:
                continue
            few = _ALL_VALUES.get(bit)
            outcome = self._of_type(bit, ordered, goal) if few is None else self._one_of(few, ordered, goal)
            if isinstance(outcome, Found):
                return outcome
            if isinstance(outcome, Unknown):
                # what is said about the few values of null and boolean is the least telling reason
                unknown = outcome if unknown is None or was_few else unknown
                was_few = few is not None
            else:
                trees.append((TYPE_NAMES[bit], outcome.tree))
        return unknown or Refuted(("types", *trees))

    def _one_of(self, few: tuple[object, ...], ordered: list[Node], goal: Goal) -> Outcome:
        """Try the values of a type that has hardly any; what cannot be evaluated may still clash."""
        outcome = self._values(few, goal)
        if isinstance(outcome, Unknown):
            clash = next((node for node in ordered if node.negation in goal), None)
            return outcome if clash is None else Refuted(("clash", clash))
        return outcome

    def _values(self, candidates: Iterable[object], goal: Iterable[Node]) -> Outcome:
        """Try every candidate against the goal itself."""
        unknown = False
        for value in candidates:
            self.spend()
            result = self.evaluator.all_hold(goal, value)
            if result:
                return Found(value)
            unknown = unknown or result is None
        return Unknown(self._undecided(goal)) if unknown else Refuted(("values",))

    def _undecided(self, goal: Iterable[Node]) -> str:
        """Return why a value cannot be held against a goal: an absent schema, else a pattern or format."""
        meanings = (self.store.expand(node) if node.kind == "REF" else node for node in goal)
        absent = next((node for node in meanings if node.kind == "ABSENT"), None)
        return absence(absent) if absent is not None else "a pattern or format of a finite set is not decided"

    def _of_type(self, bit: int, ordered: list[Node], goal: Goal) -> Outcome:
        branch = _BRANCHES[bit](self, goal)
        closed = branch.add_all([(node, 0) for node in ordered])
        outcome = branch.settle(closed)
        return Refuted(outcome.tree) if isinstance(outcome, Closed) else outcome


_BRANCHES: dict[int, type[Branch]] = {
    branch.bit: branch for branch in (NumberBranch, StringBranch, ArrayBranch, ObjectBranch)
}
