"""Which components a picture shows, and what ties them: calls, events, dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.catalog.catalog import Catalog
from harness.model import NotFoundError


@dataclass(frozen=True, slots=True)
class Tie:
    """Everything of one kind that one component needs of another.

    `kind` is `calls`, `waits` or `depends`; `names` are the APIs, `("depends on",)` for a dependency.
    """

    source: str
    target: str
    kind: str
    names: tuple[str, ...]

    @property
    def verb(self) -> str:
        """What the arrow says."""
        return {"calls": "calls", "waits": "waits for events of", "depends": "depends on"}[self.kind]


def ties(catalog: Catalog, shown: Iterable[str]) -> tuple[Tie, ...]:
    """Return the ties among components, sorted; an API offered by several ties its reader to each."""
    names = set(shown)
    found: dict[tuple[str, str, str], set[str]] = {}
    for source in names:
        for relation in catalog.relations_from(source):
            if relation.type == "consumesApi":
                api = catalog.get(relation.target)
                kind = "waits" if api is not None and api.type == "asyncapi" else "calls"
                for provider in catalog.providers_of(relation.target):
                    if provider.ref in names - {source}:
                        name = api.name if api else relation.target
                        found.setdefault((source, provider.ref, kind), set()).add(name)
            elif relation.type == "dependsOn" and relation.target in names - {source}:
                found.setdefault((source, relation.target, "depends"), set()).add("depends on")
            elif relation.type == "dependencyOf" and relation.target in names - {source}:
                found.setdefault((relation.target, source, "depends"), set()).add("depends on")
    return tuple(Tie(*key, tuple(sorted(found[key]))) for key in sorted(found))


def chosen(
    catalog: Catalog, *, system: str | None = None, workflow: str | None = None, component: str | None = None
) -> tuple[str, ...]:
    """Return the components to show, sorted: all, or those that every given filter takes.

    Args:
        catalog: Where they stand.
        system: The components of a system, and those they are tied to.
        workflow: Those that do a step of a workflow, by `W3`, name or reference.
        component: One component and those it is tied to.

    Raises:
        NotFoundError: A filter names nothing.
    """
    everyone = {entity.ref for entity in catalog.entities if entity.kind.lower() == "component"}
    kept = set(everyone)
    if system:
        found = catalog.get(system, "system")
        if found is None or found.kind.lower() != "system":
            raise _unknown(system, "system")
        kept &= _with_neighbours(catalog, {one.ref for one in catalog.parts_of(found.ref)} & everyone, everyone)
    if workflow:
        flows = [one for one in catalog.workflows() if workflow in {one.id, one.name, one.ref, one.name[9:]}]
        if not flows:
            raise _unknown(workflow, "workflow")
        kept &= {step.system for flow in flows for step in flow.steps} | {
            provider.ref
            for name in flows[0].contracts
            if (api := catalog.api_for_contract(name))
            for provider in catalog.providers_of(api.ref)
        }
    if component:
        entity = catalog.get(component, "component")
        if entity is None or entity.kind.lower() != "component":
            raise _unknown(component, "component")
        kept &= _with_neighbours(catalog, {entity.ref}, everyone)
    return tuple(sorted(kept))


def _with_neighbours(catalog: Catalog, core: set[str], everyone: set[str]) -> set[str]:
    tied = {(tie.source, tie.target) for tie in ties(catalog, everyone)}
    return core | {end for pair in tied if core & set(pair) for end in pair}


def _unknown(name: str, kind: str) -> NotFoundError:
    return NotFoundError(f'no {kind} "{name}" in the catalog', remedy="harness catalog show lists every entry.")
