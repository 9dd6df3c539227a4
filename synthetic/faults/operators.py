"""Faults made from what systems answer: every look absent, late, double, stale, undone, and each field wrong.

Made from answers and not from what a probe asserts, so that they also show its blind fields.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from harness.model import JSON
from synthetic.deeds import Answer, ExpiredError, UnreachableError
from synthetic.deeds.categories import Categories
from synthetic.deeds.ports import BETWEEN
from synthetic.faults.fault import Effect, Fault, FaultCall, Forward, at
from synthetic.faults.orders import of_orders
from synthetic.faults.shapes import Wrong, called, needed, wrong_values

_LATE = timedelta(hours=5)
_BURST = 3
_RETRY_AFTER = 20.0
_ABSENT = frozenset({"missing", "late"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one operation showed, or was sent, in clean runs.

    Attributes:
        port: Of the operation.
        operation: Such as `posting_of` or `post_invoice`.
        values: Every value each field had, in any run: other members to mutate to. Fields of a look are those of
            its answer; fields of a deed are paths into its request, such as `invoice.lines.0.net`.
        is_deed: Whether it changes something.
    """

    port: str
    operation: str
    values: Mapping[str, tuple[JSON, ...]] = field(hash=False)
    is_deed: bool = False


def generated(seen: Iterable[Seen], categories: Categories) -> tuple[Fault, ...]:
    """Return the faults of every operation that was seen, in the order they were seen."""
    faults: list[Fault] = []
    for one in seen:
        place = (one.port, one.operation)
        if not one.is_deed:
            faults += _of_look(one, categories)
        elif place in BETWEEN:
            faults += of_orders(place, one.values, categories)
        else:
            faults += outages(place)
    return tuple(faults)


def _of_look(look: Seen, categories: Categories) -> Iterator[Fault]:
    place = (look.port, look.operation)
    name = look.operation.removesuffix("_of")
    count, absent = categories.of(name, "count"), categories.missing(name)
    varying = {field for field, values in look.values.items() if len(values) > 1 and field != "count"}
    earlier = {one for field in varying for one in called(name, field, categories)}
    yield at(place, "absent", {"missing", absent}, lambda _call, _forward, _rng: {"count": 0}, "drop")
    yield at(place, "late", {*_ABSENT, absent}, _late, "delay")
    yield at(place, "double", {count, "duplicate"}, _double, "duplicate")
    yield at(place, "undone", {"reversed", "missing", absent}, _undone, "reverse later")
    yield at(place, "stale", {*_ABSENT, absent, *earlier, count, "duplicate", "state"}, _stale, "stale read")
    if any(isinstance(number, int) and number > 1 for number in look.values.get("count", ())):
        yield at(place, "cut", {count, "missing", "duplicate"}, _cut, "page cut")
    yield from outages(place)
    if look.values.get("count") == (0,):
        spurious = {count, "duplicate", "state", "entity"}
        yield at(place, "spurious", spurious, lambda _call, forward, _rng: {**forward(), "count": 1}, "duplicate")
    for field_name, values in sorted(look.values.items()):
        if field_name == "count":
            continue
        for label, wrong in wrong_values(values):
            yield at(
                place,
                f"{field_name}={label}",
                called(name, field_name, categories),
                _set(field_name, wrong),
                "mutate",
                needed(field_name, label),
            )


def outages(place: tuple[str, str]) -> Iterator[Fault]:
    """Return the ways a call does not get through: for ever, for a while, too often, with an old token."""
    yield at(place, "down", {"unreachable"}, _down, "5xx")
    yield at(place, "burst-503", {"unreachable"}, _burst(0), "5xx burst")
    yield at(place, "burst-429", {"unreachable"}, _burst(_RETRY_AFTER), "429 burst")
    yield at(place, "token-expires", {"unreachable"}, _expires(once=True), "auth expiry")
    yield at(place, "token-revoked", {"unreachable"}, _expires(once=False), "auth expiry")


def _set(name: str, wrong: Wrong) -> Effect:
    def effect(_call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        answer = forward()
        if answer.get("count", 1) == 0 or name not in answer:
            return answer
        return {**answer, name: wrong(answer[name])}

    return effect


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


def _stale(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    first: Answer = call.memory.setdefault(repr(sorted(call.request.items())), answer)
    return first


def _cut(_call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    count = answer.get("count", 0)
    return {**answer, "count": count - 1} if isinstance(count, int) and count > 1 else answer


def _down(call: FaultCall, _forward: Forward, _rng: random.Random) -> Answer:
    raise UnreachableError(call.port, "503 service unavailable")


def _burst(retry_after: float) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        seen = call.memory["calls"] = call.memory.get("calls", 0) + 1
        if seen > _BURST:
            return forward()
        status = "429 too many requests" if retry_after else "503 service unavailable"
        raise UnreachableError(call.port, status, retry_after=retry_after)

    return effect


def _expires(*, once: bool) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        if once and call.memory.get("renewed"):
            return forward()
        call.memory["renewed"] = True
        raise ExpiredError(call.port)

    return effect
