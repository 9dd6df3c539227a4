"""Keep what a verification found in the history, where can-i-deploy reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from harness.history import History, publish_pact, record_verification
from harness.history.pacts import content_sha, interaction_id
from harness.model import JSON
from harness.model.deployments import InteractionResult, Verification
from harness.pacts.verification import Tried, Verified


@dataclass(frozen=True, slots=True)
class Versions:
    """What was verified with what.

    Attributes:
        provider: Version of the provider.
        branch: Its branch, "" if nobody said.
        consumers: Version of each consumer whose pact is to be published first, by name.
    """

    provider: str
    branch: str = ""
    consumers: tuple[tuple[str, str], ...] = ()


def store(history: History, provider: str, verified: Sequence[Verified], versions: Versions) -> tuple[int, ...]:
    """Record each verification and return their rows.

    A pact whose consumer's version is given is published first, as its consumer would.

    Raises:
        NotFoundError: A pact was never published, and the version of its consumer is not given.
    """
    published = dict(versions.consumers)
    rows = []
    for one in verified:
        content = cast("dict[str, JSON]", dict(one.pact))
        if one.consumer in published:
            publish_pact(history, content, published[one.consumer])
        rows.append(record_verification(history, _verification(provider, one, content, versions)).id)
    return tuple(rows)


def _verification(provider: str, one: Verified, content: dict[str, JSON], versions: Versions) -> Verification:

    return Verification(
        consumer=one.consumer,
        provider=provider,
        sha=content_sha(content),
        provider_version=versions.provider,
        provider_branch=versions.branch,
        success=one.success,
        at=datetime.now(UTC),
        reason=one.reason,
        verified_by="contract-harness",
        interactions=tuple(_result(tried) for tried in one.tried),
    )


def _result(tried: Tried) -> InteractionResult:
    found: list[JSON] = [{"place": place, "message": said} for place, said in tried.differences]
    interaction = cast("dict[str, JSON]", dict(tried.interaction))
    return InteractionResult(
        interaction=interaction_id(interaction),
        description=tried.description,
        success=tried.success,
        states=tried.states,
        mismatches=found or None,
    )
