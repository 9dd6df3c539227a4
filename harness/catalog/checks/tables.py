"""Checks of mappings: total, unambiguous, effective-dated, exactly divided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from harness.catalog.checks.context import Context
from harness.catalog.entities import text
from harness.catalog.mappings import Mapping, MappingRow
from harness.model import Finding, Level, Location


def rows_invalid(context: Context) -> Iterator[Finding]:
    """Rows that lack a column, an owner or a readable period."""
    for table in context.catalog.mappings():
        for row in table.rows:
            for column in dict.fromkeys((*table.key, *table.columns)):
                if row.values.get(column) in (None, "", []):
                    yield _row(context, table, row, f"has no {column}")
            for column in ("valid_from", "valid_to"):
                if text(row.values.get(column)) and getattr(row, column) is None:
                    yield _row(context, table, row, f'{column} "{text(row.values[column])}" is no date', column)
            if "valid_from" not in row.values:
                yield _row(context, table, row, "does not say since when it counts")
            if not row.owner:
                yield _row(context, table, row, "has no owner")
            if row.valid_from and row.valid_to and row.valid_to <= row.valid_from:
                yield _row(context, table, row, "ends before it begins", "valid_to")


def _row(context: Context, table: Mapping, row: MappingRow, what: str, *tokens: str) -> Finding:
    return Finding(
        rule="mapping-row-invalid",
        title=f"{table.name}: row {_key(row)} {what}",
        level=Level.ERROR,
        location=context.at(table.ref, "rows", row.index, *tokens),
        remedy="Fill every column; dates are quoted, valid_to is the first day the row no longer counts.",
        values=(table.ref, *row.key, what),
    )


def ambiguous(context: Context) -> Iterator[Finding]:
    """Two rows that answer for the same key on the same day."""
    for table in context.catalog.mappings():
        for first, second in _neighbours(table):
            if first.valid_to is None or (second.valid_from is not None and second.valid_from < first.valid_to):
                since = f" from {second.valid_from} on" if second.valid_from else ""
                yield _between(
                    context,
                    table,
                    second,
                    "mapping-ambiguous",
                    f"{_key(second)} has two rows{since}",
                    "End the older row on the day the newer one begins, or make the key say what tells them apart.",
                )


def gaps(context: Context) -> Iterator[Finding]:
    """Days between two rows of a key on which no row answers."""
    for table in context.catalog.mappings():
        for first, second in _neighbours(table):
            if first.valid_to is not None and second.valid_from is not None and first.valid_to < second.valid_from:
                yield _between(
                    context,
                    table,
                    second,
                    "mapping-gap",
                    f"{_key(second)} has no row from {first.valid_to} to {second.valid_from}",
                    "Let the newer row begin on the day the older one ends.",
                )


def expired(context: Context) -> Iterator[Finding]:
    """Keys whose last row has ended: the next document finds nothing."""
    if context.as_of is None:
        return
    for table in context.catalog.mappings():
        for rows in _by_key(table).values():
            last = rows[-1]
            if last.valid_to is not None and last.valid_to <= context.as_of:
                yield _between(
                    context,
                    table,
                    last,
                    "mapping-expired",
                    f"{_key(last)} has no row since {last.valid_to}",
                    "Add the row that follows, or take the key out of use on the other side too.",
                )


def _between(context: Context, table: Mapping, row: MappingRow, rule: str, what: str, remedy: str) -> Finding:
    return Finding(
        rule=rule,
        title=f"{table.name}: {what}",
        level=Level.WARNING if rule == "mapping-expired" else Level.ERROR,
        location=context.at(table.ref, "rows", row.index),
        remedy=remedy,
        values=(table.ref, *row.key, str(row.valid_from or "")),
    )


def incomplete(context: Context) -> Iterator[Finding]:
    """Values that another mapping uses and this one does not know."""
    tables = {table.ref: table for table in context.catalog.mappings()}
    for table in tables.values():
        for cover in table.covers:
            source = tables.get(cover.mapping)
            if source is None:
                continue  # a dangling reference, told by its own rule
            known = {text(row.values.get(cover.as_column)) for row in table.rows}
            for row in source.rows:
                value = text(row.values.get(cover.column))
                if value and value not in known:
                    yield Finding(
                        rule="mapping-incomplete",
                        title=f'{table.name} does not map "{value}" of {source.name}',
                        level=Level.ERROR,
                        location=context.at(table.ref, "covers", cover.index),
                        detail=f"It is used at {context.at(source.ref, 'rows', row.index)}.",
                        remedy=f'Add a row whose {cover.as_column} is "{value}".',
                        values=(table.ref, source.ref, value),
                    )


def weights(context: Context) -> Iterator[Finding]:
    """Bundles whose parts cannot divide a price: no part, a part twice, a weight that is not above zero."""
    for table in context.catalog.mappings():
        for row in table.rows if table.components else ():
            items = [part.item for part in row.components]
            if not items:
                yield _weight(table, row, "names no item", context.at(table.ref, "rows", row.index))
            for part in row.components:
                place = context.at(table.ref, "rows", row.index, table.components, part.index)
                if not part.item:
                    yield _weight(table, row, "has a part without item", place)
                elif items.index(part.item) != part.index:
                    yield _weight(table, row, f"names {part.item} twice", place)
                if part.weight is None or part.weight <= 0:
                    yield _weight(table, row, f"gives {part.item} no weight above zero", place)


def _weight(table: Mapping, row: MappingRow, what: str, place: Location) -> Finding:
    return Finding(
        rule="mapping-weights-unfit",
        title=f"{table.name}: {_key(row)} {what}",
        level=Level.ERROR,
        location=place,
        remedy="Name each item once, with its stand-alone price as exact decimal text above zero.",
        values=(table.ref, *row.key, what),
    )


def _by_key(table: Mapping) -> dict[tuple[str, ...], list[MappingRow]]:
    """Return the rows of each key, oldest first; a row without a beginning is the oldest."""
    found: dict[tuple[str, ...], list[MappingRow]] = {}
    for row in sorted(table.rows, key=lambda row: (str(row.valid_from or ""), row.index)):
        found.setdefault(row.key, []).append(row)
    return found


def _neighbours(table: Mapping) -> Iterator[tuple[MappingRow, MappingRow]]:
    for rows in _by_key(table).values():
        yield from pairwise(rows)


def _key(row: MappingRow) -> str:
    return " / ".join(row.key) or f"{row.index + 1}"
