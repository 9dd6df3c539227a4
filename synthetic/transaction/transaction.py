"""`tx`: deeds that can be undone, looks with a deadline, and the verdict they lead to.

Traps this is built around (each has a test): the last look of a deadline may fail to reach the system, which must
not turn "missing" into "unreachable"; a hold starts after the deadline is met and does not count against it; one
stale answer is no verdict, so everything that fails is confirmed; undoing is retried, or a passing outage leaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from harness.model import JSON
from synthetic.deeds import UNSUPPORTED, Answer, Boundary, Call, Clock, DeniedError, RefusedError, UnreachableError
from synthetic.deeds.categories import Categories
from synthetic.transaction.durations import seconds
from synthetic.transaction.expectation import Expectation, is_absence
from synthetic.transaction.observers import Observer, trace_context
from synthetic.transaction.refusing import found_wrong
from synthetic.transaction.reply import Reply
from synthetic.transaction.undoing import Undoing
from synthetic.transaction.values import Difference, Leak, RunVerdict, StepRecord
from synthetic.transaction.watching import (
    CONFIRM_NAP,
    FIRST_NAP,
    FLOOR,
    Watch,
    grace,
    longest_nap,
    pause,
    until_deadline,
)

_TRIES = 6
_LOOK_ON = timedelta(minutes=30)
_ZERO = timedelta()
_UNSUPPORTED = frozenset({"operation-unknown", UNSUPPORTED})
"""Refusals of a system that cannot do what is asked: nothing is known about business then."""


class StopError(Exception):
    """Ends the play of a probe; the step that says why is already recorded."""


class Transaction:
    """One run of one probe.

    Args:
        boundary: The way to the systems.
        clock: Of the environment.
        categories: The (object, field) table.
        run_id: The same for the same probe, slot and environment, so that a second run makes nothing twice.
        pace: Shortens deadlines, holds and naps of a fast environment; 1.0 is as written.
        confirmations: How often a wrong fact is read before it is believed.
        observers: Told of every step.
    """

    def __init__(  # noqa: PLR0913  (a run has this many sides; all but three are by name)
        self,
        boundary: Boundary,
        clock: Clock,
        categories: Categories,
        *,
        run_id: str,
        pace: float = 1.0,
        confirmations: int = 3,
        observers: Sequence[Observer] = (),
    ) -> None:
        """Start with nothing done."""
        self._observers = observers
        self._boundary = boundary
        self._clock = clock
        self._categories = categories
        self._pace = pace
        self._confirmations = confirmations
        self.run_id = run_id
        self.steps: list[StepRecord] = []
        self.assertions = 0
        self.detected: datetime | None = None
        self._undoing = Undoing(boundary, clock, 2 * _TRIES)

    def key(self, name: str) -> str:
        """Return the idempotency key of one deed of this run."""
        return f"{self.run_id}-{name}"

    def now(self) -> datetime:
        """Return the time of the environment."""
        return self._clock.now()

    async def do(self, title: str, call: Call, *, undo: Call | Callable[[Answer], Call] | None = None) -> Answer:
        """Do something, once: a try that did not get through is repeated under the same key.

        Args:
            title: What happens, as a sentence for the page.
            call: The deed.
            undo: How to take it back at the end of the run, or a function of the answer that says how.

        Raises:
            StopError: It was refused (failed) or nobody could be reached (inconclusive).
        """
        started = self._begin(title, call)
        retries = 0
        while True:
            try:
                answer = await self._boundary.perform(call)
                break
            except UnreachableError as error:
                retries += 1
                if retries >= _TRIES:
                    self._stop(title, call, RunVerdict.INCONCLUSIVE, "unreachable", started, reason=str(error))
                await self._clock.sleep(pause(retries, error.retry_after))
            except DeniedError as error:
                self._stop(title, call, RunVerdict.INCONCLUSIVE, "", started, reason=str(error))
            except RefusedError as error:
                self._skip_unsupported(title, call, error, started)
                category = self._categories.of("refusal", error.code.replace("-", "_"))
                self._stop(title, call, RunVerdict.FAILED, category, started, reason=str(error))
        if undo is not None:
            self._undoing.add(title, undo(answer) if callable(undo) else undo)
        is_undone = undo is not None
        self._record(title, call, RunVerdict.PASSED, "", started, retries=retries, answer=answer, is_undone=is_undone)
        return Reply(self.lacks, title, call, answer)

    async def refused(self, title: str, call: Call, code: str, *, category: str = "control") -> None:
        """Ask for what must be refused: that it was not, or for another reason, is the failure. No answer: missing."""
        self.assertions += 1
        started = self._begin(title, call)
        seen: JSON = "accepted"
        for tries in range(_TRIES):
            try:
                seen = "accepted" if await self._boundary.perform(call) else "nothing"
            except UnreachableError as error:
                if tries == _TRIES - 1:
                    self._stop(title, call, RunVerdict.INCONCLUSIVE, "unreachable", started, reason=str(error))
                await self._clock.sleep(pause(tries + 1, error.retry_after))
                continue
            except RefusedError as error:
                self._skip_unsupported(title, call, error, started)
                seen = error.code
            break
        if seen != code:
            category = category if seen != "nothing" else "missing"
            wrong = Difference(call.object, "refusal", code, seen, category)
            self._stop(title, call, RunVerdict.FAILED, category, started, differences=(wrong,))
        self._record(title, call, RunVerdict.PASSED, "", started, answer={"refused": code}, refusal=code)

    async def see(  # noqa: PLR0913  (a look is read at its call, where every argument has its name)
        self,
        title: str,
        call: Call,
        *,
        want: Mapping[str, JSON] | None = None,
        fixed: Mapping[str, JSON] | None = None,
        within: str = "30s",
        hold: str = "",
        otherwise: str = "",
        explained: Mapping[str, Mapping[str, JSON]] | None = None,
    ) -> Answer:
        """Look until it is true, or the deadline has passed.

        Args:
            title: What must be so, as a sentence for the page.
            call: The look; nothing is there as long as its answer has `count` 0.
            want: Fields that may still become true: polled.
            fixed: Facts that cannot heal: wrong three times in a row is wrong, at once.
            within: How long it may take.
            hold: How long it must then stay true.
            otherwise: Name in this step for what the table only calls a wrong state or a wrong sum, or for what must
                not be there.
            explained: Category -> fields and the value that this category alone explains, such as the tax that
                the other rounding scope gives.

        Raises:
            StopError: It failed, or could not be looked at.
        """
        expectation = Expectation(
            call.object, want or {}, fixed or {}, self._categories, otherwise=otherwise, explained=explained or {}
        )
        self.assertions += expectation.size
        allowed = self._paced(seconds(within))
        started = self._begin(title, call, allowed)
        watch = Watch()
        await self._until(title, call, expectation, watch, started, allowed)
        if hold:
            await self._hold(title, call, expectation, watch, self._paced(seconds(hold)), started)
        self._record(
            title,
            call,
            RunVerdict.PASSED,
            "",
            started,
            within=allowed.total_seconds(),
            looks=watch.looks,
            retries=watch.retries,
            answer=watch.answer,
            fixed=fixed or {},
            want=want or {},
            hold=hold,
        )
        return Reply(self.lacks, title, call, watch.answer or {})

    def lacks(self, title: str, call: Call, name: str, *, seen: JSON = None, is_there: bool = False) -> None:
        """Stop because an answer has not what the probe goes on with, or has it and it cannot be used.

        Raises:
            StopError: Always.
        """
        category = (self._categories.row_of(call.object, name) if is_there else "") or "missing"
        wrong = Difference(call.object, name, "something that can be used", seen, category)
        self._stop(title, call, RunVerdict.FAILED, category, self._clock.now(), differences=(wrong,))

    async def advance(self, duration: str, *, since: datetime | None = None) -> None:
        """Let business time pass: on virtual time and test clocks; elsewhere the rest of the probe is skipped.

        Args:
            duration: Such as `1 month`.
            since: From when it counts, if not from now: what waited for a slow system is then no part of it.

        Raises:
            StopError: Time cannot be moved here.
        """
        call = Call("clock", "advance", {"duration": duration})
        started = self._begin(f"{duration} pass", call)
        left = max((since or self._clock.now()) + seconds(duration) - self._clock.now(), _ZERO)
        if not await self._clock.advance(left):
            self._stop(
                f"{duration} pass",
                call,
                RunVerdict.INCONCLUSIVE,
                "",
                started,
                reason="time cannot be moved in this environment, so the rest of the probe was skipped",
            )
        self._record(f"{duration} pass", call, RunVerdict.PASSED, "", started)

    async def undo_all(self) -> tuple[Leak, ...]:
        """Take back every deed, the last one first; what cannot be taken back is a leak."""
        return await self._undoing.all()

    async def _until(
        self, title: str, call: Call, expectation: Expectation, watch: Watch, started: datetime, allowed: timedelta
    ) -> None:
        deadline = started + allowed
        longest = longest_nap(allowed)
        nap = FIRST_NAP
        while True:
            differences = await self._look(call, expectation, watch)
            if differences == ():
                return
            is_late = self._clock.now() >= deadline
            if differences and (is_late or expectation.cannot_heal(differences)):
                if self._believed(watch, differences):
                    await self._fail(title, call, expectation, watch, started, allowed)
                await self._clock.sleep(self._paced(CONFIRM_NAP, floor=_ZERO))
                continue
            if is_late and differences is None and self._clock.now() >= deadline + grace(allowed):
                self._unreached(title, call, watch, started, allowed)
            watch.agreeing = 0
            await self._clock.sleep(until_deadline(nap, deadline - self._clock.now()))
            nap = min(nap * 1.6, longest)

    async def _hold(
        self, title: str, call: Call, expectation: Expectation, watch: Watch, hold: timedelta, started: datetime
    ) -> None:
        until = self._clock.now() + hold
        nap = longest_nap(hold)
        watch.agreeing = 0
        while self._clock.now() < until:
            await self._clock.sleep(nap)
            differences = await self._look(call, expectation, watch)
            while differences:
                if self._believed(watch, differences):
                    undone = expectation.undone(differences)
                    self._stop_failed(title, call, undone, watch, started, hold)
                await self._clock.sleep(self._paced(CONFIRM_NAP, floor=_ZERO))
                differences = await self._look(call, expectation, watch)
            watch.agreeing = 0

    async def _look(self, call: Call, expectation: Expectation, watch: Watch) -> tuple[Difference, ...] | None:
        """Look once; None if nobody could be reached."""
        watch.looks += 1
        try:
            answer = await self._boundary.perform(call)
        except UnreachableError as error:
            watch.retries += 1
            watch.unreachable = str(error)
            return None
        except RefusedError as error:
            self._skip_unsupported(call.name, call, error, self._clock.now())
            answer = {"count": 0, "refused": error.code}
        watch.answer = answer
        return expectation.differences(answer)

    def _believed(self, watch: Watch, differences: tuple[Difference, ...]) -> bool:
        """Whether the same facts were wrong often enough in a row."""
        watch.agreeing = watch.agreeing + 1 if differences == watch.last else 1
        watch.last = differences
        return watch.agreeing >= self._confirmations

    async def _fail(
        self,
        title: str,
        call: Call,
        expectation: Expectation,
        watch: Watch,
        started: datetime,
        allowed: timedelta,
    ) -> None:
        """Stop with the name of the failure; what is missing may only be late, so look on for as long again."""
        self.detected = self._clock.now()
        wrong = watch.last
        if is_absence(wrong):
            answer = watch.answer
            if await self._comes_late(call, expectation, min(allowed, _LOOK_ON)):
                wrong = tuple(replace(one, category="late") for one in wrong)
            else:
                named, code = await found_wrong(self._boundary, call)
                held = (Difference(call.object, "held_for", "", code, named),)
                wrong = (*(replace(one, category=named) for one in wrong), *held) if named else wrong
            watch.answer = answer
        self._stop_failed(title, call, wrong, watch, started, allowed)

    async def _comes_late(self, call: Call, expectation: Expectation, longer: timedelta) -> bool:
        until = self._clock.now() + longer
        while self._clock.now() < until:
            await self._clock.sleep(max(longer / 8, FIRST_NAP))
            if await self._look(call, expectation, Watch()) == ():
                return True
        return False

    def _skip_unsupported(self, title: str, call: Call, error: RefusedError, started: datetime) -> None:
        """Stop where a system says that it cannot do this at all: that is no failure, and nothing is known."""
        if error.code in _UNSUPPORTED:
            reason = f"{error}, so the rest of the probe was skipped"
            self._stop(title, call, RunVerdict.INCONCLUSIVE, "", started, reason=reason)

    def _unreached(self, title: str, call: Call, watch: Watch, started: datetime, allowed: timedelta) -> None:
        self._stop(
            title,
            call,
            RunVerdict.INCONCLUSIVE,
            "unreachable",
            started,
            within=allowed.total_seconds(),
            looks=watch.looks,
            retries=watch.retries,
            answer=watch.answer,
            reason=watch.unreachable,
        )

    def _stop_failed(
        self,
        title: str,
        call: Call,
        wrong: tuple[Difference, ...],
        watch: Watch,
        started: datetime,
        allowed: timedelta,
    ) -> None:
        self._stop(
            title,
            call,
            RunVerdict.FAILED,
            wrong[0].category,
            started,
            within=allowed.total_seconds(),
            looks=watch.looks,
            retries=watch.retries,
            differences=wrong,
            answer=watch.answer,
        )

    def _stop(
        self, title: str, call: Call, verdict: RunVerdict, category: str, started: datetime, **more: object
    ) -> None:
        self.detected = self.detected or self._clock.now()
        self._record(title, call, verdict, category, started, **more)
        raise StopError

    def _record(
        self, title: str, call: Call, verdict: RunVerdict, category: str, started: datetime, **more: object
    ) -> None:
        self._boundary.trace = ""
        took = ((self.detected if verdict is not RunVerdict.PASSED else None) or self._clock.now()) - started
        step = StepRecord(title, call, verdict, category, started, took.total_seconds(), **more)  # type: ignore[arg-type]
        self.steps.append(step)
        for observer in self._observers:
            observer.ended(step)

    def _begin(self, title: str, call: Call, allowed: timedelta = _ZERO) -> datetime:
        """Tell the observers, put the trace of the step on every call of it, and return when it began."""
        told = [observer.begins(title, call, allowed.total_seconds()) for observer in self._observers]
        self._boundary.trace = next(filter(None, told), "") or trace_context(self.run_id, len(self.steps))
        return self._clock.now()

    def _paced(self, duration: timedelta, floor: timedelta = FLOOR) -> timedelta:
        return duration if self._pace >= 1 else max(duration * self._pace, min(floor, duration))
