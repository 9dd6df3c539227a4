"""A fault in play: a layer that knows whether it changed anything, and noise that is no fault."""

from __future__ import annotations

import contextlib
import json
import random
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from harness.model import JSON, HarnessError, Location, UnreadableError, json_equal
from synthetic.deeds import Adapter, Answer, Attempt, Layer, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.faults.facts import Facts, facts_of, plain
from synthetic.faults.fault import Fault, FaultCall
from synthetic.faults.waiting import shaped, waiting

_Forward = Callable[[Attempt], Answer | Awaitable[Answer]]
_PATIENCE = 30.0
"""Seconds after which whoever asked has gone."""
_SLIPS = (LookupError, TypeError, AttributeError, NameError, ValueError, ArithmeticError, AssertionError)
"""Errors of a fault that is written wrongly; any other that it raises is the way in which it lets a system fail."""


class Played:
    """One fault in one run.

    Attributes:
        met: Calls it met.
        changed: Calls whose outcome it changed. None changed: the landscape behaved as it does without it, so
            there is nothing to detect.
        error: How it broke, if it did: whoever asked may have swallowed that. A fault that only slips on some calls,
            such as over a part that they have not, lets those through; it is broken if it changed no other.
        slips: Calls it slipped on.
        saw: What stood in the calls it met, as paths into requests and fields of answers: for whoever wonders why
            his fault changed nothing.
    """

    def __init__(self, fault: Fault, seed: int = 0) -> None:
        """Play `fault` with its own random numbers, and with nothing that it remembers of another run."""
        self.fault = fault
        self.met = 0
        self.changed = 0
        self.error: UnreadableError | None = None
        self.slips = 0
        self.saw: dict[str, None] = {}
        self._effect = shaped((fault.renewed() if fault.renewed else fault).effect)
        self._rng = random.Random(f"{fault.id}/{seed}")  # noqa: S311  (repeatable on purpose)
        self._history: dict[str, list[Answer]] = {}
        self._there_since: dict[str, datetime] = {}
        self._memory: dict[str, Any] = {}
        self._hides: dict[str, bool] = {}
        self._waits: dict[str, datetime] = {}

    @property
    def hides(self) -> bool:
        """Whether the last that was shown of anything is not what the system shows."""
        return any(self._hides.values())

    def __call__(self, attempt: Attempt, forward: _Forward) -> Answer | Awaitable[Answer]:
        """Meet a call, if it is one of those the fault acts on."""
        if not self.fault.meets(attempt.port, attempt.operation):
            return forward(attempt)
        self.met += 1
        meeting = _Meeting(attempt, forward)
        asked = attempt.operation + json.dumps(attempt.request, sort_keys=True, default=str)
        call = self._call(attempt, asked)
        is_look = attempt.kind is Kind.LOOK
        try:
            answer = self._answer(call, meeting, asked)
        except (UnreachableError, RefusedError) as error:
            is_changed = error is not meeting.own or meeting.is_other_order
            self.changed += is_changed
            self._hides[asked] = is_look and is_changed
            raise
        except UnreadableError as error:
            self.error = self.error or error
            raise
        truth = meeting.truth()
        is_changed = meeting.is_other_order or truth is None or _is_other(answer, truth)
        self.changed += is_changed
        self._hides[asked] = is_look and is_changed
        if not self.changed and self.fault.origin:
            self.saw |= dict.fromkeys([*_paths(attempt.request), *(truth if truth and is_look else ())])
        if truth is not None:
            self._history.setdefault(asked, []).append(truth)
            if truth.get("count"):
                self._there_since.setdefault(asked, attempt.now)
        return answer

    def _call(self, attempt: Attempt, asked: str) -> FaultCall:
        return FaultCall(
            facts_of(attempt.request),
            attempt.now,
            tuple(self._history.get(asked, ())),
            attempt.port,
            attempt.operation,
            self._there_since.get(asked),
            attempt.kind.value,
            attempt.key,
            self._memory,
        )

    def _answer(self, call: FaultCall, meeting: _Meeting, asked: str) -> Answer:
        def forward(changed: object = None, *_more: object, **changes: JSON) -> Facts:
            return meeting.ask(call if changed is None else changed, **changes)

        def wait(seconds: float) -> None:
            """A fault that waits is a system that answers a request only so long after it was first asked."""
            since = self._waits.setdefault(asked, call.now)
            left = timedelta(seconds=seconds) - (call.now - since)
            if seconds > _PATIENCE and left > timedelta():
                raise UnreachableError(call.port, "no answer in time", retry_after=left.total_seconds())

        try:
            with waiting(wait):
                answer = self._effect(call, forward, self._rng)
        except (UnreachableError, RefusedError, UnreadableError):
            raise
        except Exception as error:  # noqa: BLE001  (whatever happens to a fault must not end the run)
            return self._in_spite_of(error, call, meeting)
        if answer is None:
            answer = meeting.given if meeting.given is not None else _nothing(call)
        if not isinstance(answer, Mapping):
            raise UnreadableError(
                f"fault {self.fault.id} answered {type(answer).__name__}, not an object",
                location=Location(self.fault.origin) if self.fault.origin else None,
                remedy="Return what forward() gave, changed or not.",
            )
        found: Answer = plain(answer)
        return found

    def _in_spite_of(self, error: Exception, call: FaultCall, meeting: _Meeting) -> Answer:
        """Return what is answered where a fault stopped: an outage if it meant to, else what it would have spoiled.

        Raises:
            UnreachableError: It meant to.
            UnreadableError: It cannot go on at all.
        """
        if meeting.real and not meeting.real[-1].get("count", 1) and isinstance(error, _SLIPS):
            return meeting.real[-1]  # nothing is there yet, so there is nothing the fault could spoil
        if isinstance(error, OSError) or self._is_meant(error):
            raise UnreachableError(call.port, f"{type(error).__name__}: {error}") from error
        if not isinstance(error, _SLIPS):
            raise self._broken(error) from error
        self.error = self.error or self._broken(error)
        self.slips += 1
        return meeting.real[-1] if meeting.real else meeting.ask(meeting.attempt)

    def _is_meant(self, error: Exception) -> bool:
        """Whether a fault raised an error by itself, as a system that fails: its last line is one of the fault's."""
        frames = traceback.extract_tb(error.__traceback__)
        return bool(frames) and frames[-1].filename == self.fault.origin and "raise" in (frames[-1].line or "")

    def _broken(self, error: Exception) -> UnreadableError:
        frames = traceback.extract_tb(error.__traceback__)[::-1]
        line = next((frame.lineno for frame in frames if frame.filename == self.fault.origin), None)
        return UnreadableError(
            f"fault {self.fault.id} stopped: {type(error).__name__}: {error}",
            location=Location(self.fault.origin, line=line) if self.fault.origin else None,
            remedy="Mend the fault file.",
        )


