"""One case of the matrix: a probe, perhaps a fault, a seed, on a landscape of its own."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.model import JSON
from synthetic.deeds import Boundary, Clock, Layer
from synthetic.deeds.calls import Kind
from synthetic.faults import Fault, Played, noise
from synthetic.matrix.alerts import Told, everyone
from synthetic.transaction import Categories, Probe, Run, RunVerdict, run_probe

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T")
_NO_AMOUNT = 10**9
"""Integers from here on are seconds since 1970: a landscape holds no amount as large."""


class World(Protocol):
    """A fresh landscape, its clock, and the ports a probe asks for."""

    @property
    def boundary(self) -> Boundary:
        """The way to its systems."""

    @property
    def clock(self) -> Clock:
        """Its time."""

    @property
    def ports(self) -> Mapping[str, object]:
        """What a probe may ask, by name."""

    def state(self) -> Mapping[str, JSON]:
        """Return its business state: two equal states are one to everybody who looks."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What is played: probes, the landscape they run on, the names of failures, and who is told of them."""

    probes: tuple[Probe, ...]
    landscape: Callable[[int, Sequence[Layer]], World]
    categories: Categories
    told: Told = everyone


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the matrix."""

    probe: Probe
    seed: int
    fault: Fault | None = None
    errors: float = 0.0
    stale: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case.

    Attributes:
        run: The run.
        met: Calls the fault met.
        changed: Calls whose outcome it changed.
        saw: What stood in the calls it met, as long as it changed none.
        hides: Whether the last that was shown of anything is not what the system shows.
        slipped: Where and why the fault slipped on some of the calls it met, "" if it did not.
        observed: Digest of what the probe saw last at every step and of the state it left; times left out.
    """

    run: Run
    met: int
    changed: int
    hides: bool
    observed: str
    saw: tuple[str, ...] = ()
    slipped: str = ""


def play_case(suite: Suite, case: Case, layers: Sequence[Layer] = ()) -> Outcome:
    """Play one case on a fresh landscape.

    Raises:
        UnreadableError: The fault is written wrongly, whatever the systems around it made of that.
    """
    played = Played(case.fault, case.seed) if case.fault else None
    inner: list[Layer] = list(layers)
    if case.errors or case.stale:
        inner.append(noise(case.seed, errors=case.errors, stale=case.stale))
    if played is not None:
        inner.append(played)
    world = suite.landscape(case.seed, inner)
    run = asyncio.run(
        run_probe(
            case.probe,
            world.ports,
            world.boundary,
            world.clock,
            categories=suite.categories,
            slot=f"seed-{case.seed}",
            environment="matrix",
        )
    )
    if played is not None and played.error is not None and not played.changed:
        raise played.error
    is_asked = run.verdict is RunVerdict.PASSED and not case.errors and (played is None or played.changed)
    observed = _digest(run, world) if is_asked else ""
    if played is None:
        return Outcome(run, 0, 0, False, observed)  # noqa: FBT003  (fields of a record)
    return Outcome(run, played.met, played.changed, played.hides, observed, tuple(played.saw), _slipped(played))


def _slipped(played: Played) -> str:
    error = played.error
    return f"slipped on {played.slips} of {played.met} calls: {error.location or ''} {error.message}" if error else ""


def _digest(run: Run, world: World) -> str:
    seen: JSON = [_timeless(step.answer) for step in run.steps if step.call.kind is Kind.LOOK]
    text = json.dumps([seen, _timeless(dict(world.state()))], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _timeless(value: JSON) -> JSON:
    """Leave out clock times: a retry a second later is the same business fact; days and periods stay."""
    if isinstance(value, dict):
        return {name: _timeless(found) for name, found in value.items()}
    if isinstance(value, list):
        return [_timeless(found) for found in value]
    is_time = (isinstance(value, int) and value > _NO_AMOUNT) or (isinstance(value, str) and _INSTANT.match(value))
    return None if is_time else value
