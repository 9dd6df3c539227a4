"""`harness gate`: may this branch merge?"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.evidence import read_evidence
from harness.cli.options import Decorated, as_of_option, format_option, no_cache_option, repo_option, spectral_option
from harness.cli.output import write, write_file
from harness.model import HarnessError

if TYPE_CHECKING:
    from harness.governance import GateReport


def _file_options(function: Decorated) -> Decorated:
    """Add one `--KIND FILE` option per report format."""
    for kind in ("html", "gitlab", "markdown", "junit", "sarif", "json"):
        function = click.option(
            f"--{kind}", kind, type=click.Path(path_type=Path, dir_okay=False), help=f"Also write a {kind} report."
        )(function)
    return function


@click.command()
@click.option("--base", default=None, help="Revision to compare with (default: found, and printed).")
@click.option("--head", default="worktree", show_default=True, help="Revision to judge, or `worktree`.")
@format_option
@_file_options
@spectral_option
@click.option(
    "--history",
    "place",
    default=None,
    metavar="URL",
    envvar="HARNESS_HISTORY",
    show_envvar=True,
    help="Keep the verdict there: path, sqlite:///PATH or postgresql://... (default: it is not kept).",
)
@as_of_option
@no_cache_option
@repo_option
def gate(  # noqa: PLR0913, PLR0917  (click's signature)
    base: str | None,
    head: str,
    form: str,
    as_of: date | None,
    repo: Path,
    spectral: tuple[Path, ...],
    place: str | None,
    **files: Path | None,
) -> int:
    """Decide whether a branch may merge.

    Contracts are compared between the merge-base and HEAD; configuration, policy, approvers, waivers and consumers
    are read from the tip of the base branch, so that a branch cannot loosen its own gate.
    Exit code 0 for pass, 1 for needs-sign-off and blocked, 3 where something could not be read.
    """
    from harness.governance import gate as judge  # noqa: PLC0415  (start-up)
    from harness.governance import read_event  # noqa: PLC0415

    evidence = (lambda library: read_evidence(spectral, library)) if spectral else None
    event = read_event(os.environ)
    report = judge(repo, base, head, as_of=as_of, event=event, evidence=evidence)
    write(_standard_output(report, form))
    _write_files(report, files)
    _tell_github(report)
    if place:
        _keep(report, place, event.number if event else "")
    return report.exit_code


def _keep(report: GateReport, place: str, request: str) -> None:
    """Keep the verdict; a store that is away is told, and changes no answer.

    Only the command line and the environment say where: `harness.yaml` is the judged branch's.
    """
    from harness.governance.verdict import verdict_of  # noqa: PLC0415  (start-up)
    from harness.history import open_history, record_verdict  # noqa: PLC0415

    try:
        history = open_history(place)
        try:
            record_verdict(history, verdict_of(report, request))
        finally:
            history.close()
    except HarnessError as error:
        write(f"? the verdict was not kept: {error.message}\n", err=True)


def _standard_output(report: GateReport, form: str) -> str:
    if form == "json":
        from harness.report.gate_json import gate_json  # noqa: PLC0415  (start-up)

        return gate_json(report)
    from harness.report.gate_text import gate_text  # noqa: PLC0415  (start-up)

    return gate_text(report)


def _write_files(report: GateReport, files: dict[str, Path | None]) -> None:
    """Write each report file that was asked for; a renderer is imported only then."""
    for kind, path in files.items():
        if path is not None:
            write_file(path, render(report, kind))


def render(report: GateReport, kind: str) -> str:
    """Return the report as `json`, `sarif`, `junit`, `markdown`, `gitlab` or `html`."""
    from importlib import import_module  # noqa: PLC0415  (start-up)

    from harness.report.remarks import remarks_of  # noqa: PLC0415

    if kind in {"sarif", "junit", "gitlab"}:
        text: Any = getattr(import_module(f"harness.report.{kind}"), kind)(remarks_of(report))
    else:
        module = "gate_json" if kind == "json" else kind
        text = getattr(import_module(f"harness.report.{module}"), f"gate_{kind}")(report)
    return str(text)


def _tell_github(report: GateReport) -> None:
    """Under GitHub Actions: annotations on standard error, the comment as step summary."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from harness.report.annotations import annotations  # noqa: PLC0415  (only there)
    from harness.report.markdown import gate_markdown  # noqa: PLC0415
    from harness.report.remarks import remarks_of  # noqa: PLC0415

    click.echo(annotations(remarks_of(report)), nl=False, err=True)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(gate_markdown(report))
