"""The catalog as a picture: Mermaid or DOT text of systems, components, APIs and what flows between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.catalog.catalog import Catalog
from harness.catalog.entities import Entity
from harness.model import NotFoundError

_LABELS = {
    "consumesApi": "reads",
    "providesApi": "provides",
    "dependsOn": "depends on",
    "dependencyOf": "needed by",
    "ownedBy": "owned by",
    "partOf": "part of",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow of the picture; `source` and `target` are references."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: entities by system ("" for none), and arrows between them."""

    systems: tuple[tuple[str, tuple[Entity, ...]], ...]
    edges: tuple[Edge, ...]


def picture(catalog: Catalog, ref: str | None = None, only: Iterable[str] | None = None) -> Picture:
    """Return the picture of components and APIs, or of one entity and its neighbours.

    Args:
        catalog: Where they stand.
        ref: The entity in the middle.
        only: Components to show, with the APIs that one of them provides.

    Raises:
        NotFoundError: `ref` names no entity.
    """
    shown = _shown(catalog, ref)
    if only is not None:
        shown = _limited(catalog, shown, set(only))
    edges = sorted(
        {
            Edge(relation.source, relation.target, _LABELS.get(relation.type, relation.type))
            for name in shown
            for relation in catalog.relations_from(name)
            if relation.target in shown and (ref is not None or relation.type in {"consumesApi", "providesApi"})
        },
        key=lambda edge: (edge.source, edge.target, edge.label),
    )
    groups: dict[str, list[Entity]] = {}
    for name in sorted(shown):
        entity = shown[name]
        groups.setdefault(entity.refer(entity.spec.get("system"), "system"), []).append(entity)
    return Picture(tuple((system, tuple(groups[system])) for system in sorted(groups)), tuple(edges))


def _shown(catalog: Catalog, ref: str | None) -> dict[str, Entity]:
    if ref is None:
        return {entity.ref: entity for entity in catalog.entities if entity.kind.lower() in {"component", "api"}}
    centre = catalog.get(ref) or catalog.get(ref, "component")
    if centre is None:
        raise NotFoundError(f'no catalog entry "{ref}"', remedy="harness catalog show lists every entry.")
    names = {centre.ref}
    names.update(relation.target for relation in catalog.relations_from(centre.ref))
    names.update(relation.source for relation in catalog.relations_to(centre.ref))
    found = {name: catalog.get(name) for name in names}
    return {name: entity for name, entity in found.items() if entity is not None}


def _limited(catalog: Catalog, shown: dict[str, Entity], only: set[str]) -> dict[str, Entity]:
    apis = {one.target for ref in only for one in catalog.relations_from(ref) if one.type == "providesApi"}
    return {ref: entity for ref, entity in shown.items() if ref in only | apis}


def mermaid(catalog: Catalog, ref: str | None = None, only: Iterable[str] | None = None) -> str:
    """Return the picture as a Mermaid flowchart."""
    drawn = picture(catalog, ref, only)
    ids = _ids(entity.ref for _, entities in drawn.systems for entity in entities)
    lines = ["flowchart LR"]
    for number, (system, entities) in enumerate(drawn.systems):
        indent = "  "
        if system:
            lines.append(f'  subgraph s{number}["{_mermaid_text(_title(catalog, system))}"]')
            indent = "    "
        lines += [indent + ids[entity.ref] + _mermaid_shape(entity) for entity in entities]
        if system:
            lines.append("  end")
    lines += [f"  {ids[edge.source]} -->|{_mermaid_text(edge.label)}| {ids[edge.target]}" for edge in drawn.edges]
    return "\n".join(lines) + "\n"


def dot(catalog: Catalog, ref: str | None = None, only: Iterable[str] | None = None) -> str:
    """Return the picture as Graphviz DOT."""
    drawn = picture(catalog, ref, only)
    lines = ["digraph catalog {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for number, (system, entities) in enumerate(drawn.systems):
        nodes = [
            f"    {_quoted(entity.ref)} [label={_quoted(entity.title)}{_dot_shape(entity)}];" for entity in entities
        ]
        if system:
            lines += [
                f"  subgraph cluster_{number} {{",
                f"    label={_quoted(_title(catalog, system))};",
                *nodes,
                "  }",
            ]
        else:
            lines += nodes
    lines += [f"  {_quoted(e.source)} -> {_quoted(e.target)} [label={_quoted(e.label)}];" for e in drawn.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _title(catalog: Catalog, ref: str) -> str:
    entity = catalog.get(ref)
    return entity.title if entity else ref


def _ids(refs: Iterable[str]) -> dict[str, str]:
    """Return short names that Mermaid takes, whatever characters the references hold."""
    return {ref: f"n{number}" for number, ref in enumerate(refs)}


def _mermaid_shape(entity: Entity) -> str:
    opening, closing = {"api": ('(["', '"])'), "resource": ('[("', '")]')}.get(entity.kind.lower(), ('["', '"]'))
    return f"{opening}{_mermaid_text(entity.title)}{closing}"


def _mermaid_text(text: str) -> str:
    """Return text that ends no Mermaid string and opens no tag; entity codes are Mermaid's own escape."""
    return "".join(_escaped(text))


def _escaped(text: str) -> Iterator[str]:
    for character in text:
        plain = character.isalnum() or character in " .,:-_/()@+"
        yield character if plain else f"#{ord(character)};"


def _dot_shape(entity: Entity) -> str:
    return {"api": ", shape=ellipse", "resource": ", shape=cylinder"}.get(entity.kind.lower(), "")


def _quoted(text: str) -> str:
    """Return a DOT string; only the quote and the backslash are special, and a line break would end the line."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
