"""From the history, and from files of ledger facts, to the facts that figures are counted from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

from harness.history import (
    History,
    alerts_since,
    comparisons_since,
    exceptions_since,
    facts_since,
    runs_since,
    verdicts_since,
)
from harness.metrics.facts import (
    CallFact,
    ChangeFact,
    CloseFact,
    EventFact,
    Facts,
    InvoiceFact,
    PaymentFact,
    SubscriptionFact,
    Window,
    WorkflowFact,
)
from harness.metrics.runs import facts_of_runs, is_counted
from harness.model import JSON, Location, UnreadableError
from harness.model.facts import KeptFact

KINDS: Mapping[str, tuple[str, type]] = {
    "invoice": ("invoices", InvoiceFact),
    "payment": ("payments", PaymentFact),
    "event": ("events", EventFact),
    "call": ("calls", CallFact),
    "workflow": ("workflows", WorkflowFact),
    "subscription": ("subscriptions", SubscriptionFact),
    "close": ("closes", CloseFact),
    "change": ("changes", ChangeFact),
}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_LINE = 1 << 20
_CLOSES = timedelta(days=62)
"""How far back the newest closed period may lie, whatever the window."""
_KEPT = Location("history", "", 1, 1)


def read_facts(history: History, environment: str, window: Window) -> tuple[Facts, ...]:
    """Return what the history holds, an environment each: runs and alerts of the window, and what is still open.

    Exceptions and comparisons of which nobody said the environment stand apart, where none is asked for; verdicts of
    the gate are of none, and stand in the last.

    Args:
        history: The store.
        environment: Only this one; "" for all.
        window: What is read.
    """
    runs = runs_since(history, window.since, window.until, environment=environment)
    alerts = alerts_since(history, window.since)
    kept = facts_since(history, window.since, window.until, environment=environment)
    closes = facts_since(
        history, max(window.until - _CLOSES, _BEGINNING), window.until, environment=environment, kind="close"
    )
    silent = {run.id for run in runs if not is_counted(run)}
    exceptions = exceptions_since(history, window.since, environment=environment)
    comparisons = comparisons_since(history, window.since, environment=environment)
    rows = (runs, alerts, kept, exceptions, comparisons)
    names = {one.environment for several in rows for one in several} - {""}
    found = [
        _with_kept(
            replace(
                facts_of_runs([run for run in runs if run.environment == name], name, _measured(kept, name)),
                alerts=tuple(one for one in alerts if one.environment == name),
                exceptions=tuple(one for one in exceptions if one.environment == name),
                comparisons=tuple(one for one in comparisons if one.environment == name),
            ),
            [
                one
                for one in (*(row for row in kept if row.kind != "close"), *closes)
                if one.environment == name and _run_of(one) not in silent
            ],
        )
        for name in ([environment] if environment else sorted(names))
    ]
    unnamed = Facts(
        exceptions=tuple(one for one in exceptions if not one.environment),
        comparisons=tuple(one for one in comparisons if not one.environment),
    )
    last = found.pop() if environment else unnamed
    return (*found, replace(last, verdicts=verdicts_since(history, window.since, window.until)))


def _with_kept(facts: Facts, kept: Iterable[KeptFact]) -> Facts:
    """Return facts with those that the history keeps of ledgers and calls, each with its own source."""
    found: dict[str, list[Any]] = {}
    for one in kept:
        if one.kind not in KINDS or not isinstance(one.body, dict):
            continue  # what a reader keeps for itself
        name, kind = KINDS[one.kind]
        row = {key: value for key, value in one.body.items() if not key.startswith("_")}
        found.setdefault(name, []).append(replace(_value(kind, row, _KEPT), source=one.source))
    added: dict[str, Any] = {name: (*getattr(facts, name), *rows) for name, rows in found.items()}
    return replace(facts, **added)


def _measured(kept: Iterable[KeptFact], environment: str) -> frozenset[str]:
    """Return the runs whose calls were timed one by one: their steps need not be counted as calls again."""
    return frozenset(_run_of(one) for one in kept if one.environment == environment) - {""}


def _run_of(one: KeptFact) -> str:
    """Return the run whose calls a fact counts, "" for any other fact."""
    return one.key.split("/", 2)[1] if one.kind == "call" and one.source == "probe" else ""


def whole_history(now: datetime) -> Window:
    """Return the window that counters of an exposition count: everything kept."""
    return Window(_BEGINNING, now + timedelta(microseconds=1))


def read_ledger_facts(text: str, path: str, into: Facts) -> Facts:
    """Return `into` with the facts of a file: a JSON object a line, its `kind` one of KINDS, `source` ledger.

    Raises:
        UnreadableError: A line that is none; with its number.
    """
    found: dict[str, list[Any]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            kind, fact = _fact(line, Location(path, "", number, 1))
            found.setdefault(kind, []).append(fact)
    added: dict[str, Any] = {name: (*getattr(into, name), *facts) for name, facts in found.items()}
    return replace(into, **added)


def _fact(line: str, place: Location) -> tuple[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise UnreadableError("this line is longer than 1 MB", location=place, remedy="One fact a line.")
    try:
        row: JSON = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("this line is no JSON", location=place, remedy="One JSON object a line.") from error
    if not isinstance(row, dict) or row.get("kind") not in KINDS:
        raise UnreadableError(
            "this line has no known kind", location=place, remedy=f"kind is one of: {', '.join(KINDS)}."
        )
    name, kind = KINDS[str(row["kind"])]
    return name, _value(kind, {key: value for key, value in row.items() if key != "kind"}, place)


def _value(kind: type, row: dict[str, JSON], place: Location) -> Any:
    hints = get_type_hints(kind)
    known = {one.name: one for one in fields(kind) if one.name != "source"}
    row.pop("source", None)  # what a file says is the ledger's
    for name in row:
        if name not in known:
            raise UnreadableError(
                f'"{name}" is no field here', location=place, remedy=f"Fields: {', '.join(sorted(known))}."
            )
    missing = [name for name, one in known.items() if name not in row and one.default is MISSING]
    if missing:
        raise UnreadableError(f'"{missing[0]}" is missing', location=place, remedy=f"Needed: {', '.join(missing)}.")
    values = {name: _converted(name, hints[name], value, place) for name, value in row.items()}
    if "source" in hints:
        values["source"] = "ledger"
    return kind(**values)


def _converted(name: str, hint: Any, value: JSON, place: Location) -> object:
    if value is None and hint == (datetime | None):
        return None
    reading = _READERS.get(hint if hint != (datetime | None) else datetime)
    found = reading(value) if reading else None
    if found is None:
        raise UnreadableError(
            f'"{name}" cannot be {json.dumps(value, default=str)[:60]}', location=place, remedy=_REMEDIES[name]
        )
    return found


def _time(value: JSON) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo else None


def _count(value: JSON) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _counts(value: JSON) -> tuple[int, ...] | None:
    found = [_count(one) for one in value] if isinstance(value, list) and len(value) <= 64 else [None]
    return None if None in found else tuple(one for one in found if one is not None)


def _names(value: JSON) -> tuple[str, ...] | None:
    found = value if isinstance(value, list) else [None]
    return tuple(str(one) for one in found) if all(isinstance(one, str) for one in found) else None


def _seconds(value: JSON) -> float | None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= float(value) < 1e12 else None  # type: ignore[arg-type]


_READERS: Mapping[Any, Callable[[JSON], object]] = {
    str: lambda value: value if isinstance(value, str) else None,
    bool: lambda value: value if isinstance(value, bool) else None,
    int: _count,
    float: _seconds,
    tuple[int, ...]: _counts,
    tuple[str, ...]: _names,
    datetime: _time,
}


class _Remedies(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "A time with its zone: 2027-01-31T06:00:00+00:00." if name.endswith("_at") or name == "at" else "See it."


_REMEDIES = _Remedies(
    postings="A whole number, 0 or more.",
    touches="A whole number, 0 or more.",
    count="A whole number, 0 or more.",
    deliveries="A whole number, 0 or more.",
    harmful="A whole number, 0 or more.",
    blocked_seconds="Seconds, 0 or more.",
    seconds="Seconds, 0 or more.",
    buckets="A list of whole numbers, one more than there are bounds.",
)
