"""Merged contract changes, and the failures traced to them: change failure rate, lead and recovery time (DORA).

A failure is traced to the newest change before it, at most seven days old, of a contract that the failed probe's steps
use (by the catalog), or that the provider of a failed pact verification provides. A probe that had failed already when
the change was merged says nothing about it, and a change is charged with its first failure only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harness.catalog import Catalog
from harness.metrics.facts import ChangeFact
from harness.model.deployments import Verification
from harness.model.runs import Run, RunVerdict

TRACED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that worked and then did not.

    Attributes:
        what: Such as `probe invoice-posting in production`.
        at: When it was sure.
        recovered_at: When it worked again, None while it does not.
        contracts: Names of the contracts it depends on.
        worked_until: When it was last seen to work.
    """

    what: str
    at: datetime
    recovered_at: datetime | None
    contracts: frozenset[str]
    worked_until: datetime


def contract_of(path: str) -> str:
    """Return the contract a path belongs to, such as `billing-invoices`; "" if it is of none."""
    parts = path.split("/")
    return parts[2] if len(parts) > 3 and parts[0] == "contracts" and parts[1] != "pacts" else ""


def failures_of_probes(runs: Iterable[Run], catalog: Catalog) -> list[Failure]:
    """Return each time a probe went from passed to failed, and when it passed again."""
    used: dict[str, set[str]] = {}
    for flow in catalog.workflows():
        for step in flow.steps:
            used.setdefault(step.probe, set()).update(step.contracts)
    rows: dict[tuple[str, str], list[Run]] = {}
    for run in sorted(runs, key=lambda one: one.started):
        if run.verdict is not RunVerdict.INCONCLUSIVE:
            rows.setdefault((run.probe, run.environment), []).append(run)
    found = []
    for (probe, environment), several in rows.items():
        contracts = frozenset(used.get(probe, ()))
        found += _falls(f"probe {probe} in {environment}", contracts, [_seen(run) for run in several])
    return found


def failures_of_consumers(verifications: Iterable[Verification], catalog: Catalog) -> list[Failure]:
    """Return each time a pact that held no longer did, and when it held again."""
    provided = _provided(catalog)
    rows: dict[tuple[str, str], list[tuple[datetime, bool]]] = {}
    for one in sorted(verifications, key=lambda row: row.at):
        if one.success is not None:
            rows.setdefault((one.consumer, one.provider), []).append((one.at, one.success))
    found = []
    for (consumer, provider), several in rows.items():
        contracts = provided.get(provider, frozenset()) | {provider}
        found += _falls(f"pact of {consumer} with {provider}", contracts, several)
    return found


def traced(changes: Sequence[ChangeFact], failures: Iterable[Failure]) -> tuple[ChangeFact, ...]:
    """Return changes with the first failure that is traced to each."""
    ordered = sorted(changes, key=lambda one: one.merged_at)
    charged: dict[int, Failure] = {}
    for failure in sorted(failures, key=lambda one: one.at):
        place = _cause(ordered, failure)
        if place is not None:
            charged.setdefault(place, failure)
    return tuple(
        replace(
            one, failed_at=charged[place].at, recovered_at=charged[place].recovered_at, failed_by=charged[place].what
        )
        if place in charged
        else one
        for place, one in enumerate(ordered)
    )


def _cause(changes: Sequence[ChangeFact], failure: Failure) -> int | None:
    """Return the newest change that can have caused a failure."""
    for place in range(len(changes) - 1, -1, -1):
        one = changes[place]
        is_before = failure.worked_until <= one.merged_at <= failure.at <= one.merged_at + TRACED
        if is_before and failure.contracts & set(one.contracts):
            return place
    return None


def _falls(what: str, contracts: frozenset[str], seen: Sequence[tuple[datetime, bool]]) -> list[Failure]:
    found: list[Failure] = []
    worked: datetime | None = None
    for at, works in seen:
        if works:
            if found and found[-1].recovered_at is None:
                found[-1] = replace(found[-1], recovered_at=at)
            worked = at
        elif worked is not None:
            found.append(Failure(what, at, None, contracts, worked))
            worked = None
    return found


def _seen(run: Run) -> tuple[datetime, bool]:
    length = run.seconds if run.detected_after is None else run.detected_after
    return run.started + timedelta(seconds=length), run.verdict is RunVerdict.PASSED


def _provided(catalog: Catalog) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entity in catalog.of_kind("Component"):
        for relation in catalog.relations_from(entity.ref):
            if relation.type == "providesApi":
                found.setdefault(entity.name, set()).add(relation.target.rsplit("/", 1)[-1].rsplit(":", 1)[-1])
    return {name: frozenset(names) for name, names in found.items()}
