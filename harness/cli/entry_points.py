"""Commands added by entry points of this distribution, read cheaply.

`importlib.metadata` costs 50 to 80 ms of CPU at import and scans every distribution; reading the one file that
matters costs about 2 ms. Only this distribution is read: a foreign package cannot add a command by being installed
(threat model 4.1).
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path

from harness.cli.commands import Command

_GROUP = "[harness.commands]"


@cache
def added_commands() -> tuple[Command, ...]:
    """Return the commands of the entry-point group `harness.commands` of this distribution."""
    found: list[Command] = []
    for target in _targets():
        module, _, attribute = target.partition(":")
        found += getattr(import_module(module), attribute)
    return tuple(found)


def added(name: str) -> str:
    """Return what a module that adds commands says under a name, such as `LEDGERS`: `module:function`, or ""."""
    for target in _targets():
        found = getattr(import_module(target.partition(":")[0]), name, "")
        if found:
            return str(found)
    return ""


def _targets() -> list[str]:
    for folder in sys.path:
        for info in sorted(Path(folder or ".").glob("contract_harness-*.dist-info/entry_points.txt")):
            return _group_members(info.read_text("utf-8"))
    return []


def _group_members(text: str) -> list[str]:
    _, _, rest = text.partition(_GROUP)
    lines = rest.partition("\n[")[0].splitlines()
    return [line.partition("=")[2].strip() for line in lines if "=" in line]
