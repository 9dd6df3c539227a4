"""Probes and their runs as text and JSON: the table, the ladder of hops, the evidence of a failure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from harness.catalog.currencies import CURRENCIES
from harness.model import JSON
from harness.report.printable import printable
from synthetic.deeds import Call
from synthetic.deeds.calls import Kind
from synthetic.transaction import Probe, Run, RunVerdict, StepRecord

GLYPHS = {RunVerdict.PASSED: "✓", RunVerdict.FAILED: "✗", RunVerdict.INCONCLUSIVE: "?"}
WORDS = {RunVerdict.PASSED: "passed", RunVerdict.FAILED: "failed", RunVerdict.INCONCLUSIVE: "could not tell"}
_AMOUNTS = frozenset(
    {
        "net",
        "tax",
        "total",
        "amount",
        "open",
        "price",
        "functional_total",
        "cash_applied",
        "credits_applied",
        "written_off",
        "refunded",
        "unapplied",
        "realised_fx",
        "recognised",
        "remaining",
        "arr",
        "tax_base",
    }
)
_WIDTH = 46


def probe_table(probes: Sequence[Probe]) -> str:
    """Return one line a probe, then what it claims."""
    width = max(len(one.name) for one in probes)
    lines = []
    for one in probes:
        lines.append(f"{one.workflow:<4} {one.name.ljust(width)}  every {one.every:<4} {one.owner}")
        lines.append(f"     {printable(one.headline)}")
    return (
        "\n".join([*lines, "", f"{len(probes)} probes.  Next: harness probe describe NAME, harness probe run NAME"])
        + "\n"
    )


def probe_to_json(one: Probe) -> dict[str, JSON]:
    """Return a probe as JSON."""
    return {
        "name": one.name,
        "workflow": one.workflow,
        "every": one.every,
        "owner": one.owner,
        "headline": one.headline,
        "ports": list(one.ports),
    }


def shown(field: str, value: JSON, currency: str = "") -> str:
    """Return a value as people write it: amounts in major units with their currency, yes and no, nothing."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and field in _AMOUNTS and currency in CURRENCIES:
        digits = CURRENCIES[currency]
        whole, rest = divmod(abs(value), 10**digits)
        return f"{'-' if value < 0 else ''}{whole:,}{f'.{rest:0{digits}}' if digits else ''} {currency}"
    return "none" if value == "" else printable(value)


