"""From a run as the transaction leaves it to a run as the history keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from harness.model.runs import Difference, Leak, Run, RunVerdict, Step
from synthetic import transaction
from synthetic.deeds.calls import Kind
from synthetic.transaction.running import run_id_of


def recorded(run: transaction.Run, *, owner: str = "") -> Run:
    """Return a run of the history.

    Args:
        run: What was played.
        owner: Of the probe.
    """
    return Run(
        id=run_id_of(run.probe, run.slot, run.environment),
        probe=run.probe,
        environment=run.environment,
        slot=run.slot,
        verdict=RunVerdict(run.verdict.value),
        started=run.started,
        seconds=run.seconds,
        category=run.category,
        entity=_entity(run),
        owner=owner,
        detected_after=run.detected_after,
        reason=run.reason,
        calls=run.calls,
        assertions=run.assertions,
        steps=tuple(_step(step) for step in run.steps),
        leaks=tuple(_leak(leak) for leak in run.leaks),
    )


def on_real_time(run: Run, began: datetime, ended: datetime) -> Run:
    """Return a run on virtual time as it took place: between two real times.

    How long each step took stays as it was, since that is what is measured; nothing lies in the future, or the run of
    a renewal would hide itself from every question about today.
    """
    shift = began - run.started
    steps = tuple(replace(step, started=min(step.started + shift, ended)) for step in run.steps)
    return replace(run, started=began, seconds=(ended - began).total_seconds(), steps=steps)


def _step(step: transaction.StepRecord) -> Step:
    call = step.call
    is_advance = call.port == "clock"
    look = "hold" if step.hold else "look"
    return Step(
        title=step.title,
        kind="advance" if is_advance else "deed" if call.kind is Kind.DEED else look,
        system=call.port,
        operation=call.operation,
        verdict=RunVerdict(step.verdict.value),
        started=step.started,
        seconds=step.took,
        category=step.category,
        within=step.within,
        retries=step.retries,
        differences=tuple(
            Difference(one.object, one.field, one.expected, one.seen, one.category, one.fixed)
            for one in step.differences
        ),
        look_count=step.looks,
        request=dict(call.request),
        key=call.key,
        evidence=step.answer,
        reason=step.reason,
    )


def _leak(leak: transaction.Leak) -> Leak:
    call = leak.call
    return Leak(leak.title, call.port, call.operation, dict(call.request), call.key, leak.reason)


def _entity(run: transaction.Run) -> str:
    for step in run.steps:
        for told in (step.call.request, step.answer):
            found = (told.get("entity") or told.get("legal_entity")) if isinstance(told, dict) else None
            if isinstance(found, str) and found:
                return found
    return ""
