"""The reference sync middleware: billing events in, postings, entitlements and forecasts out; in order, once each.

An event is taken in once by its id. Events of one lane (a customer and all that belongs to it) are applied in
order; a lower version of an object is stored and never applied. What cannot be reached is retried with back-off,
what is refused waits in the exception queue and holds its lane, so that nothing behind it is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError, UnreachableError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import RefusedError as MappingRefusal
from synthetic.sandboxes.sync.handlers import HANDLERS, Context
from synthetic.sandboxes.sync.storage import Inbound, Problem, Storage

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]

_FIRST_RETRY = 2.0
_LONGEST_RETRY = 300.0
_OVERTAKEN_TRIES = 8
_CATEGORIES = {
    "sku-unmapped": "mapping",
    "account-unmapped": "mapping",
    "class-unmapped": "mapping",
    "terms-unmapped": "mapping",
    "tax-code-unmapped": "tax",
    "rate-missing": "currency-fx",
    "entity-unknown": "entity",
    "period-closed": "period",
    "unbalanced": "imbalance",
    "lines-differ": "amount",
    "total-differs": "amount",
    "credit-exceeds": "amount",
    "refund-exceeds": "application",
    "key-reused": "duplicate",
    "stale-version": "order",
    "currency-differs": "currency-fx",
    "invoice-unknown": "order",
}


class Sync:
    """One middleware.

    Args:
        master: The mappings.
        ask: How to reach the other systems: port, operation, request.
        now: The clock, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        latency: Seconds between taking an event in and applying it.
    """

    def __init__(
        self,
        master: Master,
        ask: Ask,
        now: Callable[[], datetime],
        database: str = ":memory:",
        *,
        latency: float = 2.0,
    ) -> None:
        """Open the inbox."""
        self.storage = Storage(database)
        self._context = Context(master, ask, self.storage, now)
        self._now = now
        self._latency = latency

    def receive(self, event: Mapping[str, Any]) -> bool:
        """Take in one event; False if its id was seen before, which changes nothing."""
        body = dict(event)
        found = body["data"]["object"]
        at = self._time()
        with self.storage.transaction():
            is_new = self.storage.take_in(
                Inbound(
                    number=0,
                    event_id=str(body["id"]),
                    kind=str(body["type"]),
                    lane=_lane(found),
                    object_id=str(found["id"]),
                    version=version_of(body),
                    body=body,
                    due=at + self._latency,
                    tries=0,
                    state="waiting",
                )
            )
            self.storage.count_delivery(str(body["id"]), at, "new" if is_new else "duplicate")
        return is_new

    def next_due(self) -> float | None:
        """Return when there is something to do, seconds since 1970; None if nothing waits."""
        return self.storage.next_due()

    def run_due(self) -> int:
        """Apply everything that is due; return how much was."""
        done = 0
        while (event := self.storage.head(self._time())) is not None:
            self._apply(event)
            done += 1
        return done

    def replay(self, event_id: str) -> bool:
        """Try a held event again (recovery R1); False if it is not held."""
        with self.storage.transaction():
            self.storage.record(self._time(), "replay", event_id)
            return self.storage.release(event_id, self._time())

    def _apply(self, event: Inbound) -> None:
        handler = HANDLERS.get(event.kind)
        if handler is None:
            self._finish(event, "done")
            return
        try:
            if event.version < self.storage.applied(event.object_id, event.kind):
                self._finish(event, "stale")
                return
            handler(self._context, event)
        except UnreachableError as error:
            wait = min(_FIRST_RETRY * 2**event.tries, _LONGEST_RETRY)
            with self.storage.transaction():
                self.storage.put_off(event.number, self._time() + max(wait, error.retry_after))
            return
        except (RefusedError, MappingRefusal) as error:
            if error.code == "invoice-unknown" and event.tries < _OVERTAKEN_TRIES:
                # the transport may overtake: what this refers to can be the next of the lane
                with self.storage.transaction():
                    self.storage.put_behind(event.number, self._time() + _FIRST_RETRY * 2**event.tries)
                return
            self._hold(event, error.code, error.message)
            return
        self._finish(event, "done")

    def _finish(self, event: Inbound, state: str) -> None:
        with self.storage.transaction():
            self.storage.set_state(event.number, state)
            if state == "done":
                self.storage.set_applied(event.object_id, event.kind, event.version)
            else:
                self.storage.count_delivery(event.event_id, self._time(), state)
            self.storage.record(self._time(), state, event.event_id, event.kind)

    def _hold(self, event: Inbound, code: str, message: str) -> None:
        with self.storage.transaction():
            self.storage.set_state(event.number, "held")
            self.storage.open_exception(
                Problem(
                    event.event_id, event.object_id, _CATEGORIES.get(code, "state"), code, message, self._time(), None
                )
            )
            self.storage.record(self._time(), "held", event.event_id, f"{code}: {message}")

    def _time(self) -> float:
        return self._now().astimezone(UTC).timestamp()


def version_of(event: Mapping[str, Any]) -> int:
    """Return the version of an event: its creation time, which billing never lowers for one object."""
    return int(event["created"])


def _lane(found: Mapping[str, Any]) -> str:
    """Return what keeps order together: all that belongs to one customer."""
    if found.get("object") == "customer":
        return str(found["id"])
    return str(found.get("customer") or found["id"])
