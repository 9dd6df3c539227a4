"""Which keys an object needs beside the required ones: a search over few keys.

Obligations ("some key of this set has a value that satisfies S", "some key satisfies S as a string") are met by a
required key, by a key mentioned by name, or by a fresh key nobody mentions. Fresh keys are told apart only by the
patterns they match, so one *cell* (in these patterns, out of those) stands for all of its keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.schema.distinct import different_values
from harness.schema.evaluate import Unusable, holds_key
from harness.schema.language import PatternError
from harness.schema.nodes import KeySet, Node
from harness.schema.objects import ObjectBranch, Wide
from harness.schema.outcomes import Closed, Found, Goal, Refuted, Unknown
from harness.schema.values import STR

_MOST_FILLED = 300


@dataclass(frozen=True, slots=True)
class Cell:
    """Fresh keys that match the same patterns: a goal about the key, and the demands on its value."""

    key: frozenset[Node]
    value: frozenset[Node]


class Population:
    """The search for the keys of one object."""

    def __init__(self, branch: ObjectBranch) -> None:
        """Reads the demands of a branch that has nothing left to split."""
        self.branch = branch
        self.store = branch.store
        self.solver = branch.solver
        self.refuted: list[Goal] = []
        self.unknown: Unknown | None = branch.unknown
        self.mentioned = branch.mentioned()
        store = self.store
        self.base = [
            store.types(STR),
            *(node for node, _ in branch.names),
            store.neg(store.inside(self.mentioned)) if self.mentioned else store.true,
        ]
        self.obligations = [
            *branch.some,
            *(Wide(KeySet((), other=True), node, source) for node, source in branch.some_names),
        ]
        self.about_names = len(branch.some)

    def decide(self, values: dict[str, object]) -> Closed | Found | Unknown:
        """Return an object, or why there is none."""
        answer = self._meet(0, values, {}, ())
        if answer is not None:
            return Found(answer)
        if self.unknown is not None:
            return self.unknown
        return Closed(self.branch.everything_rests_on, ("population", *dict.fromkeys(self.refuted)))

    # --- obligations -------------------------------------------------------------------------------------------

    def _meet(
        self, position: int, values: dict[str, object], needs: dict[str, frozenset[Node]], fresh: tuple[Cell, ...]
    ) -> dict[str, object] | None:
        """Meet the obligations from `position` on: by a mentioned key, an earlier fresh key, or one more fresh key."""
        self.solver.spend()
        most = self.branch.most
        if most is not None and len(values) + len(fresh) > most[0]:
            return None
        if position == len(self.obligations):
            return self._named(values, fresh)
        one, about_name = self.obligations[position], position >= self.about_names
        for name, value, demands in self._mentioned_ways(one, needs, about_name=about_name):
            found = self._meet(position + 1, {**values, name: value}, {**needs, name: demands}, fresh)
            if found is not None:
                return found
        for cells in self._fresh_ways(one, fresh, about_name=about_name):
            found = self._meet(position + 1, values, needs, cells)
            if found is not None:
                return found
        return None

    def _mentioned_ways(
        self, one: Wide, needs: dict[str, frozenset[Node]], *, about_name: bool
    ) -> Iterator[tuple[str, object, frozenset[Node]]]:
        """Yield mentioned keys that meet an obligation: (key, value, further demands on it)."""
        for name in [*sorted(self.branch.has), *self._free_names()]:
            if not self._belongs(one, name, about_name=about_name):
                continue
            demands = (needs.get(name, frozenset()) | self._subject(one, about_name=about_name)) - {self.store.true}
            value = self._value(self.branch.goal_under(name)[0] | demands)
            if value is not None:
                yield name, value[0], demands

    def _fresh_ways(
        self, one: Wide, fresh: tuple[Cell, ...], *, about_name: bool
    ) -> Iterator[tuple[Cell, ...]]:  # fmt: skip
        """Yield the fresh keys after an obligation was met by one of them, or by one more.

        Which key a cell stands for is left open until all obligations are met: a key chosen earlier might not be the
        one that two obligations can share, or the only one that a later obligation can have.
        """
        subject = self._subject(one, about_name=about_name)
        for place, cell in enumerate(fresh):
            for nodes in self._inside(one, about_name=about_name):
                joined = Cell(cell.key.union(nodes) - {self.store.true}, cell.value | subject)
                if self._possible(joined):
                    yield (*fresh[:place], joined, *fresh[place + 1 :])
        for cell in self._cells(one, about_name=about_name):
            demanding = Cell(cell.key, cell.value | subject)
            if self._possible(demanding):
                yield (*fresh, demanding)

    def _subject(self, one: Wide, *, about_name: bool) -> frozenset[Node]:
        return frozenset() if about_name else frozenset((one.subject,)) - {self.store.true}

    def _possible(self, cell: Cell) -> bool:
        return self._value(cell.key) is not None and self._value(cell.value) is not None

    def _named(self, values: dict[str, object], fresh: tuple[Cell, ...]) -> dict[str, object] | None:
        """Choose a different key for each cell, and fill up."""
        names = different_values(self.solver, [cell.key for cell in fresh])
        if isinstance(names, Unknown):
            self.unknown = self.unknown or names
            return None
        if isinstance(names, Refuted):
            self.refuted += names.tree[0]  # type: ignore[arg-type]  # goals
            return None
        chosen = dict(values)
        for name, cell in zip(names, fresh, strict=True):
            value = self._value(cell.value)
            if value is None:
                return None
            chosen[str(name)] = value[0]
        return self._filled(chosen)

    def _belongs(self, one: Wide, name: str, *, about_name: bool) -> bool:
        try:
            if not holds_key(one.keys, name):
                return False
        except (Unusable, PatternError) as problem:
            self.unknown = self.unknown or Unknown(str(problem))
            return False
        if not about_name:
            return True
        result = self.solver.evaluator.holds(one.subject, name)
        if result is None:
            self.unknown = self.unknown or Unknown("a property name is not decided")
        return result is True

    def _value(self, goal: Goal) -> tuple[object] | None:
        outcome = self.solver.decide(goal)
        if isinstance(outcome, Found):
            return (outcome.value,)
        if isinstance(outcome, Refuted):
            self.refuted.append(goal)
        else:
            self.unknown = self.unknown or outcome
        return None

    def _free_names(self) -> Iterator[str]:
        """Yield keys that may be added by name."""
        for name in self.mentioned:
            if name in self.branch.has or name in self.branch.lacks:
                continue
            allowed = self.branch.name_allowed(name)
            if allowed is None:
                self.unknown = self.unknown or Unknown(f"whether “{name}” is an allowed property name is not decided")
            elif allowed:
                yield name

    # --- fresh keys --------------------------------------------------------------------------------------------

    def _cells(self, one: Wide | None, *, about_name: bool = False) -> Iterator[Cell]:
        """Yield the cells of fresh keys, inside the key set of an obligation."""
        for nodes in [[]] if one is None else self._inside(one, about_name=about_name):
            yield from self._divided([*self.base, *nodes], 0, [])

    def _inside(self, one: Wide, *, about_name: bool) -> list[list[Node]]:
        """Return the ways a fresh key may meet an obligation, as demands on the key."""
        return [[*nodes, one.subject] if about_name else nodes for nodes in self._membership(one.keys)]

    def _membership(self, keys: KeySet) -> list[list[Node]]:
        """Return the ways a fresh key may belong to a key set, each a list of demands on the key."""
        store = self.store
        if keys.other:
            return [[store.atom("NPATTERN", pattern) for pattern in keys.patterns]]
        return [[store.atom("PATTERN", pattern)] for pattern in keys.patterns]

    def _divided(self, key: list[Node], position: int, value: list[Node]) -> Iterator[Cell]:
        wide = self.branch.wide
        while position < len(wide) and not wide[position].keys.patterns:
            if wide[position].keys.other:
                value = [*value, wide[position].subject]
            position += 1
        if position == len(wide):
            yield Cell(frozenset(key) - {self.store.true}, frozenset(value))
            return
        one = wide[position]
        inside = [[self.store.disj(self._spelled(nodes) for nodes in self._membership(one.keys))]]
        outside = [self.store.neg(inside[0][0])]
        if self._value(frozenset([*key, *outside]) - {self.store.true}) is not None:
            yield from self._divided([*key, *outside], position + 1, value)
        if self._value(frozenset([*key, *inside[0]]) - {self.store.true}) is not None:
            yield from self._divided([*key, *inside[0]], position + 1, [*value, one.subject])

    def _spelled(self, nodes: list[Node]) -> Node:
        return self.store.conj([self.store.types(STR), *nodes])

    # --- filling up --------------------------------------------------------------------------------------------

    def _filled(self, values: dict[str, object]) -> dict[str, object] | None:
        """Add keys until there are as many as asked for."""
        missing = self.branch.least[0] - len(values)
        if missing <= 0:
            return values
        if self.branch.most is not None and self.branch.least[0] > self.branch.most[0]:
            return None
        values = dict(values)
        for name in self._free_names():
            if missing and name not in values:
                goal, _ = self.branch.goal_under(name)
                value = self._value(goal)
                if value is not None:
                    values[name] = value[0]
                    missing -= 1
        return self._filled_fresh(values, missing) if missing else values

    def _another_key(self, cell: Cell, values: dict[str, object]) -> str | None:
        """Return a key of a cell that is not used yet: a numbered one where that fits."""
        others = sorted(set(values) - set(self.mentioned))
        for guess in (f"{others[-1].rstrip('0123456789')}{len(others)}", f"{others[0]}{len(others)}") if others else ():
            if guess not in values and self.solver.evaluator.all_hold(cell.key, guess):
                return guess
        found = self._value(cell.key if not others else cell.key | {self.store.neg(self.store.inside(others))})
        return None if found is None else str(found[0])

    def _filled_fresh(self, values: dict[str, object], missing: int) -> dict[str, object] | None:
        for cell in self._cells(None):
            value = self._value(cell.value)
            while missing and value is not None:
                if missing > _MOST_FILLED:
                    self.unknown = self.unknown or Unknown(
                        f"an object of {len(values) + missing} keys is too large to show"
                    )
                    return None
                key = self._another_key(cell, values)
                if key is None:
                    break
                values[key] = value[0]
                missing -= 1
        return None if missing else values
