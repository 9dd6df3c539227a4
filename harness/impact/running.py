"""Consumers as they really run: one row for each version that the history says is deployed or released.

A pact file in the repository says what a consumer asks today; the version in production may ask more or less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.documents.parsing import parse
from harness.impact.consumers import judged_uses
from harness.impact.landscape import ChangedContract, Landscape, pacts_about, uses_of
from harness.impact.values import ConsumerImpact, Hit, Impact
from harness.pacts import Pact, PactSet, read_pact

if TYPE_CHECKING:
    from harness.history import History

_ORDER = (Hit.HIT, Hit.UNKNOWN, Hit.NOT_HIT)


@dataclass(frozen=True, slots=True)
class RunningPact:
    """What one running version of a consumer asks.

    Attributes:
        version: Version of the consumer.
        environments: Where it runs or is supported.
        pact: What it asks of one provider.
    """

    version: str
    environments: tuple[str, ...]
    pact: Pact


def running_pacts(history: History) -> tuple[RunningPact, ...]:
    """Return the pacts of every version that is deployed, or released and supported, by consumer."""
    from harness.history import deployments_in, pact_content, published_pacts, releases_in  # noqa: PLC0415  (start-up)
    from harness.history.columns import json_text  # noqa: PLC0415

    where: dict[tuple[str, str], list[str]] = {}
    for run in deployments_in(history):
        where.setdefault((run.participant, run.version), []).append(run.environment)
    for release in releases_in(history):
        where.setdefault((release.participant, release.version), []).append(release.environment)
    found: list[RunningPact] = []
    for (consumer, version), places in sorted(where.items()):
        for published in published_pacts(history, consumer=consumer, version=version):
            content = json_text(pact_content(history, consumer, published.provider, published.sha))
            document = parse(content.encode(), f"{consumer}@{version}-{published.provider}.json")
            environments = tuple(sorted(set(places)))
            found.append(RunningPact(version, environments, read_pact(document)))
    return tuple(found)


def with_running(
    impact: Impact, contracts: Iterable[ChangedContract], running: Iterable[RunningPact], landscape: Landscape
) -> Impact:
    """Return an impact whose consumers are those that run, counted anew; the same where nothing is known to run."""
    consumers = _consumers(impact.consumers, contracts, running, landscape)
    unknown = {one.name for one in consumers if one.reason == "no pact"}
    before = {one.name for one in impact.consumers if one.reason == "no pact"}
    return replace(
        impact,
        consumers=consumers,
        with_pact=len({one.name for one in consumers} - unknown),
        without_pact=len(unknown),
        not_checked=tuple(one for one in impact.not_checked if one.subject not in before - unknown),
    )


def _consumers(
    consumers: Iterable[ConsumerImpact],
    contracts: Iterable[ChangedContract],
    running: Iterable[RunningPact],
    landscape: Landscape,
) -> tuple[ConsumerImpact, ...]:
    """Return consumers with the versions that run: a row each, in place of the row of the repository's pact.

    Where the repository's pact is hit and no running version is, its row stays: it is about to run.
    """
    known = {one.name: one for one in consumers}
    rows: dict[str, list[ConsumerImpact]] = {}
    listed = tuple(contracts)
    for one in running:
        for contract in listed:
            row = _row(one, contract, landscape, known)
            if row is not None:
                rows.setdefault(row.name, []).append(row)
    kept = [one for name, one in known.items() if name not in rows]
    for name, found in rows.items():
        before = known.get(name)
        if before is not None and before.hit is Hit.HIT and all(row.hit is not Hit.HIT for row in found):
            reason = f"{before.reason}, by its pact in the repository and by no version that runs"
            kept.append(replace(before, environments=(), reason=reason))
        kept += found
    return tuple(sorted(kept, key=lambda one: (_ORDER.index(one.hit), one.name, one.version)))


def _row(
    one: RunningPact, contract: ChangedContract, landscape: Landscape, known: dict[str, ConsumerImpact]
) -> ConsumerImpact | None:
    """Judge what one running version asks of one contract; None where it asks nothing of it."""
    alone = Landscape(landscape.catalog, PactSet((one.pact,)))
    if not any(pacts_about(contract.name, alone)):
        return None
    uses = uses_of(contract, alone).get(one.pact.consumer)
    if uses is None:
        return None
    before = known.get(one.pact.consumer)
    hit, reason, changes, fields, count = judged_uses(contract, uses)
    return ConsumerImpact(
        component=before.component if before else f"component:default/{one.pact.consumer}",
        name=one.pact.consumer,
        version=one.version,
        environments=one.environments,
        owner=before.owner if before else "",
        hit=hit,
        reason=reason,
        changes=changes,
        fields=fields,
        interactions=count,
    )
