"""`harness rules`: the catalogue of rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from harness.cli.options import format_option
from harness.cli.output import write
from harness.model import UnreadableError, UsageError


@click.group()
def rules() -> None:
    """List the rules, or show one."""


@rules.command("list")
@format_option
def list_rules(form: str) -> int:
    """List every rule by area."""
    from harness.report.explain_text import rules_table  # noqa: PLC0415  (start-up)
    from harness.rules import all_rules  # noqa: PLC0415

    every = tuple(all_rules())
    write(json.dumps([asdict(rule) for rule in every], indent=1) + "\n" if form == "json" else rules_table(every))
    return 0


@rules.command()
@click.argument("rule_id", metavar="ID")
def show(rule_id: str) -> int:
    """Show one rule: why it hurts, an example, what to do instead."""
    from harness.cli.explain import explain_rule  # noqa: PLC0415  (start-up)

    write(explain_rule(rule_id))
    return 0


@rules.command("from-oasdiff")
@click.argument("severity_file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--ignore",
    "ignore_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="An err-ignore or warn-ignore file: its lines become drafts of waivers, to be completed by a person.",
)
def from_oasdiff(severity_file: Path | None, ignore_file: Path | None) -> int:
    """Translate an oasdiff severity file into levels for harness.yaml, and an ignore file into drafts of waivers."""
    from harness.rules.oasdiff import levels_from_severity_file, waivers_from_ignore_file  # noqa: PLC0415  (start-up)

    if severity_file is None and ignore_file is None:
        raise UsageError("nothing to translate", remedy="Give a severity file, --ignore FILE, or both.")
    if severity_file is not None:
        levels = levels_from_severity_file(_text(severity_file), str(severity_file))
        write("levels:\n" + "".join(f"  {rule}: {level}\n" for rule, level in sorted(levels.items())))
    if ignore_file is not None:
        drafts = waivers_from_ignore_file(_text(ignore_file))
        write("waivers:\n" + "".join(_draft(waiver) for waiver in drafts))
    return 0


def _draft(waiver: dict[str, str]) -> str:
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in waiver.items()]
    return "  - " + "    ".join(lines)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"cannot read {path}: {error}", remedy="Give a text file in UTF-8.") from error
