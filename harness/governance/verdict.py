"""What the history keeps of a gate report: who and what refused, for which contracts; nothing that is secret."""

from __future__ import annotations

from harness.governance.values import GateReport, RequiredSignoff
from harness.impact import Hit
from harness.model import Level, Verdict
from harness.model.gating import GateVerdict


def verdict_of(report: GateReport, request: str = "") -> GateVerdict:
    """Return what is kept of a report.

    Args:
        report: The answer of the gate.
        request: Number of the pull or merge request, "" outside of one.
    """
    found = [one.verdict for one in report.contracts if one.verdict is not None]
    return GateVerdict(
        repository=report.repository,
        digest=report.digest,
        decision=report.decision,
        verdict=Verdict.worst([*found, *(one.verdict for one in report.business_changes)]),
        base=report.base.commit,
        head=report.head.commit,
        request=request,
        profile=report.profile,
        contracts=tuple(one.name for one in report.contracts),
        rules=_rules(report),
        refused_by=tuple(one.role for one in report.required_signoffs if _is_missing(one)),
        consumers=tuple(one.name for one in report.impact.consumers if one.hit is Hit.HIT),
        unreadable=len(report.unreadable),
    )


def _rules(report: GateReport) -> tuple[str, ...]:
    """Return the rules of breaking changes and of findings that are errors, each once."""
    changes = (one for contract in report.contracts if contract.comparison for one in contract.comparison.changes)
    broke = [one.rule for one in changes if one.verdict is Verdict.BREAKING]
    return tuple(sorted({*broke, *(one.rule for one in report.findings if one.level is Level.ERROR)}))


def _is_missing(one: RequiredSignoff) -> bool:
    return not one.settled and not one.advised and not one.signed_by
