"""May these versions be deployed? Computed from pacts, verifications and deployments; never stored.

Fails closed: a version, environment or pair that nobody knows makes the answer unknown, never yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.history.deployments import all_environments, deployments_in, releases_in
from harness.history.pacts import published_pacts
from harness.history.participants import participant_of, version_of, versions_of
from harness.history.store import History
from harness.history.verifications import verifications_of
from harness.model import UsageError
from harness.model.deployments import Answer, Deployability, DeployRow, PactVersion, Verification


@dataclass(frozen=True, slots=True)
class Selector:
    """Versions of one participant: the one of a number, or the newest, perhaps of a branch or with a tag.

    Attributes:
        participant: Whose.
        version: Its number; "" for the newest.
        branch: Only of this branch.
        tag: Only with this tag.
        main_branch: Only of the participant's main branch.
    """

    participant: str
    version: str = ""
    branch: str = ""
    tag: str = ""
    main_branch: bool = False

    def __str__(self) -> str:
        """Return the words for it."""
        if self.version:
            return f"{self.participant} {self.version}"
        of = f" of branch {self.branch}" if self.branch else " of its main branch" if self.main_branch else ""
        return f"newest {self.participant}{of}{f' tagged {self.tag}' if self.tag else ''}"


@dataclass(frozen=True, slots=True)
class Target:
    """What the partners of the selected versions are: exactly one of these.

    Attributes:
        environment: The versions deployed or released and supported there.
        branch: The newest of a branch.
        tag: The newest with a tag.
        main_branch: The newest of each main branch.
        latest: The newest of all.
        ignore: Participants whose rows do not count.
    """

    environment: str = ""
    branch: str = ""
    tag: str = ""
    main_branch: bool = False
    latest: bool = False
    ignore: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return the words for it, to stand after "version of X"."""
        if self.environment:
            return f"deployed in {self.environment}"
        of = f"of branch {self.branch}" if self.branch else "of its main branch" if self.main_branch else ""
        return of or (f"tagged {self.tag}" if self.tag else "known")


def deployability(history: History, selectors: Sequence[Selector], target: Target) -> Deployability:
    """Answer whether the selected versions work with each other and with what the target names.

    Raises:
        UsageError: Nothing is selected, or a selector names no participant: an empty question has no answer.
    """
    if not selectors or not all(selector.participant.strip() for selector in selectors):
        raise UsageError(
            "no version is named, so there is nothing to judge", remedy="Name a component and its version."
        )
    return _Question(history, tuple(selectors), target).answer()


