"""The commands as a page: `python -m harness.cli.page` writes docs/commands.md anew from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from harness.cli.main import cli

_TOP = """\
# Commands

Generated from the commands by `python -m harness.cli.page`; do not edit.

Exit codes of every command: 0 yes, 1 no, 2 asked wrongly, 3 could not tell, 4 our bug. Every command takes `--help`.
"""


def commands_page() -> str:
    """Return the whole page, Markdown."""
    context = click.Context(cli, info_name="harness")
    return "".join([_TOP, *(part for name in cli.list_commands(context) for part in _command(context, name))])


def _command(above: click.Context, name: str) -> Iterator[str]:
    group = above.command
    command = group.get_command(above, name) if isinstance(group, click.Group) else None
    if command is None:
        return
    context = click.Context(command, info_name=name, parent=above)
    yield f"\n## `{context.command_path}`\n\n{_sentences(command.help or '')}\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _command(context, inner)
        return
    yield f"\n    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    rows = [row for option in command.get_params(context) if (row := _option(option, context))]
    if rows:
        yield "\n| option | |\n|---|---|\n" + "".join(rows)


def _sentences(text: str) -> str:
    """Return help text as Markdown paragraphs; angle brackets and the like do not occur in it."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.replace("\b", "").split("\n\n")).strip()


def _option(option: click.Parameter, context: click.Context) -> str:
    record = option.get_help_record(context) if isinstance(option, click.Option) else None
    if record is None or "--help" in record[0]:
        return ""
    name, told = (text.replace("|", "\\|") for text in record)
    return f"| `{name}` | {told} |\n"


if __name__ == "__main__":
    Path("docs/commands.md").write_text(commands_page(), encoding="utf-8", newline="\n")
