"""What the gate says about business changes: what differs, what reaches closed books, what lacks a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from harness.catalog import Catalog, Workflow
from harness.governance.values import BusinessChange
from harness.impact import Impact, Landscape
from harness.impact.joining import workflow_impact
from harness.model import Finding, Level

_SAID_ELSEWHERE = frozenset({"mapping", "close-calendar"})
"""Types whose change `mapping-changed` names already."""


def definition_findings(changes: Iterable[BusinessChange]) -> Iterator[Finding]:
    """Name, once an entry, changed definitions of workflows, companies, checkpoints and bindings."""
    entries: dict[str, list[BusinessChange]] = {}
    for change in changes:
        if change.kind not in _SAID_ELSEWHERE:
            entries.setdefault(change.entry, []).append(change)
    for ref, rows in entries.items():
        whole = next((row for row in rows if not row.key), rows[0])
        what = {"added": "is new", "removed": "is gone"}.get(whole.status if not whole.key else "", "changes")
        yield Finding(
            rule="business-definition-changed",
            title=f"{whole.kind.replace('-', ' ')} {whole.title} {what}",
            level=Level.WARNING,
            location=whole.location,
            remedy="Have finance systems sign it.",
            values=(ref, *(part for row in rows for part in _content(row))),
        )


def _content(row: BusinessChange) -> Iterator[str]:
    yield f"{row.key} {row.status}"
    for cell in row.cells:
        yield f"{cell.column}: {cell.old} -> {cell.new}"


def row_findings(changes: Iterable[BusinessChange], loud: Callable[[str, Level], Level]) -> Iterator[Finding]:
    """Name rows that change what closed books rest on, and rates that change without a reason.

    Args:
        changes: What differs.
        loud: How loud a rule with a default level is in the profile in force.
    """
    for change in changes:
        if change.closed_period:
            since = f" from {change.effective} on" if change.effective else ""
            yield Finding(
                rule="mapping-backdated",
                title=f"{change.title}: {change.key} changes{since}, and {change.closed_period} is closed",
                level=loud("mapping-backdated", Level.ERROR),
                location=change.location,
                detail="What is booked in closed periods would no longer follow from the row it was booked by.",
                remedy="End the old row, begin a new one on the first open day, correct closed periods by reversal.",
                values=(change.entry, change.key, change.effective, change.closed_period),
            )
        if change.unreasoned:
            yield Finding(
                rule="mapping-rate-unreasoned",
                title=f"{change.title}: the rate of {change.key} changes without a reason",
                level=loud("mapping-rate-unreasoned", Level.WARNING),
                location=change.location,
                remedy="Say why in the column that x-governance.reasonColumn names (change_reason), with the source.",
                values=(change.entry, change.key, change.effective),
            )


def with_business(impact: Impact, changes: tuple[BusinessChange, ...], sides: tuple[Landscape, ...]) -> Impact:
    """Return the impact with the workflows, probes and companies that business changes reach."""
    if not changes:
        return impact
    known = {found.ref for found in impact.workflows}
    wanted = {ref for change in changes for ref in change.workflows} - known
    workflows = {found.ref: found for side in reversed(sides) for found in _workflows(side.catalog, wanted)}
    entities = {name for change in changes for name in change.legal_entities}
    return replace(
        impact,
        workflows=(*impact.workflows, *(workflow_impact(workflows[ref], set()) for ref in sorted(workflows))),
        legal_entities=tuple(sorted({*impact.legal_entities, *entities})),
        probes=tuple(sorted({*impact.probes, *(probe for change in changes for probe in change.probes)})),
        owners=tuple(sorted({*impact.owners, *(change.owner for change in changes if change.owner)})),
        finance_sensitive=True,
    )


def _workflows(catalog: Catalog, wanted: set[str]) -> Iterator[Workflow]:
    return (found for found in catalog.workflows() if found.ref in wanted)
