"""Load and death around a real ERP: every cent in both books, once, whatever is killed and when."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import accounting
import pytest
from accounting import billed, shop, unaccounted

from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import health, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down

pytestmark = [pytest.mark.tryton, pytest.mark.slow, pytest.mark.timeout(3600)]

KILLED = ("tryton", "ledger", "sync", "edge")


@pytest.fixture
def folder(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_TRYTON_HOME", str(server.template.path.parents[1]))
    # a post takes a second, and a killed server some to come back
    monkeypatch.setattr(accounting, "PATIENCE", 900.0)
    start_detached(Plan(erp="tryton").checked(), tmp_path / "run", lambda _: None)
    yield tmp_path / "run"
    take_down(tmp_path / "run")


def test_fifty_subscriptions_at_once_are_in_both_books_to_the_cent(folder, catalog):
    async def rush(found):
        return await asyncio.gather(*(found.sell(number, quantity=1 + number % 4) for number in range(50)))

    with shop(folder, catalog) as found:
        sold = asyncio.run(rush(found))
        parts = found.settled()
    assert len({one["invoice"] for one in sold}) == len(billed(folder)["invoices"]) == 50
    assert parts["sync"]["exceptions"] == 0
    assert unaccounted(folder, catalog) == []


def victim(folder, name):
    if name == "tryton":
        parts = {part["name"]: part for part in health(folder)["parts"]}
        return int(parts["ledger"]["process"])
    return Running.read(folder).children[name].process.pid


def test_twenty_kills_at_random_moments_lose_nothing_and_double_nothing(folder, catalog):
    for seed in range(20):
        rng = random.Random(seed)  # noqa: S311  (a seed, no secret)
        moment = rng.uniform(0.0, 5.0)
        pid = victim(folder, KILLED[seed % len(KILLED)])

        async def murder(moment=moment, pid=pid):
            await asyncio.sleep(moment)
            os.kill(pid, signal.SIGKILL)

        async def both(found, seed=seed, murder=murder):
            first, second = 2 * seed, 2 * seed + 1
            await asyncio.gather(murder(), found.sell(first), found.sell(second, terms="NET30"))

        with shop(folder, catalog) as found:
            asyncio.run(both(found))
            parts = found.settled()
        assert parts["sync"]["exceptions"] == 0, f"seed {seed}"
    assert unaccounted(folder, catalog) == []
