"""What the gate answers, as one frozen value that every report renders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from harness.impact import Impact
from harness.model import Bump, ContractComparison, Decision, Finding, Location, NotChecked, Verdict


@dataclass(frozen=True, slots=True)
class Revision:
    """A resolved revision: what was asked for, and the commit it names ("" for the working tree)."""

    ref: str
    commit: str

    @property
    def short(self) -> str:
        """`origin/main @ 5d6e7f8`, or the bare word `worktree`."""
        return f"{self.ref} @ {self.commit[:7]}" if self.commit else self.ref


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One contract that differs between merge-base and head.

    Attributes:
        name: Contract name, such as `billing`.
        old_path: File at the merge-base, "" if the contract is new.
        new_path: File at head, "" if the contract was removed.
        old_version: Version at the merge-base, "" if new.
        new_version: Version at head, "" if removed.
        declared_bump: Step from old to new version.
        comparison: What changed; None where a side does not exist or could not be read.
        error: Why it could not be compared; "" if it could.
    """

    name: str
    old_path: str
    new_path: str
    old_version: str
    new_version: str
    declared_bump: Bump
    comparison: ContractComparison | None
    error: str = ""

    @property
    def status(self) -> str:
        """`added`, `removed` or `changed`."""
        if not self.old_path:
            return "added"
        return "changed" if self.new_path else "removed"

    @property
    def required_bump(self) -> Bump:
        """The step the changes need, by the comparator; a contract that goes needs a major one."""
        if self.status == "removed":
            return Bump.MAJOR
        if self.comparison is None:
            return Bump.NONE
        return self.comparison.required_bump

    @property
    def verdict(self) -> Verdict | None:
        """Proof for the whole contract; None if it could not be read."""
        if self.error:
            return None
        if self.status == "removed":
            return Verdict.BREAKING
        return self.comparison.verdict if self.comparison else Verdict.COMPATIBLE


