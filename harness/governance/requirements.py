"""Which signatures a change set needs, by the table kind of change and group, and which of them are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.governance.facts import Facts, Group
from harness.governance.policy import CONTRACT_OWNER, HIT_CONSUMER, Kind, Part, Policy
from harness.governance.values import ContractChange, RequiredSignoff, Signature
from harness.governance.waiving import Waiving
from harness.impact import ConsumerImpact, Hit
from harness.model import Change, Level, Verdict


@dataclass(frozen=True, slots=True)
class Need:
    """One reason to ask somebody: the kind of change, the contract it is in ("" if none), and the words."""

    kind: Kind
    contract: str
    reason: str


def needs_of(facts: Facts, waiving: Waiving) -> tuple[Need, ...]:
    """Return why anybody must be asked, in the order of weight."""
    found: list[Need] = []
    for contract in facts.contracts:
        found.extend(_of_contract(contract, facts, waiving))
    found.extend(_of_objects(facts))
    found.extend(Need(Kind.FINANCIAL, "", finding.title) for finding in facts.money)
    found.extend(Need(Kind.LOOSENING, "", finding.title) for finding in facts.loosenings)
    return tuple(dict.fromkeys(found))


def _of_contract(contract: ContractChange, facts: Facts, waiving: Waiving) -> Iterator[Need]:
    name = contract.name
    if contract.status == "added":
        yield Need(Kind.NEW_CONTRACT, name, f"{name} is new")
    if contract.status == "removed":
        yield Need(Kind.REMOVED_CONTRACT, name, f"{name} {contract.old_version} is removed".replace("  ", " "))
    changes = contract.comparison.changes if contract.comparison else ()
    open_changes = [change for change in changes if not waiving.covers(name, change)]
    breaking = [change for change in open_changes if is_breaking(change)]
    if breaking:
        yield Need(Kind.BREAKING, name, _counted(breaking, "breaking change", name))
    unproven = [change for change in open_changes if change.verdict is Verdict.UNPROVEN]
    if unproven:
        yield Need(Kind.UNPROVEN, name, _counted(unproven, "unproven change", name))
    if any(change.verdict is Verdict.COMPATIBLE for change in changes):
        yield Need(Kind.COMPATIBLE, name, f"{name} changes compatibly")
    if any(change.fingerprint in facts.security for change in changes):
        yield Need(Kind.SECURITY, name, f"the security of {name} changes")


def is_breaking(change: Change) -> bool:
    """Whether a change is proved breaking and policy reports it as more than a remark."""
    return change.verdict is Verdict.BREAKING and change.level is not Level.INFO


def _counted(changes: list[Change], word: str, name: str) -> str:
    return f"{len(changes)} {word}{'s' if len(changes) > 1 else ''} in {name}"


def _of_objects(facts: Facts) -> Iterator[Need]:
    """Finance-sensitive fields: each needs its row, and an unproven change of one its own."""
    contracts = {
        change.fingerprint: contract.name
        for contract in facts.contracts
        for change in (contract.comparison.changes if contract.comparison else ())
    }
    for found in facts.impact.business_objects:
        if found.sensitivity == "none":
            continue
        field = f"{found.name}.{found.field}" if found.field else found.name
        contract = contracts.get(found.change, facts.contracts[0].name if facts.contracts else "")
        yield Need(Kind.FINANCIAL, contract, f"{field} is finance-sensitive")
        if found.sensitivity == "sox-key":
            yield Need(Kind.SOX_KEY, contract, f"{field} is a key control")
        if found.verdict is Verdict.UNPROVEN:
            yield Need(Kind.UNPROVEN_FINANCIAL, contract, f"what happens to {field} is unproven")


def required_signoffs(facts: Facts, policy: Policy, needs: tuple[Need, ...]) -> tuple[RequiredSignoff, ...]:
    """Return every signature the change set needs, signed or not; one row a group."""
    rows: dict[str, RequiredSignoff] = {}
    if not facts.trusted:
        rows[""] = _row(facts, policy.owner, "repository owner", "the base has no configuration to trust")
    for need in needs:
        for part in (Part.APPROVE, Part.CONSULT):
            for written in _groups(policy, need, part):
                for row in _asked(facts, policy, need, written):
                    advised = part is Part.CONSULT or facts.advises
                    _add(rows, replace(row, advised=advised, quorum=_quorum(facts, policy, need)))
    return _signed(tuple(rows.values()), facts, distinct=any(need.kind is Kind.SOX_KEY for need in needs))


def informed(policy: Policy, needs: tuple[Need, ...]) -> tuple[str, ...]:
    """Return the groups that are told, and nothing more."""
    return tuple(sorted({group for need in needs for group in policy.groups(need.kind, Part.INFORM)}))


def _groups(policy: Policy, need: Need, part: Part) -> tuple[str, ...]:
    groups = policy.groups(need.kind, part)
    if need.kind is Kind.LOOSENING and part is Part.APPROVE:
        return (policy.owner, *(group for group in groups if group != policy.owner))
    return groups


def _asked(facts: Facts, policy: Policy, need: Need, written: str) -> Iterator[RequiredSignoff]:
    if written == CONTRACT_OWNER:
        owner = facts.owners.get(need.contract) or policy.owner
        yield _row(
            facts, owner, "contract owner" if facts.owners.get(need.contract) else "repository owner", need.reason
        )
    elif written == HIT_CONSUMER:
        for consumer in facts.impact.consumers:
            if consumer.hit is Hit.HIT or (consumer.hit is Hit.UNKNOWN and policy.unknown_consumers):
                yield _consumer(facts, policy, consumer)
    else:
        yield _row(facts, written, "" if written else "repository owner", need.reason)


def _consumer(facts: Facts, policy: Policy, consumer: ConsumerImpact) -> RequiredSignoff:
    row = _row(facts, consumer.owner or policy.owner, consumer.name, consumer.reason)
    return replace(row, alternative="a passing pact")


def _row(facts: Facts, group: str, role: str, reason: str) -> RequiredSignoff:
    known = facts.groups.get(group, Group(group, _plain(group)))
    # nobody approves what they proposed, so they are not offered
    people = tuple(name for ref, name in known.members if ref not in facts.author.people)
    return RequiredSignoff(role=role or known.title, group=group, people=people, reason=reason)


def _plain(group: str) -> str:
    name = group.rpartition("/")[2].rpartition(":")[2]
    return name.removeprefix("board-").removeprefix("team-").replace("-", " ") or "repository owner"


def _quorum(facts: Facts, policy: Policy, need: Need) -> int:
    """How many people: the policy's number, and two where nobody knows who proposed a change to money.

    Every finance-sensitive change has the kind financial, so its groups are the ones that need two.
    """
    unknown_author = need.kind is Kind.FINANCIAL and not facts.author.verified
    return max(policy.quorum_of(need.kind), 2 if unknown_author else 1)


def _add(rows: dict[str, RequiredSignoff], row: RequiredSignoff) -> None:
    """Merge rows of one group: asked once, for every reason, by the strictest of them."""
    key = row.group or row.role
    seen = rows.get(key)
    if seen is None:
        rows[key] = row
        return
    reasons = seen.reason if row.reason in seen.reason.split("; ") else f"{seen.reason}; {row.reason}"
    rows[key] = replace(
        seen,
        reason=reasons,
        quorum=max(seen.quorum, row.quorum),
        advised=seen.advised and row.advised,
        # another way out counts only if it settles every reason
        alternative=seen.alternative if seen.alternative == row.alternative else "",
    )


def _signed(rows: tuple[RequiredSignoff, ...], facts: Facts, *, distinct: bool) -> tuple[RequiredSignoff, ...]:
    """Enter the signatures that count.

    Nobody counts who proposed, committed or pushed. Where a key control changes, one person counts for one role.
    """
    used: set[str] = set()
    found = []
    for row in rows:
        members = dict(facts.groups[row.group].members) if row.group in facts.groups else {}
        signatures = []
        for signoff in facts.signoffs:
            fits = signoff.role == row.group and signoff.person in members and signoff.decision == "approve"
            free = signoff.person not in facts.author.people and not (distinct and signoff.person in used)
            if fits and free:
                used.add(signoff.person)
                signatures.append(Signature(members[signoff.person], signoff.signed_at, signoff.location.file or ""))
        found.append(
            replace(
                row,
                signatures=tuple(signatures),
                signed_by=", ".join(signature.name for signature in signatures),
                signed_at=signatures[0].signed_at if signatures else "",
                settled=len(signatures) >= row.quorum,
            )
        )
    return tuple(found)
