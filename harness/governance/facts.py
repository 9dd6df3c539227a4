"""Everything a decision rests on, as one frozen value: the pure core sees nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from harness.governance.signoffs import Signoff
from harness.governance.values import BusinessChange, ContractChange
from harness.governance.waivers import Waiver
from harness.impact import Impact
from harness.model import Finding, Location


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the trusted catalog: what it is called and who is in it, as (reference, display name)."""

    ref: str
    title: str
    members: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Author:
    """Who proposed the change.

    Attributes:
        name: As claimed.
        verified: Whether a CI event or a verified signature says so.
        people: References of everybody who authored, committed, co-authored or pushed, as far as the catalog
            knows them; none of them may approve.
    """

    name: str = ""
    verified: bool = False
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """A waiver, and why it has no authority ("" if it has): see `harness.governance.waivers`."""

    waiver: Waiver
    refusal: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The input of `decide`.

    Attributes:
        contracts: What differs; levels are already those of the profile and of who is hit.
        impact: Who and what is touched.
        findings: Findings of the gate; level error blocks.
        loosenings: Findings that need a sign-off of their own.
        money: Changed mappings and the like: finance-sensitive without being a contract.
        unreadable: Contracts that could not be read.
        waivers: Waivers of base and head with their authority.
        signoffs: Sign-offs that stand: verified, bound to this change, latest of each person and role.
        groups: Groups of the trusted catalog by reference.
        owners: Owning group of each changed contract.
        author: Who proposed it.
        profile: The profile in force.
        today: The day by the clock of this machine; expiry goes by it, never by a commit.
        trusted: Whether the base has a configuration to trust.
        security: Fingerprints of changes that concern security.
        base: What a person calls the base, such as `origin/main`.
        contracts_read: How many contracts are watched.
        business_changes: Rows that differ; `money` and `findings` already say what follows from them.
    """

    contracts: tuple[ContractChange, ...] = ()
    impact: Impact = field(default_factory=Impact)
    findings: tuple[Finding, ...] = ()
    loosenings: tuple[Finding, ...] = ()
    money: tuple[Finding, ...] = ()
    unreadable: tuple[Finding, ...] = ()
    waivers: tuple[Held, ...] = ()
    signoffs: tuple[Signoff, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    author: Author = field(default_factory=Author)
    profile: str = "standard"
    today: date = date.min
    trusted: bool = True
    security: frozenset[str] = frozenset()
    base: str = ""
    contracts_read: int = 0
    business_changes: tuple[BusinessChange, ...] = ()

    @property
    def advises(self) -> bool:
        """Whether the profile only advises sign-offs."""
        return self.profile == "starter"


NOWHERE = Location(None)
