"""What the middleware tells the bus: CloudEvents of contracts/events, its own and those of the systems it connects.

What it causes elsewhere it tells from the answer it gets (`invoice.posted`, `entitlement.changed`); what an ERP did by
itself (`write_off.posted`, `period.locked`) it fetches from there and carries on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from harness.catalog import Catalog
from harness.model import JSON
from synthetic.sandboxes.sync.queue import Problem, Replay

_CONTRACTS = "https://contracts.aster.example/events"
_CANONICAL = "https://contracts.aster.example/canonical"
_ERP_SOURCE = "/erp"
SEQUENCE = "_sequence"
"""In the body of a line whose data names no version: the sequence of its event."""

REPLAY_OF = "_replayof"
"""In the body of a line that tells a fact again: the id of the event that told it first."""

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
    schema: str


_ERP = {
    "party.created": ("erp.parties.v1", "PartyCreatedData"),
    "invoice.posted": ("erp.postings.v1", "InvoicePostedData"),
    "credit.posted": ("erp.credits.v1", "CreditPostedData"),
    "bank_receipt.booked": ("erp.cash.v1", "BankReceiptData"),
    "payment.applied": ("erp.cash.v1", "ApplicationData"),
    "payment.unapplied": ("erp.cash.v1", "ApplicationData"),
    "write_off.posted": ("erp.collections.v1", "WriteOffData"),
    "dunning.level_changed": ("erp.collections.v1", "DunningData"),
    "period.soft_closed": ("erp.periods.v1", "PeriodData"),
    "period.locked": ("erp.periods.v1", "PeriodData"),
    "period.reopened": ("erp.periods.v1", "PeriodData"),
}
_SYNC = {
    "exception.raised": ("sync.exceptions.v1", "ExceptionData"),
    "exception.closed": ("sync.exceptions.v1", "ExceptionClosedData"),
    "replay.completed": ("sync.replays.v1", "ReplayData"),
}
_CRM = {
    **dict.fromkeys(("customer.onboarded", "customer.updated"), ("crm.customers.v1", "CustomerData")),
    "account.merged": ("crm.customers.v1", "AccountMergedData"),
    "order.accepted": ("crm.contracts.v1", "OrderAcceptedData"),
    "contract.accepted": ("crm.contracts.v1", "ContractData"),
}


def _channels(source: str, contract: str, found: Mapping[str, tuple[str, str]]) -> dict[str, Channel]:
    made = {}
    for kind, (address, schema) in found.items():
        made[kind] = Channel(address, source, f"{_CONTRACTS}/{contract}#{schema}")
    return made


CHANNELS: Mapping[str, Channel] = {
    **_channels(_ERP_SOURCE, "erp-events/1.1.0", _ERP),
    "posting.reversed": Channel("erp.postings.v1", _ERP_SOURCE, f"{_CANONICAL}/journal-entry/1.1.0.json"),
    **_channels("/erp-connector", "sync-events/1.1.0", _SYNC),
    **_channels("/crm", "crm-events/1.1.0", _CRM),
    "entitlement.changed": Channel("entitlements.changes.v1", "/entitlements", f"{_CANONICAL}/entitlement/1.1.0.json"),
    "tenant.provisioned": Channel(
        "entitlements.tenants.v1", "/entitlements", f"{_CONTRACTS}/entitlement-events/1.1.0#TenantData"
    ),
    "forecast.updated": Channel(
        "analytics.forecast.v1", "/analytics", f"{_CONTRACTS}/analytics-events/1.1.0#ForecastData"
    ),
}
"""Type of an event, without its version -> where it goes."""

FACT = "fact/"
"""Begins the kind of a line of the outbox that holds the data of an event as it is, with its sequence."""

_OWN = frozenset({"invoice.posted", "credit.posted", *_SYNC})
"""Kinds of lines that are published and are no fact of somebody else; other lines are notes of the middleware."""


def channel_of(kind: str) -> Channel | None:
    """Return where a line of the outbox is published, None for a note."""
    return CHANNELS[kind.removeprefix(FACT)] if kind.startswith(FACT) or kind in _OWN else None


def fact(data: Mapping[str, Any], sequence: int, entity: str = "", at: str = "") -> dict[str, Any]:
    """Return the body of a line that holds the data of an event.

    Args:
        data: As its contract has it.
        sequence: Version of the aggregate.
        entity: Legal entity, where `data` names none.
        at: When it came about; "" for when the line was written.
    """
    return {"data": dict(data), "sequence": sequence, "entity": entity, "at": at}


def cloud_event(number: int, kind: str, subject: str, body: Mapping[str, Any], at: float) -> dict[str, Any] | None:
    """Return the CloudEvent of a line of the outbox, None for one that is not published.

    Its id comes from the number of the line: publishing it again is the same event.
    """
    channel = channel_of(kind)
    if channel is None:
        return None
    if kind.startswith(FACT):
        data, sequence = dict(body["data"]), max(int(body["sequence"]), 1)
        entity, time = str(body["entity"] or ""), str(body["at"] or instant(at))
    else:
        make = {"invoice.posted": _invoice, "credit.posted": _credit}.get(kind)
        data = make(body) if make else dict(body)
        sequence, entity, time = int(data.pop(SEQUENCE, 0)) or _sequence(data), "", instant(at)
    entity = str(data.pop("_entity", "") or entity or data.get("legal_entity") or "ZZ-00")
    is_legacy = channel.source == _ERP_SOURCE and data.get("ledger", entity) != entity
    first = {"replayof": body[REPLAY_OF]} if REPLAY_OF in body else {}
    return {
        "specversion": "1.0",
        "id": event_id(number),
        # the second ledger of a company is another system, with its own sequence of facts
        "source": f"{channel.source}-legacy" if is_legacy else channel.source,
        "type": f"example.aster.{kind.removeprefix(FACT)}.v1",
        "time": time,
        "subject": subject,
        "datacontenttype": "application/json",
        "dataschema": channel.schema,
        "sequence": sequence,
        "legalentity": entity,
        "correlationid": f"sync-{subject}"[:64],
        **first,
        "data": data,
    }


def event_id(number: int) -> str:
    """Return the id of the event of a line of the outbox."""
    return f"ev_sync_{number}"


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
