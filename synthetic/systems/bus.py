"""The `bus` port: publish an event, look one up, and follow a channel event by event; in memory, or on any Bus.

To subscribe is to ask for the next event after a place, which the one who follows keeps: nothing is lost between two
questions, two followers do not disturb each other, and whoever begins again at 0 sees everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from synthetic.deeds import Adapter, Answer, Attempt, RefusedError
from synthetic.systems.opening import Opening

_PORT = "bus"
CHANNELS = ("analytics", "billing", "crm", "entitlements", "erp", "sync", "tax")
"""First words of the addresses of the landscape."""

_NEEDED = ("id", "source", "type", "specversion")


class Bus(Protocol):
    """Where events are published."""

    def publish(self, address: str, event: Mapping[str, Any]) -> None:
        """Publish one event, durable when this returns; an id that is there already changes nothing.

        Raises:
            UnreachableError: The bus could not be asked.
        """

    def published(self, address: str = "") -> list[dict[str, Any]]:
        """Return the events of a channel, or all, in the order in which they were published."""

    def after(self, place: int, address: str = "") -> tuple[int, str, dict[str, Any]] | None:
        """Return the next event of a channel, or of all, after a place: its place, address and body."""


class MemoryBus:
    """A bus that lives as long as its process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._events: list[tuple[str, str]] = []
        self._ids: set[tuple[str, str]] = set()

    def publish(self, address: str, event: Mapping[str, Any]) -> None:
        """Keep one event, once."""
        name = (str(event["source"]), str(event["id"]))
        if name not in self._ids:
            self._ids.add(name)
            self._events.append((address, json.dumps(event)))

    def published(self, address: str = "") -> list[dict[str, Any]]:
        """Return the events of a channel, or all."""
        return [json.loads(body) for own, body in self._events if address in {"", own}]

    def after(self, place: int, address: str = "") -> tuple[int, str, dict[str, Any]] | None:
        """Return the next event after a place."""
        for number, (own, body) in enumerate(self._events[place:], place + 1):
            if address in {"", own}:
                return number, own, json.loads(body)
        return None


class BusPort:
    """Adapter of a bus; safe to use from several threads if the bus is."""

    def __init__(self, bus: Bus) -> None:
        """Serve `bus`."""
        self.bus = bus
        self._operations: Mapping[str, Callable[..., Answer]] = {
            "publish": self.publish,
            "event_of": self.event_of,
            "next_of": self.next_of,
        }

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call.

        Raises:
            UnreachableError: The bus is not there.
            RefusedError: It says no, or has no such operation.
        """
        operation = self._operations.get(attempt.operation)
        if operation is None:
            raise RefusedError(_PORT, "operation-unknown", f"no operation {attempt.operation}")
        return operation(**attempt.request)

    def publish(self, address: str, event: Mapping[str, Any]) -> Answer:
        """Publish an event once, by its id.

        Raises:
            RefusedError: `channel-unknown`, `event-invalid`.
        """
        if address.partition(".")[0] not in CHANNELS or set(address) & set("*> \t\r\n") or address.endswith("."):
            raise RefusedError(_PORT, "channel-unknown", f"no channel {address}; they begin with {', '.join(CHANNELS)}")
        missing = [name for name in _NEEDED if not event.get(name)]
        if missing:
            raise RefusedError(_PORT, "event-invalid", f"the event has no {', '.join(missing)}")
        self.bus.publish(address, event)
        return {"id": event["id"]}

    def event_of(self, event: str, address: str = "") -> Answer:
        """Show an event by its id; `count` is how often it stands on the bus."""
        found = [one for one in self.bus.published(address) if one.get("id") == event]
        if not found:
            return {"count": 0}
        names = ("type", "source", "subject", "sequence", "legalentity")
        return {"count": len(found), **{name: found[0].get(name) for name in names}}

    def next_of(self, after: int = 0, address: str = "") -> Answer:
        """Show the next event of a channel, or of all, after a place; 0 is the beginning."""
        found = self.bus.after(after, address)
        if found is None:
            return {"count": 0}
        place, own, event = found
        return {"count": 1, "place": place, "address": own, "event": event}

    def close(self) -> None:
        """Leave the bus."""
        close = getattr(self.bus, "close", None)
        if close is not None:
            close()


def open_memory(opening: Opening) -> Adapter:
    """Open a bus of this process, empty (adapter `memory`)."""
    del opening
    return BusPort(MemoryBus())
