"""What stops if a catalog entry is down, what was promised about it, and in which order to get back.

An entry takes its parts down with it: a system its components, a component its subcomponents and the APIs only it
provides. Whoever `dependsOn` one of these stops too, however far away; whoever consumes their APIs works on without
them, and is named with the way it is tied: a call, or events it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from harness.catalog.durations import parse_duration
from harness.catalog.workflows import recovery
from harness.impact.procedures import Procedure, procedures_of
from harness.model import NotChecked, NotFoundError

if TYPE_CHECKING:
    from harness.catalog import Catalog, Entity, Step, Workflow

_KINDS = ("component", "system", "api", "resource", "domain")


@dataclass(frozen=True, slots=True)
class Dependent:
    """One component that is tied to what is down.

    Attributes:
        ref: The component.
        owner: Its owner, "" if nobody says.
        stops: Whether it stops itself (`dependsOn`), or only misses what it calls or waits for.
        calls: APIs it calls that are down.
        waits: Event APIs it waits for that are down.
        needs: Entries it depends on that stopped.
    """

    ref: str
    owner: str
    stops: bool
    calls: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoppedStep:
    """One step that cannot be done; `why` is a clause, `probe` "" where nothing would show it."""

    id: str
    title: str
    why: str
    probe: str


@dataclass(frozen=True, slots=True)
class StoppedWorkflow:
    """One critical workflow and what stops of it.

    Attributes:
        ref: The workflow.
        id: Its short name, such as `W3`.
        title: What it is about.
        owner: Its owner.
        steps: What stops, in the order of the workflow.
        goes_on: Ids of steps that can still be done.
        rto: ISO 8601; `close_window_rto` is the one that counts in the close window, "" if the same.
        close_window_rto: See `rto`.
        rpo: ISO 8601.
        promised: The slowest RTO of what is down; "" if nobody promised one.
        fits: Whether what is down promises to be back in time; None where one of the two is not promised.
        checkpoints: References of the checkpoints that prove it right again.
        legal_entities: Where it books.
    """

    ref: str
    id: str
    title: str
    owner: str
    steps: tuple[StoppedStep, ...]
    goes_on: tuple[str, ...]
    rto: str
    close_window_rto: str
    rpo: str
    promised: str
    fits: bool | None
    checkpoints: tuple[str, ...]
    legal_entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blind:
    """A checkpoint that cannot look while a system it compares is down."""

    ref: str
    id: str
    title: str
    every: str
    owner: str


@dataclass(frozen=True, slots=True)
class Outage:
    """The answer to "what if X is down?".

    Attributes:
        subject: Reference of X.
        kind: Its kind in lower case.
        owner: Its owner, "" if nobody says.
        down: X and its parts.
        upstream: What X itself depends on: look there first, it may be the cause.
        dependents: Components tied to it: those that stop first.
        workflows: Critical workflows with at least one stopped step, the shortest RTO first.
        probes: Probes of the stopped steps: they fail now, and their pass ends the outage.
        unprobed: Stopped steps that no probe shows, as `W3 posted`.
        blind: Checkpoints that cannot look.
        legal_entities: Where the stopped workflows book.
        procedures: What to run, in this order.
        not_checked: What the answer does not rest on.
    """

    subject: str
    kind: str
    owner: str
    down: tuple[str, ...]
    upstream: tuple[str, ...]
    dependents: tuple[Dependent, ...]
    workflows: tuple[StoppedWorkflow, ...]
    probes: tuple[str, ...]
    unprobed: tuple[str, ...]
    blind: tuple[Blind, ...]
    legal_entities: tuple[str, ...]
    procedures: tuple[Procedure, ...]
    not_checked: tuple[NotChecked, ...] = ()


def outage_of(ref: str, catalog: Catalog, as_of: date | None = None) -> Outage:
    """Return what stops if `ref` is down.

    Args:
        ref: `component:erp`, `system:erp-cloud`, `api:erp-events`, or a bare name.
        catalog: The catalog of one revision.
        as_of: The day on which a recovery exercise may be overdue; None: none is.

    Raises:
        NotFoundError: Nothing is called so, or nothing of this kind can be down.
    """
    entity = _found(ref, catalog)
    down = _parts(entity, catalog)
    apis = _lost_apis(down, catalog)
    stopped = _stopped(down, catalog)
    lost = apis | _lost_apis(set(stopped) | down, catalog)
    dependents = tuple(_dependents(down, stopped, lost, catalog))
    promised = _promised(down, catalog)
    flows = [_flow(one, down | set(stopped), lost, promised, catalog) for one in catalog.workflows()]
    workflows = tuple(sorted((one for one in flows if one.steps), key=lambda one: (_length(one.rto), one.ref)))
    probes = {step.probe for one in workflows for step in one.steps}
    return Outage(
        subject=entity.ref,
        kind=entity.kind.lower(),
        owner=entity.owner,
        down=tuple(sorted(down)),
        upstream=tuple(sorted(_upstream(down, catalog))),
        dependents=dependents,
        workflows=workflows,
        probes=tuple(sorted(probes - {""})),
        unprobed=tuple(f"{one.id} {step.id}" for one in workflows for step in one.steps if not step.probe),
        blind=tuple(_blind(down | set(stopped), catalog)),
        legal_entities=tuple(sorted({code for one in workflows for code in one.legal_entities})),
        procedures=procedures_of(down, set(stopped), {one.ref for one in workflows}, catalog, as_of),
        not_checked=tuple(NotChecked(str(p.location or "catalog"), p.message, p.remedy) for p in catalog.problems),
    )


def _found(ref: str, catalog: Catalog) -> Entity:
    for candidate in (ref, *(f"{kind}:default/{ref}" for kind in _KINDS)):
        entity = catalog.get(candidate) or (catalog.get(candidate, "component") if candidate == ref else None)
        if entity is not None:
            if entity.kind.lower() not in _KINDS:
                raise NotFoundError(
                    f"{entity.ref} cannot be down: it is a {entity.kind.lower()}.",
                    remedy="Name a component, a system, an API or a resource.",
                )
            return entity
    from difflib import get_close_matches  # noqa: PLC0415  (only for this message)

    names = [one.ref for one in catalog.entities if one.kind.lower() in _KINDS]
    near = get_close_matches(ref, names, 3, 0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else "harness catalog show lists every entry."
    raise NotFoundError(f'no catalog entry "{ref}"', remedy=hint)


def _parts(entity: Entity, catalog: Catalog) -> set[str]:
    """Return the entry and everything inside it; APIs of a system stay up where another system's part offers them."""
    found = {entity.ref}
    waiting = [entity.ref]
    while waiting:
        for part in catalog.parts_of(waiting.pop()):
            if part.ref not in found and part.kind.lower() in {"component", "system", "domain", "resource"}:
                found.add(part.ref)
                waiting.append(part.ref)
    return found


