"""The sync middleware behind the `sync` and `bus` ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.relay import relay
from synthetic.systems.bus import Bus, BusPort

_MARKS = {"replay": "-replayed", "out-of-order": "-older"}
"""What the id of an event ends with that is delivered again in this way; a duplicate has the id it had."""

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]


class BusDesk:
    """Carries events of billing to the sync middleware, and shows what the landscape told the bus.

    Args:
        sync: Delivered to; what stands in its outbox is published before anybody looks.
        bus: Where events are published.
    """

    def __init__(self, sync: Sync, bus: Bus) -> None:
        """Serve both."""
        self._sync = sync
        self._port = BusPort(bus)

    def deliver(self, event: Mapping[str, Any]) -> Answer:
        """Deliver one event."""
        return {"accepted": self._sync.receive(event)}

    def publish(self, address: str, event: Mapping[str, Any]) -> Answer:
        """Publish an event once, by its id."""
        return self._port.publish(address, event)

    def event_of(self, event: str, address: str = "") -> Answer:
        """Show an event by its id."""
        relay(self._sync.storage, self._port.bus)
        return self._port.event_of(event, address)

    def next_of(self, after: int = 0, address: str = "") -> Answer:
        """Show the next event of a channel, or of all, after a place."""
        relay(self._sync.storage, self._port.bus)
        return self._port.next_of(after, address)


class SyncDesk:
    """What an operator and a probe may ask of the sync middleware."""

    def __init__(self, sync: Sync, ask: Ask) -> None:
        """Work on `sync`; deliveries go through `ask`, so that faults meet them."""
        self._sync = sync
        self._ask = ask

    def redeliver(self, object: str, kind: str, how: str = "duplicate") -> Answer:  # noqa: A002  (the word of the port)
        """Deliver an event of an object again: as it was, under a new id, or as an older version of it."""
        body = self._sync.storage.event_of(object, kind)
        if body is None:
            raise RefusedError("sync", "event-unknown", f"no event {kind} of {object}")
        if how in _MARKS:
            body = {**body, "id": f"{body['id']}{_MARKS[how]}"}
        if how == "out-of-order":
            body = {**body, "created": int(body["created"]) - 1}
        return dict(self._ask("bus", "deliver", {"event": body}))

    def replay(self, event: str = "", object: str = "") -> Answer:  # noqa: A002  (the word of the port)
        """Try a held event again, or all that are held of an object."""
        held = [event] if event else [one.event_id for one in self._sync.storage.exceptions(object)] if object else []
        released = [self._sync.replay(one) for one in held]
        return {"released": any(released)}

    def exceptions_of(self, object: str = "") -> Answer:  # noqa: A002  (the word of the port)
        """Show the exceptions of an object, or all."""
        found = self._sync.storage.exceptions(object)
        first = found[0] if found else None
        return {"count": len(found), "category": first.category if first else "", "code": first.code if first else ""}

    def deliveries_of(self, object: str, kind: str, how: str = "") -> Answer:  # noqa: A002  (the word of the port)
        """Show how the events of one kind of an object were taken; or whether one was delivered again in one way.

        A carrier that delivers at least once brings any event any number of times, so the latter counts as one.
        """
        if how:
            return {"count": int(self._sync.storage.came_again(object, kind, _MARKS.get(how, "")))}
        found = self._sync.storage.effects_of(object, kind)
        return {"count": len(found), "new": found.count("new"), "duplicates": found.count("duplicate")}

    def log_of(self, deliveries_after: int = 0, audit_after: int = 0, limit: int = 200) -> Answer:
        """Show deliveries and what became of events, each after a number, and what waits in the exception queue."""
        found: dict[str, Any] = {
            "count": 1,
            "deliveries": self._sync.storage.deliveries_after(deliveries_after, limit),
            "audit": self._sync.storage.queue.audit_after(audit_after, limit),
            "exceptions": self._sync.storage.waiting_exceptions(limit),
        }
        return found
