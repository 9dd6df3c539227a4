"""Which pacts a provider verifies: selectors, pending and work-in-progress pacts.

Published twice with the same content, a pact is verified once; whichever version asked for it is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from harness.history import (
    History,
    deployments_in,
    participant_of,
    published_pacts,
    releases_in,
    verifications_of,
    versions_of,
)
from harness.model import JSON, UsageError
from harness.model.deployments import PactVersion, ParticipantVersion

KEYS = frozenset(
    {
        *("consumer", "mainBranch", "branch", "matchingBranch", "fallbackBranch", "deployedOrReleased", "deployed"),
        *("released", "environment", "tag", "fallbackTag", "latest"),
    }
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One pact to verify.

    Attributes:
        pact: The pact, under the newest version that was selected.
        why: Words for each selector that chose it.
        pending: Whether its failure is not to fail the provider's build.
        wip: Whether it is here only as work in progress.
    """

    pact: PactVersion
    why: tuple[str, ...]
    pending: bool = False
    wip: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a verifier asks for.

    Attributes:
        provider: Name of the provider.
        selectors: Consumer version selectors; none means the newest of each and what is deployed or released.
        branch: Branch of the provider under verification.
        tags: Tags of the provider under verification.
        pending: Whether pacts without success so far may fail.
        wip_since: Whether newer pacts of other branches are added, and since when.
    """

    provider: str
    selectors: tuple[dict[str, JSON], ...]
    branch: str = ""
    tags: tuple[str, ...] = ()
    pending: bool = False
    wip_since: datetime | None = None


def choose(history: History, wanted: Wanted) -> tuple[Chosen, ...]:
    """Return the pacts to verify, by consumer.

    Raises:
        UsageError: A selector says nothing, or something that is not known.
    """
    for selector in wanted.selectors:
        _check(selector)
    return _Choice(history, wanted).chosen()


def _check(selector: dict[str, JSON]) -> None:
    unknown = sorted(set(selector) - KEYS)
    if unknown:
        raise UsageError(f'no selector "{unknown[0]}"', remedy=f"Known: {', '.join(sorted(KEYS))}.")
    if not any(value for value in selector.values()):
        raise UsageError("a selector is empty, so it selects nothing", remedy='Write {"mainBranch": true}, say.')
    for key in ("consumer", "branch", "environment", "fallbackBranch"):
        if key in selector and not str(selector[key] or "").strip():
            raise UsageError(f"{key} is empty in a selector", remedy="See that the variable behind it is set.")


class _Choice:
    """One question: the pacts of the provider are read once."""

    def __init__(self, history: History, wanted: Wanted) -> None:
        self._history = history
        self._wanted = wanted
        self._pacts: dict[str, dict[str, PactVersion]] = {}
        for pact in published_pacts(history, provider=wanted.provider):
            self._pacts.setdefault(pact.consumer, {})[pact.consumer_version] = pact
        self._found: dict[tuple[str, str], tuple[PactVersion, list[str]]] = {}
        self._running = {name: self._runs(name) for name in self._pacts}
        self._shas_running = {
            (name, pact.sha)
            for name, pacts in self._pacts.items()
            for pact in pacts.values()
            if pact.consumer_version in self._running[name]
        }

    def chosen(self) -> tuple[Chosen, ...]:
        selectors = self._wanted.selectors or ({"latest": True}, {"deployedOrReleased": True})
        for consumer in sorted(self._pacts):
            for selector in selectors:
                if selector.get("consumer", consumer) == consumer:
                    self._apply(consumer, selector)
        found = [Chosen(pact, tuple(dict.fromkeys(why)), self._is_pending(pact)) for pact, why in self._found.values()]
        return tuple(sorted([*found, *self._in_progress()], key=lambda one: (one.pact.consumer, one.pact.sha)))

    def _apply(self, consumer: str, selector: dict[str, JSON]) -> None:
        for version, why in self._versions(consumer, selector):
            pact = self._pacts[consumer].get(version)
            if pact is not None:
                self._found.setdefault((consumer, pact.sha), (pact, []))[1].append(why)

    def _versions(self, consumer: str, selector: dict[str, JSON]) -> list[tuple[str, str]]:
        place = str(selector.get("environment") or "")
        if place or any(selector.get(key) for key in ("deployed", "released", "deployedOrReleased")):
            return self._in_environments(consumer, selector, place)
        if selector.get("mainBranch"):
            return self._of_branch(consumer, self._main_branch(consumer), "")
        if selector.get("matchingBranch"):
            return self._of_branch(consumer, self._wanted.branch, "")
        if branch := selector.get("branch"):
            return self._of_branch(consumer, str(branch), str(selector.get("fallbackBranch") or ""))
        if tag := selector.get("tag"):
            found = self._tagged(consumer, str(tag), newest=bool(selector.get("latest")))
            return found or self._tagged(consumer, str(selector.get("fallbackTag") or ""), newest=True)
        return self._newest(versions_of(self._history, consumer), "the newest")

    def _in_environments(self, consumer: str, selector: dict[str, JSON], place: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if not selector.get("released"):
            runs = deployments_in(self._history, environment=place, participant=consumer)
            found += [(one.version, f"deployed in {one.environment}") for one in runs]
        if not selector.get("deployed"):
            released = releases_in(self._history, environment=place, participant=consumer)
            found += [(one.version, f"released to {one.environment}") for one in released]
        return found

    def _of_branch(self, consumer: str, branch: str, fallback: str) -> list[tuple[str, str]]:
        for name in filter(None, (branch, fallback)):
            found = versions_of(self._history, consumer, branch=name)
            if chosen := self._newest(found, f"the newest of branch {name}"):
                return chosen
        return []

    def _tagged(self, consumer: str, tag: str, *, newest: bool) -> list[tuple[str, str]]:
        found = versions_of(self._history, consumer, tag=tag) if tag else ()
        if newest:
            return self._newest(found, f"the newest tagged {tag}")
        return [(one.number, f"tagged {tag}") for one in found]

    def _newest(self, found: Iterable[ParticipantVersion], why: str) -> list[tuple[str, str]]:
        """Return the newest version that has a pact with the provider: a version without one asks nothing."""
        for one in found:
            if one.number in self._pacts[one.participant]:
                return [(one.number, why)]
        return []

    def _main_branch(self, consumer: str) -> str:
        participant = participant_of(self._history, consumer)
        return participant.main_branch if participant else ""

    def _runs(self, consumer: str) -> frozenset[str]:
        deployed = deployments_in(self._history, participant=consumer)
        released = releases_in(self._history, participant=consumer)
        return frozenset([*(one.version for one in deployed), *(one.version for one in released)])

    def _is_pending(self, pact: PactVersion) -> bool:
        """Whether the provider's branch never did it; what runs somewhere is never pending: it would break there."""
        if not self._wanted.pending or (pact.consumer, pact.sha) in self._shas_running:
            return False
        return not self._ever_verified(pact)

    def _ever_verified(self, pact: PactVersion) -> bool:
        found = verifications_of(self._history, consumer=pact.consumer, provider=pact.provider, sha=pact.sha)
        return any(one.success and self._is_ours(one.provider_version, one.provider_branch) for one in found)

    def _is_ours(self, version: str, branch: str) -> bool:
        if self._wanted.branch:
            if branch == self._wanted.branch:
                return True
            known = versions_of(self._history, self._wanted.provider, branch=self._wanted.branch)
            return any(one.number == version for one in known)
        return any(
            one.number == version
            for tag in self._wanted.tags
            for one in versions_of(self._history, self._wanted.provider, tag=tag)
        )

    def _in_progress(self) -> list[Chosen]:
        """Return the newest pact of each branch that is new, unselected and not verified by the provider's branch."""
        since = self._wanted.wip_since
        if since is None:
            return []
        found: dict[tuple[str, str], Chosen] = {}
        for consumer, pacts in self._pacts.items():
            for branch, pact in self._heads(consumer, pacts):
                key = (consumer, pact.sha)
                if key in self._found or key in self._shas_running or key in found or pact.published < since:
                    continue
                if not self._ever_verified(pact):
                    found[key] = Chosen(
                        pact, (f"work in progress of branch {branch or '(none)'}",), pending=True, wip=True
                    )
        return list(found.values())

    def _heads(self, consumer: str, pacts: dict[str, PactVersion]) -> list[tuple[str, PactVersion]]:
        heads: dict[str, PactVersion] = {}
        for one in versions_of(self._history, consumer):
            if one.number in pacts:
                for branch in one.branches or ("",):
                    heads.setdefault(branch, pacts[one.number])
        return sorted(heads.items())
