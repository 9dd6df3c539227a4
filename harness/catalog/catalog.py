"""The catalog as one value: every entity, its relations in both directions, and typed views on the extra entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from harness.catalog.bindings import Binding, binding
from harness.catalog.business import BusinessObject, business_object
from harness.catalog.entities import Entity, texts
from harness.catalog.mappings import Mapping as IdMapping
from harness.catalog.mappings import mapping_view
from harness.catalog.people import Group, Person, group, person
from harness.catalog.places import (
    Category,
    Checkpoint,
    CloseCalendar,
    Environment,
    LegalEntity,
    categories,
    checkpoint,
    close_calendar,
    environment,
    legal_entity,
)
from harness.catalog.references import normal_ref
from harness.catalog.relations import Relation, relations_of
from harness.catalog.workflows import Workflow, workflow
from harness.model import HarnessError

_View = TypeVar("_View")


@dataclass(frozen=True, slots=True)
class _Index:
    """Lookups, built once when the catalog is made; about 20 ms for 10,000 entities."""

    by_ref: Mapping[str, Entity]
    by_type: Mapping[tuple[str, str], tuple[Entity, ...]]
    outgoing: Mapping[str, tuple[Relation, ...]]
    incoming: Mapping[str, tuple[Relation, ...]]
    by_contract: Mapping[str, Entity]
    views: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """What was read of a type of resource: a catalog does not change, and a landscape is made from one many times."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every entity that was read, in the order of files, and what could not be read.

    Attributes:
        entities: Also those that Backstage would refuse (`Entity.refused`), so that nothing vanishes silently.
        problems: Files and targets that could not be read; they make every answer incomplete.
        paths: Contract name by file, for APIs that name no contract and whose `definition` is such a file.
    """

    entities: tuple[Entity, ...]
    problems: tuple[HarnessError, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict, hash=False)
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _build(self.entities, self.paths))

    def claiming(self, paths: Mapping[str, str]) -> Catalog:
        """Return this catalog, its APIs claiming the contracts whose file is their `definition`.

        Args:
            paths: Contract name by file, relative to the root of the tree.
        """
        return replace(self, paths=paths)

    def get(self, ref: str, default_kind: str | None = None) -> Entity | None:
        """Return the entity with this reference, ignoring case; the first one where two claim it."""
        return self._index.by_ref.get(ref) or self._index.by_ref.get(normal_ref(ref, default_kind))

    def of_kind(self, kind: str, type: str | None = None) -> tuple[Entity, ...]:  # noqa: A002  (Backstage's word)
        """Return the entities of a kind, and of a `spec.type` if one is given."""
        if type is not None:
            return self._index.by_type.get((kind.lower(), type), ())
        return self._index.by_type.get((kind.lower(), ""), ())

    def refs_of_kind(self, kind: str) -> tuple[str, ...]:
        """Return the references of a kind, sorted; of every kind where the kind is unknown."""
        found = self.of_kind(kind) or self.entities
        return tuple(sorted({entity.ref for entity in found}))

    def relations_from(self, ref: str) -> tuple[Relation, ...]:
        """Return the references written in an entity."""
        return self._index.outgoing.get(ref, ())

    def relations_to(self, ref: str) -> tuple[Relation, ...]:
        """Return the references that name an entity."""
        return self._index.incoming.get(ref, ())

    def consumers_of(self, api_ref: str) -> tuple[Entity, ...]:
        """Return the components that consume an API, sorted by reference."""
        return self._sources(api_ref, "consumesApi")

    def providers_of(self, api_ref: str) -> tuple[Entity, ...]:
        """Return the components that provide an API, sorted by reference."""
        return self._sources(api_ref, "providesApi")

    def owned_by(self, group_ref: str) -> tuple[Entity, ...]:
        """Return what a group or user owns, sorted by reference."""
        return self._sources(group_ref, "ownedBy")

    def parts_of(self, ref: str) -> tuple[Entity, ...]:
        """Return what says it is part of a system, domain or component, sorted by reference."""
        return self._sources(ref, "partOf")

    def api_for_contract(self, contract_name: str) -> Entity | None:
        """Return the API that names the contract: by annotation `contract-harness.io/contract`, else by definition."""
        return self._index.by_contract.get(contract_name)

    def contracts(self) -> tuple[str, ...]:
        """Return the names of the contracts that API entities name, sorted."""
        return tuple(sorted(self._index.by_contract))

    def workflows(self) -> tuple[Workflow, ...]:
        """Return the critical workflows."""
        return self._views("critical-workflow", workflow)

    def business_objects(self) -> tuple[BusinessObject, ...]:
        """Return the business objects."""
        return self._views("business-object", business_object)

    def environments(self) -> tuple[Environment, ...]:
        """Return the environments."""
        return self._views("environment", environment)

    def legal_entities(self) -> tuple[LegalEntity, ...]:
        """Return the legal entities and their second ledgers."""
        return self._views("legal-entity", legal_entity)

    def close_calendars(self) -> tuple[CloseCalendar, ...]:
        """Return the close calendars, one a legal entity."""
        return self._views("close-calendar", close_calendar)

    def mappings(self) -> tuple[IdMapping, ...]:
        """Return the mappings."""
        return self._views("mapping", mapping_view)

    def bindings(self) -> tuple[Binding, ...]:
        """Return the canonical bindings."""
        return self._views("canonical-binding", binding)

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return the reconciliation checkpoints."""
        return self._views("reconciliation-checkpoint", checkpoint)

    def categories(self) -> tuple[Category, ...]:
        """Return the failure categories of every table."""
        return tuple(row for table in self._views("failure-categories", categories) for row in table)

    def people(self) -> tuple[Person, ...]:
        """Return the users, with groups that either side names."""
        return tuple(
            person(entity, tuple(relation.source for relation in self._naming(entity.ref, "hasMember")))
            for entity in self.of_kind("user")
        )

    def groups(self) -> tuple[Group, ...]:
        """Return the groups, with members that either side names."""
        return tuple(
            group(entity, tuple(relation.source for relation in self._naming(entity.ref, "memberOf")))
            for entity in self.of_kind("group")
        )

    def members_of(self, group_ref: str) -> tuple[Person, ...]:
        """Return the people of a group, sorted by reference."""
        wanted = normal_ref(group_ref, "group")
        return tuple(sorted((one for one in self.people() if wanted in one.groups), key=lambda one: one.ref))

    def _views(self, resource_type: str, read: Callable[[Entity], _View]) -> tuple[_View, ...]:
        known = self._index.views
        if resource_type not in known:
            known[resource_type] = tuple(read(entity) for entity in self.of_kind("resource", resource_type))
        return cast("tuple[_View, ...]", known[resource_type])

    def _naming(self, ref: str, relation_type: str) -> Iterable[Relation]:
        return (relation for relation in self.relations_to(ref) if relation.type == relation_type)

    def _sources(self, target: str, relation_type: str) -> tuple[Entity, ...]:
        wanted = target if target in self._index.by_ref else normal_ref(target)
        refs = {relation.source for relation in self._naming(wanted, relation_type)}
        return tuple(self._index.by_ref[ref] for ref in sorted(refs))


def _build(entities: tuple[Entity, ...], paths: Mapping[str, str]) -> _Index:
    by_ref: dict[str, Entity] = {}
    by_type: dict[tuple[str, str], list[Entity]] = defaultdict(list)
    incoming: dict[str, list[Relation]] = defaultdict(list)
    outgoing: dict[str, tuple[Relation, ...]] = {}
    by_contract: dict[str, Entity] = {}
    for entity in entities:
        ref, kind = entity.ref, entity.kind.lower()
        if ref in by_ref:
            continue  # a second claim to the same name is a finding, as in Backstage the first one stays
        by_ref[ref] = entity
        by_type[kind, ""].append(entity)
        if entity.type:
            by_type[kind, entity.type].append(entity)
        outgoing[ref] = tuple(relations_of(entity))
        for relation in outgoing[ref]:
            incoming[relation.target].append(relation)
        if kind == "api":
            for name in texts(entity.annotation("contract") or paths.get(entity.text_path("definition"), "")):
                by_contract.setdefault(name, entity)
    return _Index(
        by_ref,
        {key: tuple(found) for key, found in by_type.items()},
        outgoing,
        {key: tuple(found) for key, found in incoming.items()},
        by_contract,
    )
