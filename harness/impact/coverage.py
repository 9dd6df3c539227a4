"""What would notice that a change went wrong: probes of the steps that use it, checkpoints that compare its fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from harness.catalog import Catalog, Checkpoint, Workflow
from harness.impact.values import BusinessObjectImpact, CheckpointImpact, Coverage

_Named = TypeVar("_Named", Workflow, Checkpoint)


def coverage_of(
    contracts: Collection[str],
    workflows: Collection[str],
    objects: Iterable[BusinessObjectImpact],
    catalogs: tuple[Catalog, ...],
) -> Coverage:
    """Return what covers a change and what does not; base and head count together.

    Args:
        contracts: Names of the changed contracts.
        workflows: References of the workflows that they take part in.
        objects: Changed fields of business objects.
        catalogs: Of base and head, in this order; the first that knows a workflow or checkpoint is believed.
    """
    flows = _first(flow for catalog in catalogs for flow in catalog.workflows() if flow.ref in workflows)
    points = _first(point for catalog in catalogs for point in catalog.checkpoints())
    fields = {(one.ref, one.field): f"{one.name}.{one.field}" if one.field else one.name for one in objects if one.ref}
    probes: dict[str, list[str]] = {}
    for flow in flows:
        for step in flow.steps:
            if set(step.contracts) & set(contracts):
                for name in (step.probe, *step.also_probes):
                    probes.setdefault(name, []).append(f"{flow.id} {step.id}")
    compared = {key for key in fields for point in points if _compares(point, *key)}
    return Coverage(
        probes=tuple((name, tuple(steps)) for name, steps in sorted(probes.items()) if name),
        unprobed=tuple(probes.get("", ())),
        checkpoints=tuple(_checkpoints(points, flows, fields)),
        uncompared=tuple(sorted(name for key, name in fields.items() if key not in compared)),
    )


def _first(found: Iterable[_Named]) -> tuple[_Named, ...]:
    kept: dict[str, _Named] = {}
    for one in found:
        kept.setdefault(one.ref, one)
    return tuple(kept[ref] for ref in sorted(kept))


def _checkpoints(
    points: Iterable[Checkpoint], flows: Iterable[Workflow], fields: dict[tuple[str, str], str]
) -> Iterator[CheckpointImpact]:
    named = {ref for flow in flows for ref in flow.checkpoints}
    for point in points:
        compares = tuple(sorted(name for key, name in fields.items() if _compares(point, *key)))
        if compares or point.ref in named:
            yield CheckpointImpact(point.ref, point.id, point.title, point.owner, compares)


def _compares(point: Checkpoint, ref: str, field: str) -> bool:
    """Whether a checkpoint compares a field: itself, what it is part of, or a part of it."""
    if ref not in point.objects:
        return False
    return not field or any(
        field == own or field.startswith(own + ".") or own.startswith(field + ".") for own in point.fields
    )
