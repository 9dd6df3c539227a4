"""The join: changes with consumers, business objects, workflows, legal entities and recovery objectives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.catalog import Catalog, Workflow
from harness.impact.consumers import consumers_of
from harness.impact.coverage import coverage_of
from harness.impact.landscape import ChangedContract, Landscape
from harness.impact.objects import objects_of, rank
from harness.impact.values import BusinessObjectImpact, ConsumerImpact, Hit, Impact, WorkflowImpact
from harness.model import NotChecked


def assess(contracts: Iterable[ChangedContract], base: Landscape, head: Landscape) -> Impact:
    """Return who and what the changes touch, judged on base and head together.

    Args:
        contracts: What differs between merge-base and head.
        base: Catalog and pacts of the trusted revision.
        head: Catalog and pacts of the judged revision; it can only add to the answer.
    """
    listed = tuple(contracts)
    landscapes = (base, head)
    catalogs = (base.catalog, head.catalog)
    objects = _objects(listed, catalogs)
    consumers = _merged(consumer for contract in listed for consumer in consumers_of(contract, landscapes))
    workflows = _workflows(listed, objects, catalogs)
    unknown = tuple(consumer for consumer in consumers if consumer.reason == "no pact")
    return Impact(
        consumers=consumers,
        workflows=tuple(workflow for workflow, _ in workflows),
        business_objects=objects,
        legal_entities=tuple(sorted({entity for workflow, _ in workflows for entity in workflow.legal_entities})),
        owners=tuple(sorted(_owners(listed, consumers, workflows, catalogs))),
        finance_sensitive=any(rank(found.sensitivity) for found in objects),
        probes=tuple(sorted({probe for _, probes in workflows for probe in probes})),
        not_checked=(*_not_checked(unknown), *_unread(landscapes)),
        contracts=tuple(sorted(contract.name for contract in listed)),
        with_pact=len(consumers) - len(unknown),
        without_pact=len(unknown),
        components=tuple(sorted(_components(listed, consumers, catalogs))),
        coverage=coverage_of({one.name for one in listed}, {one.ref for one, _ in workflows}, objects, catalogs),
    )


def _components(
    contracts: tuple[ChangedContract, ...], consumers: tuple[ConsumerImpact, ...], catalogs: tuple[Catalog, ...]
) -> set[str]:
    """Return who provides what changed, and who consumes it, as references."""
    apis = [
        (catalog, entity.ref)
        for catalog in catalogs
        for one in contracts
        if (entity := catalog.api_for_contract(one.name) or catalog.get(f"api:default/{one.name}"))
    ]
    providers = {entity.ref for catalog, ref in apis for entity in catalog.providers_of(ref)}
    return providers | {consumer.component for consumer in consumers}


def _objects(contracts: Iterable[ChangedContract], catalogs: tuple[Catalog, ...]) -> tuple[BusinessObjectImpact, ...]:
    found = {
        impact
        for contract in contracts
        for change in contract.changes
        for impact in objects_of(contract.name, change, contract.documents, catalogs)
    }
    return tuple(sorted(found, key=lambda item: (-rank(item.sensitivity), item.name, item.field, item.change)))


def _merged(consumers: Iterable[ConsumerImpact]) -> tuple[ConsumerImpact, ...]:
    """Keep one row a consumer: one that several changed contracts concern is as badly off as by the worst."""
    order = (Hit.HIT, Hit.UNKNOWN, Hit.NOT_HIT)
    rows: dict[str, ConsumerImpact] = {}
    for consumer in consumers:
        seen = rows.get(consumer.component)
        if seen is None:
            rows[consumer.component] = consumer
        elif order.index(consumer.hit) < order.index(seen.hit):
            rows[consumer.component] = replace(consumer, changes=_both(seen.changes, consumer.changes))
        elif consumer.hit is seen.hit:
            rows[consumer.component] = _joined(seen, consumer)
    return tuple(sorted(rows.values(), key=lambda row: (order.index(row.hit), row.name)))


def _joined(one: ConsumerImpact, other: ConsumerImpact) -> ConsumerImpact:
    return replace(
        one,
        reason=one.reason if one.reason == other.reason else f"{one.reason}; {other.reason}",
        changes=_both(one.changes, other.changes),
        fields=_both(one.fields, other.fields),
        interactions=one.interactions + other.interactions,
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _workflows(
    contracts: tuple[ChangedContract, ...], objects: tuple[BusinessObjectImpact, ...], catalogs: tuple[Catalog, ...]
) -> list[tuple[WorkflowImpact, tuple[str, ...]]]:
    """Return each workflow that uses a changed contract or counts a changed object, with its probes."""
    names = {contract.name for contract in contracts}
    refs = {found.ref for found in objects if found.ref}
    found: dict[str, Workflow] = {}
    for catalog in catalogs:
        for workflow in catalog.workflows():
            if workflow.ref not in found and (workflow.contracts & names or refs & set(workflow.objects)):
                found[workflow.ref] = workflow
    ordered = sorted(found.values(), key=lambda workflow: _nearness(workflow, names, refs))
    return [(workflow_impact(workflow, names), workflow.probes) for workflow in ordered]


def _nearness(workflow: Workflow, names: set[str], refs: set[str]) -> tuple[bool, int, int, str]:
    """Sort key: the workflow that is about the changed object, and uses the contract early, comes first."""
    about = [position for position, ref in enumerate(workflow.objects) if ref in refs]
    uses = [position for position, step in enumerate(workflow.steps) if set(step.contracts) & names]
    return not uses, min(about, default=len(workflow.objects)), min(uses, default=0), workflow.ref


def workflow_impact(workflow: Workflow, names: set[str]) -> WorkflowImpact:
    """Return what a report says of one workflow; `names` are the contracts in question."""
    recovery = workflow.recovery
    return WorkflowImpact(
        ref=workflow.ref,
        title=workflow.title,
        owner=workflow.owner,
        steps=tuple(step.title or step.id for step in workflow.steps if set(step.contracts) & names),
        rto=recovery.rto,
        rpo=recovery.rpo,
        deadline=workflow.deadline,
        procedure=recovery.procedure,
        last_exercised=recovery.last_exercised.isoformat() if recovery.last_exercised else "",
        legal_entities=workflow.legal_entities,
    )


def _owners(
    contracts: tuple[ChangedContract, ...],
    consumers: tuple[ConsumerImpact, ...],
    workflows: list[tuple[WorkflowImpact, tuple[str, ...]]],
    catalogs: tuple[Catalog, ...],
) -> set[str]:
    found = {consumer.owner for consumer in consumers if consumer.hit is not Hit.NOT_HIT}
    found |= {workflow.owner for workflow, _ in workflows}
    entities = (catalog.api_for_contract(contract.name) for catalog in catalogs for contract in contracts)
    return (found | {entity.owner for entity in entities if entity}) - {""}


def _not_checked(unknown: Iterable[ConsumerImpact]) -> tuple[NotChecked, ...]:
    return tuple(
        NotChecked(
            consumer.name, "has no pact", f"owner: {consumer.owner.rpartition('/')[2]}" if consumer.owner else ""
        )
        for consumer in unknown
    )


def _unread(landscapes: Iterable[Landscape]) -> tuple[NotChecked, ...]:
    """What a revision could not tell: a broken pact or catalog file makes the answer incomplete."""
    found = {}
    for landscape in landscapes:
        for problem in (*landscape.pacts.problems, *landscape.catalog.problems):
            subject = str(problem.location) if problem.location else "catalog"
            found[subject] = NotChecked(subject, problem.message, problem.remedy)
    return tuple(found[subject] for subject in sorted(found))
