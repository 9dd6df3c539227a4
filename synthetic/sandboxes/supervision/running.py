"""A run folder: what stands in it about a sandbox that is up, or that was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from harness.model import UnreadableError, UsageError
from synthetic.clock import SharedClock
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.processes import Process
from synthetic.systems.wire import Wire

DEFAULT_FOLDER = Path(".harness/sandbox")
STATE, CLOCK, LOCK, LOGS, DATA = "state.json", "clock", "lock", "logs", "data"
TURN = "turn"
"""Lock of whoever plays or reads, since its clock moves for all."""

EDGE = "edge"
"""The child that serves billing, CRM, tax, entitlements and analytics."""

_EDGE_PORTS = ("crm", "entitlements", "analytics")


@dataclass(frozen=True, slots=True)
class Child:
    """One process of a sandbox.

    Attributes:
        name: `edge`, `sync`, `ledger`, `ledger-2`, `killbill`.
        process: Which process.
        port: Where it listens on 127.0.0.1.
        took: Seconds from fork to the first answer.
        restarts: How often it was started again after it died.
    """

    name: str
    process: Process
    port: int
    took: float = 0.0
    restarts: int = 0
    address: str = ""

    @property
    def url(self) -> str:
        """Its address: that of a web server on loopback, where it has no other."""
        return self.address or f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox as its run folder tells it."""

    folder: Path
    supervisor: Process
    plan: Plan
    token: str = field(repr=False)
    children: Mapping[str, Child] = field(hash=False)
    status: str = "up"

    @property
    def is_up(self) -> bool:
        """Whether its supervisor lives and all of it was started."""
        return self.status == "up" and self.supervisor.is_alive

    @property
    def key(self) -> str:
        """The key that its billing takes."""
        return f"sk_test_{self.token}"

    def processes(self) -> list[Process]:
        """Return its processes in the order in which they are stopped: the supervisor, then the latest child first."""
        return [self.supervisor, *(child.process for child in reversed(list(self.children.values())))]

    def clock(self) -> SharedClock:
        """Open its clock; advancing it lets everything due happen at its own time."""

        async def advance(duration: timedelta) -> None:
            import asyncio  # noqa: PLC0415  (start-up)

            await asyncio.to_thread(self.advance, duration)

        return SharedClock(self.folder / CLOCK, advance)

    def advance(self, duration: timedelta) -> None:
        """Let business time pass in every process; returns when what fell due has happened."""
        self.ask(EDGE, "POST", "/sandbox/clock", {"seconds": duration.total_seconds()}, patience=120.0)

    def ask(
        self, child: str, method: str, path: str, body: Mapping[str, Any] | None = None, *, patience: float = 10.0
    ) -> Any:
        """Ask one of its processes something about itself.

        Raises:
            UnreachableError: Nobody there.
            UnreadableError: It refused.
        """
        wire = Wire(child, self.children[child].url, {"authorization": f"Bearer {self.token}"}, patience=patience)
        sent = json.dumps(body).encode() if body is not None else b""
        reply = wire.ask(method, path, sent, {"content-type": "application/json"})
        wire.close()
        if reply.status >= 400:
            raise UnreadableError(
                f"{child} answered {reply.status} to {path}", remedy=f"Read {self.folder / LOGS / child}.log."
            )
        return reply.json(child)

    def systems(self) -> dict[str, tuple[dict[str, str], str]]:
        """Return by port how each system is reached: the settings of its adapter, and the secret."""
        edge = self.children[EDGE].url
        found = {port: ({"adapter": "sandbox", "url": edge}, self.token) for port in _EDGE_PORTS}
        found["billing"] = ({"adapter": "stripe", "url": edge}, self.key)
        found["tax"] = ({"adapter": "tax", "url": f"{edge}/tax"}, self.token)
        if killbill := self.children.get("killbill"):
            found["billing"] = ({"adapter": "sandbox", "url": killbill.url}, self.token)
        found["sync"] = found["bus"] = ({"adapter": "sandbox", "url": self.children["sync"].url}, self.token)
        return found | {"erp": (self._erp(), self.token)}

    def _erp(self) -> dict[str, str]:
        settings = {"adapter": "ledger", "url": self.children["ledger"].url}
        second = self.children.get("ledger-2")
        return settings | ({"second_url": second.url, "second_ledgers": "DE-01-L"} if second else {})

    def write(self) -> None:
        """Write it into the run folder, whole or not at all; only its owner may read the token."""
        body = {
            "supervisor": [self.supervisor.pid, self.supervisor.started],
            "plan": self.plan.to_json(),
            "token": self.token,
            "status": self.status,
            "children": {
                name: {
                    "process": [one.process.pid, one.process.started],
                    "port": one.port,
                    "took": one.took,
                    "restarts": one.restarts,
                    "address": one.address,
                }
                for name, one in self.children.items()
            },
        }
        draft = self.folder / f"{STATE}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  (a descriptor)
            json.dump(body, file, indent=1)
        draft.replace(self.folder / STATE)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a run folder; None if no sandbox was ever started there.

        Raises:
            UnreadableError: What stands there was not written by us.
        """
        try:
            body = json.loads((folder / STATE).read_text("utf-8"))
            return cls(
                folder,
                Process(*body["supervisor"]),
                Plan.from_json(body["plan"]),
                str(body["token"]),
                {
                    name: Child(
                        name,
                        Process(*one["process"]),
                        one["port"],
                        one["took"],
                        one["restarts"],
                        one.get("address", ""),
                    )
                    for name, one in body["children"].items()
                },
                str(body["status"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise UnreadableError(
                f"{folder / STATE} cannot be read: {error}", remedy="Name another --folder, or remove this one."
            ) from error


def running_sandbox(folder: Path = DEFAULT_FOLDER) -> Running:
    """Return the sandbox that is up.

    Raises:
        UsageError: None is.
    """
    found = Running.read(folder)
    if found is None or not found.is_up:
        raise UsageError(f"no sandbox is up in {folder}", remedy="Start one: harness sandbox up")
    return found
