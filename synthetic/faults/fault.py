"""One fault: where it sits, what it does, and the names under which it may rightly be reported."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harness.model import JSON
from synthetic.deeds import Answer


@dataclass(frozen=True, slots=True)
class FaultCall:
    """The call a fault meets.

    Attributes:
        request: Named arguments of the operation, JSON.
        now: Time of the environment, aware UTC.
        history: What the system answered to the same request before, oldest first.
        port: Such as `erp`.
        operation: Such as `posting_of`.
        there_since: When the system first showed something for this request, None if it never did.
    """

    request: Mapping[str, JSON] = field(hash=False)
    now: datetime
    history: tuple[Answer, ...]
    port: str
    operation: str
    there_since: datetime | None = None


Forward = Callable[..., Answer]
Effect = Callable[[FaultCall, Forward, random.Random], Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and what it is rightly called.

    Attributes:
        id: Unique in a run of the matrix.
        port: Where it acts.
        operation: Which calls it meets; "*" for every operation of the port.
        names: Categories that name it rightly; one fault may have several.
        effect: `(call, forward, rng) -> answer`; `forward()` asks the system.
        origin: File it was loaded from, "" for a generated one.
    """

    id: str
    port: str
    operation: str
    names: frozenset[str]
    effect: Effect
    origin: str = ""

    def meets(self, port: str, operation: str) -> bool:
        """Whether it acts on these calls."""
        return port == self.port and self.operation in {operation, "*"}


def fault(id: str, *, port: str, operation: str, names: Iterable[str]) -> Callable[[Effect], Fault]:  # noqa: A002  (the word of the interface)
    """Make a fault of a function; it may call `forward()` (or `forward(call)`) any number of times, or never.

    Raise `UnreachableError` or `RefusedError` of `synthetic.deeds` for a system that is down or says no.
    """

    def made(effect: Effect) -> Fault:
        return Fault(id, port, operation, frozenset(names), effect)

    return made
