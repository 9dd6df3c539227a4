"""The one way from a probe to a system."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from harness.model import HarnessError
from synthetic.deeds.calls import Answer, Attempt, Call, DeniedError, ExpiredError, Kind, UnreachableError
from synthetic.deeds.outcomes import error_type
from synthetic.deeds.time import Clock

Forward = Callable[[Attempt], Answer | Awaitable[Answer]]
Layer = Callable[[Attempt, Forward], Answer | Awaitable[Answer]]
"""Something between probe and system: it may forward, change what comes back, or answer by itself."""


Heard = Callable[[str, str, float], None]


class Adapter(Protocol):
    """A system behind a port."""

    def call(self, call: Attempt) -> Answer | Awaitable[Answer]:
        """Answer one call.

        Raises:
            UnreachableError: Nobody there, or too busy.
            RefusedError: The system says no.
        """


class Boundary:
    """Carries calls to adapters through layers, and remembers the answers.

    Args:
        adapters: By port.
        clock: Stamps every attempt.
        layers: Outermost first.
        allows_deeds: False in an environment where probes only look.
        heard: Told of every call that `perform` carries: port, `error.type` ("" if answered), seconds it really took.
    """

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        layers: Sequence[Layer] = (),
        *,
        allows_deeds: bool = True,
        heard: Heard | None = None,
    ) -> None:
        """Keep them; nothing is called yet."""
        self._heard = heard
        self._adapters = adapters
        self._clock = clock
        self._allows_deeds = allows_deeds
        self._answers: dict[str, list[Answer]] = {}
        self.calls = 0
        self.trace = ""
        """W3C trace context of the step that asks now; every call carries it."""
        self._chain: Forward = self._forward
        for layer in reversed(layers):
            self._chain = _wrapped(layer, self._chain)

    async def perform(self, call: Call) -> Answer:
        """Carry one call and return the answer.

        Raises:
            DeniedError: A deed where only looks are allowed.
            UnreachableError: The system could not be asked.
            RefusedError: It said no.
        """
        if call.kind is Kind.DEED and not self._allows_deeds:
            raise DeniedError(
                f"{call.name} is a deed, and this environment says probes: read-only",
                remedy="Run the probe in an environment that allows deeds.",
            )
        if call.port not in self._adapters:
            raise UnreachableError(call.port, "no adapter in this environment")
        self.calls += 1
        known = self._answers.setdefault(call.name, [])
        attempt = Attempt(
            call.port,
            call.operation,
            call.request,
            call.kind,
            call.key,
            self._clock.now(),
            tuple(known[-50:]),
            self.trace,
        )
        try:
            answer = await self._carried(attempt)
        except ExpiredError:
            self._renew(call.port)
            answer = await self._carried(attempt)
        known.append(answer)
        return answer

    async def _carried(self, attempt: Attempt) -> Answer:
        if self._heard is None:
            return await _waited(self._chain(attempt))
        began, failed = time.perf_counter(), None
        try:
            return await _waited(self._chain(attempt))
        except HarnessError as error:
            failed = error
            raise
        finally:
            self._heard(attempt.port, error_type(failed), time.perf_counter() - began)

    def ask(self, call: Call) -> Answer:
        """Carry a call between systems of one process, whose adapters answer at once."""
        attempt = Attempt(call.port, call.operation, call.request, call.kind, call.key, self._clock.now())
        try:
            answer = self._chain(attempt)
        except ExpiredError:
            self._renew(call.port)
            answer = self._chain(attempt)
        if not isinstance(answer, dict):
            raise UnreachableError(call.port, "it answers later, and nobody waits here")
        return answer

    def _renew(self, port: str) -> None:
        """Let an adapter fetch a new token, if it is one of those that can; the call is then tried once more."""
        renew = getattr(self._adapters[port], "renew", None)
        if renew is not None:
            renew()

    def _forward(self, attempt: Attempt) -> Answer | Awaitable[Answer]:
        return self._adapters[attempt.port].call(attempt)


async def _waited(answer: Answer | Awaitable[Answer]) -> Answer:
    return await answer if inspect.isawaitable(answer) else answer


def _wrapped(layer: Layer, inner: Forward) -> Forward:
    return lambda attempt: layer(attempt, inner)
