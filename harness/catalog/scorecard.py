"""Scorecard of a component: what the repository shows, with the place of each piece of evidence, never a bare claim.

The level is the last one before the first that something is missing of. The middleware card asks eight questions of
a component that moves data between others; its evidence is text that stands in the catalog or in its contracts, so
it shows that a thing is said, not that it works.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.catalog.catalog import Catalog
from harness.catalog.durations import parse_duration
from harness.catalog.entities import Entity
from harness.catalog.workflows import Step, Workflow, recovery
from harness.model import Location

LEVELS = ("none", "owned", "contracted", "recoverable", "proven")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question; `evidence` are places as `file:line what`, empty where there is none."""

    level: int
    name: str
    met: bool
    evidence: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One quality of a middleware component and the places that show it; empty: no evidence."""

    quality: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The scorecard of one component; `next` is the one thing to do next, "" at the highest level."""

    ref: str
    owner: str
    level: int
    name: str
    next: str
    criteria: tuple[Criterion, ...]
    middleware: tuple[Cell, ...] = ()


def card_of(
    entity: Entity,
    catalog: Catalog,
    files: Mapping[str, Mapping[str, str]],
    pacts: Collection[tuple[str, str]],
    as_of: str = "",
) -> Card:
    """Return the scorecard of a component.

    Args:
        entity: The component.
        catalog: Where it stands.
        files: By contract name, the texts of its versions by path, the newest last.
        pacts: Pairs of provider (contract or component) and consumer name that have a pact.
        as_of: The day on which an exercise may be overdue; "": none is.
    """
    criteria = tuple(_criteria(entity, catalog, files, pacts, as_of))
    failed = [one for one in criteria if not one.met]
    level = min((one.level for one in failed), default=len(LEVELS)) - 1
    following = next((one.next for one in failed if one.level == level + 1), "")
    return Card(
        entity.ref, entity.owner, level, LEVELS[level], following, criteria, _middleware(entity, catalog, files)
    )


def _criteria(
    entity: Entity,
    catalog: Catalog,
    files: Mapping[str, Mapping[str, str]],
    pacts: Collection[tuple[str, str]],
    as_of: str,
) -> Iterator[Criterion]:
    known = catalog.get(entity.owner) is not None
    yield _one(1, "owner", [_at(entity, "spec", "owner")] * known, "Name an owner that the catalog knows.")
    system = catalog.get(entity.refer(entity.spec.get("system"), "system"))
    yield _one(1, "system", [_at(entity, "spec", "system")] * bool(system), "Say which system it is part of.")
    version = entity.annotation("version") or entity.governance.get("deployments")
    yield _one(2, "version", [_at(entity)] * bool(version), "Say which version runs where: x-governance.deployments.")
    apis = [
        one for r in catalog.relations_from(entity.ref) if r.type == "providesApi" and (one := catalog.get(r.target))
    ]
    bare = [one.name for one in apis if not files.get(_contract(one))]
    yield Criterion(
        2,
        "contracts",
        not bare,
        tuple(_at(one) for one in apis if one.name not in bare),
        f"Write a contract for {', '.join(bare)}.",
    )
    holder = next((one for one in (entity, system) if one and recovery(one).procedure), None)
    said = recovery(holder or entity)
    runbook = [_place(holder.at("spec", "x-governance", "recovery"))] if holder else []
    yield _one(3, "runbook", runbook, "Write a recovery procedure and name it in x-governance.recovery.")
    every, last = parse_duration(said.exercise_every), said.last_exercised
    fresh = last is not None and (not as_of or not every or (last + every).isoformat() >= as_of)
    yield _one(3, "recovery exercised", runbook * fresh, "Exercise the recovery procedure and write down the day.")
    steps = [(flow, step) for flow in catalog.workflows() for step in flow.steps if step.system == entity.ref]
    silent = [f"{flow.id} {step.id}" for flow, step in steps if not step.probe]
    yield Criterion(
        4,
        "probes",
        not silent,
        tuple(_step_at(catalog, flow, step) for flow, step in steps if step.probe)[:3],
        f"Name a probe for {', '.join(silent)}.",
    )
    missing = [
        f"{reader.name} of {api.name}"
        for api in apis
        for reader in catalog.consumers_of(api.ref)
        if api.type == "openapi" and not {(api.name, reader.name), (entity.name, reader.name)} & set(pacts)
    ]
    yield Criterion(4, "pacts", not missing, (), f"Get a pact from {', '.join(missing[:3])}.")
    slos = entity.governance.get("slos")
    yield _one(
        4, "objective", [_at(entity, "spec", "x-governance", "slos")] * bool(slos), "Name an SLO: x-governance.slos."
    )


