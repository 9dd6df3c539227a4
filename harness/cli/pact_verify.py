"""`harness pact verify`: a running provider against the pacts of its consumers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import format_option
from harness.cli.output import write
from harness.model import UsageError

if TYPE_CHECKING:
    from harness.pacts.verification import Verified


@click.command()
@click.argument("pacts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--provider", "name", default="", help="Name of the provider (default: as the first pact says).")
@click.option("--url", default="", help="Where it runs, such as http://127.0.0.1:8080.")
@click.option(
    "--handlers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Python file with STATES, MESSAGES and, if it starts the provider, provider().",
)
@click.option("--state-url", default="", help="Where provider states are established by POST.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="Sent with each request.")
@click.option("--store", default="", help="History to keep the results in: a path or URL.")
@click.option("--provider-version", default="", help="Version of the provider, for --store.")
@click.option("--branch", default="", help="Branch of the provider, for --store.")
@click.option(
    "--consumer-version",
    "consumers",
    multiple=True,
    metavar="NAME=VERSION",
    help="Publish its pact first, for --store.",
)
@click.option("--seconds", default=300.0, show_default=True, help="What the whole run may take.")
@format_option
def verify(pacts: tuple[Path, ...], form: str, **given: Any) -> int:
    """Verify PACTS (files or folders) against a running provider: requests and messages, in a process of its own.

    Exit code 0 every interaction did as promised, 1 one did not, 3 that could not be told: an interaction was not
    tried, a state has no handler, or the verifier ended badly. A pact that names a plug-in is refused.
    """
    from harness.pacts.verification_report import (  # noqa: PLC0415  (start-up)
        exit_code,
        verification_json,
        verification_text,
    )
    from harness.pacts.verifying import Provider, pact_files, verify  # noqa: PLC0415  (start-up)

    if given["store"] and not given["provider_version"]:
        raise UsageError("--store needs the version that was verified", remedy="Add --provider-version VERSION.")
    files, named = pact_files(pacts)
    sent = dict(_pair(header, ":", "--header NAME:VALUE") for header in given["headers"])
    name = given["name"] or named
    provider = Provider(name, given["url"], given["handlers"], given["state_url"], sent, seconds=given["seconds"])
    consumers = [_pair(one, "=", "--consumer-version NAME=VERSION") for one in given["consumers"]]
    verified = verify(provider, files)
    if given["store"]:
        _keep(given, name, verified, consumers)
    if form == "json":
        write(json.dumps(verification_json(name, verified), indent=1, ensure_ascii=False) + "\n")
    else:
        write(verification_text(name, verified))
    return exit_code(verified)


def _keep(
    given: Mapping[str, Any], provider: str, verified: Sequence[Verified], consumers: list[tuple[str, str]]
) -> None:
    from harness.history import open_history  # noqa: PLC0415  (start-up)
    from harness.pacts.storing import Versions, store  # noqa: PLC0415  (start-up)

    history = open_history(given["store"])
    try:
        store(history, provider, verified, Versions(given["provider_version"], given["branch"], tuple(consumers)))
    finally:
        history.close()


def _pair(text: str, between: str, form: str) -> tuple[str, str]:
    left, found, right = text.partition(between)
    if not found or not left.strip():
        raise UsageError(f"{text!r} is not understood", remedy=f"Write {form}.")
    return left.strip(), right.strip()
