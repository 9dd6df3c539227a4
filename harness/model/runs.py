"""What a run of a probe leaves behind, as it crosses from the runner to metrics and pages.

Times are aware UTC, durations are seconds. Imported as `harness.model.runs`: the gate needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.model.json import JSON


class RunVerdict(StrEnum):
    """How a run or a step ended; inconclusive is never green."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it must be.

    Attributes:
        object: What was looked at, such as `posting`.
        field: Which of its fields.
        expected: The value it must have.
        seen: The value it had.
        category: What this is called, from the catalog's table.
        fixed: Whether the fact cannot heal: it was read three times before it was believed, and pages at once.
    """

    object: str
    field: str
    expected: JSON
    seen: JSON
    category: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a step: when, how long it took, and how it went.

    Attributes:
        at: When the call was made.
        seconds: How long it took.
        outcome: `as-wanted`, `differs`, `unreachable` or any other short word.
        reason: A sentence where nothing could be seen.
    """

    at: datetime
    seconds: float
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed or look of a run.

    Attributes:
        title: The sentence of the probe.
        kind: `deed`, `look`, `hold` or `advance`.
        system: Port that was called, such as `erp`.
        operation: Such as `posting_of`.
        verdict: How it ended.
        started: When.
        seconds: Until it was decided; an upper bound of the hop.
        category: Name of the failure, "" if it passed.
        within: Seconds it had; 0 for a deed.
        retries: Looks or tries that could not reach the system.
        differences: What was wrong, the field that named the category first.
        looks: Every look, in order; may be left empty where only the count is known.
        look_count: How often was looked.
        request: Named arguments of the call.
        key: Idempotency key of a deed.
        evidence: What was seen last, redacted by the writer; None if nothing was. Kept once per content.
        reason: A sentence where nothing could be seen.
        trace: Span id of the step, "" without tracing.
    """

    title: str
    kind: str
    system: str
    operation: str
    verdict: RunVerdict
    started: datetime
    seconds: float
    category: str = ""
    within: float = 0
    retries: int = 0
    differences: tuple[Difference, ...] = ()
    looks: tuple[Look, ...] = ()
    look_count: int = 0
    request: JSON = None
    key: str = ""
    evidence: JSON = None
    reason: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """Something a run made and could not undo; the reaper tries again.

    Attributes:
        title: What it is, in the words of the probe.
        system: Port that holds it.
        operation: The call that undoes it.
        request: Named arguments of that call.
        key: Idempotency key of that call.
        reason: Why it could not be undone.
        run: Id of the run; filled by the store.
        id: Row of the store, 0 before it is stored.
        reaped_at: When it was undone after all.
        tries: How often the reaper has tried.
    """

    title: str
    system: str
    operation: str
    request: JSON
    key: str
    reason: str
    run: str = ""
    id: int = 0
    reaped_at: datetime | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one probe in one slot of one environment.

    Attributes:
        id: Unique; the same slot played again has the same id with another attempt.
        probe: Name of the probe.
        environment: Name of the environment.
        slot: The planned time as text, or what else started it.
        verdict: How it ended.
        started: When.
        seconds: How long it took.
        category: Name of the failure, "" if it passed.
        entity: Legal entity, "" if the probe has none.
        owner: Who owns the probe.
        origin: `schedule`, `request`, `ci`, `drill` or `canary`.
        runner: Who ran it.
        attempt: Fencing number of the slot's lease (see `harness.history.claim_slot`); 1 without a lease.
        detected_after: Seconds until a failure was sure, None if it passed.
        reason: A sentence where it is inconclusive.
        calls: Calls made.
        assertions: Facts asserted.
        maintenance: Id of the maintenance window it fell into, "" if none: a silenced run is counted, not hidden.
        observed: Whether it ran in observe mode: recorded, and alerting nobody.
        trace: Trace id, "" without tracing.
        steps: In order.
        leaks: What it could not undo.
    """

    id: str
    probe: str
    environment: str
    slot: str
    verdict: RunVerdict
    started: datetime
    seconds: float
    category: str = ""
    entity: str = ""
    owner: str = ""
    origin: str = "schedule"
    runner: str = ""
    attempt: int = 1
    detected_after: float | None = None
    reason: str = ""
    calls: int = 0
    assertions: int = 0
    maintenance: str = ""
    observed: bool = False
    trace: str = ""
    steps: tuple[Step, ...] = field(default=())
    leaks: tuple[Leak, ...] = field(default=())

    @property
    def failed_step(self) -> Step | None:
        """The step that decided a run which did not pass."""
        return next((step for step in self.steps if step.verdict is not RunVerdict.PASSED), None)
