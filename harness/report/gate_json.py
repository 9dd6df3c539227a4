"""`harness gate --format json`: the whole report, as `harness/schemas/gate.json` describes it."""

from __future__ import annotations

from dataclasses import asdict

from harness.compat.encoding import change_to_json, dumps
from harness.governance import ContractChange, GateReport, Revision
from harness.governance.values import BusinessChange
from harness.impact import Impact
from harness.model import Finding
from harness.report.impact_change import coverage_to_json


def gate_json(report: GateReport) -> str:
    """Return the report as JSON text; byte-identical for equal reports."""
    return dumps(report_to_json(report), indent=1) + "\n"


def impact_json(report: GateReport) -> str:
    """Return only the impact of a report, as JSON text."""
    return dumps(impact_to_json(report.impact), indent=1) + "\n"


def report_to_json(report: GateReport) -> dict[str, object]:
    """Return the report as JSON values in the order of the schema."""
    return {
        "decision": report.decision.value,
        "sentence": report.sentence,
        "change_id": report.change_id,
        "repository": report.repository,
        "base": _revision(report.base),
        "merge_base": _revision(report.merge_base),
        "head": _revision(report.head),
        "profile": report.profile,
        "as_of": report.as_of.isoformat(),
        "author": report.author,
        "author_verified": report.author_verified,
        "contracts_read": report.contracts_read,
        "contracts": [_contract(contract) for contract in report.contracts],
        "business_changes": [_business(change) for change in report.business_changes],
        "findings": [finding_to_json(finding) for finding in report.findings],
        "unreadable": [finding_to_json(finding) for finding in report.unreadable],
        "impact": impact_to_json(report.impact),
        "required_signoffs": [asdict(signoff) for signoff in report.required_signoffs],
        "waived": [asdict(item) | {"expires": item.expires.isoformat()} for item in report.waived],
        "way_out": list(report.way_out),
        "not_checked": [asdict(item) for item in report.not_checked],
        "next_command": report.next_command,
        "informed": list(report.informed),
        "policy_digest": report.policy_digest,
    }


def _revision(revision: Revision) -> dict[str, str]:
    return {"ref": revision.ref, "commit": revision.commit}


def _contract(contract: ContractChange) -> dict[str, object]:
    changes = contract.comparison.changes if contract.comparison else ()
    return {
        "name": contract.name,
        "status": contract.status,
        "old_path": contract.old_path,
        "new_path": contract.new_path,
        "old_version": contract.old_version,
        "new_version": contract.new_version,
        "declared_bump": contract.declared_bump.value,
        "required_bump": contract.required_bump.value,
        "verdict": contract.verdict.value if contract.verdict else None,
        "error": contract.error,
        "changes": [change_to_json(change, details=True) for change in changes],
    }


def _business(change: BusinessChange) -> dict[str, object]:
    return {
        "kind": change.kind,
        "entry": change.entry,
        "title": change.title,
        "key": change.key,
        "status": change.status,
        "cells": [asdict(cell) for cell in change.cells],
        "effective": change.effective,
        "until": change.until,
        "closed_period": change.closed_period,
        "verdict": change.verdict.value,
        "objects": list(change.objects),
        "workflows": list(change.workflows),
        "legal_entities": list(change.legal_entities),
        "probes": list(change.probes),
        "checkpoints": list(change.checkpoints),
        "owner": change.owner,
        "location": asdict(change.location),
    }


def finding_to_json(finding: Finding) -> dict[str, object]:
    """Return one finding with its place."""
    return {
        "rule": finding.rule,
        "title": finding.title,
        "level": finding.level.value,
        "location": asdict(finding.location),
        "detail": finding.detail,
        "remedy": finding.remedy,
    }


def impact_to_json(impact: Impact) -> dict[str, object]:
    """Return an impact as JSON values."""
    recovery = ("rto", "rpo", "deadline", "procedure", "last_exercised")
    return {
        "consumers": [asdict(consumer) for consumer in impact.consumers],
        "workflows": [asdict(workflow) for workflow in impact.workflows],
        "business_objects": [asdict(item) for item in impact.business_objects],
        "legal_entities": list(impact.legal_entities),
        "recovery_objectives": [
            {"workflow": w.ref} | {name: getattr(w, name) for name in recovery} for w in impact.workflows
        ],
        "owners": list(impact.owners),
        "probes": list(impact.probes),
        "finance_sensitive": impact.finance_sensitive,
        "with_pact": impact.with_pact,
        "without_pact": impact.without_pact,
        **coverage_to_json(impact),
    }
