"""The page that leads to change-impact pages: one line a change, what needs someone first."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Decision
from harness.report.gate_text import GLYPHS
from harness.report.templating import template

_ORDER = [Decision.BLOCKED, Decision.NEEDS_SIGN_OFF, Decision.PASS]


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: its branch, the decision, the sentence, and the page beside this one."""

    name: str
    decision: Decision
    sentence: str
    page: str

    @property
    def glyph(self) -> str:
        """The glyph of the decision; always shown with its word."""
        return GLYPHS[self.decision]


def index_html(title: str, entries: tuple[Entry, ...]) -> str:
    """Return the page; pages are linked by relative path only."""
    ordered = sorted(entries, key=lambda entry: (_ORDER.index(entry.decision), entry.name))
    waiting = sum(entry.decision is not Decision.PASS for entry in entries)
    return template("index.html.j2").render(title=title, entries=ordered, waiting=waiting) + "\n"
