"""What a monitor keeps between runs: leases of slots, runners, requests, windows, alerts, measurements.

Times are aware UTC. Imported as `harness.model.monitoring`: the gate needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.model.json import JSON


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned run: a probe in an environment at a time.

    Attributes:
        probe: Name of the probe.
        environment: Name of the environment.
        slot: The planned time as text, the same for every runner: UTC, so that a repeated local hour is two slots.
    """

    probe: str
    environment: str
    slot: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one runner to play one slot until `expires`, by the database's clock.

    Attributes:
        slot: Which slot.
        owner: The runner that holds it.
        attempt: Fencing number: 1 for the first holder, one more for each that took over after an expiry.
        expires: When another runner may take over.
        finished_at: When it was played to its end; then nobody plays it again.
    """

    slot: Slot
    owner: str
    attempt: int
    expires: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that plays slots, and when it was heard of last by the database's clock.

    Attributes:
        name: Unique among runners.
        started: When it was first heard of.
        seen: When it was last heard of.
        details: What it says of itself: executor, shard, version.
    """

    name: str
    started: datetime
    seen: datetime
    details: JSON = None


class RequestState(StrEnum):
    """How far an order has come."""

    QUEUED = "queued"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """An order to the monitor: an audited row that it executes.

    Attributes:
        kind: `run-probe`, `replay-event`, `open-window`, `assign-exception`, `reap` or another short name.
        payload: What the order needs.
        by: Who ordered it.
        reason: Why, in words.
        placed: When it was placed, database time.
        state: How far it is.
        taken_by: The runner that executes it.
        taken_at: When it took it.
        finished_at: When it ended.
        answer: What came of it.
        id: Row of the store, 0 before it is stored.
    """

    kind: str
    payload: JSON
    by: str
    reason: str
    placed: datetime
    state: RequestState = RequestState.QUEUED
    taken_by: str = ""
    taken_at: datetime | None = None
    finished_at: datetime | None = None
    answer: JSON = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """A time in which alerts of an environment are held back; runs go on and are counted.

    Attributes:
        id: Unique.
        environment: Which one.
        owner: Who answers for it.
        reason: Why.
        starts: First moment.
        ends: First moment after it; there is no window without an end.
        probes: Names or globs of probes; empty is all.
        created_by: Who entered it.
        created: When it was entered.
    """

    id: str
    environment: str
    owner: str
    reason: str
    starts: datetime
    ends: datetime
    probes: tuple[str, ...] = ()
    created_by: str = ""
    created: datetime | None = None


class AlertState(StrEnum):
    """Whether somebody is still waiting."""

    OPEN = "open"
    OWNED = "owned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """One cause that somebody was told about.

    Attributes:
        key: What it is deduplicated by, such as environment, entity, system and category.
        environment: Where.
        entity: Legal entity, "" if none.
        system: Which system, "" if not known.
        category: Name of the failure.
        opened: When the first run showed it.
        seen: When the last run showed it.
        level: `page`, `ticket` or `owner`.
        state: Open, owned by somebody, closed.
        count: Runs that showed it.
        notified: When somebody was told last, None if never.
        reminders: How often a reminder was sent.
        owner: Who took it, "" if nobody.
        owned_at: When.
        closed_at: When two passes had ended it.
        passes: Passes in a row since it was seen.
        cause: Key of the alert that explains this one, "" if none.
        run: Id of the run that opened it.
        details: Anything else the notifier needs again.
        id: Row of the store, 0 before it is stored; a cause that returns after its close is a new row.
    """

    key: str
    environment: str
    entity: str
    system: str
    category: str
    opened: datetime
    seen: datetime
    level: str = "ticket"
    state: AlertState = AlertState.OPEN
    count: int = 1
    notified: datetime | None = None
    reminders: int = 0
    owner: str = ""
    owned_at: datetime | None = None
    closed_at: datetime | None = None
    passes: int = 0
    cause: str = ""
    run: str = ""
    details: JSON = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One observation that metrics are counted from, where no run or exception holds it.

    Attributes:
        name: Name of the metric, dots, no unit.
        at: When it happened.
        value: In base units: seconds, minor units, a count.
        source: `probe` or `ledger`; the two are never added.
        attributes: Labels, bounded in number.
    """

    name: str
    at: datetime
    value: float
    source: str
    attributes: tuple[tuple[str, str], ...] = field(default=())
