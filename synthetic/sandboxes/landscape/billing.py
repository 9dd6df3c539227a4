"""Billing as a landscape sees it: an adapter, a clock to move along, and the events it brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from synthetic.deeds import Adapter
from synthetic.sandboxes.billing import BillingCore


class BillingSide(Protocol):
    """One billing system of a landscape."""

    @property
    def adapter(self) -> Adapter:
        """What serves the `billing` port."""

    def next_due(self) -> float | None:
        """Return when something happens there by itself, seconds since 1970; None if nothing does."""

    def tick(self) -> None:
        """Let happen there what is due by now."""

    def since(self, place: int) -> Iterable[tuple[int, dict[str, Any]]]:
        """Return its events after a place, each with its own place."""


class CoreBilling:
    """The billing core of this process."""

    def __init__(self, core: BillingCore, adapter: Adapter) -> None:
        """Keep them."""
        self._core = core
        self.adapter = adapter

    def next_due(self) -> float | None:
        """Return when the next thing falls due."""
        return self._core.desk.storage.next_due()

    def tick(self) -> None:
        """Do what is due."""
        self._core.tick()

    def since(self, place: int) -> Iterable[tuple[int, dict[str, Any]]]:
        """Return the events after a place."""
        return self._core.desk.storage.since("event", place)
