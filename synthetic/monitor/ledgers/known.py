"""From rows that systems list to facts that metrics count. Pure: what is known of an object goes in and comes out.

What a system said stands as it was said under names that begin with `_`, with the system's own times; the fact that is
counted is made from it anew each time, so that a clock which was moved in between moves all of its times alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from harness.model.facts import KeptFact
from synthetic.monitor.ledgers.closing import Reconciled

Raw = dict[str, Any]
Shift = Callable[[float], datetime]
"""From the seconds of a system's clock to the time that the history counts by."""

DEADLINE = timedelta(minutes=15)
LEADS_TO = frozenset({"invoice.finalized", "charge.succeeded", "customer.created", "credit_note.created"})
"""Events of billing whose first durable effect is one in the ERP."""


_SHOWN_WITHIN = 3600
"""Seconds after which an event that the books do not show is not looked at again: its invoice is told as missing."""


@dataclass(frozen=True, slots=True)
class Books:
    """What the books say of an event: postings of its invoice, whether its effect is there, and when that was read."""

    postings: int
    shown: bool
    now: float


def with_event(known: Raw, row: Mapping[str, Any]) -> Raw:
    """Return what is known of an invoice or payment after an event of billing."""
    told = {name: row[name] for name in ("entity", "currency", "total", "tax", "subscription") if row.get(name)}
    if row["type"] == "invoice.voided":
        return {**known, "void": True}
    if row["type"] == "payment.succeeded":
        return {**known, **told, "paid": int(row["at"]), "invoice": row.get("invoice", "")}
    return {**known, **told, "total": row["total"], "tax": row["tax"], "finalised": int(row["at"])}


def with_posting(known: Raw, row: Mapping[str, Any]) -> Raw:
    """Return what is known of an invoice after a row of the journal: a posting, or the reversal of one."""
    entries: dict[str, Any] = dict(known.get("entries", {}))
    if row["reverses"]:
        entries.pop(str(row["reverses"]), None)
    else:
        kept = {name: row[name] for name in ("entity", "currency", "total", "tax")}
        entries[str(row["journal_number"])] = {**kept, "at": seconds_of(str(row["posted_at"]))}
    return {**known, "entries": entries}


def with_cash(known: Raw, row: Mapping[str, Any]) -> Raw:
    """Return what is known of a payment after the ERP booked it; a transfer is paid when the bank says so.

    One that is taken out of the books again waits for nobody any more.
    """
    at = seconds_of(str(row["posted_at"]))
    if row["reverses"]:
        return {**known, "applied": known.get("applied") or at}
    told = {"entity": row["entity"], "currency": row["currency"], "invoice": row.get("invoice", "")} | known
    applied = None if row.get("unapplied") else at
    return {"paid": at, **told, "applied": applied, "journal": row["journal_number"]}


def with_delivery(known: Raw, row: Mapping[str, Any]) -> Raw:
    """Return what is known of an event after it was delivered, for the first time or again."""
    told = {name: row[name] for name in ("entity", "type", "object", "created")}
    return {**told, **known, "deliveries": int(known.get("deliveries", 0)) + 1}


def invoice_fact(environment: str, key: str, raw: Raw, shift: Shift) -> KeptFact:
    """Return the fact of an invoice; it is open until it was due when the books were read, and posted once, right."""
    entries = list(raw.get("entries", {}).values())
    right = bool(entries) and all(
        (one["entity"], one["currency"], one["total"], one["tax"])
        == (raw.get("entity"), raw.get("currency"), raw["total"], raw["tax"])
        for one in entries
    )
    finalised = float(raw["finalised"])
    body = {
        "entity": raw.get("entity", ""),
        "finalised_at": _text(finalised, shift),
        "postings": len(entries),
        "posted_at": _text(min(one["at"] for one in entries), shift) if entries else None,
        "right": right or not entries,
        "void": bool(raw.get("void")),
        "zero": raw["total"] == 0,
        "currency": raw.get("currency", ""),
        "looked_at": _text(raw["looked"], shift) if raw.get("looked") else _text(finalised, shift),
    }
    is_due = float(raw.get("looked") or 0) - finalised >= DEADLINE.total_seconds()
    settled = body["void"] or body["zero"] or (right and len(entries) == 1)
    return _kept(environment, "invoice", key, shift(finalised), body, raw, is_open=not (is_due and settled))


def payment_fact(environment: str, key: str, raw: Raw, shift: Shift) -> KeptFact:
    """Return the fact of a payment; it is open until it is applied."""
    applied = raw.get("applied")
    body = {
        "entity": raw.get("entity", ""),
        "paid_at": _text(raw["paid"], shift),
        "applied_at": None if applied is None else _text(max(applied, raw["paid"]), shift),
        "currency": raw.get("currency", ""),
    }
    return _kept(environment, "payment", key, shift(raw["paid"]), body, raw, is_open=applied is None)


