"""Plays the fault matrix, clean runs and ablations for a person or a pipeline."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from harness.cli.output import write
from harness.model import JSON, Location, UnreadableError, UsageError
from synthetic.cli.landscape import read_landscape
from synthetic.cli.matrix_text import clean_text, matrix_text
from synthetic.faults import Fault, generated, load_faults
from synthetic.matrix import Row, Suite, Summary, play_clean_run, play_fault, reference, summary
from synthetic.matrix.ablations import ABLATIONS
from synthetic.matrix.parallel import in_parallel
from synthetic.matrix.rows import never_played
from synthetic.matrix.suites import chosen, reference_suite

_WAIVERS = Path(__file__).parents[1] / "matrix" / "waivers.yaml"


def play(  # noqa: PLR0913  (one per option)
    *,
    faults: Path | None,
    clean: int | None,
    seed: tuple[int, ...],
    seeds: str,
    names: tuple[str, ...],
    errors: float,
    stale: float,
    processes: int,
    ablate: str,
    waivers: Path | None,
    form: str,
) -> int:
    """Play what is asked, show it, and return 1 for a survivor, a leak, a false alarm or too many wrong names.

    3 if all that was played is well and something never was: nothing is known about that.
    """
    probes = tuple(ABLATIONS[ablate](one) for one in chosen(names))
    suite = reference_suite(read_landscape(), probes)
    numbers = [*seed, *_numbers(seeds)] or [0]
    started = time.monotonic()
    if clean is not None:
        rows = _clean(suite, clean, numbers, errors, stale, processes)
        found = summary([], rows, time.monotonic() - started)
        bad = [row for row in rows if row.verdict != "passed" or row.leaks]
        _write(form, found, bad, clean_text(found, bad, errors, stale))
        return 0 if found.is_good else 1
    rows = _faulty(suite, faults, numbers, processes, _read_waivers(waivers or _WAIVERS))
    found = summary(rows, [], time.monotonic() - started)
    _write(form, found, rows, matrix_text(found, rows))
    if not found.is_good:
        return 1
    return 3 if any(row.reason for row in rows) else 0


def _clean(suite: Suite, count: int, seeds: Sequence[int], errors: float, stale: float, processes: int) -> list[Row]:
    first = seeds[0]

    def one(number: int) -> Row:
        return play_clean_run(suite, first + number, errors=errors, stale=stale)

    return list(in_parallel(one, count, processes))


def _faulty(
    suite: Suite, folder: Path | None, seeds: Sequence[int], processes: int, waivers: dict[str, str]
) -> list[Row]:
    broken: list[UnreadableError] = []
    loaded = load_faults(folder, broken) if folder else ()
    known = reference(suite)
    played = loaded if folder else generated(known.seen, suite.categories)
    cells = [(fault, seed) for fault in played for seed in seeds]
    rows = list(in_parallel(lambda number: play_fault(known, *cells[number], waivers), len(cells), processes))
    return rows + [_unread(error, folder, seed) for error in broken for seed in seeds]


def _unread(error: UnreadableError, folder: Path | None, seed: int) -> Row:
    """Return the row of a file that cannot be run: the others are played all the same."""
    path = (error.location.file if error.location else None) or ""
    name = os.path.relpath(path, folder) if folder and folder.is_dir() else path
    nothing = Fault(name, frozenset(), frozenset(), lambda _call, forward, _rng: forward(), origin=path)
    return never_played(nothing, seed, "broken", f"{error.location or ''} {error.message}".strip())


def _numbers(written: str) -> list[int]:
    found: list[int] = []
    for one in filter(None, written.split(",")):
        first, dash, last = one.partition("-")
        try:
            found += range(int(first), int(last) + 1) if dash else [int(first)]
        except ValueError:
            raise UsageError(f"{one} is no seed", remedy="Write --seed 3, --seeds 0-4 or --seeds 1,5.") from None
    return found


def _read_waivers(path: Path) -> dict[str, str]:
    """Return fault -> reason; a waiver without a reason is none.

    Raises:
        UnreadableError: The file is no list of waivers.
    """
    try:
        rows = yaml.safe_load(path.read_text("utf-8"))["waivers"] or []
        found = {str(name): " ".join(str(row["reason"]).split()) for row in rows for name in row["faults"]}
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise UnreadableError(
            f"cannot read waivers: {error}",
            location=Location(str(path)),
            remedy="Write waivers: [{faults: [erp.posting_of/memo=null], reason: ...}].",
        ) from error
    return {name: reason for name, reason in found.items() if reason}


def _write(form: str, found: Summary, rows: Sequence[Row], text: str) -> None:
    if form == "json":
        value: JSON = {"summary": found.to_json(), "rows": [row.to_json() for row in rows]}
        write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    else:
        write(text)
    sys.stdout.flush()
