"""The reference sync middleware: billing events in, postings, entitlements and forecasts out; in order, once each.

An event is taken in once by its id. Events of one lane (a customer and all that belongs to it) are applied in
order; a lower version of an object is stored and never applied. What cannot be reached is retried with back-off,
what is refused waits in the exception queue and holds its lane, so that nothing behind it is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError, UnreachableError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import RefusedError as MappingRefusal
from synthetic.sandboxes.sync.handlers import HANDLERS, NOT_YET, RECEIPT, Context
from synthetic.sandboxes.sync.payloads import unchecked
from synthetic.sandboxes.sync.storage import Inbound, Problem, Storage

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]
Check = Callable[[str, Mapping[str, JSON]], None]

_FIRST_RETRY = 2.0
_LONGEST_RETRY = 300.0
_PARKINGS = 6
"""How often an event waits for its predecessor before a person must look: about two minutes."""

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
    NOT_YET: "order",
    "payload-invalid": "mapping",
    "request-malformed": "mapping",
}


class Sync:
    """One middleware.

    Args:
        master: The mappings.
        ask: How to reach the other systems: port, operation, request.
        now: The clock, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        latency: Seconds between taking an event in and applying it.
        check: Holds a canonical document to its contract.
    """

    def __init__(
        self,
        master: Master,
        ask: Ask,
        now: Callable[[], datetime],
        database: str = ":memory:",
        *,
        latency: float = 2.0,
        check: Check = unchecked,
    ) -> None:
        """Open the inbox."""
        self.storage = Storage(database)
        self._context = Context(master, ask, self.storage, check)
        self._now = now
        self._latency = latency

    def receive(self, event: Mapping[str, Any]) -> bool:
        """Take in one event; False if its id was seen before, which changes nothing."""
        body = dict(event)
        found = body["data"]["object"]
        at = self._time()
        with self.storage.transaction():
            if body["type"] == RECEIPT:
                self.storage.set_setting(RECEIPT, str(body["created"]))
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
        found = (self.storage.next_due(), self.storage.next_parked())
        return min((due for due in found if due is not None), default=None)

    def fetch_receipts(self) -> int:
        """Take in the bank receipts that the ledger booked since last time; return how many.

        Raises:
            UnreachableError: The ledger could not be asked; nothing is lost, it keeps them.
        """
        after = int(self.storage.setting(RECEIPT, "0"))
        receipts = self._context.ask("erp", "receipts_of", {"after": after})["receipts"]
        found: list[Any] = receipts if isinstance(receipts, list) else []
        for one in found:
            number, payment = int(one["number"]), dict(one["payment"])
            lane = {"customer": payment.get("customer_id")}
            self.receive(
                {"id": f"erp-receipt-{number}", "type": RECEIPT, "created": number, "data": {"object": payment | lane}}
            )
        return len(found)

    def run_due(self) -> int:
        """Apply everything that is due; return how much was."""
        done = 0
        with self.storage.transaction():
            self.storage.parked_until(self._time())
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
        context = replace(self._context, effects=[])
        try:
            if event.version < self.storage.applied(event.object_id, event.kind):
                self._finish(event, "stale")
                return
            handler(context, event)
        except UnreachableError as error:
            wait = min(_FIRST_RETRY * 2**event.tries, _LONGEST_RETRY)
            with self.storage.transaction():
                self.storage.put_off(event.number, self._time() + max(wait, error.retry_after))
            return
        except (RefusedError, MappingRefusal) as error:
            if error.code == NOT_YET and event.tries < _PARKINGS:
                self._park(event)
            else:
                self._hold(event, error.code, error.message)
            return
        self._finish(event, "done", context.effects)

    def _finish(self, event: Inbound, state: str, effects: Sequence[tuple[str, dict[str, Any]]] = ()) -> None:
        """Write state and outbox of an event together."""
        with self.storage.transaction():
            self.storage.set_state(event.number, state)
            for kind, document in effects:
                self.storage.keep(kind.split(".", maxsplit=1)[0], document)
                self.storage.send(kind, str(document["id"]), document, self._time())
            self.storage.unpark(event.lane)
            if state == "done":
                self.storage.set_applied(event.object_id, event.kind, event.version)
            else:
                self.storage.count_delivery(event.event_id, self._time(), state)
            self.storage.record(self._time(), state, event.event_id, event.kind)

    def _park(self, event: Inbound) -> None:
        """Let the lane go on: what this event waits for may stand behind it."""
        with self.storage.transaction():
            self.storage.park(event.number, self._time() + _FIRST_RETRY * 2**event.tries)
            self.storage.record(self._time(), "parked", event.event_id, event.kind)

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
