"""Subscriptions compared over all systems, those that waited longest first, a bounded number a reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from harness.history.facts import open_facts
from harness.history.store import History
from harness.model.facts import KeptFact
from synthetic.monitor.ledgers.calls import Asking
from synthetic.monitor.ledgers.known import DEADLINE, raw_of, subscription_fact

_AT_ONCE = 20
_AGAIN_AFTER = timedelta(minutes=15)
_LIVE = frozenset({"active", "trialing", "past_due"})


def compared(
    asking: Asking, history: History, environment: str, wall: datetime, now: float, new: Sequence[KeptFact]
) -> list[KeptFact]:
    """Compare some subscriptions and return their facts; those too young to have arrived everywhere wait.

    Raises:
        UnreachableError: A system could not be asked.
    """
    waiting = {
        one.key: one
        for kind in ("subscription", "subscription-seen")
        for one in open_facts(history, environment, kind, _AT_ONCE * 4)
        if kind == "subscription-seen" or wall - one.at >= _AGAIN_AFTER
    }
    waiting |= {one.key: one for one in new if one.kind == "subscription-seen"}
    found = []
    for key, one in sorted(waiting.items(), key=lambda pair: pair[1].at)[:_AT_ONCE]:
        raw = raw_of(one)
        if now - float(raw.get("created", 0)) < DEADLINE.total_seconds():
            continue
        seen = asking.ask("billing", "subscription_of", subscription=key)
        right = not list(_wrong(asking, key, seen))
        raw["status"] = seen.get("status", "")
        found.append(subscription_fact(environment, key, raw, wall, right=right))
        if one.kind == "subscription-seen":
            # it is counted from now on, and need not be looked for as one that never was
            found.append(KeptFact(environment, one.kind, key, "ledger", one.at, {"_told": raw}, is_open=False))
    return found


def _wrong(asking: Asking, key: str, billed: dict[str, Any]) -> Iterator[str]:
    """Yield what another system says otherwise: state, quantity, plan value, currency, contract, company."""
    is_live = billed.get("status") in _LIVE
    entitled = asking.ask("entitlements", "entitlement_of", subscription=key)
    if entitled.get("count") != 1 or (entitled.get("status") == "on") is not is_live:
        yield "entitlement"
    elif is_live and entitled.get("quantity") != billed.get("quantity"):
        yield "quantity"
    forecast = asking.ask("analytics", "forecast_of", subscription=key)
    if forecast.get("count") != 1 or (forecast.get("status") == "live") is not is_live:
        yield "forecast"
    elif forecast.get("contract") != billed.get("contract"):
        yield "contract"
    elif billed.get("price") and forecast.get("arr") != int(billed["price"]) * int(billed["quantity"] or 1):
        yield "amount"
    yield from _wrong_posting(asking, key, billed)


def _wrong_posting(asking: Asking, key: str, billed: dict[str, Any]) -> Iterator[str]:
    invoice = asking.ask("billing", "invoice_of", subscription=key)
    if not invoice.get("count") or not invoice.get("total") or invoice.get("status") == "void":
        return
    posted = asking.ask("erp", "posting_of", invoice=invoice["invoice"])
    if posted.get("count") != 1:
        yield "posting"
    elif posted.get("entity") != billed.get("entity"):
        yield "entity"
    elif (posted.get("total"), posted.get("currency")) != (invoice["total"], invoice["currency"]):
        yield "amount"
