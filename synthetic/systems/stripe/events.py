"""What happened in billing, in our words: what metrics are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer
from synthetic.systems.stripe.api import StripeApi

_TOLD = {
    "invoice.finalized": "invoice.finalised",
    "invoice.voided": "invoice.voided",
    "charge.succeeded": "payment.succeeded",
    "customer.subscription.created": "subscription.changed",
    "customer.subscription.updated": "subscription.changed",
    "customer.subscription.deleted": "subscription.changed",
}
"""Events that metrics are counted from, and our words for them."""


class StripeEvents:
    """Operations are the public methods, named as their callers say them."""

    def __init__(self, api: StripeApi) -> None:
        """Keep it."""
        self._api = api

    def events_of(self, since: int, until: int) -> Answer:
        """Show what happened in [since, until) that metrics are counted from, oldest first.

        `until` of the answer says how far it reaches: a span with more than a page of events is halved, so that one
        call stays short, however far behind its reader is.
        """
        end, page = until, self._events(since, until)
        while page["has_more"] and end - since > 1:
            end = since + (end - since) // 2
            page = self._events(since, end)
        found = list(page["data"])
        while page["has_more"]:  # more than a page in one second
            page = self._events(since, end, starting_after=found[-1]["id"])
            found += page["data"]
        rows: list[JSON] = [_event_row(one) for one in reversed(found)]
        return {"count": len(rows), "events": rows, "until": end}

    def _events(self, since: int, until: int, **more: str) -> dict[str, Any]:
        created = {"gte": since, "lt": until}
        return self._api.get("events", {"types": list(_TOLD), "created": created, "limit": 100, **more})


def _event_row(event: Mapping[str, Any]) -> dict[str, JSON]:
    """Return an event in our words; the facts of a subscription's invoice may stand with the subscription."""
    found = event["data"]["object"]
    parent = (found.get("parent") or {}).get("subscription_details") or found.get("subscription_details") or {}
    metadata = {**(parent.get("metadata") or {}), **(found.get("metadata") or {})}
    return {
        "id": event["id"],
        "type": _TOLD[event["type"]],
        "at": int(event["created"]),
        "object": found["id"],
        "entity": metadata.get("legal_entity", ""),
        "synthetic": metadata.get("synthetic") == "true",
        "currency": str(found.get("currency") or "").upper(),
        "total": int(found.get("total") or found.get("amount") or 0),
        "tax": int(found.get("tax") or 0),
        "invoice": str(found.get("invoice") or ""),
        "subscription": str(found.get("subscription") or parent.get("subscription") or ""),
        "status": str(found.get("status") or ""),
    }
