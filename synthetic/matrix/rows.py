"""What the matrix found, row by row, and the figures of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from harness.model import JSON
from synthetic.faults import Fault, right_names
from synthetic.matrix.playing import Case, Outcome
from synthetic.transaction import Categories, RunVerdict


@dataclass(frozen=True, slots=True)
class Row:
    """One fault against one probe, or the row of a fault over all probes (see `judged`).

    Attributes:
        equivalent: The fault left the business state that can be seen as it is without it (see `outcome.observed`),
            so there is nothing to detect.
        detected: The run failed, or was inconclusive where the fault is an outage.
        named_right: Its category is one of the right names; any is where nobody named one.
        waived: Reason of the waiver that covers a survivor, "" if none.
        ttd_s: Seconds until it was detected, virtual time.
        played: Whether it ever acted; if not, nothing is known about it, and `reason` says why.
        reason: Why it was never played, or which of its names are no categories.
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

    def to_json(self) -> dict[str, JSON]:
        """Return the row as plain JSON."""
        return {**asdict(self), "names": list(self.names)}


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
    detected = run.verdict is RunVerdict.FAILED or is_outage
    step = run.failed_step
    return Row(
        fault=fault.id if fault else "",
        probe=case.probe.name,
        seed=case.seed,
        verdict=run.verdict.value,
        category=run.category,
        names=tuple(sorted(names)),
        equivalent=_is_equivalent(outcome, names, clean),
        detected=detected,
        named_right=detected and (run.category in names or not (fault and fault.names)),
        leaks=len(run.leaks),
        ttd_s=run.detected_after,
        step=step.title if step else "",
        kind=fault.kind if fault else "",
        reason=strange,
    )


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
    """Return the row of a fault that nobody can be shown anything by: of `never-played`, or of one that is `broken`."""
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
    )


def judged(cells: Sequence[Row], waived: str = "") -> Row:
    """Return the one row of a fault: of the first probe that found it, else of one that it changed anything for."""
    found = next((row for row in cells if row.detected), None)
    shown = found or next((row for row in cells if not row.equivalent), None) or cells[0]
    return replace(shown, leaks=sum(row.leaks for row in cells), waived="" if found or shown.equivalent else waived)


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
    )
