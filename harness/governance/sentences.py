"""The words of a decision: who is hurt, by what, and what to do. One clause, present tense, money before system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.governance.decision import Outcome
from harness.governance.facts import Facts
from harness.governance.requirements import is_breaking
from harness.governance.values import ContractChange, RequiredSignoff
from harness.impact import ConsumerImpact, Hit
from harness.model import Bump, Change, Decision, Finding, Level, Verdict
from harness.rules import find

_NAMED = 2


@dataclass(frozen=True, slots=True)
class Words:
    """Sentence, remedies and next command."""

    sentence: str
    way_out: tuple[str, ...]
    next_command: str


def words(facts: Facts, outcome: Outcome) -> Words:
    """Return what a person reads first and last."""
    if outcome.decision is Decision.PASS:
        return Words(_passed(facts, outcome), (), "")
    worst = _worst_change(facts, outcome)
    return Words(
        _sentence(facts, outcome, worst),
        tuple(dict.fromkeys(_way_out(facts, outcome, worst))),
        _next_command(outcome, worst),
    )


def _passed(facts: Facts, outcome: Outcome) -> str:
    contracts = facts.contracts
    if not contracts:
        return f"no contract changed since {facts.base} ({_count(facts.contracts_read, 'contract')})"
    changes = [change for contract in contracts for change in _changes(contract)]
    verdict = Verdict.worst([change.verdict for change in changes])
    head = f"{_count(len(changes), 'change')}, {verdict}" if changes else "no change in what the contracts say"
    steps = "; ".join(map(_step, contracts[:_NAMED])) + (
        f"; {len(contracts) - _NAMED} more" if contracts[_NAMED:] else ""
    )
    waived = f"; {len(outcome.waived)} waived" if outcome.waived else ""
    advised = sum(row.advised and not row.settled for row in outcome.required_signoffs)
    told = f"; {_count(advised, 'sign-off')} advised" if advised else ""
    return f"{head}. {steps}{_unproven(facts)}{waived}{told}."


def _step(contract: ContractChange) -> str:
    if contract.status == "added":
        return f"{contract.name} {contract.new_version} is new"
    if contract.status == "removed":
        return f"{contract.name} {contract.old_version} is removed"
    declared, needed = contract.declared_bump, contract.required_bump
    if declared is Bump.NONE:
        return f"{contract.name} {contract.new_version}, no version step declared"
    word = (
        "as declared" if declared is needed else f"declared, {needed} needed" if needed is not Bump.NONE else "declared"
    )
    return f"{contract.name} {contract.old_version} -> {contract.new_version}, {declared} {word}"


def _sentence(facts: Facts, outcome: Outcome, worst: Change | None) -> str:
    if facts.unreadable:
        more = f", and {len(facts.unreadable) - 1} more" if len(facts.unreadable) > 1 else ""
        return f"could not tell: {facts.unreadable[0].title}{more}."
    others = [found for found in _errors(outcome) if found.rule != "version-step-too-small"]
    if others and (worst is None or not outcome.too_small):
        return f"{others[0].title}{_unproven(facts)}."
    if worst is not None:
        # who must sign is asked because of the money; who is stopped is told whom it would hurt
        money = _money(facts) if outcome.decision is Decision.NEEDS_SIGN_OFF and _is_sensitive(facts, worst) else ""
        return f"{worst.title}; {money or _hurt(facts, worst)}{_unproven(facts)}."
    return _sentence_without_change(facts, outcome)


def _sentence_without_change(facts: Facts, outcome: Outcome) -> str:
    """Say why somebody must sign although no contract breaks."""
    if not facts.trusted:
        return f"no trusted base: {facts.base} has no harness.yaml, so its owner decides{_unproven(facts)}."
    if facts.loosenings:
        return f"{facts.loosenings[0].title}; this loosens the gate and needs a sign-off of its own."
    if facts.money:
        return f"{facts.money[0].title}; it decides what is booked, so finance must sign."
    reasons = [row.reason for row in outcome.required_signoffs if not row.settled and not row.advised]
    return f"{reasons[0] if reasons else 'a sign-off is missing'}{_unproven(facts)}."


def _hurt(facts: Facts, worst: Change) -> str:
    """Say who reads it, or which money it feeds; nobody only with its denominator."""
    if worst.verdict is not Verdict.BREAKING:
        return _money(facts) or "who relies on it is not known"
    hit = [row for row in facts.impact.consumers if row.hit is Hit.HIT and worst.fingerprint in row.changes]
    if hit:
        named = " and ".join(_consumer(row) for row in hit[:_NAMED])
        more = f" and {len(hit) - _NAMED} more" if len(hit) > _NAMED else ""
        verb = "reads" if len(hit) == 1 else "read"
        return f"{named}{more} {verb} it"
    known, silent = facts.impact.with_pact, facts.impact.without_pact
    if not known and not silent:
        return _money(facts) or "no consumer is known"
    unsure = sum(row.hit is Hit.UNKNOWN and row.reason != "no pact" for row in facts.impact.consumers)
    tail = f", {unsure} cannot be told" if unsure else ""
    return f"0 of {known} with a pact read it{tail}; {silent} have none"


def _is_sensitive(facts: Facts, change: Change) -> bool:
    return any(
        found.change == change.fingerprint and found.sensitivity != "none" for found in facts.impact.business_objects
    )


def _money(facts: Facts) -> str:
    """`it feeds "Invoice posting" in DE-01 and US-01`, "" if no workflow is known."""
    if not facts.impact.workflows:
        return ""
    first = facts.impact.workflows[0]
    where = f" in {_listed(first.legal_entities)}" if first.legal_entities else ""
    return f'it feeds "{first.title}"{where}'


def _consumer(row: ConsumerImpact) -> str:
    version = f" {row.version}" if row.version else ""
    where = f" ({', '.join(row.environments)})" if row.environments else ""
    return f"{row.name}{version}{where}"


def _way_out(facts: Facts, outcome: Outcome, worst: Change | None) -> Iterable[str]:
    """Yield remedies, best first: keep it, move who reads it, declare it, ask who must sign."""
    yield from (f"{found.location}: {found.remedy}" for found in facts.unreadable if found.remedy)
    if worst is not None and worst.verdict is Verdict.BREAKING:
        rule = find(worst.rule)
        yield worst.settle or (rule.remedy if rule else "keep it, deprecated with a sunset")
        for row in facts.impact.consumers:
            if row.hit is Hit.HIT and worst.fingerprint in row.changes:
                yield f"{_short(row.owner) or row.name} moves {row.name} off it first"
    elif worst is not None and worst.settle:
        yield worst.settle
    for contract, needed in outcome.too_small:
        yield f"publish {contract.name} as {next_version(contract.old_version, needed)} and let its consumers move"
    yield from (found.remedy for found in _errors(outcome) if found.remedy and found.rule != "version-step-too-small")
    if outcome.decision is Decision.NEEDS_SIGN_OFF:
        # no signature helps where the step is too small, so a blocked change is not told to collect them
        if not facts.trusted:
            yield "commit harness.yaml on the base branch; from then on the gate decides"
        yield from (_asks(row) for row in outcome.required_signoffs if not row.settled and not row.advised)


def _asks(row: RequiredSignoff) -> str:
    """`finance systems (Dana Ruiz, Ines Wolf or 8 more) signs, 2 people`."""
    rest = len(row.people) - _NAMED
    names = [*row.people[:_NAMED], *([f"{rest} more"] if rest > 0 else [])]
    who = f" ({', '.join(names[:-1])} or {names[-1]})" if len(names) > 1 else f" ({names[0]})" if names else ""
    many = f", {row.quorum} people" if row.quorum > 1 else ""
    either = f", or {row.alternative}" if row.alternative else ""
    return f"{row.role}{who} signs{many}{either}"


def next_version(version: str, step: Bump) -> str:
    """Return the version one step after `version`; the version itself if it is not semantic."""
    parts = version.removeprefix("v").split("-")[0].split("+")[0].split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return f"the next {step} version"
    major, minor, patch = map(int, parts)
    steps = {Bump.MAJOR: (major + 1, 0, 0), Bump.MINOR: (major, minor + 1, 0), Bump.PATCH: (major, minor, patch + 1)}
    return ".".join(map(str, steps.get(step, (major, minor, patch))))


def _next_command(outcome: Outcome, worst: Change | None) -> str:
    """Only commands that exist today: the way to sign comes with the command that signs."""
    errors = _errors(outcome)
    if worst is not None:
        return f"harness explain {worst.rule}"
    if errors:
        return f"harness explain {errors[0].rule}"
    found = [finding for finding in outcome.findings if find(finding.rule)]
    return f"harness explain {found[0].rule}" if found else ""


def _worst_change(facts: Facts, outcome: Outcome) -> Change | None:
    """The change to speak of first: one that blocks, hits somebody, touches money, is loud; not a waived one."""
    waived = {row.fingerprint for row in outcome.waived}
    sensitive = {found.change for found in facts.impact.business_objects if found.sensitivity != "none"}
    small = {contract.name for contract, _ in outcome.too_small}
    hit = {change for row in facts.impact.consumers if row.hit is Hit.HIT for change in row.changes}
    ranked = [
        (
            (
                contract.name not in small,
                not is_breaking(change),
                change.fingerprint not in hit,
                change.fingerprint not in sensitive,
                change.level.rank,
                change.title,
            ),
            change,
        )
        for contract in facts.contracts
        for change in _changes(contract)
        if change.fingerprint not in waived
        and (change.verdict is not Verdict.COMPATIBLE or change.fingerprint in sensitive)
    ]
    return min(ranked, key=lambda entry: entry[0])[1] if ranked else None


def _changes(contract: ContractChange) -> tuple[Change, ...]:
    return contract.comparison.changes if contract.comparison else ()


def _errors(outcome: Outcome) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.level is Level.ERROR]


def _unproven(facts: Facts) -> str:
    number = sum(change.verdict is Verdict.UNPROVEN for contract in facts.contracts for change in _changes(contract))
    return f"; {number} unproven" if number else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _listed(items: tuple[str, ...]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _short(ref: str) -> str:
    return ref.rpartition("/")[2]
