"""Critical workflows: steps, deadlines, control points, and how to get back when one of them fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from harness.catalog.entities import Entity, mapping, resolve_path, sequence, text, texts
from harness.model import JSON


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a workflow.

    Attributes:
        id: Unique within the workflow.
        title: What happens, in one clause.
        system: Reference of the component that does it.
        contracts: Names of the contracts it uses, such as `billing-invoices`.
        events: Names of the messages it sends or waits for, such as `invoice.finalised`.
        after: Ids of the steps before it.
        deadline: ISO 8601 duration within which it must be done after its trigger; "" if none.
        interaction: `validate`, `propagate`, `post` or `reconcile`.
        control_point: What is checked before it may go on; "" if nothing.
        ordering_key: What keeps its messages in order; "" if order does not matter.
        probe: Name of the probe that asserts it.
        also_probes: Names of further probes that assert it, each another story.
        compensate: How it is undone; "" if it need not be.
        index: Place in the list of steps.
    """

    id: str
    title: str
    system: str
    contracts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    deadline: str = ""
    interaction: str = ""
    control_point: str = ""
    ordering_key: str = ""
    probe: str = ""
    also_probes: tuple[str, ...] = ()
    compensate: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was promised about getting back; durations are ISO 8601.

    Attributes:
        rto: Outage start to first passed probe and drained backlog.
        rpo: Newest confirmed state that may be lost.
        close_window_rto: The RTO that counts in the close window; "" if it is the same.
        procedure: Path of the procedure from the root of the tree, or its URL.
        last_exercised: When a person last followed it; None if never.
        exercise_every: How often it must be exercised.
    """

    rto: str = ""
    rpo: str = ""
    close_window_rto: str = ""
    procedure: str = ""
    last_exercised: date | None = None
    exercise_every: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One money path.

    `id` is the short name people use (`W3`), `objects` and `checkpoints` are references, `contracts` every
    contract of any step, `probe_every` an ISO 8601 duration.
    """

    ref: str
    id: str
    name: str
    title: str
    owner: str
    objects: tuple[str, ...]
    steps: tuple[Step, ...]
    recovery: Recovery
    legal_entities: tuple[str, ...]
    deadline: str = ""
    probe_every: str = ""
    checkpoints: tuple[str, ...] = ()

    @property
    def contracts(self) -> frozenset[str]:
        """Names of the contracts that any step uses."""
        return frozenset(name for step in self.steps for name in step.contracts)

    @property
    def probes(self) -> tuple[str, ...]:
        """Names of the probes of its steps, sorted, once each."""
        return tuple(sorted({name for step in self.steps for name in (step.probe, *step.also_probes) if name}))


def workflow(entity: Entity) -> Workflow:
    """Read the view of one `critical-workflow`; missing parts are empty."""
    body = entity.governance
    return Workflow(
        ref=entity.ref,
        id=text(body.get("id")) or entity.name,
        name=entity.name,
        title=entity.title,
        owner=entity.owner,
        objects=tuple(entity.refer(item, "resource") for item in texts(body.get("objects"))),
        steps=tuple(_step(entity, mapping(row), index) for index, row in enumerate(sequence(body.get("steps")))),
        recovery=recovery(entity),
        legal_entities=texts(body.get("legalEntities")),
        deadline=text(body.get("deadline")),
        probe_every=text(body.get("probeEvery")),
        checkpoints=tuple(entity.refer(item, "resource") for item in texts(body.get("checkpoints"))),
    )


def recovery(entity: Entity) -> Recovery:
    """Read `x-governance.recovery` of any entity."""
    row = mapping(entity.governance.get("recovery"))
    written = text(row.get("procedure"))
    return Recovery(
        rto=text(row.get("rto")),
        rpo=text(row.get("rpo")),
        close_window_rto=text(row.get("closeWindowRto")),
        procedure=resolve_path(entity.file or "", written) or written,
        last_exercised=to_date(row.get("lastExercised")),
        exercise_every=text(row.get("exerciseEvery")),
    )


def to_date(value: object) -> date | None:
    """Return the day an ISO date names, None if it is none (a catalog is YAML 1.2, so a date is a string)."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _step(entity: Entity, row: Mapping[str, JSON], index: int) -> Step:
    return Step(
        id=text(row.get("id")),
        title=text(row.get("title")),
        system=entity.refer(row.get("system"), "component"),
        contracts=texts(row.get("contracts")),
        events=texts(row.get("events")),
        after=texts(row.get("after")),
        deadline=text(row.get("deadline")),
        interaction=text(row.get("interaction")),
        control_point=text(row.get("controlPoint")),
        ordering_key=text(row.get("orderingKey")),
        probe=text(row.get("probe")),
        also_probes=texts(row.get("alsoProbes")),
        compensate=text(row.get("compensate")),
        index=index,
    )