def _one(level: int, name: str, evidence: Iterable[str], following: str) -> Criterion:
    found = tuple(evidence)
    return Criterion(level, name, bool(found), found, following)


def _contract(api: Entity) -> str:
    return api.annotation("contract") or api.name


def _at(entity: Entity, *tokens: str | int) -> str:
    return _place(entity.at(*tokens))


def _place(where: Location) -> str:
    return f"{where.file}:{where.line}"


def _step_at(catalog: Catalog, flow: Workflow, step: Step) -> str:
    entity = catalog.get(flow.ref)
    return f"{_at(entity, 'spec', 'x-governance', 'steps', step.index)} {flow.id} {step.id}" if entity else flow.id


_SAID = {
    "retry": re.compile(r"retry", re.IGNORECASE),
    "idempotency": re.compile(r"idempoten", re.IGNORECASE),
    "observability": re.compile(r"traceparent|correlation[-_ ]?id", re.IGNORECASE),
    "replay": re.compile(r"replay", re.IGNORECASE),
}


def _payloads_between(entity: Entity, catalog: Catalog) -> Iterator[Entity]:
    """Yield the bindings of payloads that a component takes from two systems or more, so it is what turns them over."""
    used = {r.target for r in catalog.relations_from(entity.ref) if r.type == "consumesApi"}
    providers = {one.ref for api in used for one in catalog.providers_of(api)} - {entity.ref}
    found = [one for one in catalog.bindings() if one.system in providers]
    if len({one.system for one in found}) > 1:
        yield from (one for binding in found if (one := catalog.get(binding.ref)))


def _middleware(entity: Entity, catalog: Catalog, files: Mapping[str, Mapping[str, str]]) -> tuple[Cell, ...]:
    names = [r.target for r in catalog.relations_from(entity.ref) if r.type == "providesApi"]
    texts = {_contract(one): files.get(_contract(one), {}) for name in names if (one := catalog.get(name))}
    steps = [(flow, step) for flow in catalog.workflows() for step in flow.steps if step.system == entity.ref]
    tables = [r.source for r in catalog.relations_to(entity.ref) if r.type == "dependsOn"]
    mappings = [one for ref in sorted(tables) if (one := catalog.get(ref)) and one.type == "mapping"]
    cells = {
        "transformation": [f"{_at(one)} {one.name}" for one in (*mappings, *_payloads_between(entity, catalog))],
        "policy": [_step_at(catalog, flow, step) for flow, step in steps if step.control_point],
        "routing": [_step_at(catalog, flow, step) for flow, step in steps if step.interaction == "propagate"],
        "versioning": [f"{path}:1" for versions in texts.values() if len(versions) > 1 for path in sorted(versions)],
        **{quality: list(_lines(texts, pattern)) for quality, pattern in _SAID.items()},
    }
    order = ("transformation", "policy", "routing", "retry", "idempotency", "versioning", "observability", "replay")
    return tuple(Cell(quality, tuple(cells[quality][:3])) for quality in order)


def _lines(texts: Mapping[str, Mapping[str, str]], pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield the first line of each contract's newest text that says it."""
    for versions in texts.values():
        path = ["", *versions][-1]  # the registry lists the newest last
        for number, line in enumerate(versions.get(path, "").splitlines(), 1):
            if pattern.search(line):
                yield f"{path}:{number} {line.strip()[:60]}"
                break