def _lost_apis(down: Iterable[str], catalog: Catalog) -> set[str]:
    """Return the APIs that are down: named themselves, or provided by nobody who is up."""
    gone = set(down)
    offered = {r.target for ref in gone for r in catalog.relations_from(ref) if r.type == "providesApi"}
    lost = {api for api in offered if {one.ref for one in catalog.providers_of(api)} <= gone}
    return lost | {ref for ref in gone if ref.startswith("api:")}


def _stopped(down: set[str], catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the components and systems that depend on what is down, however far, and on what of it."""
    needs: dict[str, set[str]] = {}
    waiting = sorted(down)
    while waiting:
        lost = waiting.pop(0)
        for other in sorted(_needing(lost, catalog)):
            entity = catalog.get(other)
            if other in down or entity is None or entity.kind.lower() not in {"component", "system"}:
                continue
            if other not in needs:
                waiting.append(other)
            needs.setdefault(other, set()).add(lost)
    return {ref: tuple(sorted(found)) for ref, found in needs.items()}


def _needing(ref: str, catalog: Catalog) -> set[str]:
    written = {one.source for one in catalog.relations_to(ref) if one.type == "dependsOn"}
    return written | {one.target for one in catalog.relations_from(ref) if one.type == "dependencyOf"}


def _upstream(down: set[str], catalog: Catalog) -> set[str]:
    found = {one.target for ref in down for one in catalog.relations_from(ref) if one.type == "dependsOn"}
    found |= {one.source for ref in down for one in catalog.relations_to(ref) if one.type == "dependencyOf"}
    return found - down - {""}


def _dependents(
    down: set[str], stopped: dict[str, tuple[str, ...]], lost: set[str], catalog: Catalog
) -> Iterator[Dependent]:
    """Yield who is tied to it: those that stop first, each with its ties."""
    readers = {one.ref for api in lost for one in catalog.consumers_of(api)}
    for ref in sorted((readers | set(stopped)) - down, key=lambda one: (one not in stopped, one)):
        entity = catalog.get(ref)
        if entity is None:
            continue
        read = {one.target for one in catalog.relations_from(ref) if one.type == "consumesApi"} & lost
        events = {api for api in read if (found := catalog.get(api)) and found.type == "asyncapi"}
        calls, waits = tuple(sorted(read - events)), tuple(sorted(events))
        yield Dependent(ref, entity.owner, ref in stopped, calls, waits, stopped.get(ref, ()))


def _promised(down: set[str], catalog: Catalog) -> str:
    """Return the slowest RTO of what is down, of the system around it where it has none of its own."""
    texts: list[str] = []
    for ref in sorted(down):
        entity = catalog.get(ref)
        around = catalog.get(entity.refer(entity.spec.get("system"), "system")) if entity else None
        texts += [text for one in (entity, around) if one and (text := recovery(one).rto)][:1]
    return max(texts, key=_length, default="")


def _length(text: str) -> timedelta:
    """Return the length of a duration; what nobody promised counts as endless."""
    return found if (found := parse_duration(text)) is not None else timedelta.max


def _flow(one: Workflow, gone: set[str], lost: set[str], promised: str, catalog: Catalog) -> StoppedWorkflow:
    why: dict[str, str] = {}
    for step in _in_order(one.steps):
        reason = _reason(step, gone, lost, catalog)
        behind = [before for before in step.after if before in why]
        if reason or behind:
            why[step.id] = reason or f"comes after {behind[0]}"
    steps = tuple(StoppedStep(s.id, s.title or s.id, why[s.id], s.probe) for s in one.steps if s.id in why)
    known = promised and one.recovery.rto
    return StoppedWorkflow(
        ref=one.ref,
        id=one.id,
        title=one.title,
        owner=one.owner,
        steps=steps,
        goes_on=tuple(step.id for step in one.steps if step.id not in why),
        rto=one.recovery.rto,
        close_window_rto=one.recovery.close_window_rto,
        rpo=one.recovery.rpo,
        promised=promised,
        fits=_length(promised) <= _length(one.recovery.rto) if known else None,
        checkpoints=one.checkpoints,
        legal_entities=one.legal_entities,
    )


def _in_order(steps: tuple[Step, ...]) -> list[Step]:
    """Return steps after those they follow; steps that follow each other stay as written (a finding elsewhere)."""
    placed: dict[str, Step] = {}
    left = list(steps)
    while left:
        names = {step.id for step in left}
        ready = [step for step in left if not names & (set(step.after) - {step.id})] or left
        placed.update((step.id, step) for step in ready)
        left = [step for step in left if step.id not in placed]
    return list(placed.values())


def _reason(step: Step, gone: set[str], lost: set[str], catalog: Catalog) -> str:
    if step.system in gone:
        return f"done by {step.system.rpartition('/')[2]}"
    for name in step.contracts:
        api = catalog.api_for_contract(name) or catalog.get(f"api:default/{name}")
        if api is not None and api.ref in lost:
            events = f" {step.events[0]} of" if api.type == "asyncapi" and step.events else ""
            return f"waits for{events} {api.name}" if api.type == "asyncapi" else f"calls {api.name}"
    return ""


def _blind(gone: set[str], catalog: Catalog) -> Iterator[Blind]:
    for one in catalog.checkpoints():
        if gone & set(one.systems):
            yield Blind(one.ref, one.id, one.title, one.every, one.owner)
