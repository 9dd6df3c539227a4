"""The values an impact analysis returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.model import NotChecked, Verdict


class Hit(StrEnum):
    """Whether a consumer reads what breaks."""

    HIT = "hit"
    NOT_HIT = "not-hit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConsumerImpact:
    """One consumer of a changed contract.

    Attributes:
        component: Catalog reference, such as `component:default/erp-connector`.
        name: Short name, such as `erp-connector`.
        version: The version known to run, "" if nobody says.
        environments: Where it runs, such as `("production",)`.
        owner: Catalog reference of the owning team.
        hit: Hit, not hit, or unknown.
        reason: Why, in one clause: `reads tax_amount (3 interactions)`, `no pact`.
        changes: Fingerprints of the breaking changes that hit it (or may hit it, where unknown).
        fields: What it reads or sends of that which breaks, as pointers into the body: `/tax_amount`.
        interactions: How many interactions of its pact touch what breaks.
    """

    component: str
    name: str
    version: str
    environments: tuple[str, ...]
    owner: str
    hit: Hit
    reason: str
    changes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    interactions: int = 0


@dataclass(frozen=True, slots=True)
class WorkflowImpact:
    """One critical workflow that the changed contract or business object takes part in.

    `rto`, `rpo` and `deadline` are ISO 8601 durations as in the catalog; `last_exercised` an ISO date or "".
    """

    ref: str
    title: str
    owner: str
    steps: tuple[str, ...]
    rto: str
    rpo: str
    deadline: str
    procedure: str
    last_exercised: str
    legal_entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusinessObjectImpact:
    """One field of a business object that changes, and the system that owns it.

    Attributes:
        ref: Catalog reference of the business object.
        name: Its name, such as `invoice`.
        field: Path of the field, such as `tax` or `lines.net`; "" if the whole object is touched.
        system_of_record: The system that owns the field, "" if nobody says.
        sensitivity: `none`, `financial` or `sox-key`.
        change: Fingerprint of the change that touches it.
        verdict: Verdict of that change.
    """

    ref: str
    name: str
    field: str
    system_of_record: str
    sensitivity: str
    change: str = ""
    verdict: Verdict = Verdict.COMPATIBLE


@dataclass(frozen=True, slots=True)
class CheckpointImpact:
    """One reconciliation checkpoint that compares what changes.

    Attributes:
        ref: Catalog reference.
        id: Short name, such as `C1`.
        title: What it compares.
        owner: Catalog reference of the owner.
        fields: Changed fields that it compares, such as `invoice.tax`; empty where it is there for a workflow only.
    """

    ref: str
    id: str
    title: str
    owner: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What would notice that a change went wrong, and what nothing would notice.

    Attributes:
        probes: Name of the probe and the steps it asserts, as `W3 posted`.
        unprobed: Steps that use what changes and that no probe asserts, as `W3 posted`.
        checkpoints: Those of the workflows, and those that compare a changed field.
        uncompared: Changed fields that no checkpoint compares, such as `invoice.memo`.
    """

    probes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unprobed: tuple[str, ...] = ()
    checkpoints: tuple[CheckpointImpact, ...] = ()
    uncompared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Who and what a set of changes touches, judged on base and head together.

    `with_pact` and `without_pact` count the consumers whose reading is known and unknown, so that "nobody reads
    it" never stands without its denominator. `components` provide or consume what changed.
    """

    consumers: tuple[ConsumerImpact, ...] = ()
    workflows: tuple[WorkflowImpact, ...] = ()
    business_objects: tuple[BusinessObjectImpact, ...] = ()
    legal_entities: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    finance_sensitive: bool = False
    probes: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    contracts: tuple[str, ...] = ()
    with_pact: int = 0
    without_pact: int = 0
    components: tuple[str, ...] = ()
    coverage: Coverage = Coverage()
