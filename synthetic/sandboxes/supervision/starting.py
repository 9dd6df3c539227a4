"""What a person does with a sandbox: start it beside oneself, look at it, empty it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness.model import HarnessError, UsageError
from synthetic.clock import taking_turns
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.programs import PROGRAMS, is_listening
from synthetic.sandboxes.supervision.running import EDGE, LOGS, TURN, Running, running_sandbox
from synthetic.sandboxes.supervision.surface import contracts_of


def start_detached(plan: Plan, folder: Path, say: Callable[[str], None]) -> Running:
    """Start a sandbox that outlives its starter, and return it when it is up.

    Raises:
        UsageError: One is up there already.
        HarnessError: A part did not come up; nothing is left running.
    """
    found = Running.read(folder)
    if found is not None and found.is_up:
        raise UsageError(
            f"a sandbox is already up in {folder}", remedy="harness sandbox status, or sandbox down first."
        )
    (folder / LOGS).mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(_spawned(plan, folder), encoding="utf-8") as steps:
        for line in steps:
            told: dict[str, Any] = json.loads(line)
            if "up" in told:
                # children hold copies of the pipe, so its end would never be seen
                break
            if "error" in told:
                raise _started_wrongly(told)
            if "step" in told:
                say(f"{told['step']:34} {told['seconds']:5.2f} s" if told["seconds"] else told["step"])
    found = Running.read(folder)
    if found is None or not found.is_up:
        raise HarnessError("the sandbox did not come up", remedy=f"Read {folder / LOGS / 'supervisor.log'}.")
    return found


def _spawned(plan: Plan, folder: Path) -> int:
    """Start the supervisor in a session of its own; return the descriptor it reports on.

    Spawned, and not opened as a process of Python's: nobody here waits for its end.
    """
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)  # noqa: FBT003  (of the standard library)
    log = os.open(folder / LOGS / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    command = [sys.executable, "-m", "synthetic.sandboxes.supervision"]
    arguments = [*command, str(folder.absolute()), json.dumps(plan.to_json()), str(writing)]
    actions = [(os.POSIX_SPAWN_DUP2, given, wanted) for given, wanted in ((nothing, 0), (log, 1), (log, 2))]
    os.posix_spawn(sys.executable, arguments, os.environ, file_actions=actions, setsid=True)
    for descriptor in (writing, log, nothing):
        os.close(descriptor)
    return reading


def _started_wrongly(told: dict[str, Any]) -> HarnessError:
    kind = UsageError if told.get("exit") == 2 else HarnessError
    return kind(str(told["error"]), remedy=str(told.get("remedy", "")))


def addresses(running: Running) -> list[tuple[str, str]]:
    """Return what is served where, for people."""
    edge = running.children[EDGE].url
    found = [("billing", f"{edge}/v1   key {running.key[:16]}... in {running.folder / 'state.json'}")]
    if killbill := running.children.get("killbill"):
        found = [("billing", f"Kill Bill behind {killbill.url}, its own address in harness sandbox status")]
    found += contract_urls(running).items()
    if proxy := running.children.get("proxy"):
        found.append(("proxy", f"{proxy.url}   faults between billing, sync and ERP: harness sandbox fault --list"))
    if nats := running.children.get("nats"):
        found.append(("bus", nats.url.replace("http", "nats")))
    return [*found, ("logs", str(running.folder / LOGS))]


def contract_urls(running: Running) -> dict[str, str]:
    """Return by contract where it is served."""
    found = contracts_of(running.plan)
    return {name: f"{running.children[part].url}/{name}" for name, part in found.items()}


def health(folder: Path) -> dict[str, Any]:
    """Ask every part how it is.

    Returns:
        `status` (`up` or `down`), `parts`: name, url, pid, ok, restarts, and what the part tells; and `contracts`: by
        name where each is served.
    """
    running = Running.read(folder)
    if running is None or not running.is_up:
        return {"status": "down", "folder": str(folder), "parts": [], "contracts": {}}
    parts = [_part(running, name) for name in running.children]
    return {"status": "up", "folder": str(folder), "parts": parts, "contracts": contract_urls(running)}


def _part(running: Running, name: str) -> dict[str, Any]:
    child = running.children[name]
    known = {"name": name, "url": child.url, "pid": child.process.pid, "restarts": child.restarts}
    if name == "postgres":
        return known | {"ok": child.process.is_alive}
    if name in PROGRAMS:
        return known | {"ok": is_listening(child.port)}
    try:
        return known | dict(running.ask(name, "GET", "/sandbox/health", patience=2.0))
    except HarnessError as error:
        return known | {"ok": False, "why": error.message}


def reset(folder: Path) -> float:
    """Empty everything in place and return how many seconds it took.

    Raises:
        UsageError: No sandbox is up.
        HarnessError: A part did not answer.
    """
    running = running_sandbox(folder)
    with taking_turns(running.folder / TURN):
        began = time.monotonic()
        _emptied(running)
        return time.monotonic() - began


def _emptied(running: Running) -> None:
    for name in ("sync", EDGE):
        running.ask(name, "POST", "/sandbox/pause")
    clock = running.clock()
    clock.restart(running.plan.started())
    clock.close()
    ours = [name for name in running.children if name not in PROGRAMS and name not in {"postgres", "sync"}]
    with ThreadPoolExecutor(len(ours)) as beside:
        for done in [beside.submit(running.ask, name, "POST", "/sandbox/reset") for name in ours]:
            done.result()
    # the last one: it asks the emptied billing for its events
    running.ask("sync", "POST", "/sandbox/reset")
