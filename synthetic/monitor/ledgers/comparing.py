"""Invoices against the books, and what the middleware holds, as comparisons with their exceptions.

The monitor's checkpoints have names of their own, one an environment, so that a reconciliation of whole extracts under
a checkpoint of the catalog does not close what the monitor found, nor the other way round. A pair counts as compared
once: in the reading in which it is decided first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from harness.model.facts import KeptFact
from harness.model.reconciliation import Comparison, ReconciliationException
from synthetic.monitor.ledgers.known import category_of, difference_of, raw_of


def invoices_at(environment: str) -> str:
    """Return the checkpoint of invoices against the books of an environment."""
    return f"{environment}:invoices"


def held_at(environment: str, *, synthetic: bool = False) -> str:
    """Return the checkpoint of what the middleware of an environment holds, of real business or of probes."""
    return f"{environment}:held-{'synthetic-' if synthetic else ''}events"


def comparisons(
    environment: str, invoices: Sequence[KeptFact], at: datetime, deadline: timedelta, zones: Mapping[str, ZoneInfo]
) -> Iterator[tuple[Comparison, list[ReconciliationException]]]:
    """Yield a comparison per company and month of what is due, with everything that is wrong in it now.

    An invoice is marked in place (`_told.compared`), so that it is counted once.
    """
    groups: dict[tuple[str, str], list[KeptFact]] = {}
    for one in invoices:
        if _is_due(one, at, deadline):
            entity = str(raw_of(one).get("entity", ""))
            groups.setdefault((entity, _period_of(one, zones.get(entity, ZoneInfo("UTC")))), []).append(one)
    for (entity, period), group in sorted(groups.items()):
        wrong = [one for one in group if category_of(one)]
        new = [one for one in group if not raw_of(one).get("compared")]
        for one in new:
            one.body["_told"]["compared"] = True  # type: ignore[index, call-overload]
        matched = sum(not category_of(one) for one in new)
        found = [_exception(one, entity, period, at) for one in wrong]
        yield Comparison(invoices_at(environment), entity, period, at, len(new), matched), found


def held_events(
    environment: str,
    rows: Iterable[Mapping[str, Any]],
    at: datetime,
    shift: Callable[[float], datetime],
    before: Iterable[tuple[str, str]],
) -> Iterator[tuple[Comparison, list[ReconciliationException]]]:
    """Yield per company what waits in the queue of the middleware for a person, that of probes apart.

    Args:
        environment: Where.
        rows: The queue.
        at: When it was read.
        shift: From the clock of the systems to that of the history.
        before: Checkpoint and company of what waited before: what is gone is closed.
    """
    sources = {held_at(environment): "ledger", held_at(environment, synthetic=True): "probe"}
    groups: dict[tuple[str, str], list[ReconciliationException]] = {one: [] for one in before if one[0] in sources}
    for row in rows:
        checkpoint = held_at(environment, synthetic=bool(row.get("synthetic")))
        held = _held(row, checkpoint, at, shift)
        groups.setdefault((checkpoint, held.entity), []).append(held)
    for (checkpoint, entity), found in sorted(groups.items()):
        yield Comparison(checkpoint, entity, "", at, 0, 0, source=sources[checkpoint]), found


def _held(
    row: Mapping[str, Any], checkpoint: str, at: datetime, shift: Callable[[float], datetime]
) -> ReconciliationException:
    return ReconciliationException(
        key=f"{checkpoint}/{row['event_id']}",
        checkpoint=checkpoint,
        entity=str(row["legal_entity"]),
        period="",
        category=str(row["category"]),
        first_seen=shift(float(row["opened"])),
        last_seen=at,
        amount=row["amount"],
        currency=str(row["currency"] or ""),
        details={"object": row["object_id"], "code": row["code"]},
    )


def _period_of(one: KeptFact, zone: ZoneInfo) -> str:
    """Return the month an invoice was finalised in where its company is, by the clock of the systems.

    Not by when we count it: where the clock can be moved, that is another month.
    """
    return datetime.fromtimestamp(float(raw_of(one)["finalised"]), zone).strftime("%Y-%m")


def _is_due(one: KeptFact, at: datetime, deadline: timedelta) -> bool:
    body = one.body if isinstance(one.body, dict) else {}
    return one.at.astimezone(UTC) <= at - deadline and not body.get("void") and not body.get("zero")


def _exception(one: KeptFact, entity: str, period: str, at: datetime) -> ReconciliationException:
    raw = raw_of(one)
    return ReconciliationException(
        key=f"{invoices_at(one.environment)}/{one.key}",
        checkpoint=invoices_at(one.environment),
        entity=entity,
        period=period,
        category=category_of(one),
        first_seen=at,
        last_seen=at,
        amount=difference_of(one),
        currency=str(raw.get("currency", "")),
        details={"invoice": one.key},
    )
