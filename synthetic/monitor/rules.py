"""What a run means for the people who are told: page, ticket, the probe's owner, or nobody.

Page: a fact that cannot heal was wrong (it was read three times), or the same probe failed under the same name in two
of its last three conclusive runs. Ticket: more than a tenth of the failures that the objective's window allows were
spent in three days. Owner of the probe: three inconclusive runs in a row, or no conclusive run for three intervals.
Burn rates need traffic: at a run per quarter of an hour one failure is 25 times the budget of an hour, so runs are
counted instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from harness.model.runs import Run, RunVerdict, Step

PAGE_OF = (2, 3)
"""Failures, of conclusive runs."""
INCONCLUSIVE_IN_A_ROW = 3
DEAD_INTERVALS = 3
TICKET_SHARE = Fraction(1, 10)
TICKET_SPAN = timedelta(days=3)
BUDGET_SPAN = timedelta(days=30)
"""Over how long failures are allowed where no objective says."""
CLOSING_PASSES = 2
SILENT = "silent"
"""Category of a probe that has not looked for too long."""
CANNOT_LOOK = "inconclusive"
"""Category of a probe that could not look and did not say at what."""


class Level(StrEnum):
    """Who is told, the most urgent first."""

    PAGE = "page"
    TICKET = "ticket"
    OWNER = "owner"


_URGENCY = {Level.PAGE.value: 3, Level.TICKET.value: 2, Level.OWNER.value: 1}


@dataclass(frozen=True, slots=True)
class Signal:
    """Somebody must be told.

    Attributes:
        level: Who.
        category: Name of the failure.
        system: Where it was seen, "" if nowhere in particular.
        entity: Legal entity; "" where the failure is none of one entity (nobody answers).
        sentence: What is wrong, one clause.
        why: The rule that says so, with its numbers.
    """

    level: Level
    category: str
    system: str
    entity: str
    sentence: str
    why: str


@dataclass(frozen=True, slots=True)
class Past:
    """What a rule may look at: runs of one probe in one environment, the newest first.

    Attributes:
        runs: The newest runs, at least those of three days; runs within maintenance are left out.
        ever_passed: Whether the probe has passed there at all, however long ago.
        target: Share of conclusive runs that must pass.
        interval: Between two slots.
        span: Over how long the target is counted.
    """

    runs: Sequence[Run]
    ever_passed: bool
    target: Fraction
    interval: timedelta
    span: timedelta = BUDGET_SPAN


def more_urgent(one: str, other: str) -> bool:
    """Whether the first level is above the second."""
    return _URGENCY.get(one, 0) > _URGENCY.get(other, 0)


def judge(past: Past, now: datetime) -> Signal | None:
    """Return what the newest run means, None for nothing; nothing before the first success."""
    if not past.runs or not past.ever_passed:
        return None
    newest = past.runs[0]
    if newest.verdict is RunVerdict.INCONCLUSIVE:
        return _cannot_look(past)
    if newest.verdict is RunVerdict.FAILED:
        return _paged(past) or _ticket(past, now)
    return None


def silence(past: Past, now: datetime, probe: str, since: datetime) -> Signal | None:
    """Return the signal of a probe that has not looked for three intervals (dead man's check).

    Args:
        past: Its runs.
        now: The time.
        probe: Its name.
        since: When watching began: nobody is silent before he could speak.
    """
    if not past.ever_passed:
        return None
    last = max((ended(run) for run in past.runs if run.verdict is not RunVerdict.INCONCLUSIVE), default=since)
    quiet = now - max(last, since)
    if quiet <= DEAD_INTERVALS * past.interval:
        return None
    told = f"{probe} has not looked for {spoken(quiet)}; it runs every {spoken(past.interval)}."
    return Signal(Level.OWNER, SILENT, "", "", told, f"no conclusive run for {DEAD_INTERVALS} intervals")


def is_confirmed(run: Run) -> bool:
    """Whether a run failed on a fact that cannot heal, which the probe has then read three times."""
    step = run.failed_step
    if run.verdict is not RunVerdict.FAILED or step is None:
        return False
    absent = bool(step.differences) and step.differences[0].field == "count" and step.differences[0].seen == 0
    return not absent and any(one.fixed for one in step.differences)


def entity_of(run: Run) -> str:
    """Return the legal entity a run is about: its own, or the first that a step asked for or was shown."""
    if run.entity:
        return run.entity
    for step in run.steps:
        for told in (step.request, step.evidence):
            found = (told.get("entity") or told.get("legal_entity")) if isinstance(told, dict) else None
            if isinstance(found, str) and found:
                return found
    return ""


def ended(run: Run) -> datetime:
    """Return when a run ended."""
    return run.started + timedelta(seconds=run.seconds)


def spoken(length: timedelta) -> str:
    """Return a duration as people say it, in its two largest units at most: `15 min`, `3 h 20 min`, `2 d`."""
    left = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def sentence_of(run: Run) -> str:
    """Return what a run that did not pass says: step, and expected against seen."""
    step = run.failed_step
    if step is None:
        return f"{run.probe}: {run.reason or run.category or run.verdict.value}."
    if run.verdict is RunVerdict.INCONCLUSIVE:
        return f"{run.probe} could not tell: {step.reason or run.reason or step.title}."
    return f"{step.title}: {_seen(step)}."


def _seen(step: Step) -> str:
    if not step.differences:
        return step.reason or step.category
    first = step.differences[0]
    if first.field == "count" and first.seen == 0:
        return f"not in {step.system} {spoken(timedelta(seconds=step.within))} after it was due"
    return f"{first.object} {first.field.replace('_', ' ')} is {first.seen}, not {first.expected}"


def _paged(past: Past) -> Signal | None:
    newest = past.runs[0]
    if is_confirmed(newest):
        return _signal(Level.PAGE, newest, "a fact that cannot heal was wrong, read three times")
    needed, among = PAGE_OF
    conclusive = [run for run in past.runs if run.verdict is not RunVerdict.INCONCLUSIVE][:among]
    same = sum(run.verdict is RunVerdict.FAILED and run.category == newest.category for run in conclusive)
    if same >= needed:
        return _signal(Level.PAGE, newest, f"failed in {same} of the last {len(conclusive)} conclusive runs")
    return None


def _ticket(past: Past, now: datetime) -> Signal | None:
    runs = past.span // past.interval
    allowed = (1 - past.target) * runs
    failed = sum(
        run.verdict is RunVerdict.FAILED for run in past.runs if now - ended(run) <= TICKET_SPAN and not run.maintenance
    )
    if failed <= allowed * TICKET_SHARE:
        return None
    told = f"{failed} failed in 3 d; {spoken(past.span)} of {runs} runs allow {float(allowed):.1f}"
    told += f" at {float(past.target * 100):g} %"
    return _signal(Level.TICKET, past.runs[0], told)


def _cannot_look(past: Past) -> Signal | None:
    row = past.runs[:INCONCLUSIVE_IN_A_ROW]
    if len(row) < INCONCLUSIVE_IN_A_ROW or any(run.verdict is not RunVerdict.INCONCLUSIVE for run in row):
        return None
    count = next((n for n, run in enumerate(past.runs) if run.verdict is not RunVerdict.INCONCLUSIVE), len(past.runs))
    return _signal(Level.OWNER, past.runs[0], f"inconclusive {count} times in a row")


def _signal(level: Level, run: Run, why: str) -> Signal:
    step = run.failed_step
    inconclusive = run.verdict is RunVerdict.INCONCLUSIVE
    category = run.category or (CANNOT_LOOK if inconclusive else "state")
    entity = "" if inconclusive else entity_of(run)  # who does not answer, does not answer to any company
    return Signal(level, category, step.system if step else "", entity, sentence_of(run), why)
