"""Plays matrices and clean runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.model import UnreadableError
from synthetic.faults import Fault
from synthetic.matrix.playing import Case, Outcome, Suite, play_case
from synthetic.matrix.reference import Reference
from synthetic.matrix.rows import Result, Row, judged, never_played, row_of
from synthetic.transaction import RunVerdict

Waivers = Mapping[str, str]
"""Fault -> why nobody needs to notice it."""


_ENOUGH = 2


def play_fault(known: Reference, fault: Fault, seed: int, waivers: Waivers | None = None) -> Row:
    """Play one fault against the probes that meet it, the shortest first, until one finds it and calls it rightly.

    Where the first that finds it has another name, all are asked: people hear several probes as well, and what
    counts is what they are told once alerts of one cause are one.

    A fault we made ourselves is given up as equivalent once it left everything as it was for several probes; one from
    a file meets them all.

    Returns:
        The row of the fault; equivalent if it changed nothing for any of them. One that no probe meets, and one that
        cannot be run, was never played: nothing is known about it.
    """
    if fault.problem:
        return never_played(fault, seed, "never-played", fault.problem)
    try:
        cells, outcomes = _cells(known, fault, seed)
    except UnreadableError as error:
        return never_played(fault, seed, "broken", f"{error.location or ''} {error.message}".strip())
    if not cells:
        return never_played(fault, seed, "never-played", "no probe makes such a call")
    untouched = next((cell for cell in cells if not cell.changed and cell.verdict != RunVerdict.PASSED.value), None)
    if untouched is not None:
        said = f"{untouched.probe} does not pass under this seed without it either"
        return never_played(fault, seed, "broken", said)
    found = [place for place, cell in enumerate(cells) if cell.detected]
    heard = known.suite.told([outcomes[place].run for place in found])
    row = judged(cells, (waivers or {}).get(fault.id, ""), [found[place] for place in heard])
    is_unknown = bool(fault.origin) and row.result == Result.DID_NOTHING.value
    slipped = next((one.slipped for one in outcomes if one.slipped), "")
    return replace(row, note=_did_nothing(row, outcomes) if is_unknown else slipped)


def _did_nothing(row: Row, outcomes: Sequence[Outcome]) -> str:
    saw = dict.fromkeys(path for outcome in outcomes for path in outcome.saw)
    return f"met {row.met} calls and changed none" + (f"; they have {', '.join(saw)}" if saw else "")


def _cells(known: Reference, fault: Fault, seed: int) -> tuple[list[Row], list[Outcome]]:
    cells: list[Row] = []
    outcomes: list[Outcome] = []
    absorbed = 0
    broken: UnreadableError | None = None
    enough = _ENOUGH if fault.names != {"unreachable"} else 1  # what `tx` waits out it waits out in every probe
    for probe in known.meeting(fault):
        case = Case(probe, seed, fault)
        try:
            outcome = play_case(known.suite, case)
        except UnreadableError as error:  # it slips on what this probe asks, and may not on what another does
            broken = broken or error
            continue
        clean = known.observed(probe, seed) if outcome.observed and outcome.changed else ""
        outcomes.append(outcome)
        cells.append(row_of(case, outcome, known.suite.categories, clean))
        absorbed += cells[-1].equivalent and bool(outcome.changed)
        is_absorbed = absorbed >= enough and not fault.origin and all(cell.equivalent for cell in cells)
        if cells[-1].named_right or is_absorbed:
            break
    if broken is not None and not any(cell.changed for cell in cells):
        raise broken
    return cells, outcomes


def play_matrix(
    known: Reference, faults: Iterable[Fault], seeds: Sequence[int], waivers: Waivers | None = None
) -> Iterator[Row]:
    """Play every fault under every seed: one row each."""
    for fault in faults:
        for seed in seeds:
            yield play_fault(known, fault, seed, waivers)


def play_clean(suite: Suite, count: int, *, errors: float, stale: float, first_seed: int = 0) -> Iterator[Row]:
    """Play clean runs under noise, the probes in turn; whatever does not pass is a false alarm."""
    for number in range(count):
        yield play_clean_run(suite, first_seed + number, errors=errors, stale=stale)


def play_clean_run(suite: Suite, number: int, *, errors: float, stale: float) -> Row:
    """Play one clean run under noise; its number is its seed and chooses the probe."""
    case = Case(suite.probes[number % len(suite.probes)], number, None, errors, stale)
    return row_of(case, play_case(suite, case), suite.categories)
