"""The probes of the twelve workflows on real processes: what the matrix plays in one process, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from synthetic.environments import open_environment
from synthetic.probes import PROBES
from synthetic.sandboxes.supervision.running import running_sandbox
from synthetic.sandboxes.supervision.starting import health, reset
from synthetic.transaction import Categories, RunVerdict, run_probe

pytestmark = pytest.mark.integration


LONG = {"dunning-to-the-end", "forfeiture", "termination", "downgrade", "renewal-uplift"}
"""Years of business each: with the nightly tests."""


@pytest.mark.parametrize(
    "probe",
    [pytest.param(one, marks=[pytest.mark.slow] if one.name in LONG else [], id=one.name) for one in PROBES],
)
def test_a_probe_passes_on_the_running_sandbox(shared_sandbox, reference, probe):
    reset(shared_sandbox.folder)
    place = open_environment("sandbox", reference, sandbox=shared_sandbox.folder)
    run = asyncio.run(
        run_probe(
            probe,
            place.ports,
            place.boundary(),
            place.clock,
            categories=Categories(reference.categories()),
            environment=place.name,
            pace=place.pace,
        )
    )
    place.close()
    assert (run.verdict, run.failed_step, run.leaks) == (RunVerdict.PASSED, None, ())
    running_sandbox(shared_sandbox.folder).advance(timedelta(minutes=1))
    sync = next(part for part in health(shared_sandbox.folder)["parts"] if part["name"] == "sync")
    assert (sync["exceptions"], sync["waiting"]) == (0, 0)
