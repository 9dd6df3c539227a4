"""The change-impact page for the governance board: one self-contained file, no script, no link to anywhere."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from harness.governance import GateReport
from harness.report.page import Page, page_of
from harness.report.printable import printable


def gate_html(report: GateReport) -> str:
    """Return the page; every piece of data is escaped twice: by `printable()` and by the template engine."""
    page: Page = page_of(report)
    return _template().render(page=page) + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("harness.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: printable(value, 400),
    )
    return environment.get_template("impact.html.j2")