def needed_from(version: str, needed: Bump) -> Bump:
    """Return the step that `needed` comes to when the old version is `version`.

    Below 1.0.0 the second number plays the part of the first (semver.org 2.0.0, item 4, as npm and cargo read it).
    """
    if not re.match(r"v?0(\.|$)", version):
        return needed
    return {Bump.MAJOR: Bump.MINOR, Bump.MINOR: Bump.PATCH}.get(needed, needed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One verified signature: who, when as signed (not proved), and the file it stands in."""

    name: str
    signed_at: str
    file: str


@dataclass(frozen=True, slots=True)
class RequiredSignoff:
    """One signature the change needs.

    Attributes:
        role: Who as a role: `contract owner`, `finance systems`, `erp-connector`.
        group: Catalog reference of the group that may sign.
        people: Display names of those who may sign.
        reason: Why, in one clause.
        alternative: What else settles it, such as `a passing pact`; "" if nothing.
        signed_by: Who signed with a verified signature; "" if nobody.
        signed_at: ISO 8601 time of the signature, "" if nobody.
        advised: Shown but never decides: profile `starter`, or a group the policy only consults.
        quorum: How many different people of the group must sign.
        signatures: Every verified approval that counts for this role.
        settled: Enough signatures, or the alternative holds.
    """

    role: str
    group: str
    people: tuple[str, ...]
    reason: str
    alternative: str = ""
    signed_by: str = ""
    signed_at: str = ""
    advised: bool = False
    quorum: int = 1
    signatures: tuple[Signature, ...] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Waived:
    """A change or finding that a waiver covers: it stays visible and counted."""

    waiver: str
    fingerprint: str
    reason: str
    approved_by: str
    expires: date
    rule: str = ""
    subject: str = ""
    ticket: str = ""
    days_left: int = 0


NOWHERE = Location(None)


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One column of a row that differs, both values as text ("" where there is none)."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class BusinessChange:
    """One row that decides what is booked and differs between merge-base and head.

    Attributes:
        kind: `mapping`, `close-calendar`, `critical-workflow`, `legal-entity`, `reconciliation-checkpoint` or
            `canonical-binding`.
        entry: Catalog reference of the entry it stands in.
        title: What a person reads of the entry.
        key: What selects the row; "" if the entry itself changes.
        status: `added`, `removed` or `changed`.
        cells: What differs, of a changed row or entry.
        effective: First day on which the answer differs, ISO 8601; "" if it always counts.
        until: First day on which it no longer does; "" if it stays so.
        closed_period: Last closed period it reaches back into, such as `DE-01 2026-12`; "" if none.
        verdict: Breaking if it reaches into closed books, else compatible.
        unreasoned: A rate changes and the row does not say why.
        fresh: The whole entry is new.
        objects: References of business objects.
        workflows: References of critical workflows.
        legal_entities: Names of companies.
        probes: Names of probes that would see it.
        checkpoints: References of reconciliation checkpoints.
        owner: Reference of who answers for the row.
        location: Where it stands.
    """

    kind: str
    entry: str
    title: str
    key: str
    status: str
    cells: tuple[ChangedCell, ...] = ()
    effective: str = ""
    until: str = ""
    closed_period: str = ""
    verdict: Verdict = Verdict.COMPATIBLE
    unreasoned: bool = False
    fresh: bool = False
    objects: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    legal_entities: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    owner: str = ""
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class GateReport:
    """The whole answer of `harness gate`.

    Attributes:
        decision: Pass, needs sign-off, or blocked.
        sentence: Who is hurt, by what, in one clause.
        change_id: First 12 hex digits of the digest of the normalised change set.
        base: The trusted revision (tip of the base branch).
        merge_base: Where the branch left it; contracts are diffed from here.
        head: What is judged.
        profile: `starter`, `standard` or `finance`.
        as_of: The day that sunset and expiry rules use.
        contracts: Every contract that differs, sorted by name.
        contracts_read: How many contracts are watched at head.
        findings: Findings of the gate itself (left the watched set, loosened policy, ...), loudest first.
        impact: Who and what is touched.
        required_signoffs: Signatures the change needs, signed or not.
        waived: Changes and findings covered by a waiver.
        way_out: Numbered remedies, best first; empty for pass.
        not_checked: What the answer does not rest on.
        next_command: The command to run next; "" if none.
        author: Who proposed it, as claimed.
        author_verified: Whether a CI event or a verified signature says so.
        unreadable: Contracts that could not be read; the others are judged all the same.
        repository: Stable name of the repository, part of what a sign-off signs.
        policy_digest: SHA-256 of the trusted policy, part of what a sign-off signs.
        informed: Groups the policy wants told, nothing asked of them.
        digest: The whole change-set digest, 64 hex digits: what a sign-off is bound to.
        business_changes: Rows of mappings, calendars and workflows that differ.
    """

    decision: Decision
    sentence: str
    change_id: str
    base: Revision
    merge_base: Revision
    head: Revision
    profile: str
    as_of: date
    contracts: tuple[ContractChange, ...]
    contracts_read: int
    findings: tuple[Finding, ...]
    impact: Impact
    required_signoffs: tuple[RequiredSignoff, ...]
    waived: tuple[Waived, ...]
    way_out: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]
    next_command: str = ""
    author: str = ""
    author_verified: bool = False
    unreadable: tuple[Finding, ...] = ()
    repository: str = ""
    policy_digest: str = ""
    informed: tuple[str, ...] = ()
    digest: str = ""
    business_changes: tuple[BusinessChange, ...] = ()

    @property
    def unproven(self) -> int:
        """How many changes are neither proved safe nor proved breaking."""
        comparisons = (contract.comparison for contract in self.contracts)
        return sum(change.verdict is Verdict.UNPROVEN for found in comparisons if found for change in found.changes)

    @property
    def exit_code(self) -> int:
        """0 pass, 1 blocked or needs sign-off, 3 if a contract could not be read."""
        if self.unreadable:
            return 3
        return 0 if self.decision is Decision.PASS else 1
