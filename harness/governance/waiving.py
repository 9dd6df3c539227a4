"""Apply waivers to changes: what is covered, what is not and why, and what nobody needs any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.governance.facts import Facts, Held
from harness.governance.policy import Policy
from harness.governance.values import Waived
from harness.model import Change, Finding, Level, Verdict


@dataclass(frozen=True, slots=True)
class Waiving:
    """The result: rows for the report, fingerprints that no longer count, and what must be said."""

    waived: tuple[Waived, ...] = ()
    findings: tuple[Finding, ...] = ()
    fingerprints: frozenset[tuple[str, str]] = frozenset()
    """(contract, fingerprint) pairs: one fingerprint may occur in two contracts."""

    def covers(self, contract: str, change: Change) -> bool:
        """Whether a waiver takes this change out of the decision."""
        return (contract, change.fingerprint) in self.fingerprints


def apply_waivers(facts: Facts, policy: Policy) -> Waiving:
    """Return what the waivers of base and head do to this change set."""
    rows: list[Waived] = []
    findings: list[Finding] = []
    pairs: set[tuple[str, str]] = set()
    used: set[str] = set()
    for contract, change in _questionable(facts):
        for held in facts.waivers:
            if not held.waiver.covers(contract, change):
                continue
            used.add(held.waiver.id)
            refusal = held.refusal or held.waiver.refusal(change.level, facts.today, policy)
            if refusal:
                findings.append(_ignored(held, refusal, facts))
            elif (contract, change.fingerprint) not in pairs:
                pairs.add((contract, change.fingerprint))
                rows.append(_row(held, change, facts))
    findings.extend(_unused(facts, used))
    return Waiving(tuple(rows), tuple(dict.fromkeys(findings)), frozenset(pairs))


def _questionable(facts: Facts) -> Iterator[tuple[str, Change]]:
    for contract in facts.contracts:
        for change in contract.comparison.changes if contract.comparison else ():
            if change.verdict is not Verdict.COMPATIBLE:
                yield contract.name, change


def _row(held: Held, change: Change, facts: Facts) -> Waived:
    waiver = held.waiver
    expires = waiver.expires or facts.today
    return Waived(
        waiver=waiver.id,
        fingerprint=change.fingerprint,
        reason=waiver.reason,
        approved_by=waiver.approver,
        expires=expires,
        rule=change.rule,
        subject=change.subject or change.title,
        ticket=waiver.ticket,
        days_left=(expires - facts.today).days,
    )


def _ignored(held: Held, refusal: str, facts: Facts) -> Finding:
    waiver = held.waiver
    expired = waiver.expires is not None and waiver.expires < facts.today and not held.refusal
    return Finding(
        rule="waiver-expired" if expired else "waiver-ignored",
        title=f"waiver {waiver.id} does not count: {refusal}",
        # an expired waiver fails: somebody relied on it, and what it waived is back
        level=Level.ERROR if expired else Level.INFO,
        location=waiver.location,
        detail="What it names is judged as if it were not there.",
        remedy="Remove the finding, or have an approver renew the waiver with reason, ticket and expiry.",
        values=(waiver.id,),
    )


def _unused(facts: Facts, used: set[str]) -> Iterator[Finding]:
    """Name waivers of this branch, and of the changed contracts, that cover nothing here."""
    touched = {contract.name for contract in facts.contracts}
    for held in facts.waivers:
        waiver = held.waiver
        if waiver.id not in used and (held.new or waiver.contract in touched):
            yield Finding(
                rule="waiver-unused",
                title=f"waiver {waiver.id} covers nothing in this change",
                level=Level.INFO,
                location=waiver.location,
                remedy="Remove it if what it waived is gone.",
                values=(waiver.id,),
            )
