"""Writes docs/probes.md: what probes are, how a fault file is written, and the operations it may act on.

`python -m synthetic.cli.page docs/probes.md`; a test holds the page to what this makes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from synthetic.cli.landscape import read_landscape
from synthetic.deeds.ports import BETWEEN, DEEDS, LOOKS
from synthetic.matrix import Reference, reference
from synthetic.matrix.suites import reference_suite

_HEAD = Path(__file__).with_name("probes.md")


def page() -> str:
    """Return the page."""
    known = reference(reference_suite(read_landscape()), (0,))
    return _HEAD.read_text("utf-8") + "\n".join(_operations(known) + _probes(known)) + "\n"


def _operations(known: Reference) -> list[str]:
    fields = {(one.port, one.operation): sorted({path for path in one.values if path != "count"}) for one in known.seen}
    lines = ["", "## Operations", "", "Looks, with the fields they show beside `count` (0: nothing is there):", ""]
    lines += ["| port | operation | fields |", "|---|---|---|"]
    for port, names in sorted(LOOKS.items()):
        for name in names:
            shown = ", ".join(f"`{field}`" for field in fields.get((port, name), ())) or "(no probe looks there yet)"
            lines.append(f"| `{port}` | `{name}` | {shown} |")
    lines += ["", "Deeds; those marked * systems order of each other while a probe only watches:", ""]
    lines += ["| port | operations |", "|---|---|"]
    for port, names in sorted(DEEDS.items()):
        told = ", ".join(f"`{name}`{'*' if (port, name) in BETWEEN else ''}" for name in names)
        lines.append(f"| `{port}` | {told} |")
    categories = ", ".join(f"`{name}`" for name in sorted(known.suite.categories.known))
    return [*lines, "", "## Names of failures", "", f"{categories}."]


def _probes(known: Reference) -> list[str]:
    lines = ["", "## Probes", "", "| workflow | probe | every | claims |", "|---|---|---|---|"]
    return lines + [f"| {p.workflow} | `{p.name}` | {p.every} | {p.headline} |" for p in known.suite.probes]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
