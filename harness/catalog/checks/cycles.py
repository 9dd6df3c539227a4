"""Checks that nothing depends on itself, however far around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.catalog.checks.context import Context
from harness.catalog.entities import Entity, sequence
from harness.model import Finding, Level, Location

_Edges = dict[tuple[str, str], tuple[Entity, tuple[str | int, ...]]]
"""(from, to) -> where it is written; the line is looked up for findings only."""


def cyclic(context: Context) -> Iterator[Finding]:
    """Entries that depend on or contain themselves, and systems that do so through their parts.

    Consuming each other's APIs is no cycle: two services may well talk both ways.
    """
    for verb, edges in (
        ("depends on", _dependencies(context)),
        ("depends on", _between_systems(context)),
        ("is part of", _links(context, "partOf")),
        ("is a child of", _links(context, "childOf")),
    ):
        graph: dict[str, list[str]] = {}
        for source, target in edges:
            graph.setdefault(source, []).append(target)
        for cycle in cycles(graph):
            yield Finding(
                rule="catalog-dependency-cycle",
                title=f"{cycle[0]} {verb} itself",
                level=Level.ERROR,
                location=_location(edges, cycle),
                detail=" -> ".join((*cycle, cycle[0])),
                remedy="Cut the weakest of these links, or move the shared part into a third entry.",
                values=(verb, *cycle),
            )


def _location(edges: _Edges, cycle: tuple[str, ...]) -> Location:
    entity, tokens = edges[cycle[0], cycle[1 % len(cycle)]]
    return entity.at(*tokens)


def _links(context: Context, relation_type: str) -> _Edges:
    return {
        (relation.source, relation.target): (entity, relation.tokens)
        for entity in context.catalog.entities
        for relation in context.catalog.relations_from(entity.ref)
        if relation.type == relation_type
    }


def _dependencies(context: Context) -> _Edges:
    """Return what is needed by what; `dependencyOf` says it from the other end, and systems may say it too."""
    turned = {(target, source): where for (source, target), where in _links(context, "dependencyOf").items()}
    systems = {
        (entity.ref, entity.refer(written, "system")): (entity, ("spec", "dependsOn", index))
        for entity in context.catalog.of_kind("system")
        for index, written in enumerate(sequence(entity.spec.get("dependsOn")))
    }
    return {**turned, **systems, **_links(context, "dependsOn")}


def _between_systems(context: Context) -> _Edges:
    """Return which system needs which, through parts of them that need each other."""
    found: _Edges = {}
    for (source, target), where in _dependencies(context).items():
        ends = _system(context, source), _system(context, target)
        if all(ends) and ends[0] != ends[1]:
            found.setdefault(ends, where)
    return found


def _system(context: Context, ref: str) -> str:
    entity = context.catalog.get(ref)
    if entity is None:
        return ""
    return ref if entity.kind.lower() == "system" else entity.refer(entity.spec.get("system"), "system")


def promotion_cycle(context: Context) -> Iterator[Finding]:
    """Environments whose versions come from themselves."""
    graph = {where.ref: [where.promotion_from] for where in context.catalog.environments() if where.promotion_from}
    for cycle in cycles(graph):
        yield Finding(
            rule="environment-promotion-cycle",
            title=f"{cycle[0]} is promoted from itself",
            level=Level.ERROR,
            location=context.at(cycle[0], "promotionFrom"),
            detail=" <- ".join((*cycle, cycle[0])),
            remedy="Let one environment be the first: leave out its promotionFrom.",
            values=cycle,
        )


def cycles(graph: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """Yield each group of nodes on a common cycle once, as a path that starts at its smallest name.

    Iterative, since chains of real catalogs may be longer than Python's stack.
    """
    for component in _strong_components(graph):
        members = set(component)
        start = min(members)
        if len(members) == 1 and start not in set(graph.get(start, ())):
            continue
        yield _path_back(graph, start, members)


def _path_back(graph: Mapping[str, Iterable[str]], start: str, members: set[str]) -> tuple[str, ...]:
    """Return the shortest way from `start` back to itself within `members`, without the last step."""
    came: dict[str, str] = {}
    queue = [start]
    for node in queue:
        for target in sorted(set(graph.get(node, ())) & members):
            if target == start:
                path = [node]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return tuple(reversed(path))
            if target not in came:
                came[target] = node
                queue.append(target)
    return (start,)


def _strong_components(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected components (Kosaraju: finish order, then the reversed graph)."""
    backwards: dict[str, list[str]] = {}
    for node, targets in graph.items():
        for target in targets:
            backwards.setdefault(target, []).append(node)
    finished: list[str] = []
    seen: set[str] = set()
    for root in graph:
        finished.extend(_finish_order(graph, root, seen))
    seen.clear()
    for root in reversed(finished):
        component = list(_finish_order(backwards, root, seen))
        if component:
            yield component


def _finish_order(graph: Mapping[str, Iterable[str]], root: str, seen: set[str]) -> Iterator[str]:
    """Yield what is reached from `root` and not yet seen, each after all it leads to."""
    if root in seen:
        return
    seen.add(root)
    work = [(root, iter(graph.get(root, ())))]
    while work:
        node, targets = work[-1]
        target = next((one for one in targets if one not in seen), None)
        if target is None:
            work.pop()
            yield node
        else:
            seen.add(target)
            work.append((target, iter(graph.get(target, ()))))
