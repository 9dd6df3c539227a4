"""Words and numbers as people read them: durations, lists, counts, versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from harness.model import Bump, Verdict
from harness.report.printable import printable

GLYPHS = {Verdict.COMPATIBLE: "✓", Verdict.BREAKING: "✗", Verdict.UNPROVEN: "?"}

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def duration(iso: str) -> str:
    """Return `PT4H` as `4 h`, `P1DT2H` as `1 d 2 h`, `PT0S` as `0`; anything else as it stands."""
    found = _DURATION.fullmatch(iso)
    if not found or iso in {"P", "PT"}:
        return printable(iso)
    parts = [f"{int(n)} {unit}" for n, unit in zip(found.groups(), ("d", "h", "min", "s"), strict=True) if n and int(n)]
    return " ".join(parts) or "0"


def day(value: date | str) -> str:
    """Return a date as `22 Nov 2026`; text that is no ISO date as it stands."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return printable(value)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 change`, `2 changes`, `1,204 invoices`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listing(items: Iterable[str], most: int = 6, last: str = "and") -> str:
    """Return `a, b and c`; after `most` items `a, b and 4 more`."""
    shown = list(items)
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Return rows of text with the cells of a column aligned; the last cell is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (" " * gap).join(cell.ljust(width) for cell, width in zip(row, [*widths[:-1], 0], strict=True)).rstrip()
        for row in rows
    ]


def short_ref(ref: str) -> str:
    """Return the name of a catalog reference: `component:default/erp-connector` as `erp-connector`."""
    return printable(ref.rsplit("/", 1)[-1].rsplit(":", 1)[-1])


def next_version(version: str, bump: Bump) -> str:
    """Return the version that `bump` leads to; "" unless `version` is three plain numbers."""
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9}){2}", version, re.ASCII):
        return ""
    major, minor, patch = map(int, version.split("."))
    steps = {
        Bump.MAJOR: f"{major + 1}.0.0",
        Bump.MINOR: f"{major}.{minor + 1}.0",
        Bump.PATCH: f"{major}.{minor}.{patch + 1}",
        Bump.NONE: version,
    }
    return steps[bump]
