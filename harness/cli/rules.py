"""`harness rules`: the catalogue of rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from harness.cli.options import format_option
from harness.cli.output import write


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
@click.argument("severity_file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def from_oasdiff(severity_file: Path) -> int:
    """Translate an oasdiff severity file into levels for harness.yaml."""
    from harness.rules.oasdiff import levels_from_severity_file  # noqa: PLC0415  (start-up)

    levels = levels_from_severity_file(severity_file.read_text("utf-8"), str(severity_file))
    write("levels:\n" + "".join(f"  {rule}: {level}\n" for rule, level in sorted(levels.items())))
    return 0