def _nothing(call: FaultCall) -> Answer:
    """Return what a fault means that answers nothing and asks nobody: nothing is there, or an order is lost."""
    return {"count": 0} if call.kind == Kind.LOOK.value else {}


class Between:
    """A system with faults between it and who asks: the place of a proxy, for adapters of a live landscape."""

    def __init__(self, adapter: Adapter, layers: Sequence[Layer]) -> None:
        """Put layers before an adapter, the first outermost."""
        self._adapter = adapter
        self._layers = tuple(layers)

    def call(self, call: Attempt) -> Answer | Awaitable[Answer]:
        """Answer one call."""
        ask: _Forward = self._adapter.call
        for layer in reversed(self._layers):
            ask = _before(layer, ask)
        return ask(call)


def _before(layer: Layer, ask: _Forward) -> _Forward:
    return lambda attempt: layer(attempt, ask)


class _Meeting:
    """One call that a fault meets: what it really asked, and what was really answered."""

    def __init__(self, attempt: Attempt, forward: _Forward) -> None:
        self.attempt = attempt
        self.real: list[Answer] = []
        self.given: Facts | None = None
        self.asked: list[tuple[Mapping[str, JSON], str]] = []
        self.own: Exception | None = None
        self._true: Answer | None = None
        self._forward = forward

    @property
    def is_other_order(self) -> bool:
        """Whether an order was carried out twice, not at all, or otherwise: that changes the world."""
        if self.attempt.kind is Kind.LOOK:
            return False
        return self.asked != [(self.attempt.request, self.attempt.key)]

    def truth(self) -> Answer | None:
        """Return what the system answers to what was really asked, None if nobody asked it that and nobody may.

        A look may be repeated: what would have been shown decides whether anything was hidden.
        """
        if self.attempt.kind is not Kind.LOOK:
            return self.real[-1] if self.real else None
        if self._true is None:
            with contextlib.suppress(UnreachableError, RefusedError):
                self.ask(self.attempt)
        return self._true

    def ask(self, changed: object, **changes: JSON) -> Facts:
        """Ask the system, with the request and the key of a call that the fault may have changed."""
        asked = changed.request if isinstance(changed, (FaultCall, Attempt)) else changed
        if not isinstance(asked, Mapping):
            raise UnreadableError("forward takes a call, a request, or nothing", remedy="Write forward() in the fault.")
        own = changed.key if isinstance(changed, (FaultCall, Attempt)) else self.attempt.key
        key = str(changes.pop("key", own))
        named = facts_of(asked)
        named.update(changes)
        request: dict[str, JSON] = plain(named)
        self.asked.append((plain(request), key))
        try:
            answer = cast("Answer", self._forward(replace(self.attempt, request=request, key=key)))
        except (UnreachableError, RefusedError) as error:
            self.own = error
            raise
        except (TypeError, ValueError, LookupError, AttributeError, StopIteration) as error:
            if request == self.attempt.request:
                raise
            # what a fault made of the request has not the shape its receiver asks for: a system says no to that
            raise RefusedError(self.attempt.port, "malformed", f"{type(error).__name__}: {error}") from error
        except HarnessError as error:
            if request == self.attempt.request:
                raise
            raise RefusedError(self.attempt.port, str(getattr(error, "code", "malformed")), error.message) from error
        self.real.append(plain(answer))
        if request == self.attempt.request:
            self._true = self.real[-1]
        self.given = facts_of(answer)
        return self.given


