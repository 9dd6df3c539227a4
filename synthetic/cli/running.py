"""Runs probes for a person: the chain as a ladder of hops while it happens, or as JSON afterwards."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.catalog import Catalog
from harness.cli.output import write
from harness.model import JSON, UsageError
from synthetic.cli.landscape import read_landscape
from synthetic.cli.on_the_way import OnTheWay
from synthetic.cli.probe_text import ending, head, hop, run_to_json, waiting
from synthetic.clock import SystemClock
from synthetic.deeds import Boundary, Call, Clock, Layer
from synthetic.deeds.boundary import Heard
from synthetic.faults import Between, Played, load_faults
from synthetic.matrix.suites import chosen, reference_suite
from synthetic.transaction import Categories, Observer, Probe, Run, RunVerdict, StepRecord, run_probe
from synthetic.transaction.reaping import reap
from synthetic.transaction.running import run_id_of
from synthetic.transaction.tracing import tracing

IN_PROCESS = "landscape"


@dataclass(frozen=True, slots=True)
class Place:
    """Where probes run: a landscape of this process, or an environment that is up."""

    name: str
    ports: Mapping[str, object]
    clock: Clock
    categories: Categories
    pace: float
    environment: Any = None
    landscape: Any = None

    def boundary(self, heard: Heard | None = None) -> Boundary:
        """Return a way to the systems that remembers one run; `heard` is told of the calls to real ones."""
        if self.landscape is not None:
            inside: Boundary = self.landscape.boundary
            return inside
        found: Boundary = self.environment.boundary(heard=heard)
        return found

    def alone(self) -> AbstractContextManager[None]:
        """Return what is held while something is played: where the clock moves for all, one plays at a time."""
        found: AbstractContextManager[None] = (
            self.environment.alone() if self.environment is not None else nullcontext()
        )
        return found

    def close(self) -> None:
        """Close the connections to real systems."""
        if self.environment is not None:
            self.environment.close()


class Ladder:
    """Shows each hop as it is decided; on a terminal also the one that is looked at."""

    def __init__(self) -> None:
        """Look whether anybody can see a line being redrawn."""
        self._redraws = sys.stdout.isatty()

    def begins(self, title: str, call: Call, within: float) -> str:
        """Show what is looked at, where a line can be drawn over."""
        if self._redraws:
            write("\r" + waiting(title, call, within) + "\x1b[K")
        return ""

    def ended(self, step: StepRecord) -> None:
        """Show how it ended."""
        write(("\r\x1b[K" if self._redraws else "") + hop(step))
        sys.stdout.flush()


Span = tuple[datetime, datetime] | None
"""When a run on a clock of its own was really played; None where its clock is the wall's."""


def run_all(  # noqa: PLR0913  (all but two by name)
    names: Sequence[str], environment: str, *, slot: str, seed: int, faults: Path | None, history: str, as_json: bool
) -> int:
    """Run probes one after another and return the exit code of the worst."""
    layers = played_faults(faults, seed)
    on_the_way = OnTheWay(environment, layers, seed)
    runs: list[Run] = []
    spans: list[Span] = []
    for one in chosen(names):
        name = slot or this_slot()
        if not as_json:
            write(head(one, environment, run_id_of(one.name, name, environment)))
        run, span = play_once(one, environment, name, seed, layers, [] if as_json else [Ladder()], on_the_way)
        runs.append(run)
        spans.append(span)
        if not as_json:
            write(ending(runs[-1]) + ("\n" if len(runs) < len(chosen(names)) else ""))
    if as_json:
        _write_json([run_to_json(run) for run in runs])
    write(on_the_way.told(), err=as_json)
    store_runs(runs, spans, history)
    refuse_broken(layers)
    return exit_code(runs)


def refuse_broken(layers: Sequence[Played]) -> None:
    """Stop at a fault that changed nothing because it is written wrongly: a run that passed says nothing about it.

    Raises:
        UnreadableError: With file and line.
    """
    for one in layers:
        if one.error is not None and not one.changed:
            raise one.error


def played_faults(faults: Path | None, seed: int) -> list[Played]:
    """Return the faults of a file or folder as layers; none without one."""
    return [Played(one, seed) for one in (load_faults(faults.resolve()) if faults else ())]


