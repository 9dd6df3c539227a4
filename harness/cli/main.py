"""The entry point: finds the command, runs it, and turns every outcome into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from harness.cli.commands import COMMANDS, Command

TAGLINE = "Knows whether a contract change is safe, for whom, and whether the money arrived."
EXIT_CODES = "Exit codes: 0 yes   1 no   2 asked wrongly   3 could not tell   4 our bug"


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands in the order of the help screen."""
        return [command.name for command in _all_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Import and return one command; None if there is none of that name."""
        found = next((c for c in COMMANDS if c.name == cmd_name), None)
        found = found or next((c for c in _added_commands() if c.name == cmd_name), None)
        if found is None:
            return None
        module, _, attribute = found.target.partition(":")
        loaded = getattr(import_module(module), attribute)
        return loaded if isinstance(loaded, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        if args and not args[0].startswith("-") and args[0] not in (names := self.list_commands(ctx)):
            from difflib import get_close_matches  # noqa: PLC0415  (only for this message)

            near = get_close_matches(args[0], names, 1)
            hint = f' Did you mean "{near[0]}"?' if near else " See harness --help."
            raise click.UsageError(f'no command "{args[0]}".{hint}')
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        """Write the help screen: what it is for, the commands by moment, the exit codes."""
        formatter.write(help_screen())


def _added_commands() -> tuple[Command, ...]:
    """Commands that other packages of this distribution add; read without importing importlib.metadata."""
    from harness.cli.entry_points import added_commands  # noqa: PLC0415  (the gate loads no entry points)

    return added_commands()


def _all_commands() -> tuple[Command, ...]:
    return (*COMMANDS, *_added_commands())


def help_screen() -> str:
    """Return the text of `harness --help`."""
    commands = _all_commands()
    width = max(len(command.name) for command in commands)
    lines = [TAGLINE, "Usage: harness COMMAND [OPTIONS]"]
    for section in dict.fromkeys(command.section for command in commands if command.section):
        lines += ["", section]
        lines += [f"  {c.name.ljust(width)}  {c.help}" for c in commands if c.section == section]
    return "\n".join([*lines, "", "harness COMMAND --help shows the options of one command.", EXIT_CODES, ""])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option("--version", is_flag=True, help="Print the version and exit.")
@click.pass_context
def cli(ctx: click.Context, *, version: bool) -> None:
    """Knows whether a contract change is safe, for whom, and whether the money arrived."""
    if version:
        from harness import __version__  # noqa: PLC0415  (only for this option)

        click.echo(__version__)
    elif ctx.invoked_subcommand is None:
        click.echo(help_screen(), nl=False)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with 0, 1, 2, 3 or 4; never with a traceback unless HARNESS_DEBUG is set."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = cli.main(args=arguments, prog_name="harness", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  (the last line of defence: a crash is exit 4, never 1)
        return _exit_code_of(error)
    return result if isinstance(result, int) else 0


def _exit_code_of(error: Exception) -> int:
    """Tell the person what went wrong and return the exit code it means."""
    from harness.cli.missing import not_installed  # noqa: PLC0415  (not needed by --help)
    from harness.model import HarnessError  # noqa: PLC0415

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        return _quiet_after_broken_pipe()
    if isinstance(error, click.Abort):
        click.echo("harness: stopped.", err=True)
        return 130
    if isinstance(error, click.ClickException):
        click.echo(f"harness: {error.format_message()}", err=True)
        return 2
    if isinstance(error, ModuleNotFoundError):
        error = not_installed(error) or error
    if isinstance(error, HarnessError):
        from harness.cli.output import write_error  # noqa: PLC0415  (only when something is wrong)

        write_error(error)
        return error.exit_code
    is_system = isinstance(error, OSError) and error.strerror and not os.environ.get("HARNESS_DEBUG")
    return _refused_by_the_system(error) if is_system else _our_bug(error)


def _refused_by_the_system(error: Exception) -> int:
    """Tell what the operating system would not do (a name too long, no permission, a full disk): nobody could look."""
    from harness.report.printable import printable  # noqa: PLC0415  (only when something is wrong)

    name = getattr(error, "filename", None)
    where = f": {printable(name)}" if name is not None else ""
    click.echo(f"harness: the system refused: {getattr(error, 'strerror', error)}{where}", err=True)
    click.echo("Fix: give a file that can be read, and a place that can be written.", err=True)
    return 3


def _quiet_after_broken_pipe() -> int:
    """Stop without a traceback when the reader of our output has gone, as `| head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _our_bug(error: Exception) -> int:
    if os.environ.get("HARNESS_DEBUG"):
        raise error
    from harness.report.printable import printable  # noqa: PLC0415  (only when something is wrong)

    click.echo(f"harness: this is our bug: {type(error).__name__}: {printable(error)}", err=True)
    click.echo("Fix: set HARNESS_DEBUG=1, run it again, and report the traceback with the command.", err=True)
    return 4
