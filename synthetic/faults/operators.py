"""Faults made from what systems answer: every field of every look, wrong in every way its type allows.

Made from answers and not from what a probe asserts, so that they also show its blind fields.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from harness.model import JSON
from synthetic.deeds import Answer, UnreachableError
from synthetic.deeds.categories import Categories
from synthetic.faults.fault import Effect, Fault, FaultCall, Forward

_REFERENCES = frozenset({"invoice", "payment", "customer", "applied_to"})
_LATE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look showed in a clean run.

    Attributes:
        port: Of the look.
        operation: Of the look.
        values: Every value each field had, in any run: other members to mutate to.
    """

    port: str
    operation: str
    values: Mapping[str, tuple[JSON, ...]] = field(hash=False)


def generated(looks: Iterable[Seen], categories: Categories) -> tuple[Fault, ...]:
    """Return the faults of every look: absent, late, double, undone, down, and each field mutated."""
    return tuple(one for look in looks for one in _of(look, categories))


def _of(look: Seen, categories: Categories) -> Iterator[Fault]:
    where = f"{look.port}.{look.operation}"

    def made(name: str, names: Iterable[str], effect: Effect) -> Fault:
        return Fault(f"{where}/{name}", look.port, look.operation, frozenset(names), effect)

    name = look.operation.removesuffix("_of")
    count = categories.of(name, "count")
    yield made("absent", {"missing"}, lambda _call, _forward, _rng: {"count": 0})
    yield made("late", {"late", "missing"}, _late)
    yield made("double", {count, "duplicate"}, _double)
    yield made("undone", {"reversed", "missing"}, _undone)
    yield made("down", {"unreachable"}, _down)
    if look.values.get("count") == (0,):
        yield made("spurious", {count, "duplicate", "state"}, lambda _call, forward, _rng: {**forward(), "count": 1})
    for field_name, values in sorted(look.values.items()):
        if field_name == "count":
            continue
        called = {categories.of(name, field_name)}
        if "state" in called:
            # a probe may know better than the table what a wrong state is in its step
            called |= {"collections", "period", "order", "identity"}
        for label, other in _mutations(field_name, values):
            yield made(f"{field_name}={label}", called | _also(field_name), _set(field_name, other, values))


def _also(field_name: str) -> frozenset[str]:
    """Return the further right names of a wrong field (workflows.md, section 3)."""
    if field_name == "tax":
        return frozenset({"rounding"})
    if field_name in _REFERENCES:
        # whoever follows a wrong reference finds something else, or nothing
        return frozenset({"identity", "missing", "application", "state", "unapplied"})
    if field_name in {"entity", "legal_entity"}:
        return frozenset({"currency-fx"})
    if field_name.endswith(("_date", "_period", "_start", "_end")):
        return frozenset({"period", "deferral"})
    return frozenset()


def _mutations(field_name: str, values: tuple[JSON, ...]) -> Iterator[tuple[str, JSON]]:
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        yield "flipped", not first
    elif isinstance(first, int):
        yield "plus-1", "plus"
        yield "minus-1", "minus"
    elif isinstance(first, str):
        members = sorted({value for value in values if isinstance(value, str)})
        yield "other", "other" if len(members) > 1 else f"{first}-other"
        yield "null", None
    elif first is None:
        yield "set", f"{field_name}-set"


def _set(name: str, other: JSON, values: tuple[JSON, ...]) -> Effect:
    members = sorted({value for value in values if isinstance(value, str)})

    def effect(_call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        answer = forward()
        if answer.get("count", 1) == 0 or name not in answer:
            return answer
        return {**answer, name: _mutated(answer[name], other, members)}

    return effect


def _mutated(value: JSON, other: JSON, members: list[str]) -> JSON:
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1 if other == "plus" else value - 1
    if other == "other":
        return next((member for member in members if member != value), f"{value}-other")
    return other


def _late(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    is_early = call.there_since is None or call.now - call.there_since < _LATE
    return {"count": 0} if answer.get("count") and is_early else answer


def _double(_call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    count = answer.get("count", 0)
    return {**answer, "count": count + 1} if isinstance(count, int) and count else answer


def _undone(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    was_there = any(one.get("count") for one in call.history)
    return {"count": 0} if was_there else answer


def _down(call: FaultCall, _forward: Forward, _rng: random.Random) -> Answer:
    raise UnreachableError(call.port, "503 service unavailable")
