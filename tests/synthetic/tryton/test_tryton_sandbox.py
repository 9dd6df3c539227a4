"""`harness sandbox up --erp tryton`: the landscape as processes around a real ERP, killed and emptied."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from synthetic.environments import open_environment
from synthetic.probes import PROBES
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.starting import health, reset, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down
from synthetic.transaction import Categories, run_probe

pytestmark = pytest.mark.tryton


@pytest.fixture
def running(server, tmp_path, monkeypatch):
    # the processes look for the prepared database where the server of these tests found it
    monkeypatch.setenv("HARNESS_TRYTON_HOME", str(server.template.path.parents[1]))
    folder = tmp_path / "sandbox"
    found = start_detached(Plan(erp="tryton").checked(), folder, lambda _: None)
    yield found
    assert take_down(folder) == 4


def test_probes_pass_across_processes_and_a_killed_erp_comes_back_with_its_books(running, catalog):
    def play(name, slot):
        environment = open_environment("sandbox", catalog, sandbox=running.folder)
        probe = next(one for one in PROBES if one.name == name)
        try:
            return asyncio.run(
                run_probe(
                    probe,
                    environment.ports,
                    environment.boundary(),
                    environment.clock,
                    categories=Categories(catalog.categories()),
                    slot=slot,
                    environment="sandbox",
                    pace=environment.pace,
                )
            )
        finally:
            environment.close()

    run = play("card-payment", "1")
    assert run.verdict.value == "passed", run.failed_step
    erp = running.children["ledger"].process.pid
    os.kill(erp, signal.SIGKILL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        parts = {part["name"]: part for part in health(running.folder)["parts"]}
        if parts["ledger"]["ok"] and parts["ledger"]["restarts"] == 1:
            break
        time.sleep(0.2)
    assert parts["ledger"]["tryton"].startswith("8.2")
    assert not parts["sync"]["exceptions"]
    again = play("card-payment", "2")
    assert again.verdict.value == "passed", again.failed_step
    reset(running.folder)
    emptied = play("invoice-posting", "3")
    assert emptied.verdict.value == "passed", emptied.failed_step
