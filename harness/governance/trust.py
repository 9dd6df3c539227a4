"""What counts and what is only proposed: configuration, policy, waivers and keys of base, merge-base and head.

The table of the threat model, section 3, in code: authority comes from the tip of the base, the head can only
tighten, impact is judged on both, and every loosening is a finding of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from harness.documents import Library
from harness.governance.business import business_changes
from harness.governance.business_findings import definition_findings
from harness.governance.facts import Author, Group, Held
from harness.governance.keys import KeyRing
from harness.governance.loosening import catalog_loosenings, loosened, money_entries, narrowed, pact_loosenings
from harness.governance.policy import Policy
from harness.governance.sides import CONFIG, DEFAULT_POLICY, RevisionSide
from harness.governance.sshsig import Verifier
from harness.governance.tightening import PROFILE_ORDER, loosenings, stricter_profile, tighten
from harness.governance.values import BusinessChange
from harness.governance.waivers import Waiver, signed_bytes
from harness.model import Finding, HarnessError, Level, Location
from harness.registry import Config, Registry, case_renames, read_registry
from harness.registry.candidates import SUFFIXES
from harness.rules import level

_LOUDNESS = ("error", "warning", "info", "off")


@dataclass(frozen=True, slots=True)
class Sides:
    """The three revisions as the gate reads them; `fork` is `base` where the branch starts at its tip."""

    base: RevisionSide
    fork: RevisionSide
    head: RevisionSide
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the decision stands on.

    Attributes:
        config: Base's configuration with the globs of base, merge-base and head together.
        proposed: Head's own configuration; the base's where it cannot be read.
        profile: The stricter of base and head.
        policy: Base's policy, tightened by head.
        signed_policy: Base's own policy: what sign-offs are bound to.
        trusted: Whether the base has a configuration or a policy at all.
        loosenings: What the branch loosens in configuration and policy.
        findings: What could not be read at head.
    """

    config: Config
    proposed: Config
    profile: str
    policy: Policy
    signed_policy: Policy
    trusted: bool
    loosenings: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def ground_of(sides: Sides) -> Ground:
    """Read configuration and policy of all sides.

    Raises:
        HarnessError: Those of the base cannot be read: nothing may be decided then.
    """
    base, fork = sides.base.config, sides.fork.config
    findings: list[Finding] = []
    try:
        proposed = sides.head.config
    except HarnessError as problem:
        findings.append(_unreadable(problem, CONFIG, Level.ERROR))
        proposed = base
    policy = sides.base.policy(base)
    try:
        head_policy = sides.head.policy(proposed)
        loose = tuple(_policy(sides, head_policy))
    except HarnessError as problem:
        findings.append(_unreadable(problem, proposed.policy or DEFAULT_POLICY, Level.ERROR))
        head_policy, loose = policy, ()
    return Ground(
        config=_widest(base, fork, proposed),
        proposed=proposed,
        profile=stricter_profile(base.profile, proposed.profile),
        policy=tighten(policy, head_policy),
        signed_policy=policy,
        trusted=base.found or policy.found,
        loosenings=(*_config(sides, proposed), *loose),
        findings=tuple(findings),
    )


def _widest(base: Config, fork: Config, proposed: Config) -> Config:
    """Return the base's configuration that watches whatever any of the three watches."""
    sides = (base, fork, proposed)
    excluded = set(base.exclude) & set(fork.exclude) & set(proposed.exclude)
    return replace(
        base,
        # no glob at all means: every contract, found by what it says
        contracts=_union(side.contracts for side in sides) if all(side.contracts for side in sides) else (),
        exclude=tuple(sorted(excluded)),
        catalog=_union(side.catalog for side in sides),
        pacts=_union(side.pacts for side in sides),
        levels=_loudest(base.levels, proposed.levels),
    )


def _union(globs: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(glob for listed in globs for glob in listed))


