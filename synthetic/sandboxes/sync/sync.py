"""The reference sync middleware: billing events in, postings, entitlements and forecasts out; in order, once each.

An event is taken in once by its id. Events of one lane (a customer and all that belongs to it) are applied in
order; a lower version of an object is stored and never applied. What cannot be reached is retried with back-off,
what is refused waits in the exception queue and holds its lane, so that nothing behind it is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError, UnreachableError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import RefusedError as MappingRefusal
from synthetic.sandboxes.sync.events import (
    FACT,
    NO_GUIDE,
    REPLAY_OF,
    SEQUENCE,
    Guide,
    closed,
    event_id,
    fact,
    raised,
    replayed,
)
from synthetic.sandboxes.sync.handlers import HANDLERS, OBJECTS
from synthetic.sandboxes.sync.handling import BOOKED_IN, COLLECTOR, NOT_YET, RECEIPT, Context, Effect
from synthetic.sandboxes.sync.naming import DEFECT, category_of
from synthetic.sandboxes.sync.payloads import unchecked
from synthetic.sandboxes.sync.queue import UNKNOWN_ENTITY, Problem, amount_of
from synthetic.sandboxes.sync.storage import Inbound, Storage
from synthetic.sandboxes.sync.taxation import DIFFERS, UNDETERMINED

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]
Check = Callable[[str, Mapping[str, JSON]], None]

_FIRST_RETRY = 2.0
_LONGEST_RETRY = 300.0
_DOUBLINGS = 8
"""By then the longest wait is reached; an outage of days has more tries than a float can double."""
_NOT_YET = frozenset({NOT_YET, "refund-exceeds"})
"""Refusals that only mean that something of the same lane has not arrived: an invoice, a credit before its refund."""
_FINALISED, _VOIDED = "invoice.finalized", "invoice.voided"
_BEFORE_POSTING = frozenset({DIFFERS, UNDETERMINED, COLLECTOR, "payload-invalid"})
"""Codes under which an invoice is held before any ledger was asked to post it."""

_LATELY = timedelta(days=35)
"""How long after a cutover the old ledger is still asked for its bank receipts: its last period is closed by then."""

_FACTS = "erp.facts"
_PARKINGS = 6
"""How often an event waits for its predecessor before a person must look: about two minutes."""


class Sync:
    """One middleware.

    Args:
        master: The mappings.
        ask: How to reach the other systems: port, operation, request.
        now: The clock, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        latency: Seconds between taking an event in and applying it.
        check: Holds a canonical document to its contract.
        guide: Recovery procedure and owner by failure category.
    """

    def __init__(  # noqa: PLR0913  (what it must be given, three of it by name)
        self,
        master: Master,
        ask: Ask,
        now: Callable[[], datetime],
        database: str = ":memory:",
        *,
        latency: float = 2.0,
        check: Check = unchecked,
        guide: Guide = NO_GUIDE,
    ) -> None:
        """Open the inbox."""
        self.storage = Storage(database)
        self._context = Context(master, ask, self.storage, check, now)
        self._now = now
        self._latency = latency
        self._guide = guide

    def receive(self, event: Mapping[str, Any]) -> bool:
        """Take in one event; False if its id was seen before, which changes nothing."""
        body = dict(event)
        found, kind = body["data"]["object"], str(body["type"])
        at = self.time()
        with self.storage.transaction("sync.take-in"):
            is_new = self.storage.take_in(
                Inbound(
                    number=0,
                    event_id=str(body["id"]),
                    kind=kind,
                    lane=_lane(found),
                    object_id=str(found["id"]),
                    version=version_of(body),
                    body=body,
                    due=at + self._latency,
                    tries=0,
                    # what leads to nothing is done when it is there, and keeps nobody waiting
                    state="waiting" if kind in HANDLERS else "done",
                    queue=f"{self._entity_of(found)}:{OBJECTS.get(kind, ('', 'invoice'))[1]}",
                )
            )
            self.storage.count_delivery(str(body["id"]), at, "new" if is_new else "duplicate")
            if kind == _VOIDED:
                self._supersede(str(found["id"]))
        return is_new

    def next_due(self) -> float | None:
        """Return when there is something to do, seconds since 1970; None if nothing waits."""
        found = (self.storage.next_due(), self.storage.next_parked())
        return min((due for due in found if due is not None), default=None)

    def fetch_receipts(self) -> int:
        """Take in the bank receipts that the books of record booked since last time; return how many.

        A ledger that was one until lately is asked as well: what it booked in its last moments is not lost.

        Raises:
            UnreachableError: A ledger could not be asked; nothing is lost, it keeps them.
        """
        today = self._now().astimezone(UTC).date()
        records = self._context.master.records(today - _LATELY, today)
        own = [one for one in records if not self._context.master.of(one).is_second]
        # the ERP of the companies' own ledgers answers for all of them, whichever it keeps
        return self._fetch("") + sum(self._fetch(one) for one in records if one not in own)

    def _fetch(self, ledger: str) -> int:
        place = f"{RECEIPT}/{ledger}" if ledger else RECEIPT
        asked: dict[str, JSON] = {"after": int(self.storage.setting(place, "0"))}
        answer = self._context.ask("erp", "receipts_of", asked | ({"ledger": ledger} if ledger else {}))
        found: list[Any] = answer["receipts"] if isinstance(answer["receipts"], list) else []
        for one in found:
            number, payment = int(one["number"]), dict(one["payment"])
            lane = {"customer": payment.get("customer_id"), "metadata": {"legal_entity": payment.get("legal_entity")}}
            booked_in = str(one.get("ledger") or ledger or payment.get("legal_entity"))
            body = payment | lane | {BOOKED_IN: booked_in}
            # one line of a bank may be seen in two ledgers, and one ledger through two questions
            name = f"erp-receipt-{booked_in}-{payment['id']}"
            with self.storage.transaction("sync.take-in"):
                self.receive({"id": name, "type": RECEIPT, "created": number, "data": {"object": body}})
                self.storage.set_setting(place, str(number))
        return len(found)

    def fetch_facts(self) -> int:
        """Carry what the ERP did by itself since last time into the outbox; return how many facts that were.

        Raises:
            UnreachableError: It could not be asked; nothing is lost, it keeps them.
            RefusedError: None of them tells anything by itself.
        """
        shadows = [one.ledger for one in self._context.master.books.values() if one.is_second]
        found, refusals = list[int](), list[RefusedError]()
        for ledger in ("", *shadows):
            try:
                found.append(self._facts(ledger))
            except RefusedError as error:  # one ERP of two may tell nothing, and the other goes on
                refusals.append(error)
        if refusals and not found:
            raise refusals[0]
        return sum(found)

    def fetch_crm_facts(self) -> int:
        """Carry what CRM did by itself since last time into the outbox; return how many facts that were.

        Raises:
            UnreachableError: It could not be asked; nothing is lost, it keeps them.
            RefusedError: It tells nothing by itself.
        """
        return self._facts("", "crm")

    def fetch_entitlement_facts(self) -> int:
        """Carry what entitlements were granted and revoked by hand; as `fetch_crm_facts`."""
        return self._facts("", "entitlements")

    def _facts(self, ledger: str, port: str = "erp") -> int:
        place = f"{_FACTS}/{ledger}" if port == "erp" else f"{_FACTS}/{port}/"
        asked: dict[str, JSON] = {"after": int(self.storage.setting(place, "0"))}
        answer = self._context.ask(port, "facts_of", asked | ({"ledger": ledger} if ledger else {}))
        found: list[Any] = answer["facts"] if isinstance(answer["facts"], list) else []
        for one in found:
            body = fact(one["data"], int(one["sequence"]), at=str(one["at"]))
            with self.storage.transaction("sync.take-in"):
                self.storage.send(f"{FACT}{one['kind']}", str(one["subject"]), body, self.time())
                self.storage.set_setting(place, str(one["number"]))
        return len(found)

    def run_due(self) -> int:
        """Apply everything that is due; return how much was."""
        done = 0
        parked = self.storage.next_parked()
        if parked is not None and parked <= self.time():
            with self.storage.transaction("sync.turn"):
                self.storage.parked_until(self.time())
        while (event := self.storage.head(self.time())) is not None:
            self._apply(event)
            done += 1
        return done

    def replay(self, event_id: str) -> bool:
        """Try a held event again (recovery R1); False if it is not held."""
        with self.storage.transaction("sync.release"):
            self.storage.queue.record(self.time(), "replay", event_id)
            self.close(event_id, "replayed", "operator")
            return self.storage.release(event_id, self.time())

    def time(self) -> float:
        """Return the time, seconds since 1970."""
        return self._now().astimezone(UTC).timestamp()

    def _apply(self, event: Inbound) -> None:
        context = replace(self._context, effects=[], repeated=[], notes=[])
        try:
            if event.version < self.storage.applied(event.object_id, event.kind):
                self._finish(event, "stale")
                return
            HANDLERS[event.kind](context, event)
        except UnreachableError as error:
            wait = min(_FIRST_RETRY * 2 ** min(event.tries, _DOUBLINGS), _LONGEST_RETRY)
            with self.storage.transaction("sync.put-off"):
                self.storage.put_off(event.number, self.time() + max(wait, error.retry_after))
            return
        except (RefusedError, MappingRefusal) as error:
            if error.code in _NOT_YET and event.tries < _PARKINGS:
                self._park(event)
            else:
                self._hold(event, error.code, error.message)
            return
        except Exception as error:  # noqa: BLE001  (a defect of ours in one event must neither stop nor lose the others)
            self._hold(event, DEFECT, f"{type(error).__name__}: {error}")
            return
        self._finish(event, "done", context)

    def _finish(self, event: Inbound, state: str, context: Context | None = None) -> None:
        """Write state, documents and outbox of an event together."""
        with self.storage.transaction("sync.finish"):
            self.storage.set_state(event.number, state)
            for effect in context.effects if context else ():
                if effect.is_kept:
                    self.storage.keep(effect.kind.split(".", maxsplit=1)[0], effect.body)
                self.storage.send(effect.kind, effect.subject, self._marked(effect), self.time())
            self.storage.unpark(event.lane)
            if state == "done":
                self.storage.set_applied(event.object_id, event.kind, event.version)
            else:
                self.storage.count_delivery(event.event_id, self.time(), state)
            self.storage.queue.record(self.time(), state, event.event_id, event.kind)
            for note in context.notes if context else ():
                self.storage.queue.record(self.time(), "explained", event.event_id, note)
            if replay := self.storage.replay_of(event.number):
                self._counted(replay, "skipped" if state == "stale" or (context and all(context.repeated)) else "sent")

    def _marked(self, effect: Effect) -> dict[str, Any]:
        """Return the body of an effect, marked as told again where a replay leads to the same fact once more."""
        if "ledger" not in effect.body:
            return effect.body
        version = effect.body["document"]["version"]
        for number, known in self.storage.lines(effect.kind, effect.subject):
            if known["ledger"] == effect.body["ledger"] and known["document"]["version"] == version:
                return {**effect.body, REPLAY_OF: known.get(REPLAY_OF) or event_id(number)}
        return effect.body

    def _supersede(self, invoice: str) -> None:
        """Let an invoice go that was held before anything of it was posted, and that billing has voided since.

        It was corrected at its owner (recovery R4): there is nothing to post and nothing to take back, and what stands
        behind it goes on. Inside a transaction of the caller.
        """
        events = self.storage.inbound(invoice)
        voids = [one for one in events if one.kind == _VOIDED and one.state == "waiting"]
        open_now = {one.event_id: one.code for one in self.storage.exceptions(invoice)}
        first = [one for one in events if one.kind == _FINALISED and one.state in {"held", "waiting", "parked"}]
        held = [open_now.get(one.event_id, "") for one in first if one.state == "held"]
        if not voids or not held or not set(held) <= _BEFORE_POSTING:
            return
        for one in (*first, *voids):
            self.storage.set_state(one.number, "superseded")
            self.close(one.event_id, "voided in billing before it was posted", "billing")
            self.storage.queue.record(self.time(), "superseded", one.event_id, one.kind)

    def _said(self, problem: Problem, body: dict[str, JSON]) -> dict[str, JSON]:
        """Return a body with the sequence of what is said next of the exceptions of an object."""
        return {**body, SEQUENCE: len(self.storage.lines("exception.%", problem.object_id)) + 1}

    def _park(self, event: Inbound) -> None:
        """Let the lane go on: what this event waits for may stand behind it."""
        with self.storage.transaction("sync.park"):
            self.storage.park(event.number, self.time() + _FIRST_RETRY * 2**event.tries)
            self.storage.queue.record(self.time(), "parked", event.event_id, event.kind)

    def _hold(self, event: Inbound, code: str, message: str) -> None:
        found = event.body["data"]["object"]
        amount, currency = amount_of(found)
        category = category_of(code)
        with self.storage.transaction("sync.hold"):
            self.storage.set_state(event.number, "held")
            opened = self.storage.queue.open(
                Problem(
                    event.event_id,
                    event.object_id,
                    category,
                    code,
                    message[:500],
                    self.time(),
                    None,
                    object=OBJECTS.get(event.kind, ("invoice", ""))[0],
                    version=max(event.version, 1),
                    legal_entity=event.queue.partition(":")[0],
                    amount=amount,
                    currency=currency,
                )
            )
            self.storage.queue.record(self.time(), "held", event.event_id, f"{code}: {message}")
            if opened is not None:
                self.storage.send(
                    "exception.raised",
                    opened.object_id,
                    self._said(opened, raised(opened, self._guide)),
                    self.time(),
                )
            if replay := self.storage.replay_of(event.number):
                self._counted(replay, "failed")
            if event.kind == _FINALISED:
                self._supersede(event.object_id)

    def _counted(self, replay: str, what: str) -> None:
        """Count an event of a replay; the last one completes it. A later replay is not counted for an earlier one."""
        queue = self.storage.queue
        known = queue.replay(replay)
        if known is None or known.completed is not None:
            return
        queue.count(replay, what)
        if self.storage.left_of(replay) == 0:
            queue.complete(replay, self.time())
            found = queue.replay(replay)
            if found is not None:
                self.storage.send("replay.completed", found.id, replayed(found), self.time())

    def close(self, event_id: str, cause: str, who: str) -> None:
        """Close what is open for an event and tell the bus; inside a transaction of the caller."""
        for one in self.storage.queue.close(event_id, self.time(), cause, who):
            self.storage.send("exception.closed", one.object_id, self._said(one, closed(one)), self.time())

    def _entity_of(self, found: Mapping[str, Any]) -> str:
        """Return the legal entity of an object: its own, or that of the invoice or customer it belongs to."""
        own = (found.get("metadata") or {}).get("legal_entity")
        if own:
            return str(own)
        for name in ("invoice", "charge", "customer"):
            document = self.storage.document(found.get(name)) if isinstance(found.get(name), str) else None
            if document is not None and document.get("legal_entity"):
                return str(document["legal_entity"])
        return UNKNOWN_ENTITY


def version_of(event: Mapping[str, Any]) -> int:
    """Return the version of an event: its creation time, which billing never lowers for one object."""
    return int(event["created"])


def _lane(found: Mapping[str, Any]) -> str:
    """Return what keeps order together: all that belongs to one customer."""
    if found.get("object") == "customer":
        return str(found["id"])
    return str(found.get("customer") or found["id"])
