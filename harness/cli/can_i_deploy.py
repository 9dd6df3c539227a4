"""`harness can-i-deploy`: does this version work with what runs there? Fails closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.opening import open_library
from harness.cli.options import format_option, history_option, repo_option
from harness.cli.output import write
from harness.cli.storing import opened_history
from harness.model import UsageError

if TYPE_CHECKING:
    from harness.history import History
    from harness.model.deployments import Deployability


@click.command("can-i-deploy")
@click.option("--component", required=True, help="The component to deploy, as its pacts call it.")
@click.option("--version", required=True, help="Its version.")
@click.option("--to", "environment", required=True, help="The environment.")
@click.option("--ignore", multiple=True, metavar="NAME", help="A partner whose rows do not count; they stay listed.")
@click.option("--static", "is_static", is_flag=True, help="Say how unverified pacts compare with the contracts here.")
@format_option
@history_option
@repo_option
def can_i_deploy(  # noqa: PLR0913  (one parameter an option)
    component: str,
    version: str,
    environment: str,
    *,
    ignore: tuple[str, ...],
    form: str,
    place: str | None,
    repo: Path,
    is_static: bool,
) -> int:
    """Say whether a version works with everything that runs in an environment.

    Yes only where every pair was verified with success; a version, environment or pair that nobody knows is
    unknown; --static adds what the contract files say, and changes no answer. Exit code 0 yes, 1 no, 3 unknown.
    """
    for option, value in (("--component", component), ("--version", version), ("--to", environment)):
        if not value.strip():
            raise UsageError(
                f"{option} is empty, so nothing was asked", remedy="See that the variable behind it is set."
            )
    from harness.history import Selector, Target, deployability  # noqa: PLC0415  (start-up)
    from harness.report.deploy_text import deployability_json, deployability_text  # noqa: PLC0415

    with opened_history(repo, place) as history:
        target = Target(environment=environment, ignore=frozenset(ignore))
        found = deployability(history, [Selector(component, version)], target)
        found = _with_static(found, history, repo) if is_static else found
    write(deployability_json(found) if form == "json" else deployability_text(found))
    return found.exit_code


def _with_static(found: Deployability, history: History, repo: Path) -> Deployability:
    from functools import partial  # noqa: PLC0415  (start-up)

    from harness.governance.static_evidence import with_static_evidence  # noqa: PLC0415
    from harness.history import pact_content  # noqa: PLC0415
    from harness.registry import read_config, read_registry  # noqa: PLC0415

    library = open_library(repo)
    contracts = read_registry(library, read_config(library)).contracts
    return with_static_evidence(found, library, contracts, partial(pact_content, history))
