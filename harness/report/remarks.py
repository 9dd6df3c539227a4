"""What annotations, SARIF, JUnit and GitLab all show: one place with one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from harness.governance import GateReport
from harness.model import Finding, Level, Location, fingerprint


@dataclass(frozen=True, slots=True)
class Remark:
    """One place with one sentence: what annotations, SARIF, JUnit and GitLab all show.

    Attributes:
        rule: Rule id.
        level: How loud.
        title: One clause.
        detail: Further sentences, "" if none.
        location: Where.
        fingerprint: Independent of wording.
        contract: Name of the contract, "" if none.
    """

    rule: str
    level: Level
    title: str
    detail: str
    location: Location
    fingerprint: str
    contract: str = ""


def finding_remark(finding: Finding) -> Remark:
    """Return one finding as a remark."""
    place = finding.location
    mark = fingerprint(finding.rule, place.file or "", place.pointer, *finding.values)
    detail = " ".join(part for part in (finding.detail, finding.remedy) if part)
    return Remark(finding.rule, finding.level, finding.title, detail, place, mark)


def remarks_of(report: GateReport) -> tuple[Remark, ...]:
    """Return every change and finding of a gate report as remarks, loudest first, waived ones as info."""
    waived = {item.fingerprint for item in report.waived}
    found: list[Remark] = [finding_remark(finding) for finding in report.findings]
    for contract in report.contracts:
        for change in contract.comparison.changes if contract.comparison else ():
            level = Level.INFO if change.fingerprint in waived else change.level
            detail = " ".join(part for part in (change.witness.error if change.witness else "", change.settle) if part)
            found.append(
                Remark(change.rule, level, change.title, detail, change.location, change.fingerprint, contract.name)
            )
    return tuple(sorted(found, key=lambda r: (r.level.rank, r.location.file or "", r.location.line or 0, r.rule)))
