"""What `synthetic` adds to `harness`; importing it costs nothing (entry-point group `harness.commands`)."""

from __future__ import annotations

from harness.cli.commands import AFTER, LEARN, Command

COMMANDS: tuple[Command, ...] = (
    Command(
        "probe", "Run synthetic transactions, and prove them with a fault matrix", "synthetic.cli.probe:probe", AFTER
    ),
    Command("sandbox", "Run a whole billing and ERP landscape on this machine", "synthetic.cli.sandbox:sandbox", AFTER),
    Command("monitor", "Run probes by schedule and tell people what is wrong", "synthetic.cli.monitor:monitor", AFTER),
    Command("demo", "Run the whole story on a throw-away repository", "synthetic.cli.demo:demo", LEARN),
)

LEDGERS = "synthetic.cli.ledgers:read_now"
"""What `harness metrics --environment E` calls to read the ledgers of an environment into the history."""
