"""`harness impact X`: who and what depends on it?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli.opening import open_library, open_repository
from harness.cli.options import format_option, repo_option
from harness.cli.output import write
from harness.model import HarnessError, NotFoundError, UsageError


@click.command()
@click.argument("ref", required=False)
@click.option("--field", default=None, help="The same for a field: billing-invoices#/Invoice/tax_amount.")
@click.option(
    "--down", default=None, metavar="REF", help="What stops if this catalog entry is down, and how to recover."
)
@format_option
@repo_option
def impact(ref: str | None, field: str | None, down: str | None, form: str, repo: Path) -> int:
    """Show who and what depends on a contract, a field, a component, or on what changed since a git revision.

    REF is KIND:NAME@VERSION#/pointer, each part but the name optional: billing-invoices,
    billing-invoices@2.3.0#/Invoice/tax_amount, component:erp, invoice.tax; or a git revision such as main.
    """
    given = [asked for asked in (ref, field, down) if asked]
    if len(given) != 1:
        raise UsageError("impact takes one REF.", remedy="harness impact billing-invoices")
    try:
        return _of_thing(given[0], repo, form, is_down=down is not None)
    except NotFoundError as unknown:
        return _of_changes(given[0], repo, form, unknown)


def _of_thing(ref: str, repo: Path, form: str, *, is_down: bool) -> int:
    from harness.governance import landscape_of  # noqa: PLC0415  (start-up)
    from harness.impact import impact_of  # noqa: PLC0415
    from harness.registry import read_config, read_registry  # noqa: PLC0415
    from harness.report.impact_text import impact_text, impact_to_json  # noqa: PLC0415

    library = open_library(repo)
    config = read_config(library)
    contracts = read_registry(library, config).contracts
    found = impact_of(ref, library, contracts, landscape_of(library, config), down=is_down)
    if form == "json":
        from harness.compat.encoding import dumps  # noqa: PLC0415  (start-up)

        write(dumps(impact_to_json(found), indent=1) + "\n")
    else:
        write(impact_text(found, down=is_down))
    return 0


def _of_changes(ref: str, repo: Path, form: str, unknown: NotFoundError) -> int:
    """Answer for a git revision: the impact of what changed since; else say that nothing is called so."""
    repository = open_repository(repo)
    if repository is None:
        raise unknown
    try:
        repository.resolve(ref)
    except HarnessError:
        raise unknown from None
    from harness.governance import gate, read_event  # noqa: PLC0415  (start-up)
    from harness.report.gate_json import impact_json  # noqa: PLC0415
    from harness.report.gate_text import gate_text  # noqa: PLC0415

    report = gate(repo, ref, "worktree", event=read_event(os.environ))
    write(impact_json(report) if form == "json" else gate_text(report))
    return 0