def _loudest(base: Iterable[tuple[str, str]], proposed: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the base's levels of rules, louder where the head says so."""
    kept = dict(base)
    for rule, word in proposed:
        louder = _LOUDNESS.index(word) < _LOUDNESS.index(kept[rule]) if rule in kept else word == "error"
        if louder:
            kept[rule] = word
    return tuple(sorted(kept.items()))


def _config(sides: Sides, proposed: Config) -> Iterator[Finding]:
    """Name what head's harness.yaml loosens against the merge-base."""
    before, place = sides.fork.config, Location(CONFIG)
    if CONFIG not in sides.changed:
        return
    if before.found and _rank(proposed.profile) < _rank(before.profile):
        title = f"the profile goes from {before.profile} to {proposed.profile}"
        yield loosened("profile-lowered", title, place, before.profile, proposed.profile)
    for name in sorted(set(proposed.plugins) - set(before.plugins)):
        yield loosened("plugin-named", f'harness.yaml names the plugin "{name}"; it was not loaded', place, name)
    for rule, word in proposed.levels:
        old = dict(before.levels).get(rule, "")
        if word != "error" and (not old or _LOUDNESS.index(word) > _LOUDNESS.index(old)):
            title = f"rule {rule} is set to {word}" + (f" instead of {old}" if old else "")
            yield loosened("policy-loosened", title, place, rule, old, word)
    for glob_kind, old_globs, new_globs in (
        ("catalog", before.catalog, proposed.catalog),
        ("pacts", before.pacts, proposed.pacts),
    ):
        still = set(sides.fork.under(old_globs)) & set(sides.head.paths)
        yield from narrowed(glob_kind, still - set(sides.head.under(new_globs)))


def _rank(profile: str) -> int:
    return PROFILE_ORDER.index(profile) if profile in PROFILE_ORDER else -1


def _policy(sides: Sides, proposed: Policy) -> Iterator[Finding]:
    old = sides.fork.policy(sides.fork.config)
    if not old.found or old == proposed:
        return
    place = Location(proposed.file or old.file)
    for clause in loosenings(old, proposed):
        yield loosened("policy-loosened", f"policy: {clause}", place, clause, old.digest, proposed.digest)


def left_watched_set(sides: Sides, ground: Ground, old: Registry, new: Registry) -> Iterator[Finding]:
    """Name contracts that are still there and that head's globs no longer reach.

    Args:
        sides: The revisions.
        ground: Configuration.
        old: Contracts of the merge-base, under the widest globs.
        new: Contracts of the head, under the widest globs.
    """
    before, entries = sides.fork.tree.entries(), sides.head.tree.entries()
    gone = any(path in before and path not in entries for path in sides.changed)
    if CONFIG not in sides.changed and not gone:
        return  # neither the globs nor the place of any file differs
    reachable = {_file(path) for path in new.paths}
    own = (ground.proposed.contracts, ground.proposed.exclude)
    same = own == (ground.config.contracts, ground.config.exclude)
    watched = reachable if same else {_file(path) for path in read_registry(sides.head.library, ground.proposed).paths}
    elsewhere = {entry.object_id: path for path, entry in entries.items() if path not in watched}
    for name, path in sorted({(item.name, _file(item.path)) for item in old.listed}):
        moved = elsewhere.get(before[path].object_id) if path in before and path not in entries else None
        if (path in reachable and path not in watched) or moved:
            yield Finding(
                rule="contract-left-watched-set",
                title=f"contract {name} left the watched set: {moved or path} is no longer matched",
                level=Level.ERROR,
                location=Location(moved or path),
                detail="It goes on as a contract, but nobody would see it break any more.",
                remedy="Keep it under the globs of harness.yaml, or retire it with its owner.",
                values=(name, path),
            )


def _file(path: str) -> str:
    """The file of a contract: a definition inside a catalog entry reads `file#...`."""
    return path.partition("#")[0]


def entry_loosenings(sides: Sides, ground: Ground) -> Iterator[Finding]:
    """Name what the branch loosens in catalog and pacts; reads them only if one of their files differs."""
    config = ground.config
    plugins = sides.base.config.plugins
    for side in (sides.fork, sides.head):
        if sides.changed & set(side.under(config.catalog)):
            yield from catalog_loosenings(sides.fork.catalog(config.catalog), sides.head.catalog(config.catalog))
            break
    for side in (sides.fork, sides.head):
        if sides.changed & set(side.under(config.pacts)):
            old, new = sides.fork.pacts(config.pacts, plugins), sides.head.pacts(config.pacts, plugins)
            yield from pact_loosenings(old, new)
            known = {str(problem.location) for problem in old.problems}
            for problem in new.problems:
                if str(problem.location) not in known:
                    yield _unreadable(problem, "pacts")
            break


def money_changes(sides: Sides, ground: Ground, today: date) -> tuple[tuple[Finding, ...], tuple[BusinessChange, ...]]:
    """Name changed mappings, calendars and definitions, and their rows; reads catalogs only if one of them differs."""
    globs = ground.config.catalog
    if not any(sides.changed & set(side.under(globs)) for side in (sides.fork, sides.head)):
        return (), ()
    old, new = sides.fork.catalog(globs), sides.head.catalog(globs)
    changes = business_changes(old, new, today)
    return (*money_entries(old, new), *definition_findings(changes)), changes


def case_only_renames(sides: Sides) -> Iterator[Finding]:
    """Name files that the branch renames in case alone: one file on some machines, two on others."""
    for old, new in case_renames(sides.fork.paths, sides.head.paths):
        if new.lower().endswith(SUFFIXES):
            yield Finding(
                rule="case-only-rename",
                title=f"{old} and {new} differ in case alone",
                level=Level.ERROR,
                location=Location(new),
                remedy="Rename in two steps through another name, or keep the old name.",
                values=(old, new),
            )


def held_waivers(
    sides: Sides, policy: Policy, groups: dict[str, Group], author: Author, verify: Verifier
) -> tuple[Held, ...]:
    """Return the waivers of the base, and those the branch adds with the authority they have."""
    trusted, _ = sides.base.waivers()
    known = {replace(waiver, location=Location(None)) for waiver in trusted}
    proposed, _ = (
        sides.head.waivers() if any(path.startswith("catalog/waivers/") for path in sides.changed) else ((), ())
    )
    fresh = [waiver for waiver in proposed if replace(waiver, location=Location(None)) not in known]
    allowed = {ref for group in _approvers(policy) for ref, _ in (groups[group].members if group in groups else ())}
    signers = {
        path: _signer(sides.head.library, path, policy.repository, verify)
        for path in {w.location.file or "" for w in fresh}
    }
    held = [Held(waiver) for waiver in trusted]
    for waiver in fresh:
        person, reason = signers[waiver.location.file or ""]
        held.append(Held(waiver, _authority(waiver, person, reason, allowed, author), new=True))
    return tuple(held)


def _approvers(policy: Policy) -> tuple[str, ...]:
    return policy.waiver_approvers or (policy.owner,)


def _signer(library: Library, path: str, repository: str, verify: Verifier) -> tuple[str, str]:
    if path + ".sig" not in library.tree.entries():
        return "", "it is new on this branch and not signed"
    verified = verify(signed_bytes(library.load(path).value, repository), library.tree.read(path + ".sig"))
    return verified.person, verified.reason


def _authority(waiver: Waiver, person: str, reason: str, allowed: set[str], author: Author) -> str:
    if reason:
        return reason
    if person not in allowed:
        return f"{person} may not approve waivers by the policy of the base"
    if waiver.approver != person:
        return f"it names {waiver.approver} and is signed by {person}"
    return f"{person} proposed this change" if person in author.people else ""


def refused_keys(ring: KeyRing) -> Iterator[Finding]:
    """Name keys of the trusted catalog that are not accepted."""
    for person, reason in ring.refused:
        yield Finding(
            rule="signing-key-refused",
            title=f"a key of {person} is not accepted: {reason}",
            level=Level.INFO,
            location=Location(None),
            values=(person, reason),
        )


def _unreadable(problem: HarnessError, path: str, loudness: Level = Level.WARNING) -> Finding:
    return Finding(
        rule="file-unreadable",
        title=f"{problem.location or path}: {problem.message}",
        level=loudness,
        location=problem.location or Location(path),
        remedy=problem.remedy,
    )


def loudness(ground: Ground) -> Callable[[str, Level], Level]:
    """Return how loud a rule with a default level is: by the profile, then by `levels` of harness.yaml.

    `off` is said as info: a proved change is never hidden.
    """
    levels = {rule: Level.INFO if word == "off" else Level(word) for rule, word in ground.config.levels}
    return lambda rule, default: levels.get(rule) or level(rule, default, ground.profile)
