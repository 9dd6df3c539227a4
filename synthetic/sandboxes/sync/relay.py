"""From the outbox to the bus: in order, at least once, and the same event under the same id when it is sent again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from synthetic.sandboxes.sync.events import channel_of, cloud_event
from synthetic.sandboxes.sync.storage import Storage
from synthetic.systems.bus import Bus

_RELAYED = "relayed"


def relay(storage: Storage, bus: Bus) -> int:
    """Publish what stands in the outbox and was not published yet; return how many events were.

    Raises:
        UnreachableError: The bus is down; what is left goes with the next relay.
    """
    published = 0
    for number, kind, subject, body, at in storage.outbox(int(storage.setting(_RELAYED, "0"))):
        channel, event = channel_of(kind), cloud_event(number, kind, subject, body, at)
        if channel is None or event is None:
            continue
        bus.publish(channel.address, event)
        with storage.transaction("sync.outbox"):
            storage.set_setting(_RELAYED, str(number))
        published += 1
    return published


class StoredBus:
    """The bus in the process of the middleware: a table of events, one per id."""

    def __init__(self, storage: Storage) -> None:
        """Keep events beside the inbox."""
        self._storage = storage

    def publish(self, address: str, event: Mapping[str, Any]) -> None:
        """Keep one event, once."""
        self._storage.publish(str(event["id"]), address, json.dumps(event))

    def published(self, address: str = "") -> list[dict[str, Any]]:
        """Return the events of a channel, or all, in the order in which they were published."""
        return [json.loads(body) for body in self._storage.published(address)]

    def after(self, place: int, address: str = "") -> tuple[int, str, dict[str, Any]] | None:
        """Return the next event of a channel, or of all, after a place: its place, address and body."""
        found = self._storage.published_after(place, address)
        return None if found is None else (found[0], found[1], json.loads(found[2]))
