"""The canary: once a day something is wrong on purpose, and somebody must hear of it.

An invoice that is taxed wrongly on purpose is made and taken back. The alert that follows is marked as a drill, is told
like any other, and ends when it was told; no budget pays for it. That nobody was told in time is an alarm of its own,
and stops the sign of life, since the usual way to people is the one that may be broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harness.model import JSON
from harness.model.monitoring import Alert, AlertState
from harness.model.runs import Run, RunVerdict
from synthetic.deeds.ports import Port
from synthetic.monitor.alerting import key_of, remembering, told
from synthetic.monitor.rules import Level, ended, entity_of, sentence_of, spoken
from synthetic.monitor.schedule import Schedule
from synthetic.probes.scenarios import GERMAN_PRO_NET, accept, account_of, onboard
from synthetic.transaction import Transaction, probe

ORIGIN = "canary"
CATEGORY = "canary"
MISSED = "canary-missed"
TOLD = "monitor.canary"
"""Measurement: seconds from the beginning of a canary until somebody was told."""
EXPECTED = frozenset({"tax"})
WRONG_CODE = "DE-OS"
"""Outside the scope of German tax: never right for a German business that buys in Germany."""


@probe("canary-wrong-invoice", workflow="W3", every="24h", owner="finance-systems")
async def wrong_invoice(tx: Transaction, crm: Port, billing: Port) -> None:
    """An invoice that is taxed wrongly on purpose is noticed. This probe must fail."""
    sale = GERMAN_PRO_NET
    account = account_of(tx, sale.entity)
    accepted = await accept(tx, crm, account)
    customer = await onboard(tx, billing, account, accepted, terms=sale.terms)
    made = await tx.do(
        "Invoice with the wrong tax finalised",
        billing.bill(
            customer=customer,
            sku=sale.sku,
            amounts=[sale.net],
            entity=sale.entity,
            currency=sale.currency,
            tax_code=WRONG_CODE,
            contract=f"C-{tx.run_id}",
            terms=sale.terms,
            key=tx.key("invoice"),
        ),
        undo=lambda answer: billing.void(invoice=answer["id"], key=tx.key("undo")),
    )
    await tx.see(
        "Invoice bears the tax of its country",
        billing.invoice_of(invoice=made["id"]),
        within="2m",
        fixed={"count": 1, "entity": sale.entity, "net": sale.net, "tax": sale.tax},
    )


@dataclass(frozen=True, slots=True)
class Canary:
    """When the canary is played, and within which time somebody must have been told.

    Attributes:
        schedule: Of its probe in one environment.
        deadline: From the planned time until somebody was told.
    """

    schedule: Schedule
    deadline: timedelta = timedelta(hours=1)

    def missed(self, now: datetime, since: datetime, told_at: datetime | None) -> datetime | None:
        """Return the planned time of a canary of which nobody was told in time; None if all is well.

        Args:
            now: The time.
            since: When watching began: what was planned before is nobody's fault.
            told_at: When somebody was told of a canary last.
        """
        planned = self.schedule.latest(now - self.deadline)
        if planned is None or planned < since or (told_at is not None and told_at >= planned):
            return None
        return planned


def is_drill(alert: Alert) -> bool:
    """Whether an alert is the canary's own, and nothing is wrong."""
    return alert.category == CATEGORY


def after_canary(alerts: Sequence[Alert], run: Run, held: str = "") -> tuple[Alert, ...]:
    """Return the open alerts after a canary: a drill to tell of, or an alarm that it was not noticed."""
    if run.verdict is RunVerdict.FAILED and run.category in EXPECTED:
        said = f"Canary drill, nothing to do: {sentence_of(run)}"
        why = "an invoice was taxed wrongly on purpose; this message proves the way from a wrong invoice to you"
        return _with(alerts, run, CATEGORY, said, why, held)
    if run.verdict is RunVerdict.PASSED:
        said = "The canary was not noticed: an invoice that was taxed wrongly on purpose looked right."
    else:
        said = f"The canary did not fail as it must: {sentence_of(run)}"
    return _with(alerts, run, MISSED, said, "a canary must fail with category tax", held)


def after_deadline(
    alerts: Sequence[Alert], canary: Canary, planned: datetime, now: datetime, held: str = ""
) -> tuple[Alert, ...]:
    """Return the open alerts with the alarm that nobody was told of a canary in time."""
    environment = canary.schedule.environment
    key = key_of(environment, "", "", MISSED)
    if any(alert.key == key for alert in alerts):
        return tuple(alerts)
    said = f"Nobody was told of the canary of {planned:%d %b %H:%M} UTC within {spoken(canary.deadline)}."
    details: JSON = {
        "probes": {},
        "sentence": said,
        "why": "the way from a wrong invoice to a person is broken",
        "held": held,
    }
    opened = Alert(key, environment, "", "", MISSED, now, now, level=Level.PAGE.value, details=details)
    return (*alerts, opened)


def after_telling(alert: Alert, at: datetime) -> Alert:
    """Return the alert of a drill after somebody was told: over, and nobody hears of it again."""
    return remembering(replace(alert, state=AlertState.CLOSED, closed_at=at), recovery="")


def over(alert: Alert, at: datetime) -> Alert:
    """Return the alarm of a missed canary after a later one was told."""
    return remembering(replace(alert, state=AlertState.CLOSED, closed_at=at), recovery="due" if alert.notified else "")


def _with(alerts: Sequence[Alert], run: Run, category: str, said: str, why: str, held: str) -> tuple[Alert, ...]:
    step = run.failed_step
    system = step.system if step and category == CATEGORY else ""
    entity = entity_of(run) if category == CATEGORY else ""
    key = key_of(run.environment, entity, system, category)
    known = next((alert for alert in alerts if alert.key == key), None)
    at = ended(run)
    details: JSON = {
        "probes": {},
        "sentence": said,
        "why": why,
        "held": held,
        "owner": run.owner,
        "began": run.started.isoformat(),
    }
    opened = Alert(
        key, run.environment, entity, system, category, at, at, level=Level.PAGE.value, run=run.id, details=details
    )
    if known is None:
        return (*alerts, opened)
    again = remembering(replace(known, seen=at, count=known.count + 1, run=run.id), sentence=said, held=held)
    return tuple(again if alert is known else alert for alert in alerts)


def seconds_to_tell(alert: Alert, at: datetime) -> float:
    """Return how long after the beginning of its canary somebody was told."""
    began = told(alert, "began")
    return (at - (datetime.fromisoformat(began) if began else alert.opened)).total_seconds()
