"""Files that start the monitor elsewhere: a CronJob, a scheduled workflow, a systemd timer; part of the wheel."""

from __future__ import annotations

import re
from importlib import resources

from harness.model import UsageError

KINDS = {
    "kubernetes": ("kubernetes.yaml",),
    "github": ("github.yaml",),
    "systemd": ("systemd.service", "systemd.timer"),
}
NAMES = {
    "kubernetes.yaml": "contract-harness-monitor.yaml",
    "github.yaml": ".github/workflows/monitor.yml",
    "systemd.service": "contract-harness-monitor.service",
    "systemd.timer": "contract-harness-monitor.timer",
}
_MOST_SHARDS = 50


def templates(kind: str, environment: str, shards: int = 1) -> dict[str, str]:
    """Return the files of one kind by the name they go under.

    Raises:
        UsageError: A name of an environment that no shell should see, or too many shards.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,62}", environment):
        raise UsageError(f'"{environment}" is no name of an environment', remedy="Small letters, digits, - and _.")
    if not 1 <= shards <= _MOST_SHARDS:
        raise UsageError(f"{shards} shards are not from 1 to {_MOST_SHARDS}", remedy="Begin with one.")
    values = {
        "{environment}": environment,
        "{shards}": str(shards),
        "{shard_list}": ", ".join(map(str, range(1, shards + 1))),
    }
    folder = resources.files("synthetic.monitor") / "templates"
    found = {}
    for source in KINDS[kind]:
        text = (folder / source).read_text("utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        found[NAMES[source]] = text
    return found