def this_slot() -> str:
    """Return the name of a slot that begins now."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"


def play_once(  # noqa: PLR0913, PLR0917  (what a run is made of)
    one: Probe,
    environment: str,
    slot: str,
    seed: int,
    layers: Sequence[Layer],
    observers: Sequence[Observer],
    on_the_way: OnTheWay,
) -> tuple[Run, Span]:
    """Play a probe once where its environment is, and leave nothing open.

    Faults meet what the probe itself calls, and, where a proxy is up, what the systems send each other.
    """
    place = open_place(environment, seed, layers)
    try:
        with place.alone(), on_the_way.on():
            began = datetime.now(UTC)
            run = asyncio.run(play_in(one, place, slot, observers))
    finally:
        place.close()
    return run, (began, datetime.now(UTC)) if not isinstance(place.clock, SystemClock) else None


def store_runs(runs: Sequence[Run], spans: Sequence[Span], history: str) -> None:
    """Keep the runs where the monitor keeps its own; a run on a clock of its own took place when it was played."""
    if not history:
        return
    from harness.cli.storing import opened_history  # noqa: PLC0415  (only where something is stored)
    from harness.history import record_run  # noqa: PLC0415
    from synthetic.monitor.recording import on_real_time, recorded  # noqa: PLC0415

    owners = {one.name: one.owner for one in chosen([run.probe for run in runs])}
    with opened_history(Path(), history, create=True) as kept:
        for run, played in zip(runs, spans, strict=True):
            one = recorded(run, owner=owners[run.probe])
            record_run(kept, on_real_time(one, *played) if played else one)


async def play_in(
    one: Probe, place: Place, slot: str, observers: Sequence[Observer] = (), heard: Heard | None = None
) -> Run:
    """Play a probe where `open_place` has opened a way to the systems."""
    return await run_probe(
        one,
        place.ports,
        place.boundary(heard),
        place.clock,
        categories=place.categories,
        slot=slot,
        environment=place.name,
        pace=place.pace,
        observers=[*observers, *tracing(one.name, place.name)],
    )


def open_place(environment: str, seed: int, layers: Sequence[Layer] = (), *, catalog: Catalog | None = None) -> Place:
    """Open a landscape of this process, or an environment that is up.

    Raises:
        UsageError: There is no such environment.
    """
    catalog = catalog or read_landscape()
    suite = reference_suite(catalog)
    if environment == IN_PROCESS:
        world = suite.landscape(seed, layers)
        return Place(environment, world.ports, world.clock, suite.categories, 1.0, landscape=world)
    if importlib.util.find_spec("synthetic.environments") is None:
        raise UsageError(f"no environment {environment} here", remedy="Leave --environment out.")
    found = importlib.import_module("synthetic.environments").open_environment(environment, catalog)
    between = {port: Between(adapter, layers) for port, adapter in found.adapters.items()} if layers else found.adapters
    found = replace(found, adapters=between)
    return Place(environment, found.ports, found.clock, suite.categories, found.pace, environment=found)


def exit_code(runs: Sequence[Run]) -> int:
    """Return 1 where one failed or left something behind, 3 where one could not tell, else 0."""
    if any(run.verdict is RunVerdict.FAILED or run.leaks for run in runs):
        return 1
    return 3 if any(run.verdict is RunVerdict.INCONCLUSIVE for run in runs) else 0


def reap_all(environment: str, older_than: str, *, dry_run: bool, as_json: bool) -> int:
    """Take back what runs left behind; what cannot be taken back is exit 1."""
    place = open_place(environment, 0)
    try:
        with place.alone():
            reaped = asyncio.run(reap(place.boundary(), place.clock, older_than, dry_run=dry_run))
    finally:
        place.close()
    if as_json:
        _write_json([{"what": one.what, "id": one.id, "done": one.done, "reason": one.reason} for one in reaped])
    else:
        verb = "would be taken back" if dry_run else "taken back"
        for one in reaped:
            write(f"  {'✓' if one.done else '✗'} {one.what} {one.id} {one.reason or verb}\n")
        left = sum(not one.done for one in reaped)
        write(f"{len(reaped)} left behind in {environment}, {len(reaped) - left} {verb}.\n")
    return 1 if any(not one.done for one in reaped) else 0


def _write_json(value: JSON) -> None:
    write(json.dumps(value, indent=1, ensure_ascii=False, default=float) + "\n")
