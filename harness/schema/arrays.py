"""Branches about arrays: what each position must satisfy, how many items, counts of items, equal and different items.

Positions before the last one mentioned are told apart; all later ones (the tail) are alike. The smallest array holds
the asked number of items and one tail item for each obligation, so its length is bounded before the search starts.
For every formula whose items are counted, a position chooses "satisfies it" or "does not".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from harness.schema.branches import Branch
from harness.schema.distinct import different_values
from harness.schema.nodes import END, Node
from harness.schema.outcomes import Closed, Found, Goal, Refuted, Unknown
from harness.schema.values import ARR, canon, type_of

_MOST_ITEMS = 400


@dataclass(frozen=True, slots=True)
class Span:
    """A demand on the positions first <= i < last (last -1: to the end)."""

    first: int
    last: int
    subject: Node
    rests_on: int

    def covers(self, position: int) -> bool:
        """Whether a position is in the span."""
        return self.first <= position and (self.last == END or position < self.last)


@dataclass(frozen=True, slots=True)
class Count:
    """A bound on how many items satisfy a formula."""

    number: int
    subject: Node
    rests_on: int


class ArrayBranch(Branch):
    """One branch about an array."""

    bit = ARR

    def __init__(self, *arguments: object) -> None:
        """Nothing is asserted yet."""
        super().__init__(*arguments)  # type: ignore[arg-type]  # as Branch
        self.least = (0, 0)
        self.most: tuple[int, int] | None = None
        self.each: list[Span] = []
        self.some: list[Span] = []
        self.at_least: list[Count] = []
        self.at_most: list[Count] = []
        self.unique: int | None = None
        self.doubled: int | None = None
        self.changed = False

    def _copy_own(self, twin: Branch) -> None:
        assert isinstance(twin, ArrayBranch)  # noqa: S101  (a copy of this class)
        twin.least, twin.most = self.least, self.most
        twin.each, twin.some = self.each.copy(), self.some.copy()
        twin.at_least, twin.at_most = self.at_least.copy(), self.at_most.copy()
        twin.unique, twin.doubled, twin.changed = self.unique, self.doubled, False

    def note(self, node: Node, rests_on: int) -> None:
        """Take an atom."""
        kind, args = node.kind, node.args
        self.changed = True
        if kind == "MINITEMS":
            self.least = max(self.least, (int(args[0]), rests_on))  # type: ignore[call-overload]  # a count
        elif kind == "MAXITEMS":
            if self.most is None or int(args[0]) < self.most[0]:  # type: ignore[call-overload]  # a count
                self.most = (int(args[0]), rests_on)  # type: ignore[call-overload]  # a count
        elif kind in {"EACH", "SOME"}:
            (self.each if kind == "EACH" else self.some).append(Span(*args, rests_on))  # type: ignore[call-arg,arg-type]  # n, m, S
        elif kind in {"ATLEAST", "ATMOST"}:
            (self.at_least if kind == "ATLEAST" else self.at_most).append(Count(*args, rests_on))  # type: ignore[call-arg,arg-type]  # n, S
        elif kind == "UNIQUE":
            self.unique = rests_on
        elif kind == "DUP":
            self.doubled = rests_on

    def differing(self, node: Node) -> list[Node]:
        """Say for each array value how an array may differ: shorter, longer, or other at a position."""
        store = self.store
        said = []
        for _, value in node.args[0]:  # type: ignore[attr-defined]  # pairs
            if type_of(value) == ARR:
                ways = [store.atom("MINITEMS", len(value) + 1), store.atom("MAXITEMS", len(value) - 1)]
                ways += [
                    store.atom("SOME", position, position + 1, store.neg(store.inside([item])))
                    for position, item in enumerate(value)
                ]
                said.append(store.disj(ways))
        return said

    # --- early contradictions ----------------------------------------------------------------------------------

    def check(self) -> Closed | None:
        """Look at the positions that every array of this branch has."""
        if not self.changed:
            return None
        self.changed = False
        if self.most is not None and self.least[0] > self.most[0]:
            return Closed(self.least[1] | self.most[1], ("counts",))
        if self.level:
            for position in range(min(self.least[0], self.boundary + 1)):
                goal, rests_on = self.goal_at(position)
                if isinstance(self.solver.decide(goal), Refuted):
                    return Closed(rests_on | self.least[1], ("item", position, goal))
        return None

    @property
    def boundary(self) -> int:
        """The first position of the tail."""
        edges = [edge for span in (*self.each, *self.some) for edge in (span.first, span.last) if edge != END]
        return max(edges, default=0)

    def goal_at(self, position: int) -> tuple[Goal, int]:
        """Return what an item at a position must satisfy, and the decisions that demand it."""
        covering = [span for span in self.each if span.covers(position)]
        rests_on = 0
        for span in covering:
            rests_on |= span.rests_on
        return frozenset(span.subject for span in covering), rests_on

    @property
    def everything_rests_on(self) -> int:
        """The decisions behind all that is asserted about the array."""
        rests_on = self.least[1] | (self.most[1] if self.most else 0) | (self.unique or 0) | (self.doubled or 0)
        for span in (*self.each, *self.some):
            rests_on |= span.rests_on
        for count in (*self.at_least, *self.at_most):
            rests_on |= count.rests_on
        return rests_on

    def leaf(self) -> Closed | Found | Unknown:
        """Build the smallest array, or show that there is none."""
        return Filling(self).decide()


State = tuple[int, tuple[int, ...], tuple[int, ...], frozenset[int]]


class Filling:
    """The search for the items of one array, position by position."""

    def __init__(self, branch: ArrayBranch) -> None:
        """Reads the demands of a branch that has nothing left to split."""
        self.branch = branch
        self.solver = branch.solver
        self.store = branch.store
        self.refuted: dict[Goal, None] = {}
        self.unknown: Unknown | None = branch.unknown
        counted = {one.subject: None for one in (*branch.at_least, *branch.at_most)}
        self.counted = sorted(counted, key=lambda node: node.digest)
        self.least_of = tuple(
            max((one.number for one in branch.at_least if one.subject is node), default=0) for node in self.counted
        )
        self.most_of = tuple(
            min((one.number for one in branch.at_most if one.subject is node), default=1 << 40) for node in self.counted
        )
        self.tail = branch.boundary
        extra = sum(self.least_of) + len(branch.some) + (2 if branch.doubled is not None else 0)
        wanted = max(branch.least[0], self.tail) + extra
        self.longest = wanted if branch.most is None else min(wanted, branch.most[0])
        self.failed: set[object] = set()
        self.pair: tuple[int, int] | None = None

    def decide(self) -> Closed | Found | Unknown:
        """Return an array, or why there is none."""
        branch = self.branch
        if branch.most is not None and branch.least[0] > branch.most[0]:
            return Closed(branch.least[1] | branch.most[1], ("counts",))
        if branch.least[0] > _MOST_ITEMS or self.longest > 3 * _MOST_ITEMS:
            return self._too_long()
        for pair in self._pairs():
            self.pair = pair
            self.failed.clear()
            items = self._from(0, tuple(0 for _ in self.counted), frozenset(range(len(branch.some))), [])
            if items is not None:
                return Found(items)
        if self.unknown is not None:
            return self.unknown
        return Closed(branch.everything_rests_on, ("filling", *self.refuted))

    def _too_long(self) -> Closed | Unknown:
        """Only the tail can refute an array that is too long to build."""
        for position in range(min(self.tail + 1, self.branch.least[0])):
            goal, rests_on = self.branch.goal_at(position)
            if isinstance(self.solver.decide(goal), Refuted):
                return Closed(rests_on | self.branch.least[1], ("item", position, goal))
        return Unknown(f"an array of {max(self.branch.least[0], self.longest)} items is too long to show")

    def _pairs(self) -> Iterator[tuple[int, int] | None]:
        """Yield the positions that hold equal items, where some must."""
        if self.branch.doubled is None:
            yield None
            return
        for later in range(1, min(self.longest, self.tail + 2)):
            for earlier in range(later):
                yield earlier, later

    # --- one position after the other --------------------------------------------------------------------------

    def _from(
        self, position: int, counts: tuple[int, ...], pending: frozenset[int], chosen: list[tuple[Goal, object]]
    ) -> list[object] | None:
        self.solver.spend()
        if position >= self.branch.least[0] and self._enough(position, counts, pending):
            items = self._items(chosen)
            if items is not None:
                return items
        missing = max((least - count for count, least in zip(counts, self.least_of, strict=True)), default=0)
        if position + max(missing, 1) > self.longest:
            return None
        key = self._key(position, counts, pending, chosen)
        if key in self.failed:
            return None
        for signs, met in self._options(position, counts, pending):
            goal = self._goal(position, signs, met)
            value = self._value(goal, position, chosen)
            if value is None:
                continue
            counts_then = tuple(count + sign for count, sign in zip(counts, signs, strict=True))
            items = self._from(position + 1, counts_then, pending - met, [*chosen, (goal, value[0])])
            if items is not None:
                return items
        self.failed.add(key)
        return None

    def _key(
        self, position: int, counts: tuple[int, ...], pending: frozenset[int], chosen: list[tuple[Goal, object]]
    ) -> object:
        capped = tuple(
            min(count, max(self.least_of[which], self.most_of[which] + 1 if self.most_of[which] < 1 << 40 else 0))
            for which, count in enumerate(counts)
        )
        history: object = None
        if self.branch.unique is not None:
            history = tuple(sorted(tuple(sorted(node.name for node in goal)) for goal, _ in chosen))
        elif self.pair is not None and self.pair[0] < position <= self.pair[1]:
            history = canon(chosen[self.pair[0]][1])
        return (position, capped, pending, history)

    def _enough(self, position: int, counts: tuple[int, ...], pending: frozenset[int]) -> bool:
        return (
            not pending
            and all(count >= least for count, least in zip(counts, self.least_of, strict=True))
            and (self.pair is None or position > self.pair[1])
        )

    def _options(
        self, position: int, counts: tuple[int, ...], pending: frozenset[int]
    ) -> Iterator[tuple[tuple[int, ...], frozenset[int]]]:
        """Yield (which counted formulas hold here, which obligations are met here)."""
        if self.pair is not None and position == self.pair[1]:
            yield from self._echo(counts, pending)
            return
        able = [which for which in sorted(pending) if self._meets(which, position)]
        for signs in self._signs(counts):
            for size in range(1 << len(able)):
                yield signs, frozenset(which for place, which in enumerate(able) if size >> place & 1)

    def _echo(
        self, counts: tuple[int, ...], pending: frozenset[int]
    ) -> Iterator[tuple[tuple[int, ...], frozenset[int]]]:
        """Yield the options at the second of two equal items: the same formulas hold; see `_goal`."""
        yield from ((signs, pending & frozenset()) for signs in self._signs(counts))

    def _signs(self, counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        choices: list[tuple[int, ...]] = []
        for which, count in enumerate(counts):
            wanted = count < self.least_of[which]
            if count >= self.most_of[which]:
                choices.append((0,))
            else:
                choices.append((1, 0) if wanted else (0, 1))
        yield from product(*choices)

    def _meets(self, which: int, position: int) -> bool:
        covered = self.branch.some[which].covers(position)
        if self.pair is not None and position == self.pair[0]:
            return covered or self.branch.some[which].covers(self.pair[1])
        return covered

    def _goal(self, position: int, signs: tuple[int, ...], met: frozenset[int]) -> Goal:
        goal, _ = self.branch.goal_at(position)
        if self.pair is not None and position == self.pair[0]:
            goal |= self.branch.goal_at(self.pair[1])[0]
        chosen = [node if sign else self.store.neg(node) for node, sign in zip(self.counted, signs, strict=True)]
        return frozenset({*goal, *chosen, *(self.branch.some[which].subject for which in met)}) - {self.store.true}

    def _value(self, goal: Goal, position: int, chosen: list[tuple[Goal, object]]) -> tuple[object] | None:
        if self.pair is not None and position == self.pair[1]:
            value = chosen[self.pair[0]][1]
            earlier, _ = chosen[self.pair[0]]
            return (value,) if goal <= earlier else None
        outcome = self.solver.decide(goal)
        if isinstance(outcome, Found):
            return (outcome.value,)
        if isinstance(outcome, Refuted):
            self.refuted[goal] = None
        else:
            self.unknown = self.unknown or outcome
        return None

    def _items(self, chosen: list[tuple[Goal, object]]) -> list[object] | None:
        if self.branch.unique is None:
            return [value for _, value in chosen]
        values = different_values(self.solver, [goal for goal, _ in chosen])
        if isinstance(values, Unknown):
            self.unknown = self.unknown or values
            return None
        if isinstance(values, Refuted):
            self.refuted.update((goal, None) for goal in values.tree[0])  # type: ignore[attr-defined]  # goals
            return None
        return values
