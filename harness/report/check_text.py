"""The screen of `harness check`: how much was read, each finding at its place, then the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.model import Finding, HarnessError, Level
from harness.report.error_text import error_text
from harness.report.gate_json import finding_to_json
from harness.report.printable import printable
from harness.report.words import count

if TYPE_CHECKING:
    from harness.governance import CheckReport

_EACH = {Level.ERROR: 5, Level.WARNING: 5, Level.INFO: 1}
"""How often a rule is told in one file, by level; the rest is counted."""
_GLYPHS = {Level.ERROR: "✗", Level.WARNING: "!", Level.INFO: "-"}


def check_text(report: CheckReport, seconds: float) -> str:
    """Return the screen; `seconds` is how long the reading took."""
    lines = [_headline(report, seconds)]
    lines += [f"? {error_text(problem).rstrip()}" for problem in report.problems]
    previous = ("", "")
    shown, folded = _folded(report.findings)
    for finding in shown:
        lines += _finding(finding, previous)
        previous = (str(finding.location), finding.location.pointer)
    lines += folded
    lines.append(_next(report))
    return "\n".join(lines) + "\n"


def _folded(findings: tuple[Finding, ...]) -> tuple[list[Finding], list[str]]:
    """Return what is shown one by one, and a line for each rule that a file breaks more often than that."""
    times: dict[tuple[str, str], int] = {}
    more: dict[tuple[str, str], int] = {}
    shown: list[Finding] = []
    for finding in findings:
        key = (finding.rule, finding.location.file or "")
        times[key] = times.get(key, 0) + 1
        if times[key] <= _EACH[finding.level]:
            shown.append(finding)
        else:
            more[key] = more.get(key, 0) + 1
    lines = [
        f"… and {count(number, 'more place')} of {rule} in {printable(file)}" for (rule, file), number in more.items()
    ]
    return shown, [*lines, *(["  --format json lists every place."] if lines else [])]


def _headline(report: CheckReport, seconds: float) -> str:
    read = ", ".join(
        (
            count(report.contracts, "contract"),
            count(report.catalog_entries, "catalog entry", "catalog entries"),
            count(report.pacts, "pact"),
        )
    )
    wrong = [f for f in report.findings if f.level is not Level.INFO]
    problems = count(len(wrong), "problem")
    if report.problems:
        sentence = f"? {count(len(report.problems), 'file')} could not be read, {problems} in {read}"
    elif wrong:
        sentence = f"✗ {problems} in {read}"
    elif not report.contracts and not report.catalog_entries:
        sentence = f"! Nothing here to check: {read}"
    else:
        notes = len(report.findings)
        sentence = f"✓ Nothing wrong in {read}" + (f", {count(notes, 'note')}" if notes else "")
    return f"{sentence}   {seconds:.1f} s"


def _finding(finding: Finding, previous: tuple[str, str]) -> list[str]:
    place = (str(finding.location), finding.location.pointer)
    lines = [] if place == previous else [f"{printable(place[0])}   {printable(place[1])}".rstrip()]
    lines.append(f"  {_GLYPHS[finding.level]} {printable(finding.title, 120)}   {finding.rule}")
    if finding.detail:
        lines.append(f"    {printable(finding.detail, 400)}")
    if finding.remedy:
        lines.append(f"    Fix: {printable(finding.remedy, 400)}")
    return lines


def _next(report: CheckReport) -> str:
    if report.findings:
        return f"Next: harness explain {report.findings[0].rule}"
    if report.problems:
        return "Next: mend what could not be read, then harness check again"
    return "Next: harness gate" if report.contracts else "Next: harness init"


def check_to_json(report: CheckReport) -> dict[str, object]:
    """Return the report as JSON values."""
    return {
        "contracts": report.contracts,
        "catalog_entries": report.catalog_entries,
        "pacts": report.pacts,
        "findings": [finding_to_json(finding) for finding in report.findings],
        "unreadable": [_problem(problem) for problem in report.problems],
    }


def _problem(problem: HarnessError) -> dict[str, object]:
    place = problem.location
    return {
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "remedy": problem.remedy,
    }
