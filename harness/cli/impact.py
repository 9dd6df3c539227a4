"""`harness impact X`: who and what depends on a contract, a field, a business object or a catalog entry."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.cli.opening import open_library
from harness.cli.options import format_option, repo_option
from harness.cli.output import write, write_error


@click.command()
@click.argument("name", metavar="X")
@click.option("--field", default="", help="Pointer into the contract X, the same as X#/pointer.")
@click.option("--down", is_flag=True, help="Also show what X depends on itself.")
@format_option
@repo_option
def impact(name: str, field: str, form: str, repo: Path, *, down: bool) -> int:
    """Show who and what depends on a contract, a field or a component.

    X is written as on other screens: billing-invoices, billing-invoices@2.3.0, billing-invoices#/Invoice/tax_amount,
    component:erp, invoice.tax, resource:environment-production. Exit code 0; 3 where something here could not be read,
    so that the answer may lack a line.
    """
    from harness.governance.sides import RevisionSide  # noqa: PLC0415  (start-up)
    from harness.impact import impact_of  # noqa: PLC0415
    from harness.registry import read_registry  # noqa: PLC0415
    from harness.report.impact_text import impact_text, impact_to_json  # noqa: PLC0415

    library = open_library(repo)
    side = RevisionSide(library.tree, library)
    config = side.config
    landscape = side.landscape(config.catalog, config.pacts, config.plugins)
    registry = read_registry(library, config)
    asked = f"{name}#{field}" if field and "#" not in name else name
    found = impact_of(asked, library, registry.contracts, landscape, down=down)
    unread = (*registry.problems, *landscape.catalog.problems, *landscape.pacts.problems)
    for problem in unread:
        write_error(problem)
    if form == "json":
        write(json.dumps(impact_to_json(found, unread), indent=1, ensure_ascii=False) + "\n")
    else:
        write(impact_text(found))
    return 3 if unread else 0
