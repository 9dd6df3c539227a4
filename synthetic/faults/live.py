"""Faults between the systems of a running landscape: the operators of the matrix, where a proxy carries the calls.

A proxy has no records of clean runs, so whoever switches a fault on tells what the operation was sent in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.model import JSON, NotFoundError, UnreadableError
from synthetic.deeds.categories import Categories
from synthetic.faults.fault import Fault
from synthetic.faults.operators import Seen, generated, outages

PROXIED = frozenset({"erp", "entitlements", "analytics", "bus"})
"""Ports between billing, middleware and what stands behind it; `bus` is a webhook on its way."""
RIDDEN_OUT = frozenset({"burst-503", "burst-429", "token-expires", "behind-the-next", "twice", "replayed-new-id"})
"""What a middleware that retries, and posts once under one key, gets over: a probe must pass."""


def live_faults(seen: Iterable[Seen], categories: Categories) -> tuple[Fault, ...]:
    """Return the faults of what systems send each other: lost, late, doubled, replayed, wrong, and outages.

    An outage behind the middleware is not one to the probe: what is ordered does not arrive.
    """
    found: list[Fault] = []
    for one in seen:
        if one.port not in PROXIED or not one.is_deed:
            continue
        orders = generated([one], categories)
        found += orders
        lost = next((fault.names for fault in orders if fault.id.endswith("/dropped")), frozenset({"missing", "late"}))
        place = (one.port, one.operation)
        found += [replace(fault, names=fault.names | lost) for fault in outages(place)] if one.port != "bus" else []
    return tuple({fault.id: fault for fault in found}.values())


def fault_of(name: str, seen: Mapping[str, Any], categories: Categories) -> Fault:
    """Return one fault from what was told across a process boundary.

    Raises:
        NotFoundError: The operation has no fault of that name.
        UnreadableError: What was told is no record of an operation.
    """
    try:
        values: dict[str, tuple[JSON, ...]] = {str(key): tuple(row) for key, row in dict(seen["values"]).items()}
        one = Seen(str(seen["port"]), str(seen["operation"]), values, is_deed=bool(seen["is_deed"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(
            f"no record of an operation: {error}", remedy="port, operation, values, is_deed"
        ) from error
    found = next((fault for fault in live_faults([one], categories) if fault.id == name), None)
    if found is None:
        raise NotFoundError(f"no fault {name}", remedy="harness sandbox fault --list names them.")
    return found


def to_json(one: Seen) -> dict[str, JSON]:
    """Return a record of an operation as it crosses a process boundary."""
    return {
        "port": one.port,
        "operation": one.operation,
        "values": {name: list(values) for name, values in one.values.items()},
        "is_deed": one.is_deed,
    }
