"""`harness check`: read everything here and report what is wrong."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import click

from harness.cli.options import as_of_option, format_option, repo_option
from harness.cli.output import write


@click.command()
@format_option
@as_of_option
@repo_option
def check(form: str, as_of: date | None, repo: Path) -> int:
    """Read every contract, catalog entry and pact here; report what is wrong.

    Exit code 0 nothing found, 1 problems found, 3 something could not be read (the rest is still reported).
    """
    from harness.governance import check_folder  # noqa: PLC0415  (start-up)

    started = time.perf_counter()
    report = check_folder(repo, as_of=as_of)
    if form == "json":
        from harness.report.check_text import check_to_json  # noqa: PLC0415  (start-up)

        write(json.dumps(check_to_json(report), indent=1, ensure_ascii=False) + "\n")
    else:
        from harness.report.check_text import check_text  # noqa: PLC0415  (start-up)

        write(check_text(report, time.perf_counter() - started))
    return report.exit_code
