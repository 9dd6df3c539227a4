"""`harness changelog OLD NEW`: what changed, for people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from harness.cli.comparing import Judging, compare_operands, contract_name
from harness.cli.options import as_of_option, repo_option
from harness.cli.output import write


@click.command()
@click.argument("old")
@click.argument("new")
@as_of_option
@repo_option
def changelog(old: str, new: str, as_of: date | None, repo: Path) -> int:
    """List what changed between two versions, for people, as Markdown.

    OLD and NEW are files, folders, NAME@VERSION, or git objects REF:PATH.
    """
    from harness.report.changelog import changelog as render  # noqa: PLC0415  (start-up)

    answer = compare_operands(old, new, repo, Judging(as_of=as_of))
    write(render(answer.comparison, contract_name(new)))
    return 0
