"""`harness init`: find what is here and write harness.yaml."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from harness.cli.opening import open_library
from harness.cli.options import repo_option
from harness.cli.output import write, write_file

_WORKFLOW = Path(".github/workflows/contracts.yml")
_PROFILES = {
    "starter": "breaking changes block; sign-offs are advised",
    "standard": "breaking changes block; sign-offs are needed",
    "finance": "as standard, and finance fields need finance systems and two people",
}


@click.command()
@click.option("--profile", type=click.Choice(list(_PROFILES)), default="starter", show_default=True, help="How strict.")
@click.option("--no-ci", is_flag=True, help="Write no GitHub workflow.")
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@repo_option
def init(profile: str, repo: Path, *, no_ci: bool, force: bool) -> int:
    """Find the contracts here and write harness.yaml.

    Asks nothing, needs no network, and never overwrites: where a file differs, the difference is shown.
    """
    from harness import __version__  # noqa: PLC0415  (start-up)
    from harness.registry import discover, render_config  # noqa: PLC0415
    from harness.report.init_text import found_text, workflow  # noqa: PLC0415

    found = discover(open_library(repo).tree)
    write(found_text(found))
    wanted = {Path("harness.yaml"): render_config(found, profile=profile)}
    if not no_ci:
        wanted[_WORKFLOW] = workflow(__version__)
    differing = [name for name, text in wanted.items() if not _put(repo, name, text, force=force)]
    write(f"Profile: {profile} ({_PROFILES[profile]})      Next: harness check\n")
    return 1 if differing else 0


def _put(repo: Path, name: Path, text: str, *, force: bool) -> bool:
    """Write one file unless it exists and differs; return whether it now holds `text`."""
    path, lines = repo / name, text.count("\n")
    old = path.read_text("utf-8", errors="replace") if path.is_file() else None
    if old == text:
        write(f"{name} is already so ({lines} lines)\n")
        return True
    if old is None or force:
        write_file(path, text)
        write(f"Wrote {name} ({lines} lines)" + (", --no-ci to skip\n" if name == _WORKFLOW else "\n"))
        return True
    write(f"! {name} exists and differs; --force overwrites it:\n")
    write("".join(difflib.unified_diff(old.splitlines(keepends=True), text.splitlines(keepends=True), "yours", "ours")))
    return False
