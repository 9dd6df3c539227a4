"""Runs probes again and again: a line a round, the whole story only of the run that is not clean."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.cli.output import write
from harness.model import UsageError
from synthetic.cli.on_the_way import OnTheWay
from synthetic.cli.probe_text import ending, head, hop, run_to_json
from synthetic.cli.running import Span, exit_code, play_once, played_faults, refuse_broken, store_runs, this_slot
from synthetic.deeds import Call, Layer
from synthetic.matrix.suites import chosen
from synthetic.sandboxes.supervision.running import DEFAULT_FOLDER
from synthetic.sandboxes.supervision.starting import reset as empty
from synthetic.transaction import Probe, Run, StepRecord

_SANDBOX = "sandbox"


@dataclass(slots=True)
class Kept:
    """Keeps the hops of a run, to be shown if it is worth it."""

    hops: list[str] = field(default_factory=list)

    def begins(self, title: str, call: Call, within: float) -> str:
        """Say nothing."""
        del title, call, within
        return ""

    def ended(self, step: StepRecord) -> None:
        """Keep how it ended."""
        self.hops.append(hop(step))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is repeated, and how often."""

    probes: Sequence[Probe]
    environment: str
    times: int
    slot: str
    seed: int
    layers: Sequence[Layer]
    on_the_way: OnTheWay
    reset: bool
    as_json: bool


def repeat_all(  # noqa: PLR0913  (all but two by name)
    names: Sequence[str],
    environment: str,
    *,
    times: int,
    reset: bool,
    slot: str,
    seed: int,
    faults: Path | None,
    history: str,
    as_json: bool,
) -> int:
    """Run probes in rounds until one run is not clean, and return its exit code.

    Raises:
        UsageError: What is to be emptied is no sandbox that is up.
    """
    if reset and environment != _SANDBOX:
        raise UsageError(f"{environment} cannot be emptied", remedy=f"Only --environment {_SANDBOX} can.")
    layers = played_faults(faults, seed)
    on_the_way = OnTheWay(environment, layers, seed)
    asked = Asked(chosen(names), environment, times, slot, seed, layers, on_the_way, reset, as_json)
    runs: list[Run] = []
    spans: list[Span] = []
    began = time.monotonic()
    rounds = 0
    while rounds < times and _round(asked, rounds + 1, runs, spans):
        rounds += 1
    if as_json:
        write(json.dumps([run_to_json(run) for run in runs], indent=1, ensure_ascii=False, default=float) + "\n")
    else:
        write(summary(runs, rounds, len(asked.probes), time.monotonic() - began))
    write(on_the_way.told(), err=as_json)
    store_runs(runs, spans, history)
    refuse_broken(layers)
    return exit_code(runs)


def _round(asked: Asked, number: int, runs: list[Run], spans: list[Span]) -> bool:
    """Run every probe once; return whether all were clean."""
    began = time.monotonic()
    for one in asked.probes:
        kept = Kept()
        if asked.reset:
            empty(DEFAULT_FOLDER)
        slot = f"{asked.slot or this_slot()}-{number}"
        run, span = play_once(one, asked.environment, slot, asked.seed, asked.layers, [kept], asked.on_the_way)
        runs.append(run)
        spans.append(span)
        if exit_code([run]):
            if not asked.as_json:
                write(head(one, asked.environment, run.id) + "".join(kept.hops) + ending(run))
            return False
    if not asked.as_json:
        took = time.monotonic() - began
        write(f"  round {number} of {asked.times}   {len(asked.probes)} probes clean   {took:.1f} s\n")
    return True


def summary(runs: Sequence[Run], rounds: int, probes: int, seconds: float) -> str:
    """Return one line over all rounds."""
    clean = sum(not exit_code([run]) for run in runs)
    facts = sum(run.assertions for run in runs)
    stopped = "" if clean == len(runs) else f", stopped in round {rounds + 1} at {runs[-1].probe}"
    return f"{rounds} rounds of {probes} probes clean: {clean} runs, {facts:,} facts, {seconds:.0f} s{stopped}.\n"
