"""Faults of what systems send each other: dropped, held back, sent twice, out of order, replayed, a field wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, UnreachableError
from synthetic.deeds.categories import Categories
from synthetic.faults.fault import Effect, Fault, FaultCall, Forward, at
from synthetic.faults.meaning import COPIED, behind, copied, document_of, lost, sent_wrong
from synthetic.faults.shapes import Wrong, needed, wrong_values

_TOO_LATE = timedelta(hours=5)
_A_LITTLE = timedelta(seconds=20)
_ABSENT = frozenset({"missing", "late"})
_MOVABLE = frozenset({"net"})
"""Fields of the lines of a document of which a minor unit may be moved to another line."""
_OBJECTS = {
    "post_invoice": "posting",
    "apply_payment": "application",
    "receive_transfer": "application",
    "register_party": "party",
    "post_credit": "posting",
    "set_entitlement": "entitlement",
    "register_tenant": "tenant",
}


def of_orders(
    place: tuple[str, str], values: Mapping[str, tuple[JSON, ...]], categories: Categories
) -> Iterator[Fault]:
    """Return the faults of one order between systems; of a probe's own deeds there are none, it is no fault to ask."""
    operation = place[1]
    kinds = [str(kind) for kind in values.get("event.type", ())]
    for kind in kinds or [""]:
        yield from _ways(place, kind, lost(operation, kind))
    name = _OBJECTS.get(operation, operation.split("_", 1)[-1])
    if kinds:
        return  # an event is billing's own state: what is wrong in it is wrong in billing
    document = document_of(values)
    if document in COPIED:
        names = copied(document)
        yield at(place, "under-another-id", names, _copied(document), "double posting")
    for sums in sorted({path.rsplit(".", 1)[-1] for path in values if ".lines.0." in path} & _MOVABLE):
        names = frozenset({"amount", "deferral", "account"}) | behind(document)
        yield at(place, f"{document}.lines.{sums}=moved", names, _moved(document, sums), "mutate")
    if len(values.get("ledger", ())) > 1:
        second = next(str(one) for one in values["ledger"] if str(one).count("-") > 1)
        names = behind(document_of(values)) | {"missing", "late", "divergence", "duplicate", "imbalance"}
        yield at(place, "not-in-second-ledger", names, _only_first(second), "parallel run")
        yield at(place, "twice-in-first-ledger", names, _first_again(second), "double posting")
    for path, seen in sorted(values.items()):
        field = path.rsplit(".", 1)[-1]
        for label, wrong in wrong_values(seen):
            right = sent_wrong(operation, path, categories.of(name, field))
            yield at(place, f"{path}={label}", right, _sent(path, wrong), "mutate", needed(path, label))


def _ways(place: tuple[str, str], kind: str, named: frozenset[str]) -> Iterator[Fault]:
    where = f"{kind}/" if kind else ""
    needs = f"event.type={kind}" if kind else ""
    absent = _ABSENT | named
    twice = {"duplicate", "imbalance"}
    yield at(place, f"{where}dropped", absent, _only(kind, _dropped), "drop", needs)
    yield at(place, f"{where}held-back", absent, _only(kind, _held(_TOO_LATE)), "delay", needs)
    yield at(place, f"{where}behind-the-next", absent | {"order"}, _only(kind, _held(_A_LITTLE)), "reorder", needs)
    yield at(place, f"{where}twice", twice, _only(kind, _twice), "duplicate", needs)
    yield at(place, f"{where}replayed-new-id", twice | {"order"}, _only(kind, _replayed), "replay", needs)


def _only(kind: str, effect: Effect) -> Effect:
    """Act on events of one kind, or on everything where no kind is named."""

    def chosen(call: FaultCall, forward: Forward, rng: random.Random) -> Answer:
        event = call.request.get("event")
        if kind and isinstance(event, dict) and event.get("type") != kind:
            return forward()
        return effect(call, forward, rng)

    return chosen


def _dropped(_call: FaultCall, _forward: Forward, _rng: random.Random) -> Answer:
    return {"accepted": True}


def _held(duration: timedelta) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        since = call.memory.setdefault(_identity(call), call.now)
        if call.now - since >= duration:
            return forward()
        left = duration - (call.now - since)
        raise UnreachableError(call.port, "held back", retry_after=left.total_seconds())

    return effect


def _twice(_call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    forward()
    return forward()


def _replayed(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
    answer = forward()
    event = call.request.get("event")
    if isinstance(event, dict):
        forward({**call.request, "event": {**event, "id": f"{event['id']}-again"}})
    return answer


def _copied(document: str) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        answer = forward()
        body = call.request.get(document)
        if isinstance(body, dict):
            forward({**call.request, document: {**body, "id": f"{body['id']}-copy"}})
        return answer

    return effect


def _moved(document: str, field: str) -> Effect:
    """Move one minor unit from the second line of a document to its first: no sum of it changes."""

    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        body = call.request.get(document)
        lines = body.get("lines") if isinstance(body, dict) else None
        if not isinstance(lines, list) or len(lines) < 2:
            return forward()
        for line, step in zip(lines, (1, -1), strict=False):
            line[field] += step
        return forward(call)

    return effect


def _only_first(second: str) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        return {"journal_number": ""} if call.request.get("ledger") == second else forward()

    return effect


def _first_again(second: str) -> Effect:
    """Post what belongs to the second ledger in the first one, under another id: nothing there refuses it."""

    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        bodies = [(name, body) for name, body in call.request.items() if isinstance(body, dict)]
        if call.request.get("ledger") != second or not bodies:
            return forward()
        name, body = bodies[0]
        copy = {**body, "id": f"{body['id']}-legacy"}
        return forward({**call.request, name: copy, "ledger": second.rsplit("-", 1)[0]})

    return effect


def _sent(path: str, wrong: Wrong) -> Effect:
    def effect(call: FaultCall, forward: Forward, _rng: random.Random) -> Answer:
        _change(call.request, path.split("."), wrong)
        return forward(call)

    return effect


def _change(body: Any, steps: list[str], wrong: Wrong) -> None:
    """Make the value at a path wrong, where the path is there."""
    *way, last = steps
    for step in way:
        if isinstance(body, list):
            body = body[int(step)] if len(body) > int(step) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    if isinstance(body, dict) and last in body:
        body[last] = wrong(body[last])


def _identity(call: FaultCall) -> str:
    """Return what an order is about, so that a second try of it is the same order."""
    bodies = [body for body in call.request.values() if isinstance(body, dict)]
    return "/".join([call.operation, *(str(body.get("id")) for body in bodies), str(call.request.get("ledger", ""))])