def _is_other(answer: Mapping[str, JSON], real: Mapping[str, JSON]) -> bool:
    """Whether an answer shows something else: nothing there is nothing there, and a field nobody knows is unread."""
    if real.get("count") == 0:
        return answer.get("count") != 0
    return any(name not in answer or not json_equal(answer[name], value) for name, value in real.items())


def _paths(request: Mapping[str, JSON]) -> Iterator[str]:
    """Return the parts of a request, those of the document in it one by one."""
    for name, value in request.items():
        if isinstance(value, Mapping):
            yield from (f"request.{name}.{part}" for part in value)
        else:
            yield f"request.{name}"


def noise(seed: int, *, errors: float, stale: float) -> Layer:
    """Return a layer of what is normal: some calls fail with 503, some looks show the state before.

    Args:
        seed: Of the random numbers.
        errors: Share of calls nobody answers.
        stale: Share of looks answered with an earlier answer to the same request.
    """
    rng = random.Random(f"noise/{seed}")  # noqa: S311  (repeatable on purpose)
    earlier: dict[str, Answer] = {}

    def layer(attempt: Attempt, forward: _Forward) -> Answer | Awaitable[Answer]:
        if rng.random() < errors:
            raise UnreachableError(attempt.port, "503 service unavailable")
        is_look = attempt.kind is Kind.LOOK
        key = f"{attempt.port}.{attempt.operation}{json.dumps(attempt.request, sort_keys=True, default=str)}"
        if is_look and key in earlier and rng.random() < stale:
            return dict(earlier[key])
        answer = forward(attempt)
        if is_look and isinstance(answer, dict):
            earlier[key] = dict(answer)
        return answer

    return layer
