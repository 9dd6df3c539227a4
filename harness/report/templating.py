"""The one template environment: autoescape on, and every value through `printable()`."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from harness.report.printable import printable


@cache
def template(name: str) -> Template:
    """Return a template of `harness/report/templates`; data in it is escaped twice, by us and by the engine."""
    environment = Environment(
        loader=PackageLoader("harness.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: printable(value, 400),
    )
    return environment.get_template(name)
