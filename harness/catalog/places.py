"""Where things run and when money may not move: environments, legal entities, the close calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from harness.catalog.entities import Entity, mapping, sequence, text, texts
from harness.catalog.workflows import to_date
from harness.model import JSON


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment.

    Attributes:
        ref: Catalog reference.
        name: Such as `production`.
        title: What a person reads.
        kind: `sandbox`, `test-accounts` or `production`.
        probes: `full` or `read-only`.
        deeds: `allowed` or `refused`: whether a synthetic transaction may write.
        promotion_from: Reference of the environment a version comes from; "" for the first.
        owner: Reference of the owning group.
        pace: Shortens deadlines, holds and naps of probes there; 1.0 is as written.
        live_keys: `allowed` or "": whether keys that move real money may be used.
        systems: By port (`billing`, `erp`): the adapter and its settings, such as `adapter`, `url`, `key`.
    """

    ref: str
    name: str
    title: str
    kind: str
    probes: str
    deeds: str
    promotion_from: str
    owner: str
    pace: float = 1.0
    live_keys: str = ""
    systems: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """One company or ledger of a company that postings are made in.

    `currency` is the functional currency (ISO 4217), `time_zone` decides its periods, `book_of` names the
    legal entity whose second ledger this is ("" for a company itself). `fiscal_year` names its first and last month
    (`Apr-Mar`), `tax_rounding` what is rounded and how (`per line, half away from zero`).
    """

    ref: str
    name: str
    title: str
    currency: str
    time_zone: str
    book_of: str
    fiscal_year: str = "Jan-Dec"
    tax_rounding: str = ""


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """One fiscal month; `end` is the first day after it, the window is half-open as well."""

    period: str
    start: date | None
    end: date | None
    window_start: date | None
    window_end: date | None
    soft_close: date | None
    hard_close: date | None
    index: int = 0


@dataclass(frozen=True, slots=True)
class CloseCalendar:
    """When the books of one legal entity close; finance-sensitive changes wait while `in_window`."""

    ref: str
    name: str
    legal_entity: str
    time_zone: str
    periods: tuple[ClosePeriod, ...]

    def window_of(self, day: date) -> ClosePeriod | None:
        """Return the period whose close window contains `day` (a day in the entity's time zone), or None."""
        for period in self.periods:
            if period.window_start and period.window_end and period.window_start <= day < period.window_end:
                return period
        return None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One scheduled comparison between systems; `id` is its short name, such as `C1`."""

    ref: str
    id: str
    name: str
    title: str
    systems: tuple[str, ...]
    objects: tuple[str, ...]
    fields: tuple[str, ...]
    workflows: tuple[str, ...]
    every: str
    owner: str


@dataclass(frozen=True, slots=True)
class Category:
    """One name for what a failed assertion is called, who acts first, and the recovery to follow.

    `fields` are the rows of the (object, field) table that lead to it: `posting.entity`, `*.tax_code`, `schedule.*`.
    """

    name: str
    source: str
    first_to_act: str
    recovery: str
    index: int = 0
    fields: tuple[str, ...] = ()


def environment(entity: Entity) -> Environment:
    """Read the view of one `environment`."""
    body = entity.governance
    return Environment(
        ref=entity.ref,
        name=text(body.get("name")) or entity.name,
        title=entity.title,
        kind=text(body.get("kind")),
        probes=text(body.get("probes")),
        deeds=text(body.get("deeds")),
        promotion_from=entity.refer(body.get("promotionFrom"), "resource"),
        owner=entity.owner,
        pace=_pace(body.get("pace")),
        live_keys=text(body.get("liveKeys")),
        systems={
            port: {name: text(value) for name, value in mapping(settings).items()}
            for port, settings in mapping(body.get("systems")).items()
        },
    )


def _pace(value: JSON) -> float:
    """Return the pace; whatever is no number above 0 shortens nothing."""
    return (
        float(value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 < value <= 1
        else 1.0
    )


def legal_entity(entity: Entity) -> LegalEntity:
    """Read the view of one `legal-entity`."""
    body = entity.governance
    return LegalEntity(
        ref=entity.ref,
        name=text(body.get("id")) or entity.name,
        title=entity.title,
        currency=text(body.get("currency")),
        time_zone=text(body.get("timeZone")),
        book_of=text(body.get("bookOf")),
        fiscal_year=text(body.get("fiscalYear")) or "Jan-Dec",
        tax_rounding=text(body.get("taxRounding")),
    )


def close_calendar(entity: Entity) -> CloseCalendar:
    """Read the view of one `close-calendar`."""
    body = entity.governance
    rows = map(mapping, sequence(body.get("periods")))
    return CloseCalendar(
        ref=entity.ref,
        name=entity.name,
        legal_entity=text(body.get("legalEntity")),
        time_zone=text(body.get("timeZone")),
        periods=tuple(
            ClosePeriod(
                period=text(row.get("period")),
                start=to_date(row.get("start")),
                end=to_date(row.get("end")),
                window_start=to_date(row.get("windowStart")),
                window_end=to_date(row.get("windowEnd")),
                soft_close=to_date(row.get("softClose")),
                hard_close=to_date(row.get("hardClose")),
                index=index,
            )
            for index, row in enumerate(rows)
        ),
    )


def checkpoint(entity: Entity) -> Checkpoint:
    """Read the view of one `reconciliation-checkpoint`."""
    body = entity.governance
    return Checkpoint(
        ref=entity.ref,
        id=text(body.get("id")) or entity.name,
        name=entity.name,
        title=entity.title,
        systems=tuple(entity.refer(item, "component") for item in texts(body.get("systems"))),
        objects=tuple(entity.refer(item, "resource") for item in texts(body.get("objects"))),
        fields=texts(body.get("fields")),
        workflows=tuple(entity.refer(item, "resource") for item in texts(body.get("workflows"))),
        every=text(body.get("every")),
        owner=entity.owner,
    )


def categories(entity: Entity) -> tuple[Category, ...]:
    """Read the rows of one `failure-categories`."""
    rows = map(mapping, sequence(entity.governance.get("categories")))
    return tuple(
        Category(
            text(row.get("name")),
            text(row.get("source")),
            text(row.get("firstToAct")),
            text(row.get("recovery")),
            index,
            texts(row.get("fields")),
        )
        for index, row in enumerate(rows)
    )
