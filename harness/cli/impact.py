"""`harness impact X`: who and what depends on it?"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.opening import open_library, open_repository
from harness.cli.options import as_of_option, repo_option
from harness.cli.output import write
from harness.model import HarnessError, NotFoundError, UsageError

if TYPE_CHECKING:
    from harness.impact.running import RunningPact


@click.command()
@click.argument("ref", required=False)
@click.argument("new", required=False)
@click.option("--field", default=None, help="The same for a field: billing-invoices#/Invoice/tax_amount.")
@click.option(
    "--down", default=None, metavar="REF", help="What stops if this catalog entry is down, and how to recover."
)
@click.option(
    "--new",
    "kind",
    type=click.Choice(["sku", "entity", "country", "tax-rate", "partner"]),
    default=None,
    help="What a new thing of this kind needs, and what is missing (exit code 1); REF is its name.",
)
@click.option("--base", default=None, help="Revision to compare with; the same as REF of two.")
@click.option("--head", default=None, help="Revision to judge (default: worktree); the same as NEW.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="What standard output holds; markdown for --down and for revisions.",
)
@as_of_option
@click.option(
    "--history",
    "place",
    default=None,
    metavar="URL",
    help="With two versions of a contract: name each version of a consumer that runs, from this store.",
)
@repo_option
def impact(ref: str | None, new: str | None, form: str, repo: Path, as_of: date | None, **asked: str | None) -> int:
    """Show who and what depends on a contract, a field, a component, or on what changed between two revisions.

    REF is KIND:NAME@VERSION#/pointer, each part but the name optional: billing-invoices,
    billing-invoices@2.3.0#/Invoice/tax_amount, component:erp, invoice.tax; or a git revision such as main.
    REF NEW are two git revisions, or two versions of one contract.
    Exit code 0 answered, 3 where part of the catalog could not be read.
    """
    if asked["kind"]:
        if new or any(asked[one] for one in ("field", "down", "base", "head")):
            raise UsageError("--new goes with a name and nothing else.", remedy="harness impact --new country SE")
        return _of_new(asked["kind"], ref or "", repo, form)
    if ref is None and (asked["base"] or asked["head"]):
        ref, new = asked["base"] or "HEAD", asked["head"] or "worktree"
    elif asked["base"] or asked["head"]:
        raise UsageError("--base and --head go without REF.", remedy="harness impact --base main --head worktree")
    given = [one for one in (ref, asked["field"], asked["down"]) if one]
    if len(given) != 1:
        raise UsageError("impact takes one REF, or OLD NEW.", remedy="harness impact billing-invoices")
    if asked["down"]:
        return _of_outage(asked["down"], repo, form, as_of)
    if new is not None or asked["place"]:
        return _between(given[0], new or "", repo, form, as_of, asked["place"])
    try:
        return _of_thing(given[0], repo, form)
    except NotFoundError as unknown:
        return _of_changes(given[0], repo, form, unknown, as_of)


def _of_outage(ref: str, repo: Path, form: str, as_of: date | None) -> int:
    """Answer what stops if an entry is down; 3 where part of the catalog could not be read."""
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.impact.outage import outage_of  # noqa: PLC0415
    from harness.registry import read_config  # noqa: PLC0415
    from harness.report.outage_text import outage_markdown, outage_text, outage_to_json  # noqa: PLC0415

    library = open_library(repo)
    found = outage_of(ref, read_catalog(library, read_config(library).catalog), as_of or datetime.now(UTC).date())
    if form == "json":
        from harness.compat.encoding import dumps  # noqa: PLC0415  (start-up)

        write(dumps(outage_to_json(found), indent=1) + "\n")
    else:
        write(outage_markdown(found) if form == "markdown" else outage_text(found))
    return 3 if found.not_checked else 0


def _of_new(kind: str, name: str, repo: Path, form: str) -> int:
    """Exit code 0 nothing is missing, 1 something is, 3 could not tell."""
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.impact.new import readiness  # noqa: PLC0415
    from harness.registry import read_config  # noqa: PLC0415
    from harness.report.new_text import readiness_text, readiness_to_json  # noqa: PLC0415

    library = open_library(repo)
    found = readiness(kind, name, read_catalog(library, read_config(library).catalog))
    write(json.dumps(readiness_to_json(found), indent=1) + "\n" if form == "json" else readiness_text(found))
    return found.exit_code


def _of_thing(ref: str, repo: Path, form: str) -> int:
    from harness.governance import landscape_of  # noqa: PLC0415  (start-up)
    from harness.impact import impact_of  # noqa: PLC0415
    from harness.registry import read_config, read_registry  # noqa: PLC0415
    from harness.report.impact_text import impact_text, impact_to_json  # noqa: PLC0415

    library = open_library(repo)
    config = read_config(library)
    contracts = read_registry(library, config).contracts
    found = impact_of(ref, library, contracts, landscape_of(library, config))
    if form == "json":
        from harness.compat.encoding import dumps  # noqa: PLC0415  (start-up)

        write(dumps(impact_to_json(found), indent=1) + "\n")
    else:
        write(impact_text(found))
    return 0


def _between(old: str, new: str, repo: Path, form: str, as_of: date | None, place: str | None = None) -> int:
    """Answer for two revisions, or for two versions of one contract; only the latter are joined with what runs."""
    if place:
        if "@" not in old or "@" not in new:
            raise UsageError("--history goes with two versions of a contract.", remedy="harness impact A@1.0.0 A@1.1.0")
        return _of_versions(old, new, repo, form, as_of, place)
    repository = open_repository(repo)
    try:
        if repository is None:
            raise NotFoundError("no git repository here", remedy="Name two versions of a contract: NAME@VERSION.")
        for revision in (old, new):
            if revision != "worktree":
                repository.resolve(revision)
    except HarnessError as unknown:
        if "@" not in old or "@" not in new:
            raise unknown from None
        return _of_versions(old, new, repo, form, as_of)
    return _show(repo, old, new, form, as_of)


def _of_versions(old: str, new: str, repo: Path, form: str, as_of: date | None, place: str | None = None) -> int:
    from harness.governance import landscape_of  # noqa: PLC0415  (start-up)
    from harness.impact.versions import impact_of_versions  # noqa: PLC0415
    from harness.registry import read_config, read_registry  # noqa: PLC0415
    from harness.report.impact_change import change_impact_json, change_impact_text  # noqa: PLC0415

    library = open_library(repo)
    config = read_config(library)
    contracts = read_registry(library, config).contracts
    running = _running(repo, place) if place else ()
    found = impact_of_versions(old, new, library, contracts, landscape_of(library, config), as_of, running=running)
    write(change_impact_json(found) if form == "json" else change_impact_text(found, f"{old} to {new}"))
    return 0


def _running(repo: Path, place: str) -> tuple[RunningPact, ...]:
    from harness.cli.storing import opened_history  # noqa: PLC0415  (start-up)
    from harness.impact.running import running_pacts  # noqa: PLC0415

    with opened_history(repo, place) as history:
        return running_pacts(history)


def _of_changes(ref: str, repo: Path, form: str, unknown: NotFoundError, as_of: date | None) -> int:
    """Answer for a git revision: the impact of what changed since; else say that nothing is called so."""
    repository = open_repository(repo)
    if repository is None:
        raise unknown
    try:
        repository.resolve(ref)
    except HarnessError:
        raise unknown from None
    return _show(repo, ref, "worktree", form, as_of)


def _show(repo: Path, old: str, new: str, form: str, as_of: date | None) -> int:
    from harness.governance import gate, read_event  # noqa: PLC0415  (start-up)

    report = gate(repo, old, new, as_of=as_of, event=read_event(os.environ))
    if form == "json":
        from harness.report.gate_json import impact_json  # noqa: PLC0415  (start-up)

        write(impact_json(report))
    elif form == "markdown":
        from harness.report.markdown import gate_markdown  # noqa: PLC0415  (start-up)

        write(gate_markdown(report))
    else:
        from harness.report.gate_text import gate_text  # noqa: PLC0415  (start-up)
        from harness.report.impact_change import coverage_text  # noqa: PLC0415

        write(gate_text(report) + coverage_text(report.impact))
    return 0
