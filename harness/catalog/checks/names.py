"""Checks of entities and of the references between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from harness.catalog.checks.context import Context
from harness.catalog.entities import Entity
from harness.catalog.relations import Relation, place
from harness.model import Finding, Level, Location


def refused(context: Context) -> Iterator[Finding]:
    """Entities that a genuine Backstage would not ingest."""
    for entity in context.catalog.entities:
        if entity.refused:
            yield Finding(
                rule="catalog-entity-refused",
                title=f"Backstage would refuse {entity.kind or 'an entity'} {entity.name}".strip(),
                level=Level.ERROR,
                location=entity.location,
                detail="; ".join(entity.refused),
                remedy="Correct the named fields; extra data belongs under spec.x-governance.",
                values=(entity.ref, *entity.refused),
            )


def duplicates(context: Context) -> Iterator[Finding]:
    """Two entities with one name: the first one stays, the second is never seen."""
    for entity in context.catalog.entities:
        first = context.catalog.get(entity.ref)
        if first is not None and first is not entity:
            yield Finding(
                rule="catalog-duplicate-entity",
                title=f"{entity.ref} is defined twice",
                level=Level.ERROR,
                location=entity.location,
                detail=f"The first definition, at {first.location}, is the one that counts.",
                remedy="Delete one, or rename it.",
                values=(entity.ref,),
            )


def dangling(context: Context) -> Iterator[Finding]:
    """References that name nothing, or something of a kind that may not stand there."""
    for entity in context.catalog.entities:
        for relation in context.catalog.relations_from(entity.ref):
            target = context.catalog.get(relation.target) if relation.target else None
            if target is None:
                yield unresolved(context, place(entity, relation), relation.written, relation.target, relation.field)
            elif relation.kinds and target.kind.lower() not in relation.kinds:
                yield _wrong_kind(entity, relation, target)
    yield from _dangling_in_extras(context)


def unresolved(context: Context, location: Location, written: str, target: str, what: str) -> Finding:
    """Return the finding for a reference that names nothing, with the nearest names as remedy."""
    close = get_close_matches(target, context.catalog.refs_of_kind(target.partition(":")[0]), n=3)
    return Finding(
        rule="catalog-reference-dangling",
        title=f'{what} names "{written}", which is not in the catalog',
        level=Level.ERROR,
        location=location,
        detail="" if target else "It must say its kind, such as component:billing.",
        remedy=f"Did you mean {', '.join(close)}?" if close else "Correct the name, or add the entity.",
        values=(what, written),
    )


def _wrong_kind(entity: Entity, relation: Relation, target: Entity) -> Finding:
    return Finding(
        rule="catalog-reference-dangling",
        title=f'{relation.field} names "{relation.written}", which is a {target.kind}',
        level=Level.ERROR,
        location=place(entity, relation),
        remedy=f"Name a {' or '.join(relation.kinds)}.",
        values=(relation.field, relation.written),
    )


def _dangling_in_extras(context: Context) -> Iterator[Finding]:
    for ref, tokens, target, what in _extra_references(context):
        if target and context.catalog.get(target) is None:
            yield unresolved(context, context.at(ref, *tokens), target, target, what)


_Extra = tuple[str, tuple[str | int, ...], str, str]


def _extra_references(context: Context) -> Iterator[_Extra]:
    """Yield (entity, place, reference, what it is) for references below `x-governance`."""
    catalog = context.catalog
    for thing in catalog.business_objects():
        yield thing.ref, ("systemOfRecord", "default"), thing.default_owner, "default owner"
        for row in thing.fields:
            yield thing.ref, ("systemOfRecord", "fields", row.index, "owner"), row.owner, f"owner of {row.path}"
        for state in thing.states:
            yield thing.ref, ("systemOfRecord", "states", state.index, "owner"), state.owner, f"owner of {state.name}"
        for copy in thing.mirrors:
            yield thing.ref, ("systemOfRecord", "mirrors", copy.index, "component"), copy.component, "mirror"
    yield from _references_of_workflows(context)
    yield from _references_of_mappings(context)
    for point in catalog.checkpoints():
        yield from _listed(point.ref, "systems", point.systems)
        yield from _listed(point.ref, "objects", point.objects)
    for where in catalog.environments():
        yield where.ref, ("promotionFrom",), where.promotion_from, "promotionFrom"


def _references_of_workflows(context: Context) -> Iterator[_Extra]:
    for flow in context.catalog.workflows():
        yield from _listed(flow.ref, "objects", flow.objects)
        yield from _listed(flow.ref, "checkpoints", flow.checkpoints)
        for step in flow.steps:
            yield flow.ref, ("steps", step.index, "system"), step.system, f"system of step {step.id}"


def _references_of_mappings(context: Context) -> Iterator[_Extra]:
    for table in context.catalog.mappings():
        yield from _listed(table.ref, "systems", table.systems)
        for line in table.rows:
            yield table.ref, ("rows", line.index, "owner"), line.owner, "owner of the row"
        for cover in table.covers:
            yield table.ref, ("covers", cover.index, "mapping"), cover.mapping, "covers"


def _listed(ref: str, key: str, targets: Iterable[str]) -> Iterator[_Extra]:
    return ((ref, (key, index), target, key) for index, target in enumerate(targets))
