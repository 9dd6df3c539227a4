"""What a child process is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starlette.routing import BaseRoute

from harness.catalog import Catalog
from harness.model import JSON
from synthetic.clock import SharedClock
from synthetic.deeds import Adapter
from synthetic.sandboxes.supervision.plan import Plan


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a service is given.

    Attributes:
        name: Of the child, such as `ledger-2`.
        plan: Of the sandbox.
        data: Folder for its databases.
        clock: The clock of all.
        catalog: Master data and mappings.
        landscape: Folder with `contracts`.
        token: What callers must send, and what is sent to the others.
        addresses: Base URL of each child that was started before.
        own: Base URL of this one.
    """

    name: str
    plan: Plan
    data: Path
    clock: SharedClock
    catalog: Catalog
    landscape: Path
    token: str = field(repr=False)
    addresses: Mapping[str, str] = field(hash=False)
    own: str = ""


class Service(Protocol):
    """One child process, as its server sees it."""

    def ports(self) -> Mapping[str, Adapter]:
        """Return the ports it serves."""

    def routes(self) -> Sequence[BaseRoute]:
        """Return what else it serves."""

    def health(self) -> dict[str, JSON]:
        """Return how it is; `ok` says whether it can work."""

    async def work(self) -> None:
        """Do what falls due, until cancelled."""

    def woken(self) -> None:
        """Look for work now: somebody asked for something."""

    async def settle(self) -> dict[str, JSON]:
        """Do everything that is due now and tell when the next thing falls due (`next`, seconds since 1970)."""

    def pause(self) -> None:
        """Start nothing new until `reset`."""

    def reset(self) -> None:
        """Forget everything."""

    def close(self) -> None:
        """Leave everything durable."""
