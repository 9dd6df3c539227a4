"""Mappings: which id of one system means which id of another, from which day on."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from harness.catalog.entities import Entity, mapping, resolve_path, sequence, text, texts
from harness.catalog.workflows import to_date
from harness.model import JSON


@dataclass(frozen=True, slots=True)
class Component:
    """One weighted part of a bundle; `weight` None if it is no exact decimal."""

    item: str
    weight: Decimal | None
    index: int


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One row, valid on the days `[valid_from, valid_to)`; no `valid_to` means until further notice.

    Attributes:
        key: Values of the key columns, in their order.
        values: Every column as written.
        components: The weighted parts, if the row has a column of components.
        owner: Reference of who answers for the row.
        index: Place in the list of rows.
    """

    key: tuple[str, ...]
    values: Map[str, JSON] = field(hash=False)
    components: tuple[Component, ...]
    valid_from: date | None
    valid_to: date | None
    owner: str
    index: int

    def covers(self, day: date) -> bool:
        """Whether the row counts on `day`."""
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every value of `column` in the mapping `mapping` must be a value of `as_column` here."""

    mapping: str
    column: str
    as_column: str
    index: int


@dataclass(frozen=True, slots=True)
class Extract:
    """An export of one system: every value of `column` in the rows must be one of `as_column` in `file`."""

    system: str
    file: str
    column: str
    as_column: str
    index: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping between two systems.

    Attributes:
        ref: Catalog reference.
        name: Such as `skus`.
        title: What a person reads.
        systems: References of the systems whose ids it joins.
        key: Columns that select one row on a day.
        columns: Columns every row must fill.
        components: Column that holds weighted parts; "" if none.
        covers: What must not be missing.
        rows: As written.
        owner: Reference of the owning group.
        legal_entity_column: Column that names a legal entity; "" if none.
        currency_columns: Columns that name a currency.
        objects: References of the business objects whose fields the rows decide.
        subjects: (kind, column) pairs: the column that names each new `sku`, `entity`, `country`, `tax-rate`,
            `partner` or `currency`.
        extracts: Exports of the systems that the rows are held against.
    """

    ref: str
    name: str
    title: str
    systems: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    components: str
    covers: tuple[Coverage, ...]
    rows: tuple[MappingRow, ...]
    owner: str
    legal_entity_column: str = ""
    currency_columns: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    extracts: tuple[Extract, ...] = ()

    def lookup(self, day: date, *key: str) -> MappingRow | None:
        """Return the row for a key on a day; None if there is none (ambiguity is a finding, the first wins)."""
        return next((row for row in self.rows if row.key == key and row.covers(day)), None)


def mapping_view(entity: Entity) -> Mapping:
    """Read the view of one `mapping`; missing parts are empty."""
    body = entity.governance
    key, parts = texts(body.get("key")), text(body.get("components"))
    return Mapping(
        ref=entity.ref,
        name=text(body.get("name")) or entity.name,
        title=entity.title,
        systems=tuple(entity.refer(item, "component") for item in texts(body.get("systems"))),
        key=key,
        columns=texts(body.get("columns")),
        components=parts,
        covers=tuple(
            Coverage(entity.refer(row.get("mapping"), "resource"), text(row.get("column")), text(row.get("as")), index)
            for index, row in enumerate(map(mapping, sequence(body.get("covers"))))
        ),
        rows=tuple(
            _row(entity, mapping(row), index, key, parts) for index, row in enumerate(sequence(body.get("rows")))
        ),
        owner=entity.owner,
        legal_entity_column=text(body.get("legalEntityColumn")),
        currency_columns=texts(body.get("currencyColumns")),
        objects=tuple(entity.refer(item, "resource") for item in texts(body.get("objects"))),
        subjects=tuple((kind, text(column)) for kind, column in mapping(body.get("subjects")).items()),
        extracts=tuple(
            Extract(
                entity.refer(row.get("system"), "component"),
                resolve_path(entity.file or "", text(row.get("file"))),
                text(row.get("column")),
                text(row.get("as")),
                index,
            )
            for index, row in enumerate(map(mapping, sequence(body.get("extracts"))))
        ),
    )


def _row(entity: Entity, row: Map[str, JSON], index: int, key: tuple[str, ...], parts: str) -> MappingRow:
    return MappingRow(
        key=tuple(text(row.get(column)) for column in key),
        values=row,
        components=tuple(
            Component(text(part.get("item")), _weight(part.get("weight")), place)
            for place, part in enumerate(map(mapping, sequence(row.get(parts))))
        ),
        valid_from=to_date(row.get("valid_from")),
        valid_to=to_date(row.get("valid_to")),
        owner=entity.refer(row.get("owner"), "group"),
        index=index,
    )


def _weight(value: JSON) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    try:
        weight = Decimal(value)
    except InvalidOperation:
        return None
    return weight if weight.is_finite() else None
