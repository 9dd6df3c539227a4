"""Items that must all differ: one value for each of several goals, no two equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.schema.outcomes import Found, Refuted, Unknown
from harness.schema.values import canon

if TYPE_CHECKING:
    from harness.schema.outcomes import Goal
    from harness.schema.solve import Solver


def different_values(solver: Solver, goals: list[Goal]) -> list[object] | Refuted | Unknown:
    """Return a value for each goal, all different; `Refuted(tree=[goals without a further value])` if none exist.

    Each goal offers as many values as there are goals, or all it has; a matching decides (Hall's theorem: with as many
    values as goals, a goal can never be the one left out).
    """
    offers: dict[Goal, list[object]] = {}
    exhausted: list[Goal] = []
    for goal in dict.fromkeys(goals):
        offered = _offer(solver, goal, len(goals))
        if isinstance(offered, Unknown):
            return offered
        values, end = offered
        offers[goal] = values
        if end is not None:
            exhausted.append(end)
    chosen = _matching([[(canon(value), value) for value in offers[goal]] for goal in goals])
    return chosen if chosen is not None else Refuted((exhausted,))


def _offer(solver: Solver, goal: Goal, number: int) -> tuple[list[object], Goal | None] | Unknown:
    values: list[object] = []
    store = solver.store
    while len(values) < number:
        further = goal if not values else goal | {store.neg(store.inside(values))}
        outcome = solver.decide(further)
        if isinstance(outcome, Unknown):
            return outcome
        if isinstance(outcome, Refuted):
            return values, further
        assert isinstance(outcome, Found)  # noqa: S101  (the third outcome)
        values.append(outcome.value)
    return values, None


def _matching(offers: list[list[tuple[str, object]]]) -> list[object] | None:
    """Return one offer each, all with different texts, by augmenting paths."""
    taken: dict[str, int] = {}
    values: dict[str, object] = {}

    def place(which: int, seen: set[str]) -> bool:
        for text, value in offers[which]:
            if text in seen:
                continue
            seen.add(text)
            if text not in taken or place(taken[text], seen):
                taken[text], values[text] = which, value
                return True
        return False

    if not all(place(which, set()) for which in range(len(offers))):
        return None
    chosen: list[object] = [None] * len(offers)
    for text, which in taken.items():
        chosen[which] = values[text]
    return chosen
