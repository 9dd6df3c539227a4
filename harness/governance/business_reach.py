"""What a changed row reaches: business objects, workflows with their probes, legal entities and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.catalog import Catalog, Entity, Workflow
from harness.catalog.entities import texts
from harness.governance.values import BusinessChange


@dataclass(frozen=True, slots=True)
class Reach:
    """References of objects, workflows and checkpoints; names of entities and probes; each sorted."""

    objects: tuple[str, ...]
    workflows: tuple[str, ...]
    legal_entities: tuple[str, ...]
    probes: tuple[str, ...]
    checkpoints: tuple[str, ...]


def reach_of(change: BusinessChange, old: Catalog, new: Catalog) -> Reach:
    """Return what a change reaches, by either catalog: a branch cannot hide a workflow by taking it out."""
    found = [part for catalog in (old, new) if (part := _in_one(change, catalog))]
    return Reach(
        objects=_sorted(one for part in found for one in part.objects),
        workflows=_sorted(one for part in found for one in part.workflows),
        legal_entities=_sorted(one for part in found for one in part.legal_entities),
        probes=_sorted(one for part in found for one in part.probes),
        checkpoints=_sorted(one for part in found for one in part.checkpoints),
    )


def _sorted(items: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(items)))


def _in_one(change: BusinessChange, catalog: Catalog) -> Reach | None:
    entity = catalog.get(change.entry)
    if entity is None:
        return None
    objects = _objects(entity)
    workflows = [found for found in catalog.workflows() if _carries(found, change, entity, objects)]
    if not objects:
        objects = {ref for found in workflows for ref in found.objects}
    own = set(change.legal_entities)
    if own:
        workflows = [found for found in workflows if not found.legal_entities or own & set(found.legal_entities)]
    systems = _systems(entity)
    checkpoints = [
        found.ref
        for found in catalog.checkpoints()
        if found.ref == change.entry or (objects & set(found.objects) and (not systems or systems & set(found.systems)))
    ]
    return Reach(
        tuple(objects),
        tuple(found.ref for found in workflows),
        tuple(name for found in workflows for name in found.legal_entities if not own or name in own),
        tuple(probe for found in workflows for probe in found.probes),
        tuple(checkpoints),
    )


def _objects(entity: Entity) -> set[str]:
    """Return the business objects an entry says its rows decide, or is about."""
    body = entity.governance
    named = (*texts(body.get("objects")), *texts(body.get("object")))
    return {entity.refer(name, "resource") for name in named} - {""}


def _systems(entity: Entity) -> set[str]:
    return {entity.refer(name, "component") for name in texts(entity.governance.get("systems"))} - {""}


def _carries(workflow: Workflow, change: BusinessChange, entity: Entity, objects: set[str]) -> bool:
    """Whether a workflow uses what changes: itself, its objects, its companies, or two of the systems joined."""
    if workflow.ref == change.entry:
        return True
    if objects:
        return bool(objects & set(workflow.objects))
    if change.kind in {"close-calendar", "legal-entity"}:
        return bool(set(change.legal_entities) & set(workflow.legal_entities))
    systems = _systems(entity)
    return bool(systems) and len(systems & {step.system for step in workflow.steps}) >= min(2, len(systems))
