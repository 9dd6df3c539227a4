"""Arming crash points on a running sandbox, and waiting for who died there."""

from __future__ import annotations

import time

from synthetic.sandboxes import crashing
from synthetic.sandboxes.supervision.running import Running

SIDES = (crashing.BEFORE, crashing.AFTER)


def owner_of(point):
    return {"erp": "ledger", "sync": "sync"}.get(point.split(".")[0], "edge")


def arm(folder, point, passes=0):
    """Arm a point in the process that has it, and return that process as it was."""
    running = Running.read(folder)
    child = running.children[owner_of(point)]
    running.ask(child.name, "POST", "/sandbox/crash", {"point": point, "passes": passes})
    return child


def died(folder, child, patience=1.0):
    """Whether a child was ended since, and wait until its successor serves."""
    asked = time.monotonic()
    while time.monotonic() < asked + 15:
        now = Running.read(folder).children[child.name]
        if child.process.is_alive and now.process == child.process and time.monotonic() > asked + patience:
            return False
        if now.process != child.process and now.took and now.process.is_alive:
            return True
        time.sleep(0.01)
    raise AssertionError(f"{child.name} never came back")
