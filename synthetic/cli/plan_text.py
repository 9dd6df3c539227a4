"""The plan of a probe in sentences, made from what a clean run did and asserted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import JSON
from harness.report.printable import printable
from synthetic.cli.probe_text import shown
from synthetic.deeds.calls import Kind
from synthetic.transaction import Probe, Run, StepRecord

_SYSTEMS = {
    "crm": "the CRM",
    "billing": "billing",
    "erp": "the ledger",
    "entitlements": "entitlements",
    "analytics": "analytics",
    "sync": "the middleware",
}


def plan_text(probe: Probe, run: Run) -> str:
    """Return the plan: one numbered sentence a step, below it what must be so."""
    lines = [
        f"{probe.name}   {probe.workflow}   every {probe.every}   owner {probe.owner}",
        f"  {printable(probe.headline)}",
        "",
    ]
    names: dict[str, int] = {}
    currency = next((str(c) for step in run.steps if (c := step.fixed.get("currency"))), "")
    for number, step in enumerate(run.steps, 1):
        lines.append(f"  {number:>2}. {_sentence(step)}")
        lines += [f"      - {fact}" for fact in _facts(step, names, run.id, currency)]
        _remember(step.answer, number, names)
    undone = [step.title for step in run.steps if step.is_undone]
    if undone:
        lines += ["", f"  At the end, whatever happened, is taken back: {', '.join(undone)}."]
    count = sum(len(step.fixed) + len(step.want) + bool(step.refusal) for step in run.steps)
    lines += ["", f"  {count} facts asserted.  Wrong facts are read three times before they are believed."]
    return "\n".join(lines) + "\n"


def plan_to_json(probe: Probe, run: Run) -> dict[str, JSON]:
    """Return the plan as JSON."""
    return {
        "probe": probe.name,
        "workflow": probe.workflow,
        "headline": probe.headline,
        "steps": [
            {
                "title": step.title,
                "call": step.call.name,
                "kind": step.call.kind.value,
                "within": round(step.within),
                "hold": step.hold,
                "fixed": dict(step.fixed),
                "want": dict(step.want),
                "refusal": step.refusal,
                "undone": step.is_undone,
            }
            for step in run.steps
        ],
    }


def _sentence(step: StepRecord) -> str:
    where = _SYSTEMS.get(step.call.port, step.call.port)
    if step.call.port == "clock":
        return f"{step.title}."
    if step.refusal:
        return f"{step.title}: {where} must say no, because of {step.refusal}."
    if step.call.kind is Kind.DEED:
        return f"{step.title} (in {where})."
    until = f" within {_span(step.within)}" if step.within else ""
    held = f", and for {step.hold} longer" if step.hold else ""
    return f"{step.title}: {where} must show{until}{held}:"


def _facts(step: StepRecord, names: Mapping[str, int], run_id: str, currency: str) -> Iterator[str]:
    currency = str(step.fixed.get("currency", currency))
    for facts, word in ((step.fixed, "is"), (step.want, "becomes")):
        for field, value in facts.items():
            yield _fact(field, value, word, names, run_id, currency)


def _fact(field: str, value: JSON, word: str, names: Mapping[str, int], run_id: str, currency: str) -> str:
    if field == "count":
        return {0: "nothing is there", 1: "it is there once"}.get(int(str(value)), f"it is there {value} times")
    name = field.replace("_", " ")
    if isinstance(value, str) and value in names:
        return f"{name} {word} that of step {names[value]}"
    if isinstance(value, str) and run_id and run_id in value:
        return f"{name} {word} that of this run"
    return f"{name} {word} {shown(field, value, currency)}"


def _remember(answer: JSON, number: int, names: dict[str, int]) -> None:
    """Remember which step showed an id first, so that later sentences can refer to it."""
    if isinstance(answer, dict):
        for field, value in answer.items():
            is_id = field in {"id", "invoice", "payment", "refund", "customer", "legal_number", "changed_at"}
            if is_id and isinstance(value, str) and value:
                names.setdefault(value, number)
    if isinstance(answer, dict) and isinstance(answer.get("version"), int):
        names.setdefault(str(answer["version"]), number)


def _span(seconds: float) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {unit}{'s' * (number != 1)}"
    return f"{seconds:g} seconds"
