"""One fault: where it sits, what it does, and the names under which it may rightly be reported."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.model import UsageError
from synthetic.deeds import Answer
from synthetic.faults.facts import Facts
from synthetic.faults.places import places_of


@dataclass(slots=True)
class FaultCall:
    """The call a fault meets; not frozen, for a fault may set its `request` and forward it.

    Attributes:
        request: Named arguments of the operation, JSON; a copy, so that a fault may change it and forward it.
            Parts are read and written as `request["invoice"]["tax"]`, `request.invoice.tax` or
            `request["invoice.tax"]`.
        now: Time of the environment, aware UTC.
        history: What the system answered to the same request before, oldest first.
        port: Such as `erp`.
        operation: Such as `posting_of`.
        there_since: When the system first showed something for this request, None if it never did.
        kind: `deed` or `look`.
        key: Idempotency key of a deed, "" if it has none.
        memory: What this fault wants to remember in this run; empty in each new run. Anything kept elsewhere,
            such as in a global, would leak from one run of the matrix into the next.
    """

    request: Facts
    now: datetime
    history: tuple[Answer, ...]
    port: str
    operation: str
    there_since: datetime | None = None
    kind: str = "look"
    key: str = ""
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Port and operation, as people write them."""
        return f"{self.port}.{self.operation}"


COLLECTED: ContextVar[Callable[[Any], None] | None] = ContextVar("COLLECTED", default=None)
"""Takes each fault as it is made while a file is read, also those a loop makes under one name."""

Forward = Callable[..., Answer]
Effect = Callable[[FaultCall, Forward, random.Random], Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and what it is rightly called.

    Attributes:
        id: Unique in a run of the matrix.
        places: (port, operation) it meets; "*" is every operation of the port.
        names: Categories that name it rightly; one fault may have several.
        effect: `(call, forward, rng) -> answer`; `forward()` asks the system.
        origin: File it was loaded from, "" for a generated one.
        kind: What sort of fault it is, such as `mutate`; "" if nobody says.
        needs: What a call must carry for the fault to act, as `Seen` names it: a path into its request or
            `event.type=charge.refunded`; "" for any call.
        problem: Why it can never be played, such as an operation that no port has; "" if it can.
        renewed: Makes the same fault afresh, without what its file remembered in an earlier run.
    """

    id: str
    places: frozenset[tuple[str, str]]
    names: frozenset[str]
    effect: Effect
    origin: str = ""
    kind: str = ""
    needs: str = ""
    problem: str = ""
    renewed: Callable[[], Fault] | None = field(default=None, compare=False)

    def __call__(self, call: FaultCall, forward: Forward, rng: random.Random) -> Answer:
        """Let a fault file use one fault in another, as the function it was made of."""
        return self.effect(call, forward, rng)

    @property
    def __name__(self) -> str:
        """Name of the function it was made of, for whoever wraps or prints it as one."""
        return str(getattr(self.effect, "__name__", self.id))

    def meets(self, port: str, operation: str) -> bool:
        """Whether it acts on these calls."""
        return (port, operation) in self.places or (port, "*") in self.places


def fault(
    id: str,  # noqa: A002  (the word of the interface)
    port: str | Iterable[str] = "",
    operation: str | Iterable[str] = "*",
    names: str | Iterable[str] = (),
    kind: str = "",
) -> Callable[[Effect], Fault]:
    """Make a fault of a function; it may call `forward()` (or `forward(call)`) any number of times, or never.

    Args:
        id: What its row is called.
        port: `erp`, `billing`, ... (or several); may be left out where the operation is written `erp.posting_of`.
        operation: One, several, "*" for all of the port, or a pattern such as `*_of`.
        names: Categories that name it rightly (one name, or several).
        kind: What sort of fault it is.

    Raise `UnreachableError` or `RefusedError` of `synthetic.deeds` for a system that is down or says no. A fault on a
    port or an operation that does not exist is made all the same, and never played: its row says so.
    """
    problem = ""
    try:
        found = places_of(port, operation)
    except UsageError as error:
        found, problem = frozenset(), f"{error.message}. {error.remedy}"
    right = frozenset({names} if isinstance(names, str) else names)

    def made(effect: Effect) -> Fault:
        one = Fault(id, found, right, effect, kind=kind, problem=problem)
        if (collecting := COLLECTED.get()) is not None:
            collecting(one)
        return one

    return made


def at(place: tuple[str, str], name: str, names: Iterable[str], effect: Effect, kind: str, needs: str = "") -> Fault:
    """Make a fault at one known place, called `port.operation/name`."""
    return Fault(f"{'.'.join(place)}/{name}", frozenset({place}), frozenset(names), effect, kind=kind, needs=needs)
