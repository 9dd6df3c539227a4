"""What a handler of an event works with, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.values import period_of
from synthetic.sandboxes.sync.events import FACT, fact
from synthetic.sandboxes.sync.facts import news
from synthetic.sandboxes.sync.storage import Inbound, Storage

NOT_YET = "invoice-unknown"
"""Refusal of an event that names something whose own event is still on its way."""

COLLECTOR = "collector-differs"
"""Refusal of an invoice whose terms name another collector than its collection method."""

RECEIPT = "erp.bank_receipt"
"""Kind of the events that the ledger's bank receipts become."""

BOOKED_IN = "booked_in"
"""Where such an event names the ledger that booked the receipt."""

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]


@dataclass(frozen=True, slots=True)
class Effect:
    """One line for the outbox; `is_kept` ones are documents that later events refer to."""

    kind: str
    subject: str
    body: dict[str, Any]
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler works with; what it leads to is gathered and written with the state of its event."""

    master: Master
    ask: Ask
    storage: Storage
    check: Callable[[str, Mapping[str, JSON]], None]
    now: Callable[[], datetime]
    effects: list[Effect] = field(default_factory=list)
    repeated: list[bool] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def valid(self, kind: str, document: dict[str, JSON]) -> dict[str, JSON]:
        """Return a canonical document that follows its contract.

        Raises:
            RefusedError: `payload-invalid`.
        """
        self.check(kind, document)
        return document

    def sent(self, kind: str, document: Mapping[str, Any]) -> None:
        """Keep a document that is applied everywhere, and note it, once its event is done."""
        self.effects.append(Effect(kind, str(document["id"]), dict(document), is_kept=True))

    def post(self, operation: str, request: Mapping[str, JSON]) -> Answer:
        """Post in the ledger, and remember whether it had it already."""
        answer = self.ask("erp", operation, request)
        self.repeated.append(bool(answer.get("replayed")))
        return answer

    def books(self, entity: JSON, day: date) -> tuple[str, ...]:
        """Return the ledgers that take a document of a day: the book of record first, then those beside it.

        What finds its period closed is posted today, so that after a cutover the old ledger takes nothing dated later.
        """
        company = str(entity)
        today = self.today(company)
        found, now = self.master.posted_in(company, day), self.master.posted_in(company, today)
        if found == now:
            return now
        asked = {"ledger": found[0], "period": period_of(day)}
        return found if self.ask("erp", "period_of", asked).get("state") == "open" else now

    def today(self, entity: str) -> date:
        """Return the day it is where a company is."""
        return self.now().astimezone(self.master.of(entity).zone).date()

    def day_of(self, entity: JSON, instant: JSON) -> date:
        """Return the day of an instant where a company is: a period ends at midnight there, not in UTC."""
        return datetime.fromisoformat(str(instant)).astimezone(self.master.of(str(entity)).zone).date()

    def fact(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Tell the bus what came about elsewhere, once its event is done."""
        self.effects.append(Effect(f"{FACT}{kind}", subject, body))

    def news(self, kind: str, subject: str, data: Mapping[str, Any], entity: str, place: str = "") -> None:
        """Tell the bus of data with a version, unless it says what was told before; `place` is what it is about."""
        name = f"told/{place or subject}"
        found = news(self.storage.document(name), data)
        if found is not None:
            self.sent("told", {"id": name, "data": found})
            self.fact(kind, subject, fact(found, found["version"], entity))

    def told(self, kind: str, document: Mapping[str, JSON], posted: Answer, ledger: str) -> None:
        """Tell the bus what the ledger posted, once its event is done."""
        body = {"document": dict(document), "posted": dict(posted), "ledger": ledger}
        self.effects.append(Effect(kind, str(document["id"]), body))


def object_of(event: Inbound) -> Mapping[str, Any]:
    """Return the document that an event tells of, as billing wrote it."""
    found: Mapping[str, Any] = event.body["data"]["object"]
    return found


def seen_before(context: Context, identifier: str, kind: str) -> dict[str, Any]:
    """Return a document that an earlier event told of.

    Raises:
        RefusedError: Its own event is still on its way.
    """
    found = context.storage.document(identifier)
    if found is None:
        raise RefusedError("sync", NOT_YET, f"{kind} {identifier} was not seen yet")
    return found
