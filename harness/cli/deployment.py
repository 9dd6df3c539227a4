"""`harness environment` and `harness deployment`: which places there are, and what runs in them."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import format_option, history_option, repo_option
from harness.cli.output import write
from harness.cli.storing import opened_history
from harness.model import NotFoundError, UsageError


@click.group()
def environment() -> None:
    """Create and list environments."""


@environment.command("create")
@click.argument("name")
@click.option("--production", is_flag=True, help="Real business runs there.")
@click.option("--display-name", default="", help="For people.")
@history_option
@repo_option
def create_environment(name: str, display_name: str, place: str | None, repo: Path, *, production: bool) -> int:
    """Enter an environment, or change what is said of it."""
    from harness.history import record_environment  # noqa: PLC0415  (start-up)

    with opened_history(repo, place, create=True) as history:
        made = record_environment(history, name, production=production, display_name=display_name)
    write(f"✓ {made.name}{', production' if made.production else ''}\n")
    return 0


@environment.command("list")
@format_option
@history_option
@repo_option
def list_environments(form: str, place: str | None, repo: Path) -> int:
    """List environments."""
    from harness.history import all_environments  # noqa: PLC0415  (start-up)
    from harness.report.deploy_text import environments_json, environments_text  # noqa: PLC0415

    with opened_history(repo, place) as history:
        found = all_environments(history)
    write(environments_json(found) if form == "json" else environments_text(found))
    return 0


@click.group()
def deployment() -> None:
    """Record, end and list what runs in an environment."""


_component = click.option("--component", required=True, help="The component, as its pacts call it.")
_environment = click.option("--to", "where", required=True, help="The environment.")


@deployment.command("record")
@_component
@click.option("--version", required=True, help="Its version.")
@_environment
@click.option("--target", default="", help="Application instance, where several run side by side.")
@click.option(
    "--released", is_flag=True, help="Others run it, as an app or a library: earlier versions stay supported."
)
@history_option
@repo_option
def record(  # noqa: PLR0913  (one parameter an option)
    component: str, version: str, where: str, target: str, place: str | None, repo: Path, *, released: bool
) -> int:
    """Say that a version runs in an environment; what ran at the same target before ends.

    A version that nobody published a pact or verification of is refused (exit code 2): it could not be judged later.
    """
    from harness.history import record_deployment, record_release  # noqa: PLC0415  (start-up)

    if released and target:
        raise UsageError("a released version has no target", remedy="Leave --target out.")
    with opened_history(repo, place) as history:
        if released:
            record_release(history, component, version, where)
        else:
            record_deployment(history, component, version, where, target)
    write(f"✓ {component} {version} {'released to' if released else 'runs in'} {where}\n")
    return 0


@deployment.command("end")
@_component
@click.option("--version", default="", help="A released version whose support ends; else whatever runs there.")
@_environment
@click.option("--target", default=None, help="Only at this application instance.")
@history_option
@repo_option
def end(component: str, version: str, where: str, target: str | None, place: str | None, repo: Path) -> int:
    """Say that a component no longer runs in an environment, or that a released version is no longer supported."""
    from harness.history import end_support, record_undeployment  # noqa: PLC0415  (start-up)

    with opened_history(repo, place) as history:
        ended = (
            int(end_support(history, component, version, where))
            if version
            else record_undeployment(history, component, where, target)
        )
    if not ended:
        raise NotFoundError(f"{component} does not run in {where}", remedy="harness deployment list")
    write(f"✓ {component}{f' {version}' if version else ''} no longer runs in {where}\n")
    return 0


@deployment.command("list")
@click.option("--to", "where", default="", help="Only this environment.")
@click.option("--component", default="", help="Only this component.")
@click.option("--past", is_flag=True, help="Also what has ended.")
@format_option
@history_option
@repo_option
def list_deployments(where: str, component: str, form: str, place: str | None, repo: Path, *, past: bool) -> int:
    """List what runs, and what is released and supported."""
    from harness.history import deployments_in, releases_in  # noqa: PLC0415  (start-up)
    from harness.report.deploy_text import running_json, running_text  # noqa: PLC0415

    with opened_history(repo, place) as history:
        deployed = deployments_in(history, environment=where, participant=component, past=past)
        released = releases_in(history, environment=where, participant=component, past=past)
    write(running_json(deployed, released) if form == "json" else running_text(deployed, released))
    return 0