class _Question:
    """One question: what it reads, it reads once."""

    def __init__(self, history: History, selectors: tuple[Selector, ...], target: Target) -> None:
        self._history = history
        self._selectors = selectors
        self._target = target
        self._selected: dict[str, tuple[str, ...]] = {}
        self._partners: dict[str, tuple[str, ...]] = {}
        self._doubts: list[str] = []

    def answer(self) -> Deployability:
        self._check_environment()
        for selector in self._selectors:
            found = versions_selected(self._history, selector)
            if not found:
                self._doubts.append(_unknown_version(self._history, selector))
            self._selected[selector.participant] = (*self._selected.get(selector.participant, ()), *found)
        rows: dict[tuple[str, str, str, str], DeployRow] = {}
        notes: list[str] = []
        for name, numbers in self._selected.items():
            for number in numbers:
                found_rows = (*self._as_consumer(name, number), *self._as_provider(name, number))
                rows |= {(r.consumer, r.consumer_version, r.provider, r.provider_version): r for r in found_rows}
                notes += [] if found_rows else [self._without_rows(name)]
        return self._judged(tuple(rows[key] for key in sorted(rows)), notes)

    def _judged(self, rows: tuple[DeployRow, ...], notes: list[str]) -> Deployability:
        counted = [row for row in rows if not row.ignored]
        answers = {row.answer for row in counted}
        if Answer.NO in answers:
            answer = Answer.NO
        elif Answer.UNKNOWN in answers or self._doubts:
            answer = Answer.UNKNOWN
        else:
            answer = Answer.YES
        told = [row.reason for row in counted if row.answer is answer] if counted else []
        if answer is Answer.YES and told:
            told = [f"{len(counted)} of {len(counted)} pairs are verified"]
        if not counted and rows and answer is Answer.YES:
            answer, told = Answer.UNKNOWN, ["every pair is ignored, so nothing was judged"]
        return Deployability(
            subject=" and ".join(str(selector) for selector in self._selectors),
            target=self._target.environment or str(self._target),
            answer=answer,
            reasons=tuple(dict.fromkeys((*self._doubts, *told, *notes))),
            rows=rows,
        )

    def _check_environment(self) -> None:
        if not self._target.environment:
            return
        known = [one.name for one in all_environments(self._history)]
        if self._target.environment not in known:
            listed = ", ".join(known) or "none yet"
            self._doubts.append(f'there is no environment "{self._target.environment}" (known: {listed})')

    def _without_rows(self, name: str) -> str:
        """Say why no pair was looked at; a doubt where no pact names the participant."""
        if published_pacts(self._history, provider=name):
            return f"no consumer of {name} is {self._target}"
        doubt = f"no pact names {name}, so nothing was checked"
        if participant_of(self._history, name) is not None:
            self._doubts.append(doubt)
        return doubt

    def _as_consumer(self, name: str, number: str) -> tuple[DeployRow, ...]:
        """Judge what a selected version asks of its providers."""
        rows: list[DeployRow] = []
        asked = published_pacts(self._history, consumer=name, version=number)
        if not asked and (before := published_pacts(self._history, consumer=name)):
            return tuple(_silent(name, number, provider) for provider in sorted({pact.provider for pact in before}))
        for pact in sorted(asked, key=lambda one: one.provider):
            partners = self._versions(pact.provider)
            if not partners:
                reason = f"no version of {pact.provider}, which {name} {number} needs, is {self._target}"
                rows.append(_row(pact, "", Answer.UNKNOWN, reason))
            rows += [self._pair(pact, partner) for partner in partners]
        return tuple(self._marked(row, row.provider) for row in rows)

    def _as_provider(self, name: str, number: str) -> tuple[DeployRow, ...]:
        """Judge what consumers ask of a selected version."""
        rows: list[DeployRow] = []
        by_consumer: dict[str, dict[str, PactVersion]] = {}
        for pact in published_pacts(self._history, provider=name):
            by_consumer.setdefault(pact.consumer, {})[pact.consumer_version] = pact
        for consumer, pacts in sorted(by_consumer.items()):
            for version in self._versions(consumer):
                if version in pacts:
                    rows.append(self._pair(pacts[version], number))
                elif not published_pacts(self._history, consumer=consumer, version=version):
                    rows.append(_silent(consumer, version, name, number))
        return tuple(self._marked(row, row.consumer) for row in rows)

    def _marked(self, row: DeployRow, partner: str) -> DeployRow:
        return replace(row, ignored=True) if partner in self._target.ignore else row

    def _versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of a partner: those selected, else those the target names."""
        if name in self._selected:
            return self._selected[name]
        if name not in self._partners:
            self._partners[name] = versions_targeted(self._history, name, self._target)
        return self._partners[name]

    def _pair(self, pact: PactVersion, provider_version: str) -> DeployRow:
        found = verifications_of(
            self._history,
            consumer=pact.consumer,
            provider=pact.provider,
            sha=pact.sha,
            provider_version=provider_version,
        )
        names = f"{pact.provider} {provider_version}", f"{pact.consumer} {pact.consumer_version}"
        if not found:
            reason = f"{names[0]} has not verified what {names[1]} asks"
            return _row(pact, provider_version, Answer.UNKNOWN, reason)
        newest = found[0]
        return _row(pact, provider_version, *_told(newest, *names), newest.id)


def versions_selected(history: History, selector: Selector) -> tuple[str, ...]:
    """Return the version that a selector names, () if there is none."""
    if selector.version:
        found = version_of(history, selector.participant, selector.version)
        return () if found is None else (found.number,)
    branch = selector.branch
    if selector.main_branch:
        participant = participant_of(history, selector.participant)
        branch = participant.main_branch if participant else ""
        if not branch:
            return ()
    newest = versions_of(history, selector.participant, branch=branch, tag=selector.tag, count=1)
    return tuple(one.number for one in newest)


def versions_targeted(history: History, name: str, target: Target) -> tuple[str, ...]:
    """Return the versions of a participant that a target names."""
    if target.environment:
        deployed = deployments_in(history, environment=target.environment, participant=name)
        released = releases_in(history, environment=target.environment, participant=name)
        return tuple(dict.fromkeys([*(one.version for one in deployed), *(one.version for one in released)]))
    return versions_selected(
        history, Selector(name, branch=target.branch, tag=target.tag, main_branch=target.main_branch)
    )


def _unknown_version(history: History, selector: Selector) -> str:
    if participant_of(history, selector.participant) is None:
        return f"nobody has heard of {selector.participant}"
    newest = versions_of(history, selector.participant, count=1)
    return f"there is no {selector}" + (f" (newest known: {newest[0].number})" if newest else "")


def _silent(consumer: str, version: str, provider: str, provider_version: str = "") -> DeployRow:
    reason = f"{consumer} {version} published no pact, and other versions of it have one with {provider}"
    return DeployRow(consumer, version, provider, provider_version, Answer.UNKNOWN, reason)


def _row(pact: PactVersion, version: str, answer: Answer, reason: str, verification: int = 0) -> DeployRow:
    return DeployRow(
        pact.consumer, pact.consumer_version, pact.provider, version, answer, reason, verification, pact.sha
    )


def _told(newest: Verification, provider: str, consumer: str) -> tuple[Answer, str]:
    if newest.success:
        return Answer.YES, f"{provider} verified what {consumer} asks"
    if newest.success is None:
        return Answer.UNKNOWN, f"{provider} could not be verified for {consumer}: {newest.reason or 'no result'}"
    failed = [one.description or one.interaction for one in newest.interactions if one.success is False]
    named = f' ("{failed[0]}"{f" and {len(failed) - 1} more" if len(failed) > 1 else ""})' if failed else ""
    return Answer.NO, f"{provider} does not do what {consumer} asks{named}"
