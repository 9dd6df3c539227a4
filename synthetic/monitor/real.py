"""What real business means for the people who are told: burn rates where there is traffic, else counts of exceptions.

A burn rate over a handful of invoices is noise: 14.4 and 6 times the budget (an hour, six hours, each with a twelfth of
it beside) are believed only of windows with a hundred events or more. Below that what is open is counted: one exception
is a ticket, five of one company and category are a page. It is over as soon as the ledgers say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from harness.metrics.counting import families
from harness.metrics.facts import Facts, Window
from harness.metrics.objectives import Attained, Objective, attained
from harness.model import JSON
from harness.model.monitoring import Alert, AlertState
from harness.model.reconciliation import ExceptionState, ReconciliationException
from synthetic.monitor.alerting import key_of, remembering
from synthetic.monitor.rules import Level, Signal, more_urgent, spoken

SYSTEM = "ledger"
"""System of alerts about real business: the books, and not what a probe saw in one of the systems."""
ENOUGH = 100
BURNS = ((Fraction(144, 10), timedelta(hours=1)), (Fraction(6), timedelta(hours=6)))
LONGEST = BURNS[-1][1]
PAGE_COUNT = 5


@dataclass(frozen=True, slots=True)
class Real:
    """What is told of one environment now.

    Attributes:
        signals: By category and entity at most one.
        known: Whether the ledgers could be asked; if not, what is open stays open.
    """

    signals: tuple[Signal, ...]
    known: bool = True


def judge_real(facts: Facts, objectives: Iterable[Objective], now: datetime) -> tuple[Signal, ...]:
    """Return what real figures mean: burnt budgets, and exceptions where there is no traffic to speak of."""
    mine = [one for one in objectives if _is_of_ledger(one)]
    burnt = [signal for one in mine if (signal := _burnt(facts, one, now)) is not None]
    has_traffic = any(_counted(facts, one, LONGEST, now).total >= ENOUGH for one in mine)
    return (*burnt, *([] if has_traffic else _open(facts.exceptions, now)))


def after_real(
    alerts: Sequence[Alert], environment: str, real: Real, now: datetime, *, held: str = ""
) -> tuple[tuple[Alert, ...], list[Alert]]:
    """Return the open alerts of an environment after the ledgers were judged, and those that are over."""
    if not real.known:
        return tuple(alerts), []
    wanted = {key_of(environment, one.entity, SYSTEM, one.category): one for one in real.signals}
    mine = {one.key: one for one in alerts if one.system == SYSTEM}
    others = tuple(one for one in alerts if one.system != SYSTEM)
    current = tuple(
        _again(mine[key], signal, now, held) if key in mine else _opened(key, environment, signal, now, held)
        for key, signal in wanted.items()
    )
    return (*others, *current), [_over(one, now) for key, one in mine.items() if key not in wanted]


def _is_of_ledger(one: Objective) -> bool:
    if one.good is None or one.total is None:
        return False
    return any(row.label == "source" and row.wanted and row.values == {"ledger"} for row in one.total.matchers)


def _counted(facts: Facts, one: Objective, length: timedelta, now: datetime) -> Attained:
    return attained(one, families(facts, Window(now - length, now)))


def _burnt(facts: Facts, one: Objective, now: datetime) -> Signal | None:
    for factor, length in BURNS:
        found = _counted(facts, one, length, now)
        if found.total < ENOUGH or _burn(found) < factor:
            continue
        if _burn(_counted(facts, one, length / 12, now)) < factor:
            continue  # it burnt, and does no longer
        said = f"{one.title}: {found.spent} of {found.total} bad in {spoken(length)}."
        why = f"{float(_burn(found)):.0f} times what {spoken(one.window)} allow; {float(factor):g} times is a page"
        return Signal(Level.PAGE, one.name, SYSTEM, "", said, why)
    return None


def _burn(found: Attained) -> Fraction:
    budget = 1 - found.objective.target
    return Fraction(found.spent, found.total) / budget if found.total and budget else Fraction(0)


def _open(exceptions: Iterable[ReconciliationException], now: datetime) -> list[Signal]:
    groups: dict[tuple[str, str], list[ReconciliationException]] = {}
    for one in exceptions:
        if one.source == "ledger" and one.state is ExceptionState.OPEN and one.closed_at is None:
            groups.setdefault((one.entity, one.category), []).append(one)
    found = []
    for (entity, category), rows in sorted(groups.items()):
        level = Level.PAGE if len(rows) >= PAGE_COUNT else Level.TICKET
        age = spoken(now - min(one.first_seen for one in rows))
        many = "exceptions" if len(rows) > 1 else "exception"
        said = f"{len(rows)} {many} in the books of {entity or 'no company'} ({category}), the oldest for {age}."
        found.append(Signal(level, category, SYSTEM, entity, said, f"from 1 on a ticket, from {PAGE_COUNT} on a page"))
    return found


def _opened(key: str, environment: str, signal: Signal, now: datetime, held: str) -> Alert:
    details: JSON = {"probes": {}, "sentence": signal.sentence, "why": signal.why, "held": held, "owner": ""}
    level = signal.level.value
    return Alert(key, environment, signal.entity, SYSTEM, signal.category, now, now, level=level, details=details)


def _again(alert: Alert, signal: Signal, now: datetime, held: str) -> Alert:
    worse = more_urgent(signal.level.value, alert.level)
    after = replace(alert, seen=now, level=signal.level.value if worse else alert.level)
    return remembering(after, sentence=signal.sentence, why=signal.why, held=held)


def _over(alert: Alert, now: datetime) -> Alert:
    closed = replace(alert, state=AlertState.CLOSED, closed_at=now, cause="")
    return remembering(closed, recovery="due" if alert.notified else "")
