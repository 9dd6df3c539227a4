"""Writes docs/probes.md: what probes are, how a fault file is written, and the operations it may act on.

`python -m synthetic.cli.page docs/probes.md`; a test holds the page to what this makes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from synthetic.cli.landscape import read_landscape
from synthetic.deeds.ports import BETWEEN, DEEDS, LOOKS
from synthetic.matrix import Reference, reference
from synthetic.matrix.suites import reference_suite

_NOBODY = "(no probe calls it yet)"
_DEEDS = (
    'Deeds, with the parts of their requests as a fault reads and changes them (`call.request["invoice.tax"]`), the '
    "first row of every list; those marked * systems order of each other while a probe only watches:"
)
_MOST = 60
_HEAD = Path(__file__).with_name("probes.md")


def page() -> str:
    """Return the page."""
    known = reference(reference_suite(read_landscape()), (0,))
    return _HEAD.read_text("utf-8") + "\n".join(_operations(known) + _probes(known)) + "\n"


def _operations(known: Reference) -> list[str]:
    fields = {(one.port, one.operation): sorted({path for path in one.values if path != "count"}) for one in known.seen}
    lines = ["", "## Operations", "", "Looks, with the fields they show beside `count` (0: nothing is there):", ""]
    lines += ["| port | operation | asked with | shows |", "|---|---|---|---|"]
    for port, names in sorted(LOOKS.items()):
        for name in names:
            shown = _listed(fields.get((port, name), ())) if (port, name) in known.requests else _NOBODY
            lines.append(f"| `{port}` | `{name}` | {_listed(known.requests.get((port, name), ()))} | {shown} |")
    lines += ["", _DEEDS, "", "| port | operation | request |", "|---|---|---|"]
    for port, names in sorted(DEEDS.items()):
        for name in names:
            asked = known.requests.get((port, name))
            told = _listed(asked) if asked else _NOBODY
            lines.append(f"| `{port}` | `{name}`{'*' if (port, name) in BETWEEN else ''} | {told} |")
    categories = ", ".join(f"`{name}`" for name in sorted(known.suite.categories.known))
    return [*lines, "", "## Names of failures", "", f"{categories}."]


def _listed(paths: Iterable[str]) -> str:
    """Return paths by their parts; of what is too much for a line, only the outer parts."""
    found = sorted(paths)
    depth = max((path.count(".") for path in found), default=0)
    while len(found) > _MOST and depth:
        found = sorted({_outer(path, depth) for path in found})
        depth -= 1
    return ", ".join(f"`{path}`" for path in found)


def _outer(path: str, depth: int) -> str:
    """Return a path with at most `depth` steps of its own and a star for the rest."""
    steps = path.split(".")
    return path if len(steps) <= depth else ".".join([*steps[:depth], "*"])


def _probes(known: Reference) -> list[str]:
    lines = ["", "## Probes", "", "| workflow | probe | every | claims |", "|---|---|---|---|"]
    return lines + [f"| {p.workflow} | `{p.name}` | {p.every} | {p.headline} |" for p in known.suite.probes]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
