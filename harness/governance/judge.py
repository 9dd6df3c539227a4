"""One run of the gate over a branch that changes data: gather the facts, decide, assemble the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from harness.documents.globs import matches
from harness.governance.assembly import assemble
from harness.governance.author import author_of, directory
from harness.governance.business_findings import row_findings, with_business
from harness.governance.contracts import Compared, compare_pair, raise_hits, security_changes, unreadable
from harness.governance.decision import decide
from harness.governance.digest import ChangedThing, change_set_digest
from harness.governance.event import Event
from harness.governance.facts import Author, Facts
from harness.governance.keys import key_ring
from harness.governance.reading import placed
from harness.governance.revisions import Revisions
from harness.governance.sides import CONFIG, DEFAULT_POLICY, RevisionSide
from harness.governance.signoffs import Expected, Signoff, read_signoffs, refusal, standing
from harness.governance.sshsig import Verifier, verifier
from harness.governance.trust import (
    Ground,
    Sides,
    case_only_renames,
    entry_loosenings,
    ground_of,
    held_waivers,
    left_watched_set,
    loudness,
    money_changes,
    refused_keys,
)
from harness.governance.unwatched import unwatched
from harness.governance.values import BusinessChange, GateReport
from harness.impact import Landscape, assess
from harness.model import Finding, HarnessError, Level, Location, NotChecked, UsageError
from harness.registry import Registry, pair, read_registry
from harness.registry.candidates import SUFFIXES

if TYPE_CHECKING:
    from harness.governance.evidence import Evidence


def judged(
    revisions: Revisions, day: date, now: datetime, event: Event | None, evidence: Evidence | None = None
) -> GateReport:
    """Judge a branch that changes data files; arguments as in `gate`, resolved."""
    fork = RevisionSide(revisions.fork_tree)
    trusted = fork if revisions.base_tree is revisions.fork_tree else RevisionSide(revisions.base_tree)
    sides = Sides(trusted, fork, RevisionSide(revisions.head_tree), revisions.changed)
    return Run(revisions, sides, ground_of(sides), day, now, event, evidence).report()


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found beside the comparisons, kind by kind."""

    left: tuple[Finding, ...]
    loosenings: tuple[Finding, ...]
    money: tuple[Finding, ...]
    broken: tuple[Finding, ...]
    unchecked: tuple[NotChecked, ...]
    business: tuple[BusinessChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run over a branch that changes data."""

    revisions: Revisions
    sides: Sides
    ground: Ground
    day: date
    now: datetime
    event: Event | None
    evidence: Evidence | None = None

    def report(self) -> GateReport:
        """Return the whole answer."""
        old = read_registry(self.sides.fork.library, self.ground.config)
        new = read_registry(self.sides.head.library, self.ground.config)
        libraries = (self.sides.fork.library, self.sides.head.library)
        loud = loudness(self.ground)
        compared = tuple(compare_pair(one, libraries, loud, self.day) for one in pair(old, new))
        left = tuple(left_watched_set(self.sides, self.ground, old, new))
        loosenings = (
            *self.ground.loosenings,
            *(finding for one in compared for finding in one.loosenings),
            *entry_loosenings(self.sides, self.ground),
        )
        money, business = money_changes(self.sides, self.ground, self.day)
        broken, unchecked = self._problems(old, new, compared)
        unchecked = (*unchecked, *unwatched(self.sides, new))
        if not (compared or left or loosenings or money or broken or self.ground.findings or self._founds_the_gate()):
            return self._nothing(new, unchecked)
        return self._judged(compared, _Found(left, loosenings, money, broken, unchecked, business), len(new.listed))

    def _founds_the_gate(self) -> bool:
        """Whether the branch brings the first configuration: nothing on the base could hold it to anything."""
        founding = {CONFIG, self.ground.proposed.policy or DEFAULT_POLICY}
        return not self.ground.trusted and bool(founding & self.sides.changed)

    def _problems(
        self, old: Registry, new: Registry, compared: tuple[Compared, ...]
    ) -> tuple[tuple[Finding, ...], tuple[NotChecked, ...]]:
        """Split what is wrong with the contracts: what this branch did stops it, what it found there is said.

        Looking for problems parses every contract, so it is done only if a contract's file differs.

        Raises:
            UsageError: This branch gives one name to two contracts, or contradicts a version (exit code 2).
        """
        mine: list[Finding] = []
        others: list[NotChecked] = []
        if not (compared or self._may_have_problems(new)):
            return (), ()
        known = {(str(problem.location), problem.message) for problem in old.problems}
        for problem in new.problems:
            file = (problem.location.file if problem.location else "") or ""
            if (str(problem.location), problem.message) in known and file not in self.sides.changed:
                others.append(NotChecked(str(problem.location), problem.message, problem.remedy))
            elif isinstance(problem, UsageError):
                raise problem
            else:
                mine.append(unreadable(file or "a contract", problem, file))
        return tuple(mine), tuple(others)

    def _may_have_problems(self, new: Registry) -> bool:
        """Whether a changed file is a contract, stands where one is expected, or cannot be read at all."""
        globs = self.ground.config.contracts
        if globs:
            return any(matches(path, globs) for path in self.sides.changed)
        files = {path.partition("#")[0] for path in new.paths}
        return any(path in files or not self._is_readable(path) for path in self.sides.changed)

    def _is_readable(self, path: str) -> bool:
        if not path.endswith(SUFFIXES) or path not in self.sides.head.tree.entries():
            return True
        try:
            self.sides.head.tree.read(path)
        except HarnessError:
            return False
        return True

    def _nothing(self, new: Registry, unchecked: tuple[NotChecked, ...]) -> GateReport:
        facts = Facts(
            base=self.revisions.base.ref,
            contracts_read=len(new.listed),
            findings=tuple(case_only_renames(self.sides)),
            profile=self.ground.profile,
        )
        outcome = decide(facts, self.ground.policy)
        return assemble(self.revisions, facts, outcome, self.ground.profile, self.day, not_checked=unchecked)

    def _judged(self, compared: tuple[Compared, ...], found: _Found, count: int) -> GateReport:
        """Gather what the decision rests on, decide, and put the answer together."""
        config, plugins = self.ground.config, self.sides.base.config.plugins
        trusted = self.sides.base.landscape(config.catalog, config.pacts, plugins)
        proposed = self._proposed(trusted)
        impact = assess((one.changed for one in compared), trusted, proposed)
        impact = with_business(impact, found.business, (trusted, proposed))
        reports = tuple(raise_hits(one.report, impact) for one in compared)
        digest = change_set_digest(
            (*map(_thing, compared), *map(_loose_thing, (*found.loosenings, *found.left, *found.money)))
        )
        facts = Facts(
            contracts=reports,
            impact=impact,
            loosenings=found.loosenings,
            money=found.money,
            unreadable=(*found.broken, *self.ground.findings, *(one.unreadable for one in compared if one.unreadable)),
            owners=_owners(compared, trusted, proposed),
            profile=self.ground.profile,
            today=max(self.now.date(), self.day),
            trusted=self.ground.trusted,
            security=frozenset(one for report in reports for one in security_changes(report)),
            base=self.revisions.base.ref,
            contracts_read=count,
            business_changes=found.business,
        )
        facts = self._with_people(facts, trusted, digest)
        facts = replace(facts, findings=(*self._findings(compared, found), *facts.findings))
        outcome = decide(facts, self.ground.policy)
        report = assemble(self.revisions, facts, outcome, self.ground.profile, self.day, not_checked=found.unchecked)
        policy = self.ground.signed_policy
        return replace(
            report,
            findings=tuple(placed(finding, self.sides.head.library) for finding in report.findings),
            change_id=digest[:12],
            digest=digest,
            repository=policy.repository,
            policy_digest=policy.digest,
        )

    def _with_people(self, facts: Facts, trusted: Landscape, digest: str) -> Facts:
        """Add who proposed, who may sign, who did, and which waivers have authority: all by the base."""
        groups = directory(trusted.catalog)
        author = author_of(self.revisions.claims, self.event, trusted.catalog, self.revisions.commits)
        ring = key_ring((person.ref, person.keys) for person in trusted.catalog.people())
        verify = verifier(ring, self.now)
        signoffs, ignored = self._signoffs(digest, verify)
        sensitive = facts.impact.finance_sensitive or bool(facts.money)
        return replace(
            facts,
            author=author,
            groups=groups,
            signoffs=signoffs,
            waivers=held_waivers(self.sides, self.ground.policy, groups, author, verify),
            findings=(
                *ignored,
                *(refused_keys(ring) if signoffs or ignored else ()),
                *_own_approvals(signoffs, author),
                *_unverified(author, sensitive=sensitive),
            ),
        )

    def _findings(self, compared: tuple[Compared, ...], found: _Found) -> tuple[Finding, ...]:
        """Return what is wrong apart from what breaks; a contract that left the watched set is said once."""
        gone = {finding.values[0] for finding in found.left}
        own = (finding for one in compared for finding in one.findings)
        return (
            *found.left,
            *(one for one in own if not (one.rule == "contract-removed" and one.values[0] in gone)),
            *row_findings(found.business, loudness(self.ground)),
            *case_only_renames(self.sides),
            *self._broken_pacts(compared),
            *self._conventions(compared),
            *self._untrusted(),
        )

    def _broken_pacts(self, compared: tuple[Compared, ...]) -> tuple[Finding, ...]:
        """Return the pacts of the base that a changed contract breaks; without pacts their checker is not imported."""
        config, base = self.ground.config, self.sides.base
        landscape = base.landscape(config.catalog, config.pacts, base.config.plugins)
        if not landscape.pacts.pacts:
            return ()
        from harness.governance.pact_breaks import pact_breaks  # noqa: PLC0415  (start-up)

        return tuple(pact_breaks(compared, landscape, base.library, loudness(self.ground)))

    def _conventions(self, compared: tuple[Compared, ...]) -> Iterator[Finding]:
        """Return what changed contracts bring against the conventions, and what another linter says about them."""
        from harness.governance.evidence import convention_findings, joined  # noqa: PLC0415  (start-up)

        loud = loudness(self.ground)
        evidence = self.evidence(self.sides.head.library) if self.evidence else ()
        return joined(convention_findings(compared, loud), evidence, self.sides.changed, loud)

    def _untrusted(self) -> tuple[Finding, ...]:
        """Say that the base has nothing to trust: the first branch that brings a configuration never passes."""
        if self.ground.trusted:
            return ()
        return (
            Finding(
                rule="no-trusted-base",
                title=f"{self.revisions.base.ref} has no harness.yaml and no policy to trust",
                level=Level.WARNING,
                location=Location(CONFIG),
                remedy="Let the owner of the repository merge harness.yaml; from then on the gate decides.",
            ),
        )

    def _proposed(self, trusted: Landscape) -> Landscape:
        """Return catalog and pacts of head; the base's own where no file of them differs."""
        config = self.ground.config
        files = {
            *self.sides.head.under((*config.catalog, *config.pacts)),
            *self.sides.base.under((*config.catalog, *config.pacts)),
        }
        before, after = self.sides.base.tree.entries(), self.sides.head.tree.entries()
        if all(before.get(path) == after.get(path) for path in files):
            return trusted
        return self.sides.head.landscape(config.catalog, config.pacts, self.sides.base.config.plugins)

    def _signoffs(self, digest: str, verify: Verifier) -> tuple[tuple[Signoff, ...], tuple[Finding, ...]]:
        """Return the sign-offs that stand, and the others with their reason."""
        policy = self.ground.signed_policy
        expected = Expected(policy.repository, digest, policy.digest, self.now)
        listed = read_signoffs(self.sides.head.library, digest[:12], verify)
        judged = [(signoff, refusal(signoff, expected)) for signoff in listed]
        ignored = tuple(
            Finding(
                rule="signoff-ignored",
                title=f"the sign-off in {signoff.location.file} does not count: {reason}",
                level=Level.INFO,
                location=signoff.location,
                remedy="Sign this change anew with a key that the catalog of the base knows.",
                values=(signoff.person, reason),
            )
            for signoff, reason in judged
            if reason
        )
        return standing(signoff for signoff, reason in judged if not reason), ignored


def _thing(one: Compared) -> ChangedThing:
    report = one.report
    content = (
        ""
        if report.comparison
        else "..".join(
            document.library.digest(document.root.document.path) if document else ""
            for document in (one.changed.old, one.changed.new)
        )
    )
    return ChangedThing(report.name, report.old_version, report.new_version, report.comparison, content)


def _loose_thing(finding: Finding) -> ChangedThing:
    return ChangedThing(finding.rule, "", "", None, "\x00".join(finding.values))


def _owners(compared: Iterable[Compared], trusted: Landscape, proposed: Landscape) -> dict[str, str]:
    """Return who owns each changed contract: by the base; by the head only for what the base does not know."""
    owners = {}
    for one in compared:
        name = one.report.name
        entity = trusted.catalog.api_for_contract(name) or proposed.catalog.api_for_contract(name)
        owners[name] = (entity.owner if entity else "") or one.owner
    return owners


def _own_approvals(signoffs: Iterable[Signoff], author: Author) -> Iterator[Finding]:
    """Say that an approval by somebody who proposed the change counts for nothing."""
    for signoff in signoffs:
        if signoff.person in author.people and signoff.decision == "approve":
            name = signoff.person.rpartition("/")[2]
            yield Finding(
                rule="signoff-ignored",
                title=f"{name} proposed this change and cannot approve it",
                level=Level.INFO,
                location=signoff.location,
                remedy="Ask one of those listed under sign-offs.",
                values=(signoff.person, "proposed"),
            )


def _unverified(author: Author, *, sensitive: bool) -> tuple[Finding, ...]:
    """Say that nobody knows who proposed a change to money, and what follows from it."""
    if author.verified or not sensitive:
        return ()
    return (
        Finding(
            rule="author-unverified",
            title="author not verified, so two different people must sign for finance",
            level=Level.INFO,
            location=Location(None),
            detail=f"The commits name {author.name or 'nobody'}, which is free text.",
            remedy="Run the gate in CI on the pull request.",
        ),
    )
