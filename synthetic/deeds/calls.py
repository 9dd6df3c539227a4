"""Calls to systems and how they end: an answer, a refusal, or nobody there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.model import JSON, HarnessError

Answer = dict[str, JSON]
"""What a system says, as plain JSON with one level of names; a look always has `count`."""


class Kind(StrEnum):
    """Whether a call changes something."""

    DEED = "deed"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Call:
    """One question or order to one system.

    Attributes:
        port: `crm`, `billing`, `tax`, `entitlements`, `erp`, `analytics`, `sync`.
        operation: Such as `posting_of`; what stands before `_of` is the object it reads.
        request: Named arguments, JSON.
        kind: Deeds change something and carry a key; looks are free to repeat.
        key: Idempotency key of a deed.
    """

    port: str
    operation: str
    request: Mapping[str, JSON] = field(default_factory=dict, hash=False)
    kind: Kind = Kind.LOOK
    key: str = ""

    @property
    def object(self) -> str:
        """The object a look reads: `posting` of `posting_of`."""
        return self.operation.removesuffix("_of")

    @property
    def name(self) -> str:
        """Port and operation, as people write them."""
        return f"{self.port}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call as a layer sees it: with the time, what was answered to the same operation before, and its trace."""

    port: str
    operation: str
    request: Mapping[str, JSON]
    kind: Kind
    key: str
    now: datetime
    history: tuple[Answer, ...] = ()
    trace: str = ""


class UnreachableError(HarnessError):
    """A system could not be looked at or asked: nothing is known, so the verdict can only be inconclusive."""

    exit_code = 3

    def __init__(self, port: str, why: str, *, retry_after: float = 0) -> None:
        """Keep the port and the seconds after which the system wants to be asked again."""
        super().__init__(f"{port} could not be reached: {why}")
        self.port = port
        self.why = why
        self.retry_after = retry_after


class ExpiredError(UnreachableError):
    """The token was not taken any more: nothing is known about business state, and a new token may help."""

    def __init__(self, port: str, why: str = "401 token expired") -> None:
        """Keep the port."""
        super().__init__(port, why)


UNSUPPORTED = "operation-unsupported"
"""Code of a refusal where a system cannot do this at all: what it would show stays unknown, and nothing has failed."""


class RefusedError(HarnessError):
    """A system answered no: a business refusal, which is a fact and not an outage."""

    exit_code = 1

    def __init__(self, port: str, code: str, message: str) -> None:
        """Keep the port and the machine's word for why."""
        super().__init__(f"{port} refused: {message}")
        self.port = port
        self.code = code


class DeniedError(HarnessError):
    """We do not do this here: the environment allows no deeds."""

    exit_code = 3
