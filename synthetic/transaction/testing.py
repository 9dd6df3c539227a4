"""Probes as tests: `check(run)` in any test, or `@as_test(landscape)` on a probe, and pytest does the rest.

pytest is not imported here; a failed run raises an AssertionError that reads as the evidence does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from synthetic.deeds import Boundary, Clock
from synthetic.deeds.categories import Categories
from synthetic.transaction.probe import Probe
from synthetic.transaction.running import run_probe
from synthetic.transaction.values import Run, RunVerdict


class Grounds(Protocol):
    """Where a probe is played: a landscape or an opened environment."""

    @property
    def ports(self) -> Mapping[str, object]:
        """What a probe may ask, by name."""

    @property
    def boundary(self) -> Boundary:
        """The way to its systems."""

    @property
    def clock(self) -> Clock:
        """Its time."""


def play(probe: Probe, grounds: Grounds, categories: Categories, *, slot: str = "test", pace: float = 1.0) -> Run:
    """Play a probe to its end and return its run."""
    return asyncio.run(
        run_probe(probe, grounds.ports, grounds.boundary, grounds.clock, categories=categories, slot=slot, pace=pace)
    )


def check(run: Run) -> None:
    """Raise what a test raises, unless a run passed and left nothing behind.

    Raises:
        AssertionError: It failed, could not tell, or leaked; the message has the step and what differed.
    """
    if run.verdict is RunVerdict.PASSED and not run.leaks:
        return
    step = run.failed_step
    lines = [f"{run.probe} {run.verdict.value} {run.category}".rstrip()]
    if step is not None:
        lines.append(f"  at {step.title} ({step.call.name}, {step.looks} looks)")
        lines += [f"    {one.field}: expected {one.expected!r}, seen {one.seen!r}" for one in step.differences]
    if run.reason:
        lines.append(f"  {run.reason}")
    lines += [f"  left behind: {leak.title}: {leak.reason}" for leak in run.leaks]
    raise AssertionError("\n".join(lines))


def as_test(grounds: Callable[[], Grounds], categories: Categories) -> Callable[[Probe], Callable[[], None]]:
    """Make a test function of a probe: pytest collects it under the name it is bound to."""

    def made(probe: Probe) -> Callable[[], None]:
        def test() -> None:
            check(play(probe, grounds(), categories))

        test.__doc__ = probe.headline
        test.__name__ = f"test_{probe.name.replace('-', '_')}"
        return test

    return made
