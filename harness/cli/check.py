"""`harness check`: read everything here and report what is wrong."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from pathlib import Path

import click

from harness.cli.evidence import read_evidence
from harness.cli.opening import open_library
from harness.cli.options import as_of_option, format_option, no_cache_option, repo_option, spectral_option
from harness.cli.output import write


@click.command()
@spectral_option
@format_option
@as_of_option
@no_cache_option
@repo_option
def check(form: str, as_of: date | None, repo: Path, spectral: tuple[Path, ...]) -> int:
    """Read every contract, catalog entry and pact here; report what is wrong.

    Exit code 0 nothing found, 1 problems found, 3 something could not be read (the rest is still reported).
    """
    from harness.governance import check_repository  # noqa: PLC0415  (start-up)
    from harness.registry import read_config  # noqa: PLC0415

    started = time.perf_counter()
    library = open_library(repo)
    report = check_repository(
        library, read_config(library), as_of or datetime.now(UTC).date(), read_evidence(spectral, library)
    )
    if form == "json":
        from harness.report.check_text import check_to_json  # noqa: PLC0415  (start-up)

        write(json.dumps(check_to_json(report), indent=1, ensure_ascii=False) + "\n")
    else:
        from harness.report.check_text import check_text  # noqa: PLC0415  (start-up)

        write(check_text(report, time.perf_counter() - started))
    return report.exit_code
