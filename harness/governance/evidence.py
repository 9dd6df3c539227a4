"""What the branch brings against the conventions, and what another linter says about the files it changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from harness.conventions import brought, check_conventions, with_evidence
from harness.documents import Library
from harness.governance.contracts import Compared, Loudness
from harness.impact import Document
from harness.model import Finding

Evidence: TypeAlias = Callable[[Library], tuple[Finding, ...]]
"""Reads what another linter says; given the library of the judged revision."""


def convention_findings(compared: Iterable[Compared], loudness: Loudness) -> Iterator[Finding]:
    """Yield what changed contracts leave out that their old version did not leave out."""
    for one in compared:
        old, new = one.changed.old, one.changed.new
        if new is not None and not one.unreadable:
            before = _said(one.report.name, old) if old is not None else ()
            for finding in brought(_said(one.report.name, new), before):
                yield replace(finding, level=loudness(finding.rule, finding.level))


def _said(name: str, document: Document) -> tuple[Finding, ...]:
    return check_conventions(name, document.root, document.library)


def joined(
    findings: Iterable[Finding], evidence: Iterable[Finding], changed: Collection[str], loudness: Loudness
) -> Iterator[Finding]:
    """Yield findings with the evidence about changed files."""
    about = [
        replace(one, level=loudness(one.rule, one.level)) for one in evidence if (one.location.file or "") in changed
    ]
    yield from with_evidence(findings, about)
