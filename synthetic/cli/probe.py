"""`harness probe`: list, describe and run probes, play the fault matrix, and take back what runs left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import format_option
from harness.cli.output import write
from harness.model import JSON

if TYPE_CHECKING:
    from synthetic.matrix import Suite

_PROBES = click.option("--probe", "names", multiple=True, metavar="NAME", help="Only this probe (may be repeated).")
_ENVIRONMENT = click.option(
    "--environment",
    default="landscape",
    show_default=True,
    help="Where: `landscape` (in this process, on virtual time) or an environment that is up, such as `sandbox`.",
)


@click.group()
def probe() -> None:
    """Run synthetic transactions: does the money arrive, and is what is wrong called by its name.

    A probe does something as a customer would, looks at every system until a deadline, compares business state to
    the minor unit, and takes everything back. It passed, failed with a category, or could not tell.
    """


@probe.command("list")
@format_option
def list_(form: str) -> int:
    """List the probes: workflow, interval, owner, and what each one claims."""
    from synthetic.cli.probe_text import probe_table, probe_to_json  # noqa: PLC0415  (start-up)
    from synthetic.matrix.suites import chosen  # noqa: PLC0415

    probes = chosen(())
    write(_json([probe_to_json(one) for one in probes]) if form == "json" else probe_table(probes))
    return 0


@probe.command()
@click.argument("names", nargs=-1)
@format_option
def describe(names: tuple[str, ...], form: str) -> int:
    """Print what a probe does and asserts, in sentences made from its plan.

    The plan is that of a clean run on the reference landscape, so nothing in it is written by hand.
    """
    from synthetic.cli.plan_text import plan_text, plan_to_json  # noqa: PLC0415  (start-up)
    from synthetic.matrix import Case, play_case  # noqa: PLC0415

    suite = _suite(names)
    runs = [(one, play_case(suite, Case(one, 0)).run) for one in suite.probes]
    if form == "json":
        write(_json([plan_to_json(one, run) for one, run in runs]))
    else:
        write("\n".join(plan_text(one, run) for one, run in runs))
    return 0


@probe.command()
@click.argument("named", nargs=-1)
@_ENVIRONMENT
@_PROBES
@click.option("--slot", default="", help="Name of the slot; the same slot makes nothing twice (default: now).")
@click.option("--seed", type=int, default=0, help="Which landscape, where it is one of this process.")
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=1,
    help="Run them all so many times; stop at the first that is not clean.",
)
@click.option("--reset", is_flag=True, help="Empty the sandbox before each run: its clock starts again, too.")
@click.option("--fault", "faults", type=click.Path(path_type=Path, exists=True), default=None, help="Play this fault.")
@click.option("--history", "history", default="", metavar="URL", help="Store the runs there too: a path or a database.")
@format_option
def run(  # noqa: PLR0913, PLR0917  (click's signature)
    named: tuple[str, ...],
    environment: str,
    names: tuple[str, ...],
    slot: str,
    seed: int,
    repeat: int,
    reset: bool,  # noqa: FBT001  (click's)
    faults: Path | None,
    history: str,
    form: str,
) -> int:
    """Run probes and show each hop as it is decided; failed is exit 1, could not tell 3, a leak 1."""
    from synthetic.cli.repeating import repeat_all  # noqa: PLC0415  (start-up)
    from synthetic.cli.running import run_all  # noqa: PLC0415

    asked, as_json = (*named, *names), form == "json"
    if repeat == 1 and not reset:
        return run_all(asked, environment, slot=slot, seed=seed, faults=faults, history=history, as_json=as_json)
    return repeat_all(
        asked,
        environment,
        times=repeat,
        reset=reset,
        slot=slot,
        seed=seed,
        faults=faults,
        history=history,
        as_json=as_json,
    )


@probe.command()
@click.option(
    "--faults", type=click.Path(path_type=Path, exists=True), default=None, help="Play the faults of this folder."
)
@click.option("--clean", type=click.IntRange(1), default=None, help="Play this many clean runs under noise instead.")
@click.option("--seed", "seed", multiple=True, type=int, help="Seed of the landscape (default 0; may be repeated).")
@click.option("--seeds", "seeds", default="", metavar="N-M", help="Seeds of the landscapes: 0-4, or 1,5.")
@_PROBES
@click.option(
    "--errors", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="Share of calls that fail."
)
@click.option("--stale", type=click.FloatRange(0, 1), default=0.03, show_default=True, help="Share of stale looks.")
@click.option("--processes", type=click.IntRange(0), default=0, help="How many (default: one per processor).")
@click.option("--ablate", type=click.Choice(["none", "existence", "status"]), default="none", help="Assert less.")
@click.option(
    "--waivers", type=click.Path(path_type=Path, exists=True), default=None, help="Waiver file for survivors."
)
@format_option
def matrix(**options: object) -> int:
    """Play faults against the probes: is each one found, and called by its name.

    Without --faults the faults are made from what the systems answer and send each other: absent, late, double, out
    of order, replayed, stale, undone, down, and every field wrong. A survivor nobody waived, a leak or a false alarm
    is exit 1.
    """
    from synthetic.cli.matrix import play  # noqa: PLC0415  (start-up)

    return play(**options)  # type: ignore[arg-type]


@probe.command()
@_ENVIRONMENT
@click.option("--older-than", default="1h", show_default=True, help="Leave alone what is younger.")
@click.option("--dry-run", is_flag=True, help="Only list what would be taken back.")
@format_option
def reap(environment: str, older_than: str, dry_run: bool, form: str) -> int:  # noqa: FBT001  (click's)
    """Take back what runs left behind: subscriptions of synthetic customers that nobody cancelled."""
    from synthetic.cli.running import reap_all  # noqa: PLC0415  (start-up)

    return reap_all(environment, older_than, dry_run=dry_run, as_json=form == "json")


def _suite(names: tuple[str, ...]) -> Suite:
    from synthetic.cli.landscape import read_landscape  # noqa: PLC0415  (start-up)
    from synthetic.matrix.suites import chosen, reference_suite  # noqa: PLC0415

    return reference_suite(read_landscape(), chosen(names))


def _json(value: JSON) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=float) + "\n"
