"""What conformance found, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from harness.conform.api_judging import ApiConformance
from harness.conform.events import EventConformance
from harness.model import Finding, Level
from harness.model.findings import explanation

_GLYPHS = {Level.ERROR: "✗", Level.WARNING: "!", Level.INFO: "-"}
_ANSWERS = {0: "✓", 1: "✗", 3: "?"}


def events_json(found: EventConformance) -> dict[str, Any]:
    """Return what was found in messages as JSON values."""
    return {
        "contract": found.contract,
        "source": found.source,
        "messages": found.messages,
        "seen": dict(found.seen),
        "unseen": list(found.unseen),
        "findings": [_finding(finding) for finding in found.findings],
    }


def events_text(found: EventConformance) -> str:
    """Return the screen: how many messages, what is wrong, what was not seen."""
    errors = sum(finding.level is Level.ERROR for finding in found.findings)
    head = f"{_ANSWERS[found.exit_code]} {found.contract}: {found.messages} messages of {found.source}"
    if not found.messages:
        head += ", so nothing is known"
    else:
        head += f", {errors} kinds of thing wrong" if errors else " keep the contract"
    lines = [head, *_lines(found.findings)]
    if found.unseen and found.messages:
        lines.append(f"  Not seen    {', '.join(found.unseen)}")
    return _text(lines, found.findings)


def api_json(found: ApiConformance) -> dict[str, Any]:
    """Return what was found in an API as JSON values."""
    return {
        "contract": found.contract,
        "url": found.url,
        "cases": found.tried.cases,
        "complete": not found.tried.stopped,
        "operations": {
            operation: {str(status): count for status, count in sorted(counts.items())}
            for operation, counts in sorted(found.tried.statuses.items())
        },
        "sequences": {
            operation: {str(status): count for status, count in sorted(counts.items())}
            for operation, counts in sorted(found.tried.chained.items())
        },
        "findings": [_finding(finding) for finding in found.findings],
        "accepted": [_finding(finding) for finding in found.accepted],
    }


def api_text(found: ApiConformance) -> str:
    """Return the screen: how much was tried, what is wrong, what was accepted."""
    head = f"{_ANSWERS[found.exit_code]} {found.contract} at {found.url}: {found.tried.cases} requests"
    lines = [head, *_lines(found.findings)]
    if found.accepted:
        lines.append(f"  Accepted    {len(found.accepted)} that the baseline names")
    return _text(lines, found.findings)


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        place = f"{finding.location.file}:{finding.location.line}  " if finding.location.line else ""
        yield f"  {_GLYPHS[finding.level]} {place}{finding.title}   {finding.rule}"
        if finding.detail.rstrip(".") not in finding.title:
            yield f"      {finding.detail[:400]}"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message": finding.title,
        "detail": finding.detail,
        "values": list(finding.values),
        "file": finding.location.file,
        "pointer": finding.location.pointer,
        "line": finding.location.line,
    }


def _text(lines: Iterable[str], findings: Sequence[Finding]) -> str:
    whole = [*lines, *explanation(findings)]
    return "\n".join("".join(char if char.isprintable() else "\ufffd" for char in line) for line in whole) + "\n"
