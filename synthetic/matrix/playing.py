"""One case of the matrix: a probe, perhaps a fault, a seed, on a landscape of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from synthetic.deeds import Boundary, Clock, Layer
from synthetic.faults import Fault, Played, noise
from synthetic.transaction import Categories, Probe, Run, run_probe


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


@dataclass(frozen=True, slots=True)
class Suite:
    """What is played: probes, the landscape they run on, and the names of failures."""

    probes: tuple[Probe, ...]
    landscape: Callable[[int, Sequence[Layer]], World]
    categories: Categories


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
    """What came of a case; `changed` says whether the fault changed anything the probe met."""

    run: Run
    met: int
    changed: int


def play_case(suite: Suite, case: Case, layers: Sequence[Layer] = ()) -> Outcome:
    """Play one case on a fresh landscape."""
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
    return Outcome(run, played.met if played else 0, played.changed if played else 0)
