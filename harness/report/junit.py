"""JUnit XML: one suite a contract, one case a change or finding; characters that XML forbids are shown escaped."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from harness.model import Level
from harness.report.printable import printable
from harness.report.remarks import Remark


def junit(remarks: Iterable[Remark]) -> str:
    """Return a JUnit document: errors fail, warnings and infos pass with their text as output."""
    suites: dict[str, list[Remark]] = {}
    for remark in remarks:
        suites.setdefault(remark.contract or "repository", []).append(remark)
    if not suites:
        suites = {"contracts": []}
    total = sum(map(len, suites.values()))
    failed = sum(r.level is Level.ERROR for chosen in suites.values() for r in chosen)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="contract-harness" tests="{max(total, 1)}" failures="{failed}">',
    ]
    for name in sorted(suites):
        lines += _suite(name, suites[name])
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(name: str, remarks: list[Remark]) -> list[str]:
    failed = sum(remark.level is Level.ERROR for remark in remarks)
    lines = [f'  <testsuite name={_attribute(name)} tests="{max(len(remarks), 1)}" failures="{failed}">']
    if not remarks:
        lines.append(f'    <testcase classname={_attribute(name)} name="no change"/>')
    for remark in remarks:
        lines += _case(name, remark)
    return [*lines, "  </testsuite>"]


def _case(suite: str, remark: Remark) -> list[str]:
    place = f"{printable(remark.location)} #{printable(remark.location.pointer)}"
    head = f"    <testcase classname={_attribute(suite)} name={_attribute(f'{remark.rule} {remark.location.pointer}')}"
    text = escape("\n".join(part for part in (place, printable(remark.detail, 600)) if part))
    if remark.level is Level.ERROR:
        failure = f"<failure type={_attribute(remark.rule)} message={_attribute(remark.title)}>{text}</failure>"
        return [f"{head}>", f"      {failure}", "    </testcase>"]
    return [f"{head}>", f"      <system-out>{escape(printable(remark.title))}: {text}</system-out>", "    </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
