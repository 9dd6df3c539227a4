"""What the middleware tells the bus: CloudEvents of contracts/events (erp-events 1.1.0, sync-events 1.1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from harness.catalog import Catalog
from harness.model import JSON
from synthetic.sandboxes.sync.queue import Problem, Replay

_CONTRACTS = "https://contracts.aster.example/events"
_STEPS = ("R1", "R2", "R3", "R4", "R5", "R6")


@dataclass(frozen=True, slots=True)
class Guide:
    """By failure category: the first step of the recovery procedure, and who acts first."""

    steps: Mapping[str, str] = field(default_factory=dict, hash=False)
    owners: Mapping[str, str] = field(default_factory=dict, hash=False)

    def step(self, category: str) -> str:
        """Return the procedure; replay where the catalog names none."""
        return self.steps.get(category, "R1")

    def owner(self, category: str) -> str:
        """Return who acts first."""
        return self.owners.get(category) or "integration on-call"


NO_GUIDE = Guide()


def guide_of(catalog: Catalog) -> Guide:
    """Return what the catalog's failure categories say."""
    found = catalog.categories()
    steps = {one.name: next((step for step in _STEPS if step in one.recovery), "R1") for one in found}
    return Guide(steps, {one.name: one.first_to_act[:80] for one in found})


@dataclass(frozen=True, slots=True)
class Channel:
    """Where events of a kind go, and how they name themselves."""

    address: str
    source: str
    contract: str
    schema: str


CHANNELS: Mapping[str, Channel] = {
    "invoice.posted": Channel("erp.postings.v1", "/erp", "erp-events/1.1.0", "InvoicePostedData"),
    "credit.posted": Channel("erp.credits.v1", "/erp", "erp-events/1.1.0", "CreditPostedData"),
    "exception.raised": Channel("sync.exceptions.v1", "/erp-connector", "sync-events/1.1.0", "ExceptionData"),
    "exception.closed": Channel("sync.exceptions.v1", "/erp-connector", "sync-events/1.1.0", "ExceptionClosedData"),
    "replay.completed": Channel("sync.replays.v1", "/erp-connector", "sync-events/1.1.0", "ReplayData"),
}
"""Kind of a line in the outbox -> its channel; lines of other kinds are notes of the middleware to itself."""


def cloud_event(number: int, kind: str, subject: str, body: Mapping[str, Any], at: float) -> dict[str, Any] | None:
    """Return the CloudEvent of a line of the outbox, None for one that is not published.

    Its id comes from the number of the line: publishing it again is the same event.
    """
    channel = CHANNELS.get(kind)
    if channel is None:
        return None
    make = {"invoice.posted": _invoice, "credit.posted": _credit}.get(kind)
    data = make(body) if make else dict(body)
    entity = str(data.pop("_entity", "") or data.get("legal_entity") or "ZZ-00")
    return {
        "specversion": "1.0",
        "id": f"ev_sync_{number}",
        "source": channel.source,
        "type": f"example.aster.{kind}.v1",
        "time": instant(at),
        "subject": subject,
        "datacontenttype": "application/json",
        "dataschema": f"{_CONTRACTS}/{channel.contract}#{channel.schema}",
        "sequence": _sequence(data),
        "legalentity": entity,
        "correlationid": f"sync-{subject}"[:64],
        "data": data,
    }


def raised(problem: Problem, guide: Guide) -> dict[str, JSON]:
    """Return the data of `exception.raised`."""
    return {
        "id": problem.id,
        "category": problem.category,
        "object_key": object_key(problem),
        "legal_entity": problem.legal_entity,
        "detected_at": instant(problem.opened),
        "next_step": guide.step(problem.category),
        "owner": guide.owner(problem.category),
        "amount": problem.amount,
        "currency": problem.currency,
    }


def closed(problem: Problem) -> dict[str, JSON]:
    """Return the data of `exception.closed`."""
    return {
        "id": problem.id,
        "category": problem.category,
        "cause": problem.cause,
        "closed_by": problem.closed_by,
        "closed_at": instant(problem.closed or problem.opened),
        "_entity": problem.legal_entity,
    }


def replayed(replay: Replay) -> dict[str, JSON]:
    """Return the data of `replay.completed`."""
    return {
        "id": replay.id,
        "target": replay.target,
        "sent": replay.sent,
        "skipped": replay.skipped,
        "failed": replay.failed,
        "reason": replay.reason,
        "completed_at": instant(replay.completed or replay.requested),
    }


def object_key(problem: Problem) -> dict[str, JSON]:
    """Return the key of the fact that did not arrive."""
    return {
        "source_system": "billing",
        "object": problem.object,
        "object_id": problem.object_id,
        "version": problem.version,
    }


def instant(seconds: float) -> str:
    """Return a time as contracts write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sequence(data: Mapping[str, Any]) -> int:
    found = data.get("version") or (data.get("object_key") or {}).get("version") or 1
    return max(int(found), 1)


def _invoice(body: Mapping[str, Any]) -> dict[str, Any]:
    document, posted = body["document"], body["posted"]
    return {
        "id": document["id"],
        "version": document["version"],
        "number": document["number"],
        "legal_entity": document["legal_entity"],
        "currency": document["currency"],
        "subtotal": document["net"],
        "tax_amount": document["tax"],
        "total": document["total"],
        "document_date": document["document_date"],
        "tax_period": document["tax_period"],
        "posting_date": posted["posting_date"],
        "posted_at": posted["posted_at"],
        "journal_number": posted["journal_number"],
        "journal_entry_id": posted["journal_number"],
        "ledger": body["ledger"],
        "posting_period": posted["posting_period"],
        "late_document": bool(posted.get("late")),
    }


def _credit(body: Mapping[str, Any]) -> dict[str, Any]:
    document, posted = body["document"], body["posted"]
    names = ("id", "version", "number", "invoice_id", "legal_entity", "currency", "net", "tax", "total")
    return {name: document[name] for name in names} | {
        "posting_date": posted["posting_date"],
        "journal_number": posted["journal_number"],
        "ledger": body["ledger"],
    }
