"""Scorecards as a screen and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.printable import printable
from harness.report.words import columns, short_ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.catalog.scorecard import Card


def scorecard_text(cards: Sequence[Card], *, detailed: bool) -> str:
    """Return one line a component; with `detailed` each question and its evidence."""
    rows = [
        (short_ref(one.ref), f"{one.level} of 4 {one.name}", short_ref(one.owner), printable(one.next, 70) or "nothing")
        for one in cards
    ]
    lines = columns([("component", "level", "owner", "next"), *rows])
    for card in cards if detailed else ():
        lines += ["", *columns([_criterion(one.level, one.name, one.met, one.evidence) for one in card.criteria])]
        lines += ["", "As middleware (that it is said, not that it works)"]
        lines += columns([("  " + cell.quality, _evidence(cell.evidence)) for cell in card.middleware])
    return "\n".join(lines) + "\n"


def _criterion(level: int, name: str, met: bool, evidence: tuple[str, ...]) -> tuple[str, ...]:  # noqa: FBT001  (a row)
    return (
        f"  {'✓' if met else '✗'} {level}",
        name,
        _evidence(evidence) if evidence or not met else "nothing is missing",
    )


def _evidence(places: tuple[str, ...]) -> str:
    return "; ".join(printable(place, 120) for place in places) or "no evidence"


def scorecard_markdown(cards: Sequence[Card]) -> str:
    """Return a table of components and, below it, a table of evidence for each."""
    lines = ["| component | level | owner | next |", "|---|---|---|---|"]
    lines += [f"| {short_ref(c.ref)} | {c.level} {c.name} | {short_ref(c.owner)} | {_cell(c.next)} |" for c in cards]
    for card in cards:
        lines += ["", f"## {_cell(short_ref(card.ref))}", "", "| | evidence |", "|---|---|"]
        lines += [
            f"| {'✓' if one.met else '✗'} {one.name} | {_cell(_evidence(one.evidence))} |" for one in card.criteria
        ]
        lines += [f"| {cell.quality} (middleware) | {_cell(_evidence(cell.evidence))} |" for cell in card.middleware]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "\\`")
