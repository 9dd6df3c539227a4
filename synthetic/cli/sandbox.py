"""`harness sandbox`: the whole landscape as processes on loopback, with one command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.missing import check_installed
from harness.cli.options import format_option
from harness.cli.output import write

if TYPE_CHECKING:
    from synthetic.sandboxes.supervision.plan import Plan

_FOLDER = Path(".harness/sandbox")

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=_FOLDER,
    show_default=True,
    help="Run folder: state, data and logs.",
)


@click.group()
def sandbox() -> None:
    """Run the landscape: billing, CRM, tax, entitlements, sync, ERP and analytics on loopback."""


def _plan_options(command: Callable[..., object]) -> Callable[..., object]:
    for option in (
        click.option(
            "--proxy",
            is_flag=True,
            help="A proxy between billing, sync and ERP, where `sandbox fault` switches faults on.",
        ),
        click.option("--seed", default="0", show_default=True, help="Part of every id."),
        click.option("--start", default=None, help="Time the clock starts with, ISO 8601; `now` for the wall's."),
        click.option(
            "--landscape",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            default=None,
            help="Folder with contracts and catalog; default: the reference landscape.",
        ),
        click.option(
            "--billing", type=click.Choice(["stripe", "killbill"]), default="stripe", show_default=True, help="Billing."
        ),
        click.option(
            "--bus", type=click.Choice(["memory", "nats"]), default="memory", show_default=True, help="Where events go."
        ),
        click.option(
            "--database",
            default="sqlite",
            show_default=True,
            metavar="[sqlite|postgresql|URL]",
            help="Where the ERPs keep their books: files, a PostgreSQL of the sandbox, or one by its URL.",
        ),
        click.option(
            "--second-erp",
            type=click.Choice(["ledger", "tryton"]),
            default=None,
            help="A legacy ERP beside it: dual posting, as in a migration.",
        ),
        click.option(
            "--erp", type=click.Choice(["ledger", "tryton"]), default="ledger", show_default=True, help="The ERP."
        ),
    ):
        command = option(command)
    return command


@sandbox.command()
@folder_option
@click.option("--foreground", is_flag=True, help="Stay and show what happens; Ctrl-C stops everything.")
@_plan_options
def up(folder: Path, *, foreground: bool, **parts: str | Path | None) -> int:
    """Start everything and say where it is; leftovers of a sandbox whose supervisor was killed are stopped first."""
    check_installed("sandbox", "sqlalchemy", "starlette", "uvicorn", "httpx")
    from synthetic.sandboxes.supervision.plan import START, Plan  # noqa: PLC0415  (start-up)
    from synthetic.sandboxes.supervision.starting import start_detached  # noqa: PLC0415

    start = parts.pop("start")
    parts["proxy"] = "on" if parts["proxy"] else None
    given = {name: str(value) for name, value in parts.items() if value is not None}
    plan = Plan.from_json({**given, "start": "" if start == "now" else str(start or START)}).checked()
    if foreground:
        return _stay(plan, folder)
    began = time.monotonic()
    running = start_detached(plan, folder, lambda line: write(f"  {line}\n"))
    write(_addresses(running) + f"Up in {time.monotonic() - began:.1f} s. Next: harness sandbox status\n")
    return 0


def _stay(plan: Plan, folder: Path) -> int:
    from synthetic.sandboxes.supervision.supervisor import Supervisor  # noqa: PLC0415  (start-up)

    supervisor = Supervisor(plan, folder, lambda step, took: write(f"  {_step(step, took)}\n"))
    return supervisor.run(lambda running: write(_addresses(running) + "Up. Ctrl-C stops it.\n"))


def _step(step: str, took: float) -> str:
    return f"{step.ljust(34)} {took:5.2f} s" if took else step


def _addresses(running: object) -> str:
    from synthetic.sandboxes.supervision.starting import addresses  # noqa: PLC0415  (start-up)

    return "".join(f"  {name.ljust(22)} {address}\n" for name, address in addresses(running))  # type: ignore[arg-type]


@sandbox.command()
@folder_option
def down(folder: Path) -> int:
    """Stop everything, and whatever a killed supervisor left behind."""
    from synthetic.sandboxes.supervision.supervisor import take_down  # noqa: PLC0415  (start-up)

    stopped = take_down(folder)
    write(f"Stopped {stopped} processes.\n" if stopped else f"No sandbox is up in {folder}.\n")
    return 0


@sandbox.command()
@folder_option
@format_option
def status(folder: Path, form: str) -> int:
    """Say how each part is; exit code 1 if a part is down, 3 if no sandbox is up."""
    from synthetic.sandboxes.supervision.starting import health  # noqa: PLC0415  (start-up)

    found = health(folder)
    if form == "json":
        write(json.dumps(found, indent=1) + "\n")
    elif found["status"] != "up":
        write(f"No sandbox is up in {folder}. Start one: harness sandbox up\n")
    else:
        write("".join(f"{_line(part)}\n" for part in found["parts"]))
        write("".join(f"  {name.ljust(22)} {url}\n" for name, url in found["contracts"].items()))
    if found["status"] != "up":
        return 3
    return 0 if all(part["ok"] for part in found["parts"]) else 1


def _line(part: dict[str, object]) -> str:
    skipped = ("name", "ok", "url", "pid")
    facts = "   ".join(f"{name} {value}" for name, value in part.items() if name not in skipped)
    return f"{'✓' if part['ok'] else '✗'} {str(part['name']).ljust(9)} {part['url']}   pid {part['pid']}   {facts}"


@sandbox.command()
@folder_option
def reset(folder: Path) -> int:
    """Empty everything in place: addresses and keys stay, the clock starts again."""
    from synthetic.sandboxes.supervision.starting import reset as empty  # noqa: PLC0415  (start-up)

    write(f"Empty again after {empty(folder):.2f} s.\n")
    return 0


@sandbox.command()
@folder_option
@click.option("--customers", type=click.IntRange(1, 500), default=8, show_default=True, help="How many buy.")
def trade(folder: Path, customers: int) -> int:
    """Do ordinary business: sell, bill, be paid, and let an hour pass; what metrics of real ledgers count.

    Probes are synthetic and stand in figures of their own; what is sold here carries no such mark.
    """
    from synthetic.cli.trading import trade as sell  # noqa: PLC0415  (start-up)

    sell(folder, customers, lambda line: write(f"  {line}\n"))
    write("An hour of business later. Next: harness metrics --environment sandbox\n")
    return 0


@sandbox.command()
@folder_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to; default: standard output.")
def examples(folder: Path, out: Path | None) -> int:
    """Do business in the sandbox and write what its contracts can be asked now, for `harness conform --given`."""
    from harness.cli.output import write_file  # noqa: PLC0415  (start-up)
    from synthetic.cli.landscape import read_landscape  # noqa: PLC0415
    from synthetic.sandboxes.supervision.running import running_sandbox  # noqa: PLC0415
    from synthetic.sandboxes.worked import worked_examples  # noqa: PLC0415

    found = json.dumps(worked_examples(running_sandbox(folder), read_landscape()), indent=1) + "\n"
    if out is None:
        write(found)
    else:
        write_file(out, found)
    return 0


@sandbox.command()
@folder_option
@click.argument("names", nargs=-1, metavar="[FAULT]...")
@click.option(
    "--faults",
    type=click.Path(path_type=Path, exists=True),
    default=None,
    help="Folder with fault files (docs/probes.md): FAULT is the id of one of them, none is all of them.",
)
@click.option("--list", "shows", is_flag=True, help="List the faults there are; FAULT may be a pattern.")
@click.option("--off", is_flag=True, help="Switch every fault off.")
def fault(folder: Path, names: tuple[str, ...], faults: Path | None, *, shows: bool, off: bool) -> int:
    """Switch faults on between billing, sync middleware and ERP, in place of those that were on; or show what is on.

    The operators of the matrix: drop, delay, duplicate, reorder, replay, a field wrong, 429 and 5xx, an expired token,
    a wrong mapping, a stale tax code. A sandbox has the proxy for it after `harness sandbox up --proxy`.
    """
    from synthetic.cli import live_faults  # noqa: PLC0415  (start-up)

    if shows:
        write("".join(f"{one}\n" for one in live_faults.listed(names)))
        return 0
    write(live_faults.switched(folder, names, faults, off=off))
    return 0


@sandbox.command()
@folder_option
@click.argument("names", nargs=-1, metavar="[FAULT]...")
@click.option("--faults", type=click.Path(path_type=Path, exists=True), default=None, help="Folder with fault files.")
@click.option("--probe", default="", help="Probe that must find them (default: the shortest that meets each).")
@format_option
def drill(folder: Path, names: tuple[str, ...], faults: Path | None, probe: str, form: str) -> int:
    """Play faults on the running landscape one after another: is each found, and called by its name?

    FAULT is an id or a pattern of `harness sandbox fault --list`; without one, a choice over every operator is played.
    Exit code 1 if one is not found or is misnamed.
    """
    from synthetic.cli import live_faults  # noqa: PLC0415  (start-up)

    return live_faults.drilled(folder, names, faults, probe, as_json=form == "json")
