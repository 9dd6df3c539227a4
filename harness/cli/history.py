"""`harness history`: where the store is, what it holds, and closed days as Parquet."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.cli.options import format_option, history_option, repo_option
from harness.cli.output import write
from harness.cli.storing import opened_history


@click.group()
def history() -> None:
    """Show the store, roll closed days to Parquet."""


@history.command()
@format_option
@history_option
@repo_option
def show(form: str, place: str | None, repo: Path) -> int:
    """Show where the store is, its revision, and how many rows each table holds."""
    from harness.history.size import row_counts  # noqa: PLC0415  (start-up)
    from harness.history.tables import HEAD  # noqa: PLC0415
    from harness.report.printable import printable  # noqa: PLC0415
    from harness.report.words import columns  # noqa: PLC0415

    with opened_history(repo, place) as store:
        counts, url = row_counts(store), store.url
    if form == "json":
        write(json.dumps({"url": url, "revision": HEAD, "rows": counts}, indent=1) + "\n")
    else:
        rows = [(f"  {name}", f"{number:,}") for name, number in counts.items() if number]
        write("\n".join([f"{printable(url, 300)}   revision {HEAD}", *(columns(rows) if rows else ["  empty"])]) + "\n")
    return 0


@history.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of TABLE/DAY.parquet."
)
@history_option
@repo_option
def rollup(out: Path, place: str | None, repo: Path) -> int:
    """Write each closed day of runs, steps, leaks and measurements as Parquet, for DuckDB; rows stay in the store."""
    from harness.history.rollup import roll_up  # noqa: PLC0415  (start-up)

    with opened_history(repo, place) as store:
        written = roll_up(store, out)
    for path in written:
        click.echo(path)
    write(f"✓ {len(written)} files\n", err=True)
    return 0
