"""The decision: a pure function of facts and policy. No file, no clock, no git."""

from __future__ import annotations

from dataclasses import dataclass

from harness.governance.facts import Facts
from harness.governance.policy import Policy
from harness.governance.requirements import informed, is_breaking, needs_of, required_signoffs
from harness.governance.values import ContractChange, RequiredSignoff, Waived, needed_from
from harness.governance.waiving import Waiving, apply_waivers
from harness.model import Bump, Change, Decision, Finding, Level, Location


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `decide` answers; the report adds words and revisions."""

    decision: Decision
    findings: tuple[Finding, ...]
    required_signoffs: tuple[RequiredSignoff, ...]
    waived: tuple[Waived, ...]
    informed: tuple[str, ...]
    too_small: tuple[tuple[ContractChange, Bump], ...] = ()
    """Contracts whose declared step is too small, with the step that is needed."""


def decide(facts: Facts, policy: Policy) -> Outcome:
    """Return whether the branch may merge, and everything that stands in its way.

    Blocked: an unwaived breaking change of level error in a version step too small for it; a finding of level
    error (released version edited, contract left the watched set, sign-off refused, ...); a contract nobody could
    read. Needs sign-off: a signature is missing that the profile does not merely advise. Otherwise pass.
    """
    waiving = apply_waivers(facts, policy)
    too_small = tuple(
        (contract, needed) for contract in facts.contracts if (needed := _missing_step(contract, waiving))
    )
    findings = (
        *facts.findings,
        *facts.loosenings,
        *facts.money,
        *waiving.findings,
        *map(_step_finding, too_small),
        *_rejected(facts),
    )
    needs = needs_of(facts, waiving)
    required = required_signoffs(facts, policy, needs)
    blocked = bool(facts.unreadable) or any(finding.level is Level.ERROR for finding in findings)
    waiting = any(not row.settled and not row.advised for row in required)
    return Outcome(
        decision=Decision.BLOCKED if blocked else Decision.NEEDS_SIGN_OFF if waiting else Decision.PASS,
        findings=tuple(sorted(dict.fromkeys(findings), key=_loudest)),
        required_signoffs=required,
        waived=waiving.waived,
        informed=informed(policy, needs),
        too_small=too_small,
    )


def blocking_changes(contract: ContractChange, waiving: Waiving) -> tuple[Change, ...]:
    """Return the unwaived breaking changes of level error."""
    changes = contract.comparison.changes if contract.comparison else ()
    return tuple(
        change
        for change in changes
        if is_breaking(change) and change.level is Level.ERROR and not waiving.covers(contract.name, change)
    )


def _missing_step(contract: ContractChange, waiving: Waiving) -> Bump | None:
    """Return the step a contract needs and does not declare; None if it declares enough."""
    if contract.status != "changed" or not blocking_changes(contract, waiving):
        return None
    needed = needed_from(contract.old_version, Bump.MAJOR)
    return None if contract.declared_bump.covers(needed) else needed


def _step_finding(entry: tuple[ContractChange, Bump]) -> Finding:
    contract, needed = entry
    step = "no step" if contract.declared_bump is Bump.NONE else contract.declared_bump.value
    versions = f"{contract.old_version or '?'} to {contract.new_version or '?'}"
    return Finding(
        rule="version-step-too-small",
        title=f"{contract.name} {versions}: {step} declared, {needed} needed",
        level=Level.ERROR,
        location=Location(contract.new_path, "/info/version"),
        remedy="Keep what breaks, or declare the step that tells consumers.",
        values=(contract.name, contract.declared_bump.value, needed.value),
    )


def _rejected(facts: Facts) -> tuple[Finding, ...]:
    """A rejection by somebody who may sign blocks until the same person approves."""
    return tuple(
        Finding(
            rule="signoff-rejected",
            title=f"{dict(group.members)[signoff.person]} rejected this change as {group.title}",
            level=Level.ERROR,
            location=signoff.location,
            remedy="Settle it with them; their approval replaces the rejection.",
            values=(signoff.person, signoff.role),
        )
        for signoff in facts.signoffs
        if signoff.decision == "reject"
        and (group := facts.groups.get(signoff.role)) is not None
        and signoff.person in dict(group.members)
    )


def _loudest(finding: Finding) -> tuple[int, str, str, str]:
    return (finding.level.rank, finding.rule, str(finding.location), finding.title)
