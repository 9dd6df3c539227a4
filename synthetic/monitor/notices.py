"""Who is told what, and when: news, escalation, reminders at doubling distances, recovery. Pure: time is given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from harness.model import JSON
from harness.model.monitoring import Alert, AlertState
from synthetic.monitor.alerting import probes_of, remembering, told
from synthetic.monitor.rules import Level, more_urgent, spoken

_FIRST_REMINDER = {Level.PAGE.value: timedelta(hours=1), Level.TICKET.value: timedelta(days=1)}
_OTHER_REMINDER = timedelta(days=1)
_LONGEST = timedelta(days=7)


class Occasion(StrEnum):
    """Why somebody is told."""

    OPENED = "opened"
    ESCALATED = "escalated"
    REMINDER = "reminder"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about one cause.

    Attributes:
        occasion: Why now.
        alert: The cause, as it is now.
        explained: Alerts that this one explains; nobody is told of them apart.
        at: When.
    """

    occasion: Occasion
    alert: Alert
    explained: tuple[Alert, ...]
    at: datetime

    @property
    def id(self) -> str:
        """The same if the same message is sent again after a failure, so that its reader can drop the second."""
        alert = self.alert
        number = alert.reminders + 1 if self.occasion is Occasion.REMINDER else 0
        level = alert.level if self.occasion is Occasion.ESCALATED else ""
        said = f"{alert.key}\n{alert.opened.isoformat()}\n{self.occasion}\n{number}\n{level}"
        return hashlib.sha256(said.encode()).hexdigest()[:24]

    @property
    def headline(self) -> str:
        """The sentence first, as a person reads it."""
        alert = self.alert
        sentence = told(alert, "sentence")
        if self.occasion is Occasion.RECOVERED:
            lasted = spoken((alert.closed_at or self.at) - alert.opened)
            return f"Over after {lasted}: {sentence}"
        if self.occasion is Occasion.REMINDER:
            return f"Still, since {spoken(self.at - alert.opened)}: {sentence}"
        return sentence


def due(alerts: Sequence[Alert], now: datetime) -> tuple[Notice, ...]:
    """Return what must be said now, the most urgent first.

    Nothing is said of an alert that another explains, that is held back (maintenance, observe mode), or, but for its
    end and its worsening, that somebody has taken.
    """
    found = []
    for alert in alerts:
        occasion = _occasion(alert, now)
        if occasion is not None:
            explained = tuple(one for one in alerts if one.cause == alert.key and one.state is not AlertState.CLOSED)
            found.append(Notice(occasion, alert, explained, now))
    ranks = [level.value for level in Level]
    return tuple(sorted(found, key=lambda one: (ranks.index(one.alert.level), one.alert.opened, one.alert.key)))


def said(notice: Notice) -> Alert:
    """Return the alert after its notice has reached somebody."""
    alert = notice.alert
    if notice.occasion is Occasion.RECOVERED:
        return remembering(alert, recovery="told")
    reminders = alert.reminders + 1 if notice.occasion is Occasion.REMINDER else 0
    return remembering(replace(alert, notified=notice.at, reminders=reminders), level=alert.level)


def next_reminder(alert: Alert) -> datetime | None:
    """Return when the next reminder is due, None if nobody was told yet: 1 h, 2 h, 4 h after a page, at most 7 d."""
    if alert.notified is None:
        return None
    first: timedelta = _FIRST_REMINDER.get(alert.level, _OTHER_REMINDER)
    return alert.notified + min(first * int(2 ** min(alert.reminders, 16)), _LONGEST)


def to_json(notice: Notice) -> dict[str, JSON]:
    """Return a notice as the webhook sends it: no amounts, no evidence, nothing a chat channel must not see."""
    alert = notice.alert
    return {
        "schema": "contract-harness/alert/1",
        "id": notice.id,
        "occasion": notice.occasion.value,
        "at": _text(notice.at),
        "headline": notice.headline,
        "level": alert.level,
        "environment": alert.environment,
        "entity": alert.entity,
        "system": alert.system,
        "category": alert.category,
        "drill": alert.category == "canary",
        "key": alert.key,
        "opened": _text(alert.opened),
        "seen": _text(alert.seen),
        "closed": _text(alert.closed_at) if alert.closed_at else None,
        "count": alert.count,
        "why": told(alert, "why"),
        "owner": alert.owner or told(alert, "owner"),
        "first_to_act": told(alert, "first_to_act"),
        "recovery": told(alert, "procedure"),
        "probes": list(probes_of(alert)),
        "run": alert.run,
        "explains": [
            {"key": one.key, "system": one.system, "category": one.category, "sentence": told(one, "sentence")}
            for one in notice.explained
        ],
    }


def to_text(notice: Notice) -> str:
    """Return a notice for a chat or a mail: the sentence, the facts, whose it is."""
    alert = notice.alert
    lines = [notice.headline, ""]
    where = "  ".join(part for part in (alert.environment, alert.entity, alert.system) if part)
    lines.append(f"{alert.level}  {alert.category}  {where}")
    runs = f"seen in {alert.count} {'run' if alert.count == 1 else 'runs'}"
    seen = "told by the ledgers" if alert.system == "ledger" else runs
    lines.append(f"since {alert.opened:%d %b %Y %H:%M} UTC, {seen}")
    if told(alert, "why"):
        lines.append(f"because {told(alert, 'why')}")
    lines += [f"explains {one.system} {one.category}: {told(one, 'sentence')}" for one in notice.explained]
    owner = alert.owner or told(alert, "first_to_act") or told(alert, "owner")
    if owner:
        lines.append(f"first to act: {owner}")
    if told(alert, "procedure"):
        lines.append(f"next: {told(alert, 'procedure')}")
    return "\n".join(lines) + "\n"


def _occasion(alert: Alert, now: datetime) -> Occasion | None:
    if alert.state is AlertState.CLOSED:
        return Occasion.RECOVERED if told(alert, "recovery") == "due" else None
    if alert.cause or told(alert, "held"):
        return None
    if alert.notified is None:
        return Occasion.OPENED
    if more_urgent(alert.level, told(alert, "level")):
        return Occasion.ESCALATED
    again = next_reminder(alert)
    if alert.state is AlertState.OPEN and again is not None and now >= again:
        return Occasion.REMINDER
    return None


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
