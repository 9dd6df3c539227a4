"""What is wrong with one revision by itself: contracts, catalog, pacts, policy and waivers, without comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from harness.catalog import Catalog, check_catalog
from harness.conventions import check_conventions, newest, with_evidence
from harness.documents import Library
from harness.governance.keys import key_ring
from harness.governance.policy import Policy
from harness.governance.reading import placed, unreadable_contracts
from harness.governance.sides import RevisionSide
from harness.governance.waivers import Waiver
from harness.model import Contract, Finding, HarnessError, Level, Location
from harness.pacts import PactSet
from harness.registry import Config, read_registry
from harness.rules import level


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The answer of `harness check`.

    Attributes:
        findings: What is wrong, loudest first, by place.
        problems: What could not be read; the rest is checked all the same.
        contracts: How many contracts were read.
        catalog_entries: How many catalog entries were read.
        pacts: How many pacts were read.
    """

    findings: tuple[Finding, ...]
    problems: tuple[HarnessError, ...]
    contracts: int
    catalog_entries: int
    pacts: int

    @property
    def exit_code(self) -> int:
        """3 if something could not be read, 1 if a finding is an error, else 0."""
        if self.problems:
            return max(problem.exit_code for problem in self.problems)
        return 1 if any(finding.level is Level.ERROR for finding in self.findings) else 0


def check_repository(library: Library, config: Config, today: date, evidence: tuple[Finding, ...] = ()) -> CheckReport:
    """Read everything under the globs of `config` and report what is wrong.

    Args:
        library: One revision, or the working tree.
        config: Where contracts, catalog and pacts stand, and the profile.
        today: Day for expiry of waivers.
        evidence: What another linter says about the same revision.
    """
    side = RevisionSide(library.tree, library)
    registry = read_registry(library, config)
    catalog = side.catalog(config.catalog)
    pacts = side.pacts(config.pacts, config.plugins)
    policy, policy_problems = _policy(side, config)
    waivers, waiver_problems = side.waivers()
    names = tuple(sorted({contract.name for contract in registry.contracts}))
    findings = (
        *check_catalog(catalog, registry.contracts, library=library, as_of=today),
        *_pacts(pacts, catalog, names),
        *_keys(catalog),
        *_waivers(waivers, policy, today, frozenset(names)),
        *with_evidence(_conventions(library, registry.contracts), evidence),
    )
    problems = (
        *registry.problems,
        *unreadable_contracts(library, (contract.path for contract in registry.contracts)),
        *catalog.problems,
        *pacts.problems,
        *policy_problems,
        *waiver_problems,
        *_objectives(library),
    )
    return CheckReport(
        findings=tuple(sorted((_levelled(placed(finding, library), config) for finding in findings), key=_order)),
        problems=_each_once(problems),
        contracts=len(registry.contracts),
        catalog_entries=len(catalog.entities),
        pacts=len(pacts.pacts),
    )


def _conventions(library: Library, contracts: Iterable[Contract]) -> Iterator[Finding]:
    """Name what the newest version of each contract leaves out; one that cannot be read is a problem already."""
    for contract in newest(contracts):
        try:
            root = library.node(contract.path)
        except HarnessError:
            continue
        yield from check_conventions(contract.name, root, library)


def _each_once(problems: Iterable[HarnessError]) -> tuple[HarnessError, ...]:
    """Sort by place, and drop what two readers of one file both say."""
    distinct = {(str(problem.location), problem.message): problem for problem in problems}
    return tuple(distinct[key] for key in sorted(distinct))


def _objectives(library: Library) -> tuple[HarnessError, ...]:
    from harness.metrics.checking import check_objectives  # noqa: PLC0415  (the gate counts nothing)

    return check_objectives(library)


def _policy(side: RevisionSide, config: Config) -> tuple[Policy | None, tuple[HarnessError, ...]]:
    try:
        return side.policy(config), ()
    except HarnessError as problem:
        return None, (problem,)


def _pacts(pacts: PactSet, catalog: Catalog, names: tuple[str, ...]) -> Iterator[Finding]:
    """Name pacts whose provider or consumer nobody knows: they protect nobody."""
    known = {name.lower() for name in names} | {entity.name.lower() for entity in catalog.entities}
    known |= {entity.ref for entity in catalog.entities}
    for pact in pacts.pacts:
        if pact.provider.lower() not in known:
            yield Finding(
                rule="pact-provider-unknown",
                title=f'the pact of {pact.consumer} is with "{pact.provider}", which nothing here is called',
                level=Level.WARNING,
                location=Location(pact.path, "/provider/name"),
                remedy="Name the provider as the contract is named here, or add the component to the catalog.",
                values=(pact.consumer, pact.provider),
            )
        if not pact.interactions:
            yield Finding(
                rule="pact-empty",
                title=f"the pact of {pact.consumer} with {pact.provider} has no interaction",
                level=Level.WARNING,
                location=Location(pact.path),
                remedy="Write down what the consumer reads, or remove the pact.",
                values=(pact.consumer, pact.provider),
            )


def _keys(catalog: Catalog) -> Iterator[Finding]:
    ring = key_ring((person.ref, person.keys) for person in catalog.people())
    for person, reason in ring.refused:
        entity = catalog.get(person)
        yield Finding(
            rule="signing-key-refused",
            title=f"a signing key of {person} does not count: {reason}",
            level=Level.WARNING,
            location=entity.location if entity else Location(None),
            remedy="Give each person a key of their own: ed25519, a security key, or RSA of 3072 bits and more.",
            values=(person, reason),
        )


def _waivers(
    waivers: tuple[Waiver, ...], policy: Policy | None, today: date, names: frozenset[str]
) -> Iterator[Finding]:
    for waiver in waivers:
        expired = waiver.expires is not None and waiver.expires < today
        refusal = waiver.refusal(Level.INFO, today, policy) if policy else ""
        if refusal:
            yield Finding(
                rule="waiver-expired" if expired else "waiver-ignored",
                title=f"waiver {waiver.id} does not count: {refusal}",
                level=Level.ERROR if expired else Level.WARNING,
                location=waiver.location,
                remedy="Remove it, or have an approver renew it with reason, ticket and expiry.",
                values=(waiver.id,),
            )
        elif waiver.contract not in names:
            yield Finding(
                rule="waiver-unused",
                title=f'waiver {waiver.id} is about "{waiver.contract}", and no contract is called so',
                level=Level.WARNING,
                location=waiver.location,
                remedy="Remove it, or name the contract as it is named here.",
                values=(waiver.id,),
            )
        elif waiver.ends_soon(today):
            yield Finding(
                rule="waiver-ends-soon",
                title=f"waiver {waiver.id} runs out on {waiver.expires}",
                level=Level.WARNING,
                location=waiver.location,
                remedy="Settle what it waives, or have an approver renew it.",
                values=(waiver.id,),
            )


def _levelled(finding: Finding, config: Config) -> Finding:
    """Return the finding as loud as harness.yaml has it: by rule, else by profile. `off` is said as info."""
    word = dict(config.levels).get(finding.rule)
    if word is not None:
        return replace(finding, level=Level.INFO if word == "off" else Level(word))
    return replace(finding, level=level(finding.rule, finding.level, config.profile))


def _order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.location
    return (finding.level.rank, place.file or "", place.line or 0, finding.rule)
