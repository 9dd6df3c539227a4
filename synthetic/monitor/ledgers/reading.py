"""One reading of the ledgers of an environment: what is new since the last one, and what was still open.

Bounded: so many pages a list, so many subscriptions. What could not be read is said and leaves its cursor where it
was; documents that probes made are left out and counted, since figures of probes stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from harness.history.exceptions import comparisons_since, exceptions_since, open_exceptions, record_comparison
from harness.history.facts import cursors_of, facts_of, open_facts, record_facts
from harness.history.store import History
from harness.model import JSON, HarnessError
from harness.model.facts import Cursor, KeptFact
from harness.model.reconciliation import Comparison, ReconciliationException
from synthetic.deeds import Adapter
from synthetic.monitor.ledgers import known as facts
from synthetic.monitor.ledgers.calls import Asking
from synthetic.monitor.ledgers.closing import CLOCK, reconciled, when
from synthetic.monitor.ledgers.comparing import comparisons, held_events, invoices_at
from synthetic.monitor.ledgers.subscriptions import compared

_PAGES = 20
_PAGE = 200
_OVERLAP = 60
_OPEN = 2_000
_FIRST = timedelta(days=28)
_CLOSES = timedelta(days=62)
"""How far back comparisons of the month that ended last may lie."""
_POSTED = "invoice-posted"
_TOUCH = "touch"
_NO_ENTITY = "ZZ-00"
"""What a middleware writes where an event names no company; `ZZ` is no country."""
_LISTS = ("billing", "erp", "sync", "subscriptions", "closes")


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The systems of record of one environment.

    Attributes:
        environment: Its name.
        adapters: By port.
        now: Its clock, aware UTC.
        wall: The clock that the history counts by.
        zones: Time zone of each legal entity that keeps books; those of a parallel run left out.
    """

    environment: str
    adapters: Mapping[str, Adapter]
    now: Callable[[], datetime]
    wall: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a reading.

    Attributes:
        facts: How many facts are new or changed.
        synthetic: How many rows were left out because probes made them.
        problems: By list (`billing`, `erp`, `sync`, ...): why it could not be read.
        behind: Lists that have more than one reading takes.
    """

    facts: int
    synthetic: int
    problems: Mapping[str, str]
    behind: tuple[str, ...] = ()


def read_ledgers(ledgers: Ledgers, history: History) -> Told:
    """Read what is new, and store facts, comparisons and cursors."""
    reading = _Reading(ledgers, history)
    for name in _LISTS:
        reading.read(name)
    return reading.store()


class _Reading:
    """What one reading has found so far."""

    def __init__(self, ledgers: Ledgers, history: History) -> None:
        self._ledgers = ledgers
        self._history = history
        self._asking = Asking(ledgers.adapters, ledgers.now)
        self._now = ledgers.now().timestamp()
        self._wall = ledgers.wall()
        self._raw: dict[tuple[str, str], facts.Raw] = {}
        self._made: list[KeptFact] = []
        self._cursors = {one.name: one.value for one in cursors_of(history, ledgers.environment)}
        self._problems: dict[str, str] = {}
        self._behind: list[str] = []
        self._synthetic = 0
        self._held: list[Mapping[str, Any]] | None = None
        self._closes: dict[tuple[str, str], tuple[float, float | None]] = {}
        for kind in ("invoice", "payment", "event"):
            for one in open_facts(history, ledgers.environment, kind, _OPEN):
                self._raw[kind, one.key] = facts.raw_of(one)

    def read(self, name: str) -> None:
        """Read one list; a system that cannot be asked, or does not tell this, is a problem and no end."""
        try:
            getattr(self, f"_read_{name}")()
        except HarnessError as error:
            self._problems[name] = error.message

    def store(self) -> Told:
        """Make the facts of everything that was touched, and store them."""
        ledgers, at = self._ledgers, self._wall
        found = [*self._made, *self._facts()]
        hour = at.strftime("ledgers/%Y-%m-%dT%H")
        calls = self._asking.calls
        counted = facts_of(self._history, ledgers.environment, "call", calls.names(hour))
        start = at.replace(minute=0, second=0, microsecond=0)
        found += calls.facts(ledgers.environment, hour, "ledger", start, counted)
        names = dict.fromkeys((*_LISTS, *self._cursors))
        cursors = [
            Cursor(ledgers.environment, name, self._cursors.get(name, ""), at, self._problems.get(name, ""))
            for name in names
        ]
        invoices = [one for one in found if one.kind == "invoice"]
        for run, exceptions in self._comparisons(invoices):
            record_comparison(
                self._history, replace(run, environment=ledgers.environment, totals=self._clock), exceptions
            )
        found += self._close_facts()
        record_facts(self._history, found, cursors)
        return Told(
            sum(one.kind != "call" for one in found),
            self._synthetic,
            self._problems,
            tuple(dict.fromkeys(self._behind)),
        )

    def _comparisons(self, invoices: list[KeptFact]) -> Iterator[tuple[Comparison, list[ReconciliationException]]]:
        name, zones = self._ledgers.environment, self._ledgers.zones
        if not {"billing", "erp"} & {*self._problems, *self._behind}:
            decided = list(comparisons(name, invoices, self._wall, facts.DEADLINE, zones))
            yield from decided
            yield from self._last_looks({(run.entity, run.period) for run, _ in decided})
        if self._held is not None:
            waiting = open_exceptions(self._history, environment=name)
            before = {(one.checkpoint, one.entity) for one in waiting}
            yield from held_events(name, self._held, self._wall, self._shift, before)

    def _last_looks(
        self, decided: Collection[tuple[str, str]]
    ) -> Iterator[tuple[Comparison, list[ReconciliationException]]]:
        """Yield a comparison of each month that has just ended and in which nothing is left to decide.

        It says that somebody looked after the end, which is when a month can be said to be reconciled.
        """
        checkpoint, since = invoices_at(self._ledgers.environment), self._wall - _CLOSES
        for entity, (period, ended) in self._last_periods().items():
            if (entity, period) in decided or self._now < ended + facts.DEADLINE.total_seconds():
                continue
            rows = comparisons_since(
                self._history,
                since,
                checkpoint,
                environment=self._ledgers.environment,
                entity=entity,
                period=period,
            )
            if rows and not any(when(one, self._business) >= ended for one in rows):
                yield Comparison(checkpoint, entity, period, self._wall, 0, 0), []

    @property
    def _clock(self) -> dict[str, JSON]:
        """The time of the environment, as control totals of a comparison keep it."""
        return {CLOCK: Decimal(str(round(self._now, 3)))}

    def _facts(self) -> Iterator[KeptFact]:
        name = self._ledgers.environment
        for (kind, key), raw in self._raw.items():
            if kind == "invoice" and "finalised" in raw:
                looked = {} if "erp" in self._problems or "erp" in self._behind else {"looked": self._now}
                yield facts.invoice_fact(name, key, raw | looked, self._shift)
            elif kind == "invoice":  # posted, and billing has not told of it yet
                yield KeptFact(name, _POSTED, key, "ledger", self._wall, {"_told": raw})
            elif kind == "payment":
                yield facts.payment_fact(name, key, raw, self._shift)
                yield from self._chains(key, raw)
            elif kind == _TOUCH:
                yield KeptFact(name, _TOUCH, key, "ledger", self._wall, {"_told": raw})
            elif kind == "event":
                told = self._with_entity(raw)
                yield facts.event_fact(name, key, told, self._shift, self._books_of(raw))

    def _with_entity(self, raw: facts.Raw) -> facts.Raw:
        """Return an event with the company of what it is about: one of a charge names none itself."""
        if raw.get("entity") not in {"", None, _NO_ENTITY}:
            return raw
        about = str(raw.get("object", ""))
        found = self._of("payment", about).get("entity") or self._of("invoice", about).get("entity")
        return {**raw, "entity": found} if found else raw

    def _chains(self, payment: str, paid: facts.Raw) -> Iterator[KeptFact]:
        """Yield the chain that a payment ends, if it settles an invoice of a subscription."""
        invoice = str(paid.get("invoice", ""))
        raw = self._of("invoice", invoice) if invoice and paid.get("applied") is not None else {}
        if "finalised" in raw and raw.get("subscription"):
            objects = (invoice, payment, str(raw["subscription"]))
            touches = sum(int(self._of(_TOUCH, one).get("count", 0)) for one in objects)
            yield facts.workflow_fact(self._ledgers.environment, invoice, raw, paid, self._shift, touches)

    def _books_of(self, event: facts.Raw) -> facts.Books:
        about = str(event.get("object", ""))
        postings = len(self._of("invoice", about).get("entries", {}))
        shown = True
        if event.get("type") == "invoice.finalized":
            shown = postings > 0
        elif event.get("type") == "charge.succeeded":
            shown = self._of("payment", about).get("applied") is not None
        return facts.Books(postings, shown, self._now)

    def _of(self, kind: str, key: str) -> facts.Raw:
        if (kind, key) not in self._raw:
            for one in (kind, _POSTED) if kind == "invoice" else (kind,):
                if kept := facts_of(self._history, self._ledgers.environment, one, [key]):
                    return facts.raw_of(kept[key])
            return {}
        return self._raw[kind, key]

    def _shift(self, at: float) -> datetime:
        """Return when something was by the wall, if the clock of the environment is moved ahead."""
        return self._wall + timedelta(seconds=at - self._now)

    def _read_billing(self) -> None:
        since = int(self._cursors.get("billing") or self._now - _FIRST.total_seconds())
        until = int(self._now) + 1
        for _ in range(_PAGES):
            page = self._asking.ask("billing", "events_of", since=since, until=until)
            self._take_events(page["events"])
            since = int(page["until"])
            # a minute is read twice: what is listed late is not lost, and taking a row twice changes nothing
            self._cursors["billing"] = str(max(min(since, until - _OVERLAP), int(self._cursors.get("billing") or 0)))
            if since >= until:
                return
        self._behind.append("billing")

    def _take_events(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if row["type"] == "subscription.changed":
                self._take_subscription(row)
                continue
            kind = "payment" if row["type"] == "payment.succeeded" else "invoice"
            told = dict(row)
            if kind == "payment" and row.get("invoice"):
                of = self._of("invoice", str(row["invoice"]))
                told |= {
                    "entity": of.get("entity", ""),
                    "synthetic": "finalised" not in of,
                }  # an invoice we left out, or never saw
            if told["synthetic"] or not told.get("entity"):
                self._synthetic += 1
                continue
            self._raw[kind, str(row["object"])] = facts.with_event(self._of(kind, str(row["object"])), told)

    def _take_subscription(self, row: Mapping[str, Any]) -> None:
        if row["synthetic"]:
            self._synthetic += 1
            return
        key = str(row["object"])
        known = facts_of(self._history, self._ledgers.environment, "subscription", [key]).get(key)
        raw = {"created": int(row["at"]), **(facts.raw_of(known) if known else {})}
        raw |= {"entity": row["entity"], "status": row["status"]}
        if known is None:
            name, at = self._ledgers.environment, self._shift(row["at"])
            self._made.append(facts.subscription_fact(name, key, raw, at, right=False, compared=False))

    def _read_erp(self) -> None:
        for rows in self._pages("erp", "journal_of"):
            for row in rows:
                if row["synthetic"] or row["is_second"]:
                    self._synthetic += bool(row["synthetic"])
                    continue
                key = str(row["object"])
                if row["kind"] == "invoice" or row["reverses"] in self._of("invoice", key).get("entries", {}):
                    self._raw["invoice", key] = facts.with_posting(self._of("invoice", key), row)
                elif row["kind"] == "payment" or row["reverses"] == self._of("payment", key).get("journal", "-"):
                    self._raw["payment", key] = facts.with_cash(self._of("payment", key), row)

    def _pages(self, port: str, operation: str) -> Iterator[list[Mapping[str, Any]]]:
        after = int(self._cursors.get(port) or 0)
        for _ in range(_PAGES):
            rows = self._asking.ask(port, operation, after=after, limit=_PAGE)["rows"]
            if not rows:
                return
            yield rows
            after = int(rows[-1]["number"])
            self._cursors[port] = str(after)
            if len(rows) < _PAGE:
                return
        self._behind.append(port)

    def _read_sync(self) -> None:
        # what became of events comes second, and only of the time before: each was delivered before it was done
        if self._log("deliveries", self._take_delivery):
            self._log("audit", self._take_done)

    def _log(self, name: str, take: Callable[[Mapping[str, Any]], None]) -> bool:
        """Read one log of the middleware to its end; False if it is longer than one reading takes."""
        for _ in range(_PAGES):
            after = {one: int(self._cursors.get(f"sync.{one}") or 0) for one in ("deliveries", "audit")}
            page = self._asking.ask(
                "sync", "log_of", deliveries_after=after["deliveries"], audit_after=after["audit"], limit=_PAGE
            )
            self._held = page["exceptions"]
            rows = [row for row in page[name] if name == "deliveries" or row["at"] <= self._now]
            for row in rows:
                take(row)
                self._cursors[f"sync.{name}"] = str(row["number"])
            if len(rows) < _PAGE:
                return True
        self._behind.append("sync")
        return False

    def _take_done(self, row: Mapping[str, Any]) -> None:
        raw = self._of("event", str(row["event"]))
        if row["what"] == "replay" and raw:  # an operator let a held event go on
            key = str(raw.get("object", ""))
            self._raw[_TOUCH, key] = {"count": int(self._of(_TOUCH, key).get("count", 0)) + 1}
        if row["what"] == "done" and raw and not raw.get("done"):
            self._raw["event", str(row["event"])] = {**raw, "done": row["at"]}

    def _take_delivery(self, row: Mapping[str, Any]) -> None:
        if row["synthetic"]:
            self._synthetic += 1
        elif row["type"] in facts.LEADS_TO and row["effect"] in {"new", "duplicate"}:
            key = str(row["event"])
            self._raw["event", key] = facts.with_delivery(self._of("event", key), row)

    def _read_subscriptions(self) -> None:
        self._made += compared(
            self._asking, self._history, self._ledgers.environment, self._wall, self._now, self._made
        )

    def _read_closes(self) -> None:
        for entity, (period, ended) in self._last_periods().items():
            found = self._asking.ask("erp", "period_of", ledger=entity, period=period)
            if not found.get("postings"):
                continue  # nothing was booked in it, so there was nothing to close
            is_closed = found["state"] in {"soft-closed", "locked"} and found.get("changed_at")
            closed = facts.seconds_of(str(found["changed_at"])) if is_closed else None
            self._closes[entity, period] = (ended, closed)

    def _last_periods(self) -> dict[str, tuple[str, float]]:
        """Return by company the month that ended last where it is, and when that was."""
        found = {}
        for entity, zone in sorted(self._ledgers.zones.items()):
            today = datetime.fromtimestamp(self._now, zone)
            first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            found[entity] = ((first - timedelta(days=1)).strftime("%Y-%m"), first.timestamp())
        return found

    def _close_facts(self) -> Iterator[KeptFact]:
        """Yield the closes that were read, each with when its period was reconciled by what is stored by now."""
        name, since = self._ledgers.environment, self._wall - _CLOSES
        known = exceptions_since(self._history, since, environment=name) if self._closes else ()
        for (entity, period), (ended, closed) in self._closes.items():
            compared = comparisons_since(self._history, since, environment=name, entity=entity, period=period)
            open_or_late = [one for one in known if (one.entity, one.period) == (entity, period)]
            found = reconciled(compared, open_or_late, ended, self._now, self._business)
            yield facts.close_fact((name, entity, period), ended, closed, found, self._shift)

    def _business(self, at: datetime) -> float:
        """Return the time of the environment at a time of the history, if its clock was not moved in between."""
        return self._now - (self._wall - at).total_seconds()
