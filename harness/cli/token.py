"""`harness token`: who may write to a served store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from harness.cli.options import history_option, repo_option
from harness.cli.output import write
from harness.cli.storing import opened_history
from harness.model import NotFoundError


@click.group()
def token() -> None:
    """Create, list and revoke tokens for serve."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["read", "write", "operate"]),
    help="write: facts of --participant. operate: environments, participants, webhooks.",
)
@click.option("--participant", default="", help="The only component whose facts it writes.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it lives.")
@history_option
@repo_option
def create(name: str, scopes: tuple[str, ...], participant: str, days: int, *, place: str | None, repo: Path) -> int:
    """Make a token; its secret is written to standard output this once."""
    from harness.history import create_token  # noqa: PLC0415  (start-up)
    from harness.model.access import Scope  # noqa: PLC0415

    with opened_history(repo, place, create=True) as history:
        secret = create_token(history, name, tuple(map(Scope, scopes)), participant, timedelta(days=days))
    click.echo(secret)
    return 0


@token.command("list")
@history_option
@repo_option
def list_tokens(place: str | None, repo: Path) -> int:
    """List tokens, without their secrets."""
    from harness.history import all_tokens  # noqa: PLC0415  (start-up)
    from harness.report.printable import printable  # noqa: PLC0415
    from harness.report.words import columns  # noqa: PLC0415

    with opened_history(repo, place) as history:
        rows = [
            (
                printable(one.name),
                ",".join(scope.value for scope in one.scopes),
                printable(one.participant),
                f"until {one.expires:%Y-%m-%d}",
                "revoked" if one.revoked else "",
            )
            for one in all_tokens(history)
        ]
    write("\n".join(columns(rows) if rows else ["No token yet. Next: harness token create --help"]) + "\n")
    return 0


@token.command()
@click.argument("name")
@history_option
@repo_option
def revoke(name: str, place: str | None, repo: Path) -> int:
    """End a token now."""
    from harness.history import revoke_token  # noqa: PLC0415  (start-up)

    with opened_history(repo, place) as history:
        if not revoke_token(history, name):
            raise NotFoundError(f'there is no token "{name}" to revoke', remedy="harness token list")
    write(f"✓ {name} is revoked\n")
    return 0
