"""Messages of a real NATS server, from one subject, until count or time is reached."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import nats
import pytest

from harness.conform import Messages, open_target
from harness.conform.bus import Capture, capture
from harness.model import UnreadableError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    log = tmp_path_factory.mktemp("nats") / "log"
    program = Path(sys.executable).parent / "nats-server"
    command = [str(program), "-a", "127.0.0.1", "-p", "-1", "--log", str(log), "--ports_file_dir", str(log.parent)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield _address(process, log.parent)
    finally:
        process.terminate()
        process.wait(10)


def _address(process, folder):
    """The server writes the port it chose into a file when it listens."""
    while process.poll() is None:
        for path in folder.glob("*.ports"):
            found = re.search(r"127\.0\.0\.1:(\d+)", path.read_text("utf-8"))
            if found:
                return f"nats://{found.group(0)}"
    raise AssertionError("the server ended")


@pytest.mark.integration
def test_events_of_a_bus_are_held_against_their_contract(server):
    target = open_target("billing-events", ROOT)
    paid = target.document["components"]["messages"]["InvoicePaid"]["examples"][0]["payload"]
    sent = [paid, {**paid, "id": "other", "type": "imagined"}]
    messages = Messages(target.name, target.document)

    async def story():
        ready = asyncio.Event()

        async def listen():
            number = 0
            async for payload in capture(Capture(f"{server}/billing.>", 60, count=2), ready):
                number += 1
                messages.take(payload, number)

        listening = asyncio.ensure_future(listen())
        await ready.wait()
        client = await nats.connect(server)
        await client.publish("elsewhere", b"not ours")
        for event in sent:
            await client.publish("billing.invoices", json.dumps(event).encode())
        await client.flush()
        await client.close()
        await listening

    asyncio.run(story())
    found = messages.result(server)
    assert found.messages == 2
    assert [finding.rule for finding in found.findings] == ["event-type-unknown"]


@pytest.mark.integration
def test_listening_ends_by_itself(server):
    async def listen():
        return [payload async for payload in capture(Capture(f"{server}/silence", 0.2))]

    assert asyncio.run(listen()) == []


def test_a_server_that_is_not_there_is_told():
    async def listen():
        return [payload async for payload in capture(Capture("nats://127.0.0.1:1/x", 5))]

    with pytest.raises(UnreadableError, match="does not answer"):
        asyncio.run(listen())
