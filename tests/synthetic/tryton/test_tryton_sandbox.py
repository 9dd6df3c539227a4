"""`harness sandbox up --erp tryton`: the landscape as processes around a real ERP, killed and emptied."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest
from accounting import shop, unaccounted

from harness.model import UsageError
from synthetic.environments import open_environment
from synthetic.probes import PROBES
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.postgres import is_installed, start_postgres
from synthetic.sandboxes.supervision.processes import Process, start_of, stop
from synthetic.sandboxes.supervision.starting import health, reset, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down
from synthetic.sandboxes.tryton import is_ready
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


@pytest.mark.slow
def test_two_erps_in_parallel_the_cloud_ledger_and_a_legacy_tryton(server, tmp_path, monkeypatch, catalog):
    monkeypatch.setenv("HARNESS_TRYTON_HOME", str(server.template.path.parents[1]))
    folder = tmp_path / "sandbox"
    start_detached(Plan(second_erp="tryton").checked(), folder, lambda _: None)
    try:

        async def story(found):
            sold = [await found.sell(number) for number in range(3)]
            found.settled()
            return sold, [
                await found.ask("erp", "posting_of", invoice=one["invoice"], ledger="DE-01-L") for one in sold
            ]

        with shop(folder, catalog) as found:
            _, legacy = asyncio.run(story(found))
            parts = found.settled()
        # one of the three is sold by Germany, which alone has a second ledger
        assert [one["count"] for one in legacy] == [1, 0, 0]
        assert (legacy[0]["accounts"], legacy[0]["total"]) == ("0990,1400,1776", 142800)
        assert parts["ledger-2"]["tryton"].startswith("8.2")
        assert (parts["ledger"]["postings"], parts["sync"]["exceptions"]) == (6, 0)
        assert unaccounted(folder, catalog) == []
        environment = open_environment("sandbox", catalog, sandbox=folder)
        probe = next(one for one in PROBES if one.name == "parallel-run")
        places = {"categories": Categories(catalog.categories()), "environment": "sandbox", "pace": environment.pace}
        run = asyncio.run(run_probe(probe, environment.ports, environment.boundary(), environment.clock, **places))
        environment.close()
        assert run.verdict.value == "passed", run.failed_step
    finally:
        take_down(folder)


@pytest.fixture
def postgres(catalog, required):
    """A PostgreSQL that somebody else runs, by its URL."""
    if not is_installed():
        required("postgres")
    if not (is_ready(catalog, "postgresql") or os.environ.get("HARNESS_TRYTON_BUILD")):
        required("tryton on postgresql")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["own", "by-url"])
def test_tryton_on_postgresql_has_the_same_books_and_is_emptied_in_place(
    server, postgres, tmp_path, monkeypatch, catalog, place
):
    del postgres
    monkeypatch.setenv("HARNESS_TRYTON_HOME", str(server.template.path.parents[1]))
    folder, others = tmp_path / "sandbox", None
    database = "postgresql"
    if place == "by-url":
        found = start_postgres(tmp_path / "postgres")
        others, database = Process(found.pid, start_of(found.pid) or 0), found.url
    running = start_detached(Plan(erp="tryton", database=database).checked(), folder, lambda _: None)
    try:
        assert ("postgres" in running.children) == (place == "own")
        for _ in range(2):
            with shop(folder, catalog) as found:
                sold = [asyncio.run(found.sell(number)) for number in range(3)]
                parts = found.settled()
            assert (len({one["invoice"] for one in sold}), parts["sync"]["exceptions"]) == (3, 0)
            assert unaccounted(folder, catalog) == []
            reset(folder)
    finally:
        take_down(folder)
        if others:
            stop([others])


def test_a_database_that_nobody_knows_is_refused_before_anything_starts():
    with pytest.raises(UsageError, match="no database named oracle"):
        Plan(database="oracle").checked()
    assert Plan(database="postgresql://me@127.0.0.1/x").checked().keeps_books_in_postgres
