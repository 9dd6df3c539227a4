"""What `synthetic` adds to `harness`; importing it costs nothing (entry-point group `harness.commands`)."""

from __future__ import annotations

from harness.cli.commands import LEARN, Command

COMMANDS: tuple[Command, ...] = (
    Command("demo", "Run the whole story on a throw-away repository", "synthetic.cli.demo:demo", LEARN),
)
