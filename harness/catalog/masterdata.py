"""Mappings held against what the systems really hold: exports of both sides, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from harness.catalog.entities import text
from harness.catalog.mappings import Mapping as IdMapping
from harness.catalog.mappings import MappingRow
from harness.model import Location, UnreadableError

Record = Mapping[str, str]
_MOST = 20_000_000  # bytes of one export; bigger ones are cut by the system that writes them


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One value on which a mapping and an export disagree.

    Attributes:
        kind: `missing`, `stale`, `duplicate`, `not-in-force`, `orphan` or `cycle`.
        value: The value.
        what: In one clause.
        row: Index of the row of the mapping; None where the mapping has none.
        line: Line of the record in the export, from 1 for its first record; None where it has none.
    """

    kind: str
    value: str
    what: str
    row: int | None = None
    line: int | None = None


def read_export(data: bytes, name: str) -> tuple[Record, ...]:
    """Return the records of an export: CSV with a header line, or a JSON list of objects; values as text.

    Raises:
        UnreadableError: It is too big, not UTF-8, or neither of the two.
    """
    remedy = "Export it as UTF-8 CSV with a header line, or as a JSON list of objects."
    if len(data) > _MOST:
        raise UnreadableError("the export is larger than 20 MB", location=Location(name), remedy=remedy)
    try:
        shown = data.decode("utf-8-sig")
        if name.lower().endswith(".json"):
            found = json.loads(shown, parse_float=str, parse_int=str)
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                raise UnreadableError("the export is no list of objects", location=Location(name), remedy=remedy)
            return tuple({key: text(value) for key, value in one.items()} for one in found)
        rows = csv.DictReader(io.StringIO(shown, newline=""), strict=True)
        return tuple({key: value or "" for key, value in row.items() if key is not None} for row in rows)
    except (UnicodeDecodeError, ValueError, RecursionError, csv.Error) as problem:
        raise UnreadableError(f"the export cannot be read: {problem}", location=Location(name), remedy=remedy) from None


def held_against(
    table: IdMapping, column: str, records: Sequence[Record], header: str, day: date
) -> Iterator[Mismatch]:
    """Yield where the rows that count on `day` and one system's export disagree.

    Args:
        table: The mapping.
        column: Its column of that system's ids; the column of components counts by its items.
        records: The export.
        header: Column of the export that holds the id.
        day: Rows before and after their time answer nothing.
    """
    if records and header not in records[0]:
        raise UnreadableError(
            f'the export has no column "{header}"', remedy=f"It has {', '.join(records[0])}: name one of them."
        )
    rows: dict[str, list[MappingRow]] = {}
    for row in table.rows:
        for value in _values(table, row, column):
            rows.setdefault(value, []).append(row)
    ids = [record.get(header, "") for record in records]
    yield from _unanswered(ids, rows, day)
    known = set(ids)
    for value, found in rows.items():
        live = next((row for row in found if row.covers(day)), None)
        if live is not None and value not in known:
            yield Mismatch("stale", value, f"{value} is mapped and no longer in the export", live.index)


def _unanswered(ids: Sequence[str], rows: dict[str, list[MappingRow]], day: date) -> Iterator[Mismatch]:
    """Yield the exported ids that stand twice, that no row maps, or that no row maps on `day`."""
    seen = Counter(ids)
    for line, value in enumerate(ids, 1):
        if not value:
            continue
        if seen[value] > 1:
            yield Mismatch("duplicate", value, f"{value} stands {seen.pop(value)} times in the export", None, line)
        if value not in rows:
            yield Mismatch("missing", value, f"{value} is in the export and mapped by no row", None, line)
        elif not any(row.covers(day) for row in rows[value]):
            what = f"{value} is in the export, and no row of it counts on {day}"
            yield Mismatch("not-in-force", value, what, rows[value][-1].index, line)


def _values(table: IdMapping, row: MappingRow, column: str) -> tuple[str, ...]:
    if column == table.components:
        return tuple(part.item for part in row.components if part.item)
    value = text(row.values.get(column))
    return (value,) if value else ()


def hierarchy(records: Sequence[Record], key: str, parent: str) -> Iterator[Mismatch]:
    """Yield records whose parent is not in the export, and records that are their own ancestor; each circle once."""
    parents = {record.get(key, ""): record.get(parent, "") for record in records}
    lines = {record.get(key, ""): line for line, record in enumerate(records, 1)}
    settled: set[str] = set()
    for value, above in parents.items():
        if above and above not in parents:
            yield Mismatch(
                "orphan", value, f"{value} has the parent {above}, which is not in the export", None, lines[value]
            )
        way: list[str] = []
        here = value
        while here and here in parents and here not in settled and here not in way:
            way.append(here)
            here = parents[here]
        if here in way:
            circle = way[way.index(here) :]
            yield Mismatch("cycle", here, f"{' > '.join([*circle, here])} is a circle", None, lines[here])
        settled.update(way)
