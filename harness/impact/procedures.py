"""Recovery procedures in the order to run them: what others need first, each after what it depends on.

Kahn's algorithm with a fixed tie-break, so that the same catalog always gives the same list. Entries that need each
other have no right order: the one with the shortest RTO is started first and says which circle that breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from harness.catalog.durations import parse_duration
from harness.catalog.workflows import recovery

if TYPE_CHECKING:
    from harness.catalog import Catalog, Recovery

_Key = tuple[int, timedelta, str]
_WORKFLOW = 2


@dataclass(frozen=True, slots=True)
class Procedure:
    """One recovery procedure at its place in the list.

    Attributes:
        position: 1 is the first to run.
        ref: The catalog entry that is recovered.
        title: Its title.
        owner: Who runs it, "" if nobody is recorded.
        procedure: Path from the root of the tree or URL, "" if nobody wrote one.
        rto: ISO 8601, "" if nobody promised one.
        rpo: ISO 8601, "" if nobody promised one.
        last_exercised: ISO date, "" if never.
        overdue: Whether the exercise is due on the day asked for; also where it never was.
        after: Entries of this list that must be back before.
        broken: Entries it needs and could not wait for, since they need it too; empty outside of a circle.
    """

    position: int
    ref: str
    title: str
    owner: str
    procedure: str
    rto: str
    rpo: str
    last_exercised: str
    overdue: bool
    after: tuple[str, ...]
    broken: tuple[str, ...] = ()


def procedures_of(
    down: set[str], stopped: set[str], workflows: set[str], catalog: Catalog, as_of: date | None
) -> tuple[Procedure, ...]:
    """Return what to run, in order: what is down, what stopped because of it, then the workflows.

    Args:
        down: What is down, with its parts.
        stopped: What depends on it, however far.
        workflows: Critical workflows with a stopped step.
        catalog: Where they stand.
        as_of: The day on which an exercise may be overdue; None: none is.
    """
    holders = {ref: _holder(ref, catalog) for ref in (*sorted(down), *sorted(stopped))}
    groups = {holder: 0 if ref in down else 1 for ref, holder in reversed(list(holders.items())) if holder}
    groups |= dict.fromkeys(workflows, _WORKFLOW)
    needs = {ref: set[str]() for ref in groups}
    for ref in (*holders, *workflows):
        here = holders.get(ref) or ref
        if here in needs:
            needs[here] |= {holders.get(other) or other for other in _needed(ref, catalog)}
    systems = {ref for ref, group in groups.items() if group < _WORKFLOW}
    for ref in groups:
        needs[ref] = (needs[ref] | (systems if groups[ref] == _WORKFLOW else set())) & set(groups) - {ref}
    keys = {ref: (groups[ref], _rto(ref, catalog), ref) for ref in groups}
    return tuple(
        _procedure(position, ref, needs[ref], broken, catalog, as_of)
        for position, (ref, broken) in enumerate(_ordered(needs, keys), 1)
    )


def _holder(ref: str, catalog: Catalog) -> str:
    """Return the entry whose recovery applies: itself, else the system around it; itself where neither has one."""
    entity = catalog.get(ref)
    if entity is None:
        return ""
    system = catalog.get(entity.refer(entity.spec.get("system"), "system"))
    has_own = bool(recovery(entity).procedure)
    if not has_own and entity.kind.lower() not in {"component", "system", "resource"}:
        return system.ref if system else ref
    return system.ref if not has_own and system and recovery(system).procedure else ref


def _needed(ref: str, catalog: Catalog) -> set[str]:
    """Return what an entry depends on, whichever side says so."""
    found = {one.target for one in catalog.relations_from(ref) if one.type == "dependsOn"}
    return found | {one.source for one in catalog.relations_to(ref) if one.type == "dependencyOf"}


def _rto(ref: str, catalog: Catalog) -> timedelta:
    entity = catalog.get(ref)
    length = parse_duration(recovery(entity).rto) if entity else None
    return timedelta.max if length is None else length


def _ordered(needs: dict[str, set[str]], keys: dict[str, _Key]) -> list[tuple[str, tuple[str, ...]]]:
    """Return entries, each after what it needs; with what it could not wait for where they need each other."""
    waiting = {ref: set(found) for ref, found in needs.items()}
    users: dict[str, list[str]] = {}
    for ref, found in needs.items():
        for other in found:
            users.setdefault(other, []).append(ref)
    ready = [keys[ref] for ref, found in waiting.items() if not found]
    heapify(ready)
    ordered: list[tuple[str, tuple[str, ...]]] = []
    while waiting:
        broken: tuple[str, ...] = ()
        if ready:
            ref = heappop(ready)[2]
        else:
            ref = min(_circle(waiting), key=lambda one: keys[one])
            broken = tuple(sorted(waiting[ref]))
        del waiting[ref]
        ordered.append((ref, broken))
        for user in users.get(ref, ()):
            if user in waiting:
                waiting[user].discard(ref)
                if not waiting[user]:
                    heappush(ready, keys[user])
    return ordered


def _circle(waiting: dict[str, set[str]]) -> list[str]:
    """Return a circle among entries that all still wait for one another: following needs must meet itself."""
    path = [min(waiting)]
    seen = {path[0]: 0}
    while True:
        following = min(waiting[path[-1]])
        if following in seen:
            return path[seen[following] :]
        seen[following] = len(path)
        path.append(following)


def _procedure(
    position: int, ref: str, after: set[str], broken: tuple[str, ...], catalog: Catalog, as_of: date | None
) -> Procedure:
    entity = catalog.get(ref)
    if entity is None:
        return Procedure(position, ref, ref, "", "", "", "", "", overdue=False, after=tuple(sorted(after)))
    said = recovery(entity)
    return Procedure(
        position=position,
        ref=ref,
        title=entity.title,
        owner=entity.owner,
        procedure=said.procedure,
        rto=said.rto,
        rpo=said.rpo,
        last_exercised=said.last_exercised.isoformat() if said.last_exercised else "",
        overdue=_overdue(said, as_of),
        after=tuple(sorted(after - set(broken))),
        broken=broken,
    )


def _overdue(said: Recovery, as_of: date | None) -> bool:
    if as_of is None:
        return False
    every = parse_duration(said.exercise_every)
    return said.last_exercised is None or (every is not None and said.last_exercised + every < as_of)
