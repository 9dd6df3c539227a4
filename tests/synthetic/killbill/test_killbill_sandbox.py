"""`harness sandbox up --billing killbill`: the landscape as processes around a billing system nobody here wrote."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from synthetic.environments import open_environment
from synthetic.probes import PROBES
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.processes import start_of
from synthetic.sandboxes.supervision.starting import health, reset, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down
from synthetic.transaction import Categories, run_probe

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def running(home, tmp_path):  # noqa: ARG001  (fetched first)
    folder = tmp_path / "sandbox"
    found = start_detached(Plan(billing="killbill").checked(), folder, lambda _: None)
    java = parts_of(found)["killbill"]["process"]
    yield found
    assert take_down(folder) == 6
    assert start_of(java) is None


def parts_of(running):
    return {part["name"]: part for part in health(running.folder)["parts"]}


def play(running, catalog, name, slot):
    environment = open_environment("sandbox", catalog, sandbox=running.folder)
    probe = next(one for one in PROBES if one.name == name)
    categories = Categories(catalog.categories())
    places = {"categories": categories, "slot": slot, "environment": "sandbox", "pace": environment.pace}
    try:
        return asyncio.run(run_probe(probe, environment.ports, environment.boundary(), environment.clock, **places))
    finally:
        environment.close()


def test_probes_pass_and_a_killed_billing_comes_back_with_its_tenant(running, catalog):
    first = play(running, catalog, "card-payment", "1")
    assert first.verdict.value == "passed", first.failed_step
    os.kill(running.children["killbill"].process.pid, signal.SIGKILL)
    until = time.monotonic() + 180
    while time.monotonic() < until:
        part = parts_of(running)["killbill"]
        if part["ok"] and part["restarts"] == 1:
            break
        time.sleep(0.2)
    assert (part["ok"], part["restarts"]) == (True, 1)
    # the same slot makes nothing twice: what was there before the crash is still there
    again = play(running, catalog, "card-payment", "1")
    assert again.verdict.value == "passed", again.failed_step
    assert [step.answer["id"] for step in again.steps if step.title == "Subscription begun"] == [
        step.answer["id"] for step in first.steps if step.title == "Subscription begun"
    ]
    renewed = play(running, catalog, "renewal", "2")
    assert renewed.verdict.value == "passed", renewed.failed_step
    assert not parts_of(running)["sync"]["exceptions"]
    reset(running.folder)
    emptied = play(running, catalog, "card-payment", "1")
    assert emptied.verdict.value == "passed", emptied.failed_step
    assert parts_of(running)["ledger"]["postings"] == 4