def took(seconds: float) -> str:
    """Return a duration as a screen shows it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} d"


def within(seconds: float) -> str:
    """Return a deadline as a screen shows it, "" for none."""
    if not seconds:
        return ""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"of {seconds // size:.0f} {unit}"
    return f"of {seconds:.0f} s"


def hop(step: StepRecord) -> str:
    """Return one rung of the ladder."""
    remarks = _amounts(step)
    if step.retries:
        remarks.append(f"{step.retries} tries did not get through")
    if step.verdict is RunVerdict.FAILED and step.looks > 1:
        remarks.append(f"seen by {step.looks} reads")
    glyph = GLYPHS[step.verdict]
    where = "" if step.call.port == "clock" else step.call.port
    until = f"held {step.hold}" if step.hold else within(step.within)
    timing = f"{took(step.took):>8} {until:<10}"
    return f"  {glyph} {step.title[:_WIDTH]:<{_WIDTH}} {where:<12} {timing} {'  '.join(remarks)}".rstrip() + "\n"


def waiting(title: str, call: Call, seconds: float) -> str:
    """Return the rung of a hop that is being looked at."""
    return f"  … {title[:_WIDTH]:<{_WIDTH}} {call.port:<12} {'':>8} {within(seconds)}".rstrip()


def _amounts(step: StepRecord) -> list[str]:
    answer = step.answer
    if step.call.kind is not Kind.LOOK or not isinstance(answer, dict) or step.differences:
        return []
    currency = str(answer.get("currency", ""))
    if currency not in CURRENCIES or not isinstance(answer.get("total"), int):
        return []
    net, tax = answer.get("net"), answer.get("tax")
    if isinstance(net, int) and isinstance(tax, int):
        return [f"{shown('net', net, currency).removesuffix(f' {currency}')} + {shown('tax', tax, currency)}"]
    return [shown("total", answer["total"], currency)]


def head(one: Probe, environment: str, run_id: str) -> str:
    """Return the first line of a run."""
    return f"{one.name}   {environment}   {run_id}   {printable(one.headline)}\n"


def ending(run: Run) -> str:
    """Return what comes after the ladder: the evidence, what was taken back, and what to do."""
    lines: list[str] = []
    step = run.failed_step
    if step is not None and step.differences:
        lines += _evidence(step)
    elif step is not None or run.reason:
        lines.append(f"    {printable(run.reason)}")
    undone = [one.title for one in run.steps if one.is_undone and one.title not in {leak.title for leak in run.leaks}]
    if undone:
        lines.append(f"  ✓ Taken back: {', '.join(undone)}")
    lines += [f"  ! Left behind: {leak.title}: {printable(leak.reason)}" for leak in run.leaks]
    lines.append(_verdict(run))
    if run.category:
        lines.append(
            f"  Next    harness probe describe {run.probe}   (catalog/failure-categories.yaml: {run.category})"
        )
    return "\n".join(lines) + "\n"


def _verdict(run: Run) -> str:
    found = f"   {run.category}" if run.category else ""
    seen = f"{run.assertions} facts asserted in {run.calls} calls"
    return f"{GLYPHS[run.verdict]} {WORDS[run.verdict]}{found}   {seen}, {took(run.seconds)}"


def _evidence(step: StepRecord) -> list[str]:
    answer = step.answer if isinstance(step.answer, dict) else {}
    currency = str(step.fixed.get("currency") or answer.get("currency") or "")
    width = max(len(one.field) for one in step.differences)
    lines = [f"    {'':<{width}}   expected            seen"]
    for one in step.differences:
        expected, seen = shown(one.field, one.expected, currency), shown(one.field, one.seen, currency)
        name = one.field.replace("_", " ")
        lines.append(f"    {name:<{width}}   {expected:<18}  {seen:<18}{_off(one.field, one.expected, one.seen)}")
    return lines


def _off(field: str, expected: JSON, seen: JSON) -> str:
    both = isinstance(expected, int) and isinstance(seen, int)
    if not both or isinstance(expected, bool) or isinstance(seen, bool):
        return ""
    difference = int(str(seen)) - int(str(expected))
    unit = " minor units" if field in _AMOUNTS else ""
    return f"  {abs(difference):,}{unit} too {'high' if difference > 0 else 'low'}" if difference else ""


def run_to_json(run: Run) -> dict[str, JSON]:
    """Return a run as JSON."""
    return {
        "probe": run.probe,
        "id": run.id,
        "slot": run.slot,
        "environment": run.environment,
        "verdict": run.verdict.value,
        "category": run.category,
        "reason": run.reason,
        "started": run.started.isoformat(),
        "seconds": _exact(run.seconds),
        "detected_after": _exact(run.detected_after),
        "assertions": run.assertions,
        "calls": run.calls,
        "leaks": [{"title": leak.title, "call": leak.call.name, "reason": leak.reason} for leak in run.leaks],
        "steps": [_step_to_json(step) for step in run.steps],
    }


def _step_to_json(step: StepRecord) -> dict[str, JSON]:
    return {
        "title": step.title,
        "call": step.call.name,
        "verdict": step.verdict.value,
        "category": step.category,
        "took": _exact(step.took),
        "within": _exact(step.within),
        "looks": step.looks,
        "retries": step.retries,
        "reason": step.reason,
        "differences": [
            {"field": one.field, "expected": one.expected, "seen": one.seen, "category": one.category}
            for one in step.differences
        ],
    }


def _exact(seconds: float | None) -> JSON:
    """Return seconds as JSON here knows numbers: exactly, to the millisecond."""
    return None if seconds is None else Decimal(str(round(seconds, 3)))
