"""Answer "who and what depends on X?" for one revision: a contract, a field of it, or any catalog entry.

X is written `KIND:NAME@VERSION#/pointer`, each part but the name optional: `billing-invoices`,
`billing-invoices@2.3.0#/Invoice/tax_amount`, `component:erp`, `resource:environment-production`, `invoice.tax`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from harness.catalog import BusinessObject, Catalog, Entity
from harness.documents import Library, Node
from harness.impact.consumers import consumers_of
from harness.impact.hits import Document
from harness.impact.joining import workflow_impact
from harness.impact.landscape import ChangedContract, Landscape, uses_of
from harness.impact.marks import Mark, marks_at
from harness.impact.objects import field_impact
from harness.impact.values import BusinessObjectImpact, ConsumerImpact, Hit, WorkflowImpact
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    Contract,
    ContractComparison,
    ContractKind,
    Direction,
    HarnessError,
    Level,
    NotChecked,
    NotFoundError,
    Side,
    Verdict,
    split,
)

_CARRIED = ("x-business-object: ", "x-business-object:")


@dataclass(frozen=True, slots=True)
class Dependents:
    """Who and what depends on one thing.

    Attributes:
        subject: What was asked for, in its full form.
        kind: `contract`, `field`, or the kind of the catalog entry in lower case.
        owner: Who owns it, "" if nobody says.
        consumers: Who uses it; for a field `hit` says whether they read or send it.
        workflows: Critical workflows it takes part in.
        business_objects: Fields of business objects it stands for.
        legal_entities: Where its workflows book.
        contracts: Contracts it provides, uses or is carried by.
        components: Catalog entries that name it.
        not_checked: What the answer does not rest on.
    """

    subject: str
    kind: str
    owner: str = ""
    consumers: tuple[ConsumerImpact, ...] = ()
    workflows: tuple[WorkflowImpact, ...] = ()
    business_objects: tuple[BusinessObjectImpact, ...] = ()
    legal_entities: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = field(default=())


def impact_of(ref: str, library: Library, contracts: Iterable[Contract], landscape: Landscape) -> Dependents:
    """Return who and what depends on `ref`.

    Args:
        ref: See the module.
        library: Reads the contracts.
        contracts: Every version of every contract of the revision.
        landscape: Catalog and pacts of the revision.

    Raises:
        NotFoundError: Nothing is called so; near names are offered.
    """
    listed = tuple(contracts)
    name, _, pointer = ref.partition("#")
    name, _, version = name.removeprefix("contract:").partition("@")
    versions = [contract for contract in listed if contract.name == name and version in {"", contract.version}]
    if versions:
        return _contract(versions[-1], pointer, library, landscape)
    if pointer or any(contract.name == name for contract in listed):
        raise _unknown(ref, [f"{contract.name}@{contract.version}" for contract in listed])
    found = _business_object(ref, landscape.catalog)
    if found is not None:
        return _object(*found, listed, library, landscape)
    entity = _entity(ref, landscape.catalog)
    if entity is None:
        names = [contract.name for contract in listed] + [one.ref for one in landscape.catalog.entities]
        raise _unknown(ref, names + [one.name for one in landscape.catalog.entities])
    return _of_entity(entity, landscape)


def _unknown(ref: str, names: list[str]) -> NotFoundError:
    near = difflib.get_close_matches(ref, sorted(set(names)), 3)
    hint = f"Did you mean {', '.join(near)}?" if near else "harness catalog show lists what there is."
    return NotFoundError(f'nothing is called "{ref}" here', remedy=hint)


def _contract(contract: Contract, pointer: str, library: Library, landscape: Landscape) -> Dependents:
    root = library.node(contract.path)
    catalog = landscape.catalog
    entity = catalog.api_for_contract(contract.name)
    workflows = tuple(one for one in catalog.workflows() if contract.name in one.contracts)
    objects: tuple[BusinessObjectImpact, ...] = ()
    subject = f"{contract.name}@{contract.version}" if contract.version else contract.name
    if pointer:
        node = _node(library, root, pointer)
        consumers = _readers(contract.name, node, root, library, landscape)
        marks = marks_at(library, root, node.location)
        objects = tuple(field_impact(mark, (catalog,)) for mark in marks)
        subject += f"#{node.pointer}"
    else:
        consumers = _users(contract.name, root, library, landscape)
    unknown = [one for one in consumers if one.reason == "no pact"]
    return Dependents(
        subject=subject,
        kind="field" if pointer else "contract",
        owner=entity.owner if entity else "",
        consumers=consumers,
        workflows=tuple(workflow_impact(one, {contract.name}) for one in workflows),
        business_objects=objects,
        legal_entities=tuple(sorted({code for one in workflows for code in one.legal_entities})),
        contracts=(contract.name,),
        components=tuple(one.ref for one in catalog.providers_of(entity.ref)) if entity else (),
        not_checked=tuple(NotChecked(one.name, "has no pact", one.owner) for one in unknown),
    )


def _node(library: Library, root: Node, pointer: str) -> Node:
    """Return the node of a JSON pointer, or of the short form `/Invoice/tax_amount`.

    Raises:
        NotFoundError: Neither form leads anywhere.
    """
    try:
        return library.node(root.document.path, pointer)
    except HarnessError as problem:
        name, *fields = split(pointer)
        tokens = [name, *(token for each in fields for token in ("properties", each))]
        for holder in (("components", "schemas"), ("definitions",), ("$defs",), ("components", "messages")):
            try:
                return root.child(*holder, *tokens)
            except HarnessError:
                continue
        raise NotFoundError(
            f"{root.document.path} has nothing at #{pointer}",
            location=root.location,
            remedy="Write #/Schema/field, or a JSON pointer into the document.",
        ) from problem


def _readers(name: str, node: Node, root: Node, library: Library, landscape: Landscape) -> tuple[ConsumerImpact, ...]:
    """Say who reads or sends a place: the same question as whether its loss would hit them."""
    asked = ChangedContract(name, None, Document(Side.OLD, root, library), Document(Side.NEW, root, library))
    carriers = sorted(
        {use.operation.removeprefix("message ") for uses in uses_of(asked, landscape).values() for use in uses}
    )
    changes = tuple(
        Change(
            rule="",
            title="",
            verdict=Verdict.BREAKING,
            level=Level.INFO,
            basis=Basis.RULE,
            direction=direction,
            side=Side.OLD,
            location=node.location,
            reached_from=tuple(carriers),
        )
        for direction in Direction
    )
    lost = ContractComparison(ContractKind.OPENAPI, Verdict.BREAKING, changes[1:], Bump.NONE, ContentModel.DECLARED)
    sent = ContractComparison(ContractKind.OPENAPI, Verdict.BREAKING, changes[:1], Bump.NONE, ContentModel.DECLARED)
    reading = consumers_of(ChangedContract(name, lost, asked.old, asked.new), (landscape,))
    sending = {one.name: one for one in consumers_of(ChangedContract(name, sent, asked.old, asked.new), (landscape,))}
    return tuple(
        sending[one.name] if one.hit is not Hit.HIT and sending[one.name].hit is Hit.HIT else one for one in reading
    )


def _users(name: str, root: Node, library: Library, landscape: Landscape) -> tuple[ConsumerImpact, ...]:
    document = Document(Side.OLD, root, library)
    known = consumers_of(ChangedContract(name, None, document, Document(Side.NEW, root, library)), (landscape,))
    return tuple(
        one if one.reason == "no pact" else replace(one, hit=Hit.HIT, reason=one.reason.removesuffix(", none changed"))
        for one in known
    )


def _business_object(ref: str, catalog: Catalog) -> tuple[BusinessObject, str] | None:
    name, _, path = ref.partition(".")
    for found in catalog.business_objects():
        if found.name == name or ref in {found.ref, found.ref.partition("/")[2]}:
            return found, path if found.name == name else ""
    return None


def _object(
    found: BusinessObject, path: str, contracts: tuple[Contract, ...], library: Library, landscape: Landscape
) -> Dependents:
    newest = {contract.name: contract for contract in contracts}
    carrying = tuple(name for name, one in sorted(newest.items()) if _carries(library, one, found.name))
    workflows = tuple(one for one in landscape.catalog.workflows() if found.ref in one.objects)
    fields = [path] if path else list(dict.fromkeys(one.path for one in found.fields))
    return Dependents(
        subject=f"{found.name}.{path}" if path else found.ref,
        kind="business-object",
        owner=found.owner,
        workflows=tuple(workflow_impact(one, set(carrying)) for one in workflows),
        business_objects=tuple(field_impact(Mark(found.name, one), (landscape.catalog,)) for one in fields),
        legal_entities=tuple(sorted({code for one in workflows for code in one.legal_entities})),
        contracts=carrying,
    )


def _carries(library: Library, contract: Contract, name: str) -> bool:
    try:
        text = library.load(contract.path).text
    except HarnessError:
        return False
    return any(f"{key}{name}" in text.replace('"', "").replace("'", "") for key in _CARRIED)


def _entity(ref: str, catalog: Catalog) -> Entity | None:
    found = catalog.get(ref)
    if found is not None:
        return found
    kinds = ("component", "api", "system", "resource", "group", "user", "domain")
    by_kind = (catalog.get(f"{kind}:default/{ref}") for kind in kinds)
    prefixed = (catalog.get(f"resource:default/{prefix}-{ref}") for prefix in ("environment", "workflow"))
    return next((one for one in (*by_kind, *prefixed) if one), None)


def _of_entity(entity: Entity, landscape: Landscape) -> Dependents:
    """Catalog entries that name it, and the workflows and contracts behind them."""
    catalog = landscape.catalog
    naming = {relation.source for relation in catalog.relations_to(entity.ref)}
    provided = [relation.target for relation in catalog.relations_from(entity.ref) if relation.type == "providesApi"]
    for api in provided:
        naming |= {one.ref for one in catalog.consumers_of(api)}
    deployed = {one.ref for one in catalog.of_kind("component") if _runs_in(one, entity)}
    names = {api.rpartition("/")[2] for api in provided}
    workflows = tuple(
        one
        for one in catalog.workflows()
        if one.ref == entity.ref or entity.ref in one.objects or one.contracts & names or _acts(one.steps, entity.ref)
    )
    return Dependents(
        subject=entity.ref,
        kind=entity.kind.lower(),
        owner=entity.owner,
        workflows=tuple(workflow_impact(one, names) for one in workflows),
        legal_entities=tuple(sorted({code for one in workflows for code in one.legal_entities})),
        contracts=tuple(sorted(names)),
        components=tuple(sorted((naming | deployed) - {entity.ref})),
    )


def _acts(steps: Iterable[object], ref: str) -> bool:
    return any(getattr(step, "system", "") == ref for step in steps)


def _runs_in(component: Entity, environment: Entity) -> bool:
    if environment.type != "environment":
        return False
    deployed = component.governance.get("deployments")
    return isinstance(deployed, dict) and environment.governance.get("name") in deployed
