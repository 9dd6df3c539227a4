"""What a run of a probe leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.model import JSON
from synthetic.deeds import Call


class RunVerdict(StrEnum):
    """How a run or a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it must be, and what that is called; `fixed` facts cannot heal."""

    object: str
    field: str
    expected: JSON
    seen: JSON
    category: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One deed or look of a run.

    Attributes:
        title: The sentence of the probe.
        call: What was asked.
        verdict: How it ended.
        category: Name of the failure, "" if it passed.
        started: When.
        took: Seconds until it was decided; an upper bound of the hop.
        within: Seconds it had; 0 for a deed.
        looks: How often was looked.
        retries: Looks or tries that could not reach the system.
        differences: What was wrong, the field that named the category first.
        answer: What was seen last.
        reason: A sentence where nothing could be seen.
        fixed: Facts that were asserted and cannot heal.
        want: Facts that were waited for.
        hold: How long they had to stay true.
        refusal: Code with which the call had to be refused.
        is_undone: Whether the deed is taken back at the end of the run.
    """

    title: str
    call: Call
    verdict: RunVerdict
    category: str
    started: datetime
    took: float
    within: float = 0
    looks: int = 1
    retries: int = 0
    differences: tuple[Difference, ...] = ()
    answer: JSON = None
    reason: str = ""
    fixed: Mapping[str, JSON] = field(default_factory=dict)
    want: Mapping[str, JSON] = field(default_factory=dict)
    hold: str = ""
    refusal: str = ""
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Leak:
    """Something a run made and could not undo; `is_outage` if nobody could be reached, else it was refused."""

    title: str
    call: Call
    reason: str
    is_outage: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one probe in one slot."""

    probe: str
    slot: str
    environment: str
    verdict: RunVerdict
    category: str
    started: datetime
    seconds: float
    detected_after: float | None
    steps: tuple[StepRecord, ...]
    leaks: tuple[Leak, ...] = ()
    reason: str = ""
    calls: int = 0
    assertions: int = 0
    id: str = ""

    @property
    def failed_step(self) -> StepRecord | None:
        """The step that decided a run which did not pass."""
        return next((step for step in self.steps if step.verdict is not RunVerdict.PASSED), None)
