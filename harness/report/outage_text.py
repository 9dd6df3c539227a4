"""The screen and the Markdown page of `harness impact --down X`, for the person on call at night."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.report.gate_text import not_checked_words
from harness.report.printable import printable
from harness.report.words import columns, count, day, duration, listing, short_ref

if TYPE_CHECKING:
    from harness.impact.outage import Dependent, Outage, StoppedWorkflow
    from harness.impact.procedures import Procedure

_LABEL = 15


def outage_text(found: Outage) -> str:
    """Return the screen: what stops, whom to tell, what to run first; the sentence that counts comes first."""
    lines = [f"{headline(found)}", ""]
    lines += _labelled("Owner", [short_ref(found.owner)] if found.owner else ["nobody is recorded"])
    lines += _labelled(
        "Down",
        [listing((ref.replace(":default/", ":") for ref in map(printable, found.down)), most=8)]
        if len(found.down) > 1
        else [],
    )
    lines += _labelled("Look first", [f"{short_ref(ref)}, which it needs itself" for ref in found.upstream])
    lines += _labelled("Run, in order", columns([_procedure(one) for one in found.procedures]))
    lines += _labelled("", [f"{note}" for one in found.procedures for note in _notes(one)])
    lines += _labelled("Stops", columns([_workflow(one) for one in found.workflows]))
    lines += _labelled("Without it", columns([_dependent(one) for one in found.dependents]))
    lines += _labelled("Legal entities", [listing(map(printable, found.legal_entities))])
    lines += _labelled("Probes", [f"{listing(map(printable, found.probes), most=12)} fail until it is back"])
    lines += _labelled("No probe", [f"{printable(name)}: ask a person whether it works" for name in found.unprobed])
    lines += _labelled("Cannot look", columns([_blind_row(found, index) for index in range(len(found.blind))]))
    lines += _labelled("Not checked", [not_checked_words(item) for item in found.not_checked])
    return "\n".join([*lines, _next(found)]) + "\n"


def headline(found: Outage) -> str:
    """Return what stops in one sentence."""
    name = short_ref(found.subject)
    if not found.workflows:
        return f"If {name} is down, no critical workflow stops; {count(len(found.dependents), 'component')} miss it."
    steps = sum(len(one.steps) for one in found.workflows)
    stops = f"{count(steps, 'step')} of {count(len(found.workflows), 'critical workflow')}"
    late = sum(one.fits is False for one in found.workflows)
    promise = f"; {late} of them promise to be back before it does" if late else ""
    return f"If {name} is down, {stops} stop{promise}."


def _procedure(one: Procedure) -> tuple[str, ...]:
    back = f"RTO {duration(one.rto)}" if one.rto else "no RTO"
    return (
        f"{one.position}.",
        printable(one.title, 44),
        back,
        short_ref(one.owner) if one.owner else "no owner",
        _drill(one),
        printable(one.procedure) or "no procedure is written",
    )


def _drill(one: Procedure) -> str:
    if not one.last_exercised:
        return "never exercised"
    return f"exercised {day(one.last_exercised)}" + (", overdue" if one.overdue else "")


def _notes(one: Procedure) -> Iterable[str]:
    if one.broken:
        yield (
            f"{one.position}. needs {listing(map(short_ref, one.broken))}, which needs it too: "
            f"this list starts with {short_ref(one.ref)} and breaks the circle there."
        )


def _workflow(one: StoppedWorkflow) -> tuple[str, ...]:
    total = len(one.steps) + len(one.goes_on)
    steps = f"{len(one.steps)} of {count(total, 'step')}"
    rto = f"RTO {duration(one.rto)}" if one.rto else "no RTO"
    rpo = f"RPO {duration(one.rpo)}" if one.rpo else "no RPO"
    close = f"{duration(one.close_window_rto)} in the close window" if one.close_window_rto else ""
    late = f"! it promises {duration(one.promised)}" if one.fits is False else ""
    return (
        printable(one.id),
        printable(one.title, 44),
        steps,
        f"from {printable(one.steps[0].id)}",
        f"{rto}, {rpo}",
        "; ".join(part for part in (late, close) if part),
    )


def _dependent(one: Dependent) -> tuple[str, ...]:
    ties = [f"needs {listing(map(short_ref, one.needs))}"] if one.needs else []
    ties += [f"calls {listing(map(short_ref, one.calls))}"] if one.calls else []
    ties += [f"waits for {listing(map(short_ref, one.waits))}"] if one.waits else []
    return (
        ("✗ " if one.stops else "! ") + short_ref(one.ref),
        short_ref(one.owner) if one.owner else "no owner",
        "stops" if one.stops else "goes on without",
        "; ".join(ties),
    )


def _blind_row(found: Outage, index: int) -> tuple[str, ...]:
    one = found.blind[index]
    return f"? {printable(one.id)}", printable(one.title, 60), f"every {duration(one.every)}", short_ref(one.owner)


def _labelled(label: str, values: Iterable[str]) -> list[str]:
    return [f"  {(label if i == 0 else '').ljust(_LABEL)} {value}".rstrip() for i, value in enumerate(values)]


def _next(found: Outage) -> str:
    first = next((one for one in found.procedures if one.procedure), None)
    if first is None:
        return "Next: nobody wrote a recovery procedure; call the owner."
    return f"Next: note the time, then {printable(first.procedure)}"


def outage_markdown(found: Outage) -> str:
    """Return the same as a Markdown page, for a ticket or a chat."""
    lines = [
        f"# {_cell(headline(found))}",
        "",
        f"Owner: **{_cell(short_ref(found.owner)) or 'nobody is recorded'}**",
        "",
    ]
    lines += _table(
        "Run, in this order",
        ("", "what", "RTO", "owner", "last exercised", "procedure", "after"),
        [
            (
                str(one.position),
                one.title,
                duration(one.rto),
                short_ref(one.owner),
                _drill(one).removeprefix("exercised "),
                one.procedure or "none is written",
                listing(map(short_ref, one.after)) + (f" (circle broken: {listing(one.broken)})" if one.broken else ""),
            )
            for one in found.procedures
        ],
    )
    lines += _table(
        "What stops",
        ("workflow", "step", "why", "probe", "RTO", "RPO", "legal entities"),
        [
            (
                f"{one.id} {one.title}",
                step.title,
                step.why,
                step.probe or "none",
                duration(one.rto),
                duration(one.rpo),
                listing(one.legal_entities),
            )
            for one in found.workflows
            for step in one.steps
        ],
    )
    lines += _table(
        "Who goes on without it",
        ("component", "owner", "", "how it is tied"),
        [tuple(part.removeprefix("✗ ").removeprefix("! ") for part in _dependent(one)) for one in found.dependents],
    )
    lines += _table(
        "Checkpoints that cannot look",
        ("", "what", "every", "owner"),
        [(one.id, one.title, duration(one.every), short_ref(one.owner)) for one in found.blind],
    )
    return "\n".join(lines) + "\n"


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body, ""]


def _cell(text: str) -> str:
    """Return text that ends no cell and starts no markup."""
    safe = printable(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for mark in "|`*[]#":
        safe = safe.replace(mark, "\\" + mark)
    return safe


def outage_to_json(found: Outage) -> dict[str, object]:
    """Return the answer as JSON values, as `schemas/outage.json` describes them."""
    return {"schema_version": 1, **asdict(found)}
