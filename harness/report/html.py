"""The change-impact page for the governance board: one self-contained file, no script, no link to anywhere."""

from __future__ import annotations

from harness.governance import GateReport
from harness.report.page import page_of
from harness.report.templating import template


def gate_html(report: GateReport) -> str:
    """Return the page."""
    return template("impact.html.j2").render(page=page_of(report)) + "\n"