def event_fact(environment: str, key: str, raw: Raw, shift: Shift, books: Books) -> KeptFact:
    """Return the fact of an event; a delivery again did harm if what it is about is in the books more than once.

    It took effect when the middleware was done with it, if the books show it as well: an order may be lost between.
    """
    again = max(int(raw["deliveries"]) - 1, 0)
    done = raw.get("done")
    has_effect = done is not None and books.shown
    body = {
        "entity": raw.get("entity", ""),
        "type": raw["type"],
        "created": _text(raw["created"], shift),
        "effect_at": _text(max(done, raw["created"]), shift) if done is not None and has_effect else None,
        "deliveries": max(int(raw["deliveries"]), 1),
        "harmful": min(again, max(books.postings - 1, 0)),
    }
    is_open = done is None or (not has_effect and books.now - done < _SHOWN_WITHIN)
    return _kept(environment, "event", key, shift(raw["created"]), body, raw, is_open=is_open)


def subscription_fact(
    environment: str, key: str, raw: Raw, at: datetime, *, right: bool, compared: bool = True
) -> KeptFact:
    """Return the fact of a subscription that was compared, or that waits for its first comparison.

    It stays open while it lives: subscriptions are compared again and again, the one that waited longest first.
    """
    body = {"entity": raw.get("entity", ""), "compared_at": at.isoformat(), "right": right}
    lives = raw.get("status") not in {"canceled", "incomplete_expired"}
    kind = "subscription" if compared else "subscription-seen"
    return _kept(environment, kind, key, at, body, raw, is_open=lives)


def workflow_fact(environment: str, invoice: str, raw: Raw, paid: Raw, shift: Shift, touches: int) -> KeptFact:
    """Return the fact of a chain from a subscription to its cash, one an invoice; a person touched it so often."""
    body = {
        "entity": raw.get("entity", ""),
        "activated_at": _text(raw["finalised"], shift),
        "settled_at": _text(max(paid["applied"], raw["finalised"]), shift),
        "touches": touches,
    }
    return _kept(environment, "workflow", invoice, shift(paid["applied"]), body, {}, is_open=False)


def close_fact(
    place: tuple[str, str, str], ended: float, closed: float | None, found: Reconciled, shift: Shift
) -> KeptFact:
    """Return the fact of the close of a period; it stays open until it is closed and reconciled.

    Args:
        place: Environment, entity and period.
        ended: End of the period.
        closed: When the ERP closed it, None while it is open.
        found: What is known of its reconciliation.
        shift: From the environment's clock to the history's.
    """
    environment, entity, period = place
    body = {
        "entity": entity,
        "period": period,
        "ended_at": _text(ended, shift),
        "closed_at": None if closed is None else _text(max(closed, ended), shift),
        "reconciled_at": None if found.at is None else _text(max(found.at, ended), shift),
        "compared": found.known,
        "blocked_seconds": found.blocked,
        "category": found.category,
    }
    is_open = closed is None or found.at is None
    return _kept(environment, "close", f"{entity}/{period}", shift(ended), body, {}, is_open=is_open)


def category_of(fact: KeptFact) -> str:
    """Return what is wrong with an invoice that is due: `missing`, `duplicate`, `entity`, `tax`, `amount` or ""."""
    raw = raw_of(fact)
    entries = list(raw.get("entries", {}).values())
    if not entries:
        return "missing"
    if len(entries) > 1:
        return "duplicate"
    (one,) = entries
    if one["entity"] != raw.get("entity"):
        return "entity"
    if one["currency"] != raw.get("currency"):
        return "currency-fx"
    return "tax" if one["tax"] != raw["tax"] else "amount" if one["total"] != raw["total"] else ""


def difference_of(fact: KeptFact) -> int:
    """Return by how many minor units the books differ from an invoice."""
    raw = raw_of(fact)
    posted = sum(one["total"] for one in raw.get("entries", {}).values())
    return int(posted - raw["total"]) or int(raw["total"])


def raw_of(fact: KeptFact) -> Raw:
    """Return what systems said of the object of a fact."""
    body = fact.body if isinstance(fact.body, dict) else {}
    found = body.get("_told")
    return _plain(found) if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """Return a value with times as floats: the history reads numbers with a point as decimals."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def seconds_of(text: str) -> float:
    """Return a time that a system told as text, seconds since 1970; one without a zone is UTC."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _text(at: float, shift: Shift) -> str:
    return shift(float(at)).isoformat()


def _kept(  # noqa: PLR0913  (what a kept fact has)
    environment: str, kind: str, key: str, at: datetime, body: Mapping[str, Any], raw: Raw, *, is_open: bool
) -> KeptFact:
    return KeptFact(environment, kind, key, "ledger", at, {**body, "_told": raw}, is_open)
