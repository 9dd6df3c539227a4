"""What the matrix found, row by row, and the figures of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from harness.model import JSON
from synthetic.faults import Fault, right_names
from synthetic.matrix.playing import Case, Outcome
from synthetic.transaction import Categories, Leak, RunVerdict

_LEFT = "control"
"""What it is called that something synthetic stays where people count."""


class Result(StrEnum):
    """What came of a fault.

    A fault that was found, one that was not and is waived or a survivor, and the ways of knowing nothing worse:
    what it changed was made good (absorbed), it changed nothing, no probe makes such a call, it cannot be run.
    """

    FOUND = "found"
    SURVIVED = "survived"
    WAIVED = "waived"
    ABSORBED = "absorbed"
    DID_NOTHING = "did-nothing"
    NEVER_PLAYED = "never-played"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault against one probe, or the row of a fault over all probes (see `judged`).

    Attributes:
        result: What came of it, see `Result`; "" in a cell and in a clean run.
        equivalent: The fault left the business state that can be seen as it is without it (see `outcome.observed`),
            so there is nothing to detect.
        detected: The run failed, or was inconclusive where the fault is an outage.
        named_right: Its category is one of the right names; any is where nobody named one.
        waived: Reason of the waiver that covers a survivor, "" if none.
        ttd_s: Seconds until it was detected, virtual time.
        played: Whether it ever acted; if not, nothing is known about it, and `reason` says why.
        reason: Why it was never played, or which of its names are no categories.
        note: What the calls held that it met and did not change.
        leaks: What the run left behind and should not have.
        left: What it could not take back because the fault is just there: found, and called `control`.
        met: Calls the fault met, in all runs of it.
        changed: Calls whose outcome it changed.
        alerts: Every name that somebody is told of, as `probe: category`, where several probes were asked.
        named_first: Whether the first probe that found it has a right name.
    """

    fault: str
    probe: str
    seed: int
    verdict: str
    category: str
    names: tuple[str, ...]
    equivalent: bool
    detected: bool
    named_right: bool
    leaks: int
    ttd_s: float | None
    step: str = ""
    waived: str = ""
    kind: str = ""
    played: bool = True
    reason: str = ""
    result: str = ""
    left: int = 0
    met: int = 0
    changed: int = 0
    alerts: tuple[str, ...] = ()
    named_first: bool = False
    note: str = ""

    def to_json(self) -> dict[str, JSON]:
        """Return the row as plain JSON."""
        return {**asdict(self), "names": list(self.names), "alerts": list(self.alerts)}


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a matrix; `faults` counts what was played and is not equivalent."""

    faults: int
    detected: int
    waived: int
    survivors_unwaived: int
    named_right: int
    false_alarms: int
    clean_runs: int
    leaks: int
    seconds: float
    equivalent: int = 0
    runs: int = 0
    not_played: int = 0
    did_nothing: int = 0
    named_first: int = 0

    @property
    def is_good(self) -> bool:
        """The gate: no survivor nobody waived, no leak, no false alarm, and names right in 95 of 100."""
        return not (self.survivors_unwaived or self.leaks or self.false_alarms) and (
            self.named_right >= 0.95 * self.detected
        )

    def to_json(self) -> dict[str, JSON]:
        """Return the figures as plain JSON."""
        return dict(asdict(self))


def row_of(case: Case, outcome: Outcome, categories: Categories, clean: str = "") -> Row:
    """Judge one outcome; `clean` is what the same probe and seed observe without the fault."""
    run, fault = outcome.run, case.fault
    names, strange = _right(fault, categories) if fault else (frozenset(), "")
    is_outage = "unreachable" in names and run.verdict is RunVerdict.INCONCLUSIVE
    left = [one for one in run.leaks if fault and fault.meets(one.call.port, one.call.operation)]
    is_left = bool(left) and run.verdict is RunVerdict.PASSED
    detected = run.verdict is RunVerdict.FAILED or is_outage or is_left
    category = _LEFT if is_left else run.category
    step = run.failed_step
    said = _left_behind(left) if is_left else {category}
    named = detected and (not names.isdisjoint(said) or not (fault and fault.names))
    return Row(
        fault=fault.id if fault else "",
        probe=case.probe.name,
        seed=case.seed,
        verdict=run.verdict.value,
        category=category,
        names=tuple(sorted(names)),
        equivalent=not is_left and _is_equivalent(outcome, names, clean),
        detected=detected,
        named_right=named,
        named_first=named,
        leaks=len(run.leaks) - len(left),
        left=len(left),
        ttd_s=run.detected_after,
        step=step.title if step else left[0].title if is_left else "",
        kind=fault.kind if fault else "",
        reason=strange,
        met=outcome.met,
        changed=outcome.changed,
    )


def _left_behind(left: Sequence[Leak]) -> frozenset[str]:
    """Return what synthetic objects that stay are rightly called: that they do, and if so, that nobody answers."""
    return frozenset({_LEFT}) | ({"unreachable"} if all(one.is_outage for one in left) else set())


def _right(fault: Fault, categories: Categories) -> tuple[frozenset[str], str]:
    """Return the categories meant; what people write may be an everyday word, what we make is not."""
    return right_names(fault.names, categories.known) if fault.origin else (fault.names, "")


def _is_equivalent(outcome: Outcome, names: frozenset[str], clean: str) -> bool:
    """The rule: the fault did nothing, or the run ended with everything seen as it is seen without the fault.

    An outage that ended in time is none either: what came later than planned may be another amount, rightly.
    """
    if not outcome.changed:
        return True
    if outcome.run.verdict is not RunVerdict.PASSED or outcome.hides:
        return False
    return names == {"unreachable"} or outcome.observed == clean


def never_played(fault: Fault, seed: int, verdict: str, reason: str) -> Row:
    """Return the row of a fault nobody can be shown anything by: one never played, or one that is broken."""
    return Row(
        fault=fault.id,
        probe="",
        seed=seed,
        verdict=verdict,
        category="",
        names=tuple(sorted(map(str, fault.names))),
        equivalent=False,
        detected=False,
        named_right=False,
        leaks=0,
        ttd_s=None,
        kind=fault.kind,
        played=False,
        reason=reason,
        result=verdict,
    )


def judged(cells: Sequence[Row], waived: str = "", told: Sequence[int] = ()) -> Row:
    """Return the one row of a fault, out of its cells in the order in which probes were asked.

    It is that of the first probe that found it. Where that one has another name, more probes were asked, and the row
    is that of the first alert with a right name among those that somebody is `told` of; it is named wrongly if none
    of them has one. A fault that nobody found has the row of the first probe for which it changed anything.
    """
    found = [cell for cell in cells if cell.detected]
    heard = [cells[place] for place in told if cells[place].detected] or found[:1]
    right = next((cell for cell in heard if cell.named_right), None)
    shown = right or next(iter(found), None) or next((cell for cell in cells if not cell.equivalent), None) or cells[0]
    changed = sum(cell.changed for cell in cells)
    result = _result(shown, changed, waived)
    return replace(
        shown,
        result=result.value,
        named_right=right is not None,
        named_first=bool(found) and found[0].named_right,
        alerts=tuple(f"{cell.probe}: {cell.category or cell.verdict}" for cell in heard) if len(found) > 1 else (),
        leaks=sum(cell.leaks for cell in cells),
        left=sum(cell.left for cell in cells),
        met=sum(cell.met for cell in cells),
        changed=changed,
        waived=waived if result is Result.WAIVED else "",
    )


def _result(shown: Row, changed: int, waived: str) -> Result:
    if shown.detected:
        return Result.FOUND
    if shown.equivalent:
        return Result.ABSORBED if changed else Result.DID_NOTHING
    return Result.WAIVED if waived else Result.SURVIVED


def summary(rows: Sequence[Row], clean: Sequence[Row], seconds: float) -> Summary:
    """Sum up one row per fault and seed; a fault that changed nothing any probe was shown is not counted."""
    played = [row for row in rows if row.played]
    real = [row for row in played if not row.equivalent]
    missed = [row for row in real if not row.detected]
    found = [row for row in real if row.detected]
    return Summary(
        faults=len(real),
        detected=len(found),
        waived=sum(1 for row in missed if row.waived),
        survivors_unwaived=sum(1 for row in missed if not row.waived),
        named_right=sum(row.named_right for row in found),
        false_alarms=sum(row.verdict != RunVerdict.PASSED.value for row in clean),
        clean_runs=len(clean),
        leaks=sum(row.leaks for row in (*rows, *clean)),
        seconds=round(seconds, 3),
        equivalent=len(played) - len(real),
        runs=len(rows) + len(clean),
        not_played=len(rows) - len(played),
        did_nothing=sum(row.result == Result.DID_NOTHING.value for row in played),
        named_first=sum(row.named_first for row in found),
    )
