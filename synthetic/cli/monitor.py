"""`harness monitor`: run probes by schedule, once for a timer of somebody else's, and what starts it there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from harness.cli.options import format_option, history_option, repo_option
from harness.cli.output import write, write_file

Decorated = Callable[..., Any]


def _shared(function: Decorated) -> Decorated:
    """Add the options that `run` and `once` share."""
    for option in reversed(
        (
            click.option(
                "--environment",
                default="landscape",
                show_default=True,
                help="Where: `landscape` (in this process, on virtual time) or an environment that is up.",
            ),
            click.option("--probe", "names", multiple=True, metavar="NAME", help="Only this probe (may be repeated)."),
            click.option(
                "--schedule",
                "schedules",
                multiple=True,
                metavar="PROBE=WHEN",
                help="A duration (15m) or a cron expression instead of the probe's own; `*=WHEN` for all.",
            ),
            click.option("--zone", default="UTC", show_default=True, help="Time zone of cron expressions."),
            click.option("--shard", default="1/1", metavar="I/N", help="Only the probes of shard I of N."),
            click.option(
                "--observe",
                default="14d",
                show_default=True,
                help="How long a new environment is only observed: alerts are kept, nobody is told; 0s for not at all.",
            ),
            click.option(
                "--canary",
                default="",
                metavar="WHEN",
                help="Make an invoice wrong on purpose, every 24h or by a cron expression: somebody must be told.",
            ),
            click.option(
                "--webhook", default="", metavar="URL", help="Tell this address; https, or http to 127.0.0.1."
            ),
            click.option(
                "--webhook-secret-env", default="", metavar="NAME", help="Environment variable with its secret."
            ),
            click.option(
                "--webhook-host", "hosts", multiple=True, metavar="HOST", help="May be called on a private address."
            ),
            click.option(
                "--apprise-env", default="", metavar="NAME", help="Environment variable with addresses for Apprise."
            ),
            click.option(
                "--heartbeat-env",
                default="",
                metavar="NAME",
                help="Environment variable with the address of a dead man's switch, called every minute.",
            ),
            history_option,
            repo_option,
        )
    ):
        function = option(function)
    return function


@click.group()
def monitor() -> None:
    """Run probes by schedule, tell people what is wrong, and when it is over.

    Any number of monitors share one history: each slot is played once. Alerts are grouped under their cause and said
    once; a new environment is observed for two weeks before anybody is told.
    """


@monitor.command()
@_shared
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Probes at a time.")
@click.option("--lease", type=click.FloatRange(1, 3600), default=90, show_default=True, help="Seconds of a lease.")
@click.option(
    "--executor",
    type=click.Choice(["threads", "procrastinate"]),
    default="threads",
    show_default=True,
    help="Play here, or share a queue in PostgreSQL.",
)
@click.option(
    "--for", "length", default="", metavar="DURATION", help="Stop after so long (default: run until stopped)."
)
def run(**options: Any) -> int:
    """Run until stopped: embedded scheduler, leases, alerts. Ctrl-C or TERM lets what is being played end."""
    from synthetic.cli.monitoring import run_monitor  # noqa: PLC0415  (start-up)

    return run_monitor(options)


@monitor.command()
@_shared
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever the probes say: for schedulers that restart failures.")
@format_option
def once(**options: Any) -> int:
    """Play the newest slot of every probe that nobody has played yet, tell people, and end.

    For CronJobs, scheduled workflows and timers. Failed is exit 1, could not tell 3, nothing due 0.
    """
    from synthetic.cli.monitoring import run_once  # noqa: PLC0415  (start-up)

    return run_once(options)


@monitor.command()
@format_option
@history_option
@repo_option
def status(form: str, place: str | None, repo: Path) -> int:
    """Show who runs, what is open, what waits, and which maintenance windows hold; no live runner is exit 1."""
    from synthetic.cli.monitoring import show_status  # noqa: PLC0415  (start-up)

    return show_status(place, repo, as_json=form == "json")


@monitor.command()
@click.option("--environment", required=True, help="Which environment.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--reason", required=True, help="Why.")
@click.option("--for", "length", required=True, metavar="DURATION", help="How long, from now: 30m, 2h; 7 days at most.")
@click.option("--probe", "names", multiple=True, metavar="GLOB", help="Only these probes (may be repeated).")
@history_option
@repo_option
def window(**options: Any) -> int:
    """Open a maintenance window: probes go on and are counted, nobody is told, no budget is spent."""
    from synthetic.cli.monitoring import enter_window  # noqa: PLC0415  (start-up)

    return enter_window(options)


@monitor.command()
@click.argument("kind", type=click.Choice(["kubernetes", "github", "systemd"]))
@click.option("--environment", default="sandbox", show_default=True, help="Environment the probes run in.")
@click.option("--shards", type=int, default=1, show_default=True, help="How many runners share the probes.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Write the files there.")
def template(kind: str, environment: str, shards: int, out: Path | None) -> int:
    """Print, or write, what starts `monitor once` elsewhere: a CronJob, a workflow on a schedule, a systemd timer."""
    from synthetic.monitor.templating import templates  # noqa: PLC0415  (start-up)

    for name, text in templates(kind, environment, shards).items():
        if out is None:
            write(text + "\n")
        else:
            write_file(out / name, text)
            write(f"  ✓ {out / name}\n")
    return 0


def to_json_text(value: object) -> str:
    """Return a value as the JSON that every command here prints."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"
