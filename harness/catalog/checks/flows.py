"""Checks of critical workflows: contract, probe, order, recovery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from harness.catalog.checks.context import Context
from harness.catalog.checks.cycles import cycles
from harness.catalog.durations import parse_duration
from harness.catalog.workflows import Step, Workflow
from harness.model import Finding, Level, Location


def steps_without_contract(context: Context) -> Iterator[Finding]:
    """Steps that name no contract, or one that nobody provides."""
    for flow in context.catalog.workflows():
        for step in flow.steps:
            place = context.at(flow.ref, "steps", step.index)
            if not step.contracts:
                yield _contract(flow, step, "names no contract", place)
            for index, name in enumerate(step.contracts):
                if not _known(context, name):
                    where = context.at(flow.ref, "steps", step.index, "contracts", index)
                    yield _contract(flow, step, f'names the contract "{name}", which is not there', where)


def _known(context: Context, name: str) -> bool:
    if context.contracts is None:
        return context.catalog.api_for_contract(name) is not None
    return name in context.contracts


def _contract(flow: Workflow, step: Step, what: str, place: Location) -> Finding:
    return Finding(
        rule="workflow-step-without-contract",
        title=f"{flow.id} {_name(step)} {what}",
        level=Level.ERROR,
        location=place,
        remedy="Name the APIs and event contracts the step uses, as their folders are called.",
        values=(flow.ref, _name(step), what),
    )


def steps_without_probe(context: Context) -> Iterator[Finding]:
    """Steps that no probe asserts: if they fail, a customer says so first."""
    for flow in context.catalog.workflows():
        for step in flow.steps:
            if not step.probe:
                yield Finding(
                    rule="workflow-step-without-probe",
                    title=f"{flow.id} {_name(step)} names no probe",
                    level=Level.ERROR,
                    location=context.at(flow.ref, "steps", step.index),
                    remedy="Name the probe that asserts the step.",
                    values=(flow.ref, _name(step)),
                )


def unordered_postings(context: Context) -> Iterator[Finding]:
    """Steps that post to a ledger without a key that keeps them in order."""
    for flow in context.catalog.workflows():
        for step in flow.steps:
            if step.interaction == "post" and not (step.ordering_key or step.control_point):
                yield Finding(
                    rule="workflow-post-unordered",
                    title=f"{flow.id} {_name(step)} posts without ordering key or control point",
                    level=Level.ERROR,
                    location=context.at(flow.ref, "steps", step.index),
                    remedy="Name the key by which postings stay in order, such as contract_id and version.",
                    values=(flow.ref, _name(step)),
                )


def step_order(context: Context) -> Iterator[Finding]:
    """Steps named twice, after a step that is not there, or after themselves."""
    for flow in context.catalog.workflows():
        names = [step.id for step in flow.steps]
        for step in flow.steps:
            if not step.id or names.index(step.id) != step.index:
                yield _order(context, flow, step, "has no id of its own")
            for name in step.after:
                if name not in names:
                    yield _order(context, flow, step, f'comes after "{name}", which is no step')
        for cycle in cycles({step.id: step.after for step in flow.steps}):
            step = flow.steps[names.index(cycle[0])]
            yield _order(context, flow, step, f"comes after itself ({' after '.join((*cycle, cycle[0]))})")


def _order(context: Context, flow: Workflow, step: Step, what: str) -> Finding:
    return Finding(
        rule="workflow-step-order",
        title=f"{flow.id} {_name(step)} {what}",
        level=Level.ERROR,
        location=context.at(flow.ref, "steps", step.index),
        remedy="Give each step one id and name earlier steps in `after`.",
        values=(flow.ref, _name(step), what),
    )


def recovery_missing(context: Context) -> Iterator[Finding]:
    """Workflows without objective or procedure: nobody knows how long is too long, or what to do."""
    for flow in context.catalog.workflows():
        back = flow.recovery
        for key, value in (("rto", back.rto), ("rpo", back.rpo), ("procedure", back.procedure)):
            if not value:
                yield _recovery(context, flow, key, f"{flow.id} promises no {key}")
        if back.procedure and "://" not in back.procedure and not context.has_file(back.procedure):
            yield _recovery(context, flow, "procedure", f"{flow.id}: {back.procedure} is not there")


def _recovery(context: Context, flow: Workflow, key: str, title: str) -> Finding:
    return Finding(
        rule="workflow-without-recovery",
        title=title,
        level=Level.ERROR,
        location=context.at(flow.ref, "recovery", key),
        remedy="Write rto, rpo and the procedure a person follows at night.",
        values=(flow.ref, key),
    )


def times_unfit(context: Context) -> Iterator[Finding]:
    """Durations that cannot be read, and objectives that contradict each other."""
    for flow in context.catalog.workflows():
        back = flow.recovery
        for key in ("rto", "rpo", "close_window_rto", "exercise_every"):
            value = getattr(back, key)
            if value and parse_duration(value) is None:
                yield _time(context, flow, f'{key} "{value}" is no duration', "recovery", _CAMEL.get(key, key))
        for step in flow.steps:
            if step.deadline and parse_duration(step.deadline) is None:
                what = f'deadline "{step.deadline}" of {_name(step)} is no duration'
                yield _time(context, flow, what, "steps", step.index, "deadline")
        rto, close = parse_duration(back.rto), parse_duration(back.close_window_rto)
        if rto is not None and rto <= timedelta(0):
            yield _time(context, flow, "an rto of nothing cannot be kept", "recovery", "rto")
        if rto is not None and close is not None and close > rto:
            yield _time(context, flow, "closeWindowRto is longer than rto", "recovery", "closeWindowRto")


_CAMEL = {"close_window_rto": "closeWindowRto", "exercise_every": "exerciseEvery"}


def _time(context: Context, flow: Workflow, what: str, *tokens: str | int) -> Finding:
    return Finding(
        rule="workflow-time-unfit",
        title=f"{flow.id}: {what}",
        level=Level.ERROR,
        location=context.at(flow.ref, *tokens),
        remedy="Write ISO 8601 durations of fixed length, such as PT4H or P180D.",
        values=(flow.ref, what),
    )


def not_exercised(context: Context) -> Iterator[Finding]:
    """Recovery procedures that nobody has followed within the promised time."""
    if context.as_of is None:
        return
    for flow in context.catalog.workflows():
        every = parse_duration(flow.recovery.exercise_every)
        last = flow.recovery.last_exercised
        if every is None and last is not None:
            continue  # nothing was promised
        if last is not None and every is not None and last <= context.as_of <= last + every:
            continue
        if last is not None and last > context.as_of:
            what = f"says it was exercised on {last}, which is yet to come"
        else:
            due = f", due every {every.days} days" if every is not None else ""
            what = f"was last exercised {f'on {last}' if last else 'never'}{due}"
        yield Finding(
            rule="workflow-recovery-not-exercised",
            title=f"Recovery of {flow.id} {what}",
            level=Level.WARNING,
            location=context.at(flow.ref, "recovery", "lastExercised"),
            detail=f"Judged as of {context.as_of}.",
            remedy="Follow the procedure once, in an environment that allows it, and write the day here.",
            values=(flow.ref, str(last or "")),
        )


def _name(step: Step) -> str:
    return step.id or f"step {step.index + 1}"
