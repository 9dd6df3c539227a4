"""`harness catalog mapping check`: hold a mapping against exports of both systems."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.opening import open_library
from harness.cli.options import as_of_option, format_option, repo_option
from harness.cli.output import write
from harness.model import NotFoundError, UsageError

if TYPE_CHECKING:
    from harness.catalog.mappings import Mapping
    from harness.catalog.masterdata import Mismatch

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("mapping")
def mapping_group() -> None:
    """Check the mappings between systems."""


@mapping_group.command("check")
@click.argument("name", metavar="MAPPING")
@click.option("--left", type=_FILE, help="Export of the first system, CSV or JSON.")
@click.option("--right", type=_FILE, help="Export of the second system.")
@click.option("--left-column", default="", metavar="COLUMN=HEADER", help="Default: the first key column.")
@click.option(
    "--right-column", default="", metavar="COLUMN=HEADER", help="Default: the components, or the last column."
)
@click.option("--parent", default="", metavar="HEADER", help="Column of the left export that names the parent.")
@as_of_option
@format_option
@repo_option
def check(name: str, form: str, repo: Path, as_of: date | None, **asked: Path | str | None) -> int:
    """Say where a mapping and the exports of its systems disagree: missing, stale, twice, out of its time.

    Exit code 0 they agree, 1 they do not, 2 no such mapping or column, 3 an export cannot be read.
    """
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.registry import read_config  # noqa: PLC0415

    library = open_library(repo)
    entries = read_catalog(library, read_config(library).catalog)
    table = next((one for one in entries.mappings() if name in {one.name, one.ref, one.ref.rpartition("/")[2]}), None)
    if table is None:
        listed = ", ".join(one.name for one in entries.mappings())
        raise NotFoundError(f'no mapping "{name}"', remedy=f"There are: {listed or 'none'}.")
    if not (asked["left"] or asked["right"]):
        raise UsageError(
            "give --left or --right, or both.", remedy=f"harness catalog mapping check {name} --left x.csv"
        )
    day = as_of or datetime.now(UTC).date()
    left = table.key[0] if table.key else ""
    right = table.components or next((one for one in reversed(table.columns) if one not in table.key), left)
    found: list[tuple[str, Mismatch]] = []
    for side, column in (("left", left), ("right", right)):
        file = asked[side]
        if isinstance(file, Path):
            parent = str(asked["parent"] or "") if side == "left" else ""
            found += [(side, one) for one in _held(table, file, str(asked[f"{side}_column"] or column), parent, day)]
    _write(found, form)
    return 1 if found else 0


def _held(table: Mapping, file: Path, columns: str, parent: str, day: date) -> list[Mismatch]:
    from harness.catalog.masterdata import held_against, hierarchy, read_export  # noqa: PLC0415  (start-up)

    column, _, header = columns.partition("=")
    if column not in {*table.key, *table.columns, table.components}:
        raise UsageError(f'{table.name} has no column "{column}"', remedy=f"It has {', '.join(table.columns)}.")
    records = read_export(file.read_bytes(), file.name)
    header = header or (column if records and column in records[0] else next(iter(records[0]), "") if records else "")
    found = list(held_against(table, column, records, header, day))
    return [*found, *hierarchy(records, header, parent)] if parent else found


def _write(found: list[tuple[str, Mismatch]], form: str) -> None:
    from harness.report.printable import printable  # noqa: PLC0415  (start-up)

    if form == "json":
        rows = [{"side": side, "kind": one.kind, "value": one.value, "what": one.what, "row": one.row, "line": one.line}
                for side, one in found]  # fmt: skip
        write(json.dumps(rows, indent=1) + "\n")
        return
    lines = [f"✗ {side.ljust(5)} {one.kind.ljust(12)} {printable(one.what, 200)}" for side, one in found]
    write("\n".join(lines or ["✓ The mapping and the exports agree."]) + "\n")
