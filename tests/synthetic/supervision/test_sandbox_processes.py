"""The sandbox as processes: up, down, crash, leftovers; who may talk to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from harness.model import HarnessError, UsageError
from synthetic.sandboxes.supervision import processes
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.processes import Process, start_of
from synthetic.sandboxes.supervision.running import Running, running_sandbox
from synthetic.sandboxes.supervision.starting import health, reset, start_detached
from synthetic.sandboxes.supervision.supervisor import reap, take_down
from synthetic.systems.wire import Wire

pytestmark = pytest.mark.integration


def until(what, seconds=10.0):
    """Wait for a fact, and fail if it does not come about."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
    return found


def harness(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_up_status_reset_down_as_a_person_does_it(tmp_path):
    up = harness("sandbox", "up", cwd=tmp_path)
    try:
        assert up.returncode == 0, up.stderr
        assert "Next: harness sandbox status" in up.stdout
        assert "http://127.0.0.1:" in up.stdout
        told = harness("sandbox", "status", "--format", "json", cwd=tmp_path)
        assert told.returncode == 0
        assert [(part["name"], part["ok"]) for part in json.loads(told.stdout)["parts"]] == [
            ("ledger", True),
            ("edge", True),
            ("sync", True),
        ]
        assert harness("sandbox", "reset", cwd=tmp_path).returncode == 0
        again = harness("sandbox", "up", cwd=tmp_path)
        assert (again.returncode, "already up" in again.stderr) == (2, True)
        assert "Stopped 4" in harness("sandbox", "down", cwd=tmp_path).stdout
    finally:
        harness("sandbox", "down", cwd=tmp_path)
    assert harness("sandbox", "status", cwd=tmp_path).returncode == 3
    assert harness("sandbox", "reset", cwd=tmp_path).returncode == 2
    assert (tmp_path / ".harness/sandbox/.gitignore").read_text() == "*\n"


def test_ctrl_c_in_the_foreground_stops_everything(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "sandbox", "up", "--foreground"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            if line.startswith("Up."):
                break
        running = running_sandbox(tmp_path / ".harness/sandbox")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "asked to stop (SIGINT)" in rest
    assert not any(one.is_alive for one in running.processes())


def test_children_die_with_a_supervisor_that_is_killed(sandbox):
    running = sandbox()
    children = [child.process for child in running.children.values()]
    running.supervisor.send(signal.SIGKILL)
    until(lambda: not any(one.is_alive for one in children))
    assert health(running.folder)["status"] == "down"
    again = sandbox()
    assert again.is_up
    assert {child.process for child in again.children.values()}.isdisjoint(children)


def test_up_stops_leftovers_by_id_and_start_time_and_nobody_else(sandbox):
    """A supervisor that died left a process behind, and the id of another is by now a stranger's."""
    stray, stranger = (subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(2))
    try:
        running = sandbox()
        take_down(running.folder)
        state = json.loads((running.folder / "state.json").read_text())
        state["children"]["ledger"]["process"] = [stray.pid, start_of(stray.pid)]
        state["children"]["edge"]["process"] = [stranger.pid, start_of(stranger.pid) - 1]
        (running.folder / "state.json").write_text(json.dumps(state))
        assert sandbox().is_up
        assert stray.wait(5) in (-signal.SIGTERM, -signal.SIGKILL)
        assert stranger.poll() is None
    finally:
        for one in (stray, stranger):
            one.kill()
            one.wait()
            one.stdin.close()


@pytest.mark.parametrize("name", ["ledger", "edge", "sync"])
def test_a_part_that_dies_comes_back_where_it_was(shared_sandbox, name):
    before = Running.read(shared_sandbox.folder).children[name]
    os.kill(before.process.pid, signal.SIGKILL)
    after = until(
        lambda: (
            (now := Running.read(shared_sandbox.folder).children[name]).restarts > before.restarts and now.took and now
        )
    )
    assert (after.port, after.process.is_alive) == (before.port, True)
    until(lambda: all(part["ok"] for part in health(shared_sandbox.folder)["parts"]))


def test_reset_empties_every_part_and_starts_the_clock_again(shared_sandbox):
    running = Running.read(shared_sandbox.folder)
    wire = Wire("crm", running.children["edge"].url, {"authorization": f"Bearer {running.token}"})
    asked = {"request": {"account": "a", "name": "A", "country": "DE"}, "kind": "deed"}
    assert wire.ask("POST", "/ports/crm/accept_account", json.dumps(asked).encode()).status == 200
    running.advance(timedelta(days=3))
    reset(running.folder)
    look = {"request": {"account": "a"}}
    found = wire.ask("POST", "/ports/crm/account_of", json.dumps(look).encode()).json("crm")
    wire.close()
    assert found == {"count": 0}
    clock = running.clock()
    assert clock.now() - running.plan.started() < timedelta(minutes=1)
    clock.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/ports/crm/account_of", {}, 401),
        ("POST", "/ports/crm/account_of", {"authorization": "Bearer wrong"}, 401),
        ("POST", "/sandbox/reset", {}, 401),
        ("GET", "/sandbox/health", {"authorization": "Bearer wrong"}, 401),
        ("GET", "/v1/customers", {"host": "rebound.example"}, 421),
        ("GET", "/v1/customers", {}, 401),
        ("GET", "/v1/customers", {"authorization": "Bearer sk_live_1"}, 401),
        ("GET", "/billing-invoices/invoices", {}, 401),
    ],
)
def test_strangers_are_not_answered(shared_sandbox, method, path, headers, status):
    wire = Wire("edge", Running.read(shared_sandbox.folder).children["edge"].url)
    reply = wire.ask(method, path, b"{}" if method == "POST" else b"", headers)
    wire.close()
    assert reply.status == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"request": 1}', b'{"request": {"x": 1}}', b"1" * 2_000_000])
def test_a_malformed_call_is_a_no_and_not_a_crash(shared_sandbox, body):
    running = Running.read(shared_sandbox.folder)
    wire = Wire("edge", running.children["edge"].url, {"authorization": f"Bearer {running.token}"})
    reply = wire.ask("POST", "/ports/crm/account_of", body)
    wire.close()
    assert reply.status in (400, 422)
    assert Running.read(shared_sandbox.folder).children["edge"].process.is_alive


def test_what_cannot_start_says_why_and_leaves_nothing(tmp_path):
    with pytest.raises(HarnessError) as failed:
        start_detached(Plan(landscape=str(tmp_path)), tmp_path / "run", lambda _: None)
    assert failed.value.remedy
    found = Running.read(tmp_path / "run")
    assert found is None or not any(one.is_alive for one in found.processes())


@pytest.mark.parametrize("plan", [{"erp": "sap"}, {"start": "yesterday"}, {"bus": "kafka"}])
def test_a_plan_that_cannot_be_is_refused(plan):
    with pytest.raises(UsageError):
        Plan(**plan).checked()


def test_a_process_is_the_id_and_the_start():
    me = processes.this_process()
    assert me.is_alive
    assert not Process(me.pid, me.started + 1).is_alive
    assert not Process(me.pid, me.started + 1).send(signal.SIGTERM)
    assert start_of(2**22 + 1) is None


def test_nothing_to_reap_where_nothing_was(tmp_path):
    assert reap(tmp_path) == 0
    assert take_down(tmp_path) == 0
