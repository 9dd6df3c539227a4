"""Checks of mappings against the exports of both sides that their entries name."""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalog.checks.context import Context
from harness.catalog.mappings import Extract, Mapping
from harness.catalog.masterdata import Mismatch, held_against, read_export
from harness.model import Finding, HarnessError, Level

_REMEDIES = {
    "missing": "Add a row for it, or take it out of use in the system.",
    "not-in-force": "Add the row that counts now, or take it out of use in the system.",
    "stale": "End the row on the day the system dropped it, or name what replaces it.",
    "duplicate": "Settle in the system which of the records counts.",
    "unreadable": "Export it as UTF-8 CSV with a header line, or as a JSON list of objects.",
}


def extracts(context: Context) -> Iterator[Finding]:
    """Values on which a mapping and an export disagree; nothing is asked where no export is named, or no day."""
    if context.library is None or context.as_of is None:
        return
    for table in context.catalog.mappings():
        for extract in table.extracts:
            try:
                records = read_export(context.library.tree.read(extract.file), extract.file)
                found = tuple(held_against(table, extract.column, records, extract.as_column, context.as_of))
            except HarnessError as problem:
                yield _finding(context, table, extract, Mismatch("unreadable", extract.file, problem.message))
                continue
            yield from (_finding(context, table, extract, one) for one in found)


def _finding(context: Context, table: Mapping, extract: Extract, one: Mismatch) -> Finding:
    place = ("rows", one.row) if one.row is not None else ("extracts", extract.index)
    record = f"Record {one.line} of {extract.file}." if one.line else f"The export is {extract.file}."
    return Finding(
        rule="mapping-extract-differs",
        title=f"{table.name}: {one.what}",
        level=Level.ERROR,
        location=context.at(table.ref, *place),
        detail=record,
        remedy=_REMEDIES[one.kind],
        values=(table.ref, extract.file, one.kind, one.value),
    )
