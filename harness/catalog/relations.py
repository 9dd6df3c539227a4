"""Relations between entities: which fields hold references, and what they mean in both directions.

Source: @backstage/catalog-model 1.10.1, `relationFields` of the eight built-in kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.catalog.entities import Entity
from harness.model import JSON, Location


@dataclass(frozen=True, slots=True)
class RelationField:
    """A field of `spec` that holds one reference or a list of them.

    `default_kind` None: the reference must name its kind. `kinds` empty: any kind may stand there.
    """

    name: str
    relation: str
    default_kind: str | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """One written reference.

    Attributes:
        source: Normal reference of the entity it is written in.
        type: Such as `consumesApi`.
        target: Normal reference of what it names; "" where the text is no reference.
        written: The text as it stands there.
        field: The field of `spec`.
        index: Place in the list, None where the field holds one reference.
        kinds: Kinds that may stand there, lower-case; empty for any.
    """

    source: str
    type: str
    target: str
    written: str
    field: str
    index: int | None = None
    kinds: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str | int, ...]:
        """The tokens of its place in the entity."""
        return ("spec", self.field) if self.index is None else ("spec", self.field, self.index)


_OWNER = RelationField("owner", "ownedBy", "group", ("group", "user"))
_SYSTEM = RelationField("system", "partOf", "system")
_DEPENDS = (RelationField("dependsOn", "dependsOn"), RelationField("dependencyOf", "dependencyOf"))

FIELDS: Mapping[str, tuple[RelationField, ...]] = {
    "api": (_OWNER, _SYSTEM),
    "component": (
        _OWNER,
        RelationField("subcomponentOf", "partOf", "component"),
        RelationField("providesApis", "providesApi", "api"),
        RelationField("consumesApis", "consumesApi", "api"),
        *_DEPENDS,
        _SYSTEM,
    ),
    "resource": (_OWNER, *_DEPENDS, _SYSTEM),
    "system": (_OWNER, RelationField("domain", "partOf", "domain")),
    "domain": (_OWNER, RelationField("subdomainOf", "partOf", "domain")),
    "group": (
        RelationField("parent", "childOf", "group", ("group",)),
        RelationField("children", "parentOf", "group", ("group",)),
        RelationField("members", "hasMember", "user", ("user",)),
    ),
    "user": (RelationField("memberOf", "memberOf", "group", ("group",)),),
    "location": (),
}

INVERSE: Mapping[str, str] = {
    "ownedBy": "ownerOf",
    "partOf": "hasPart",
    "providesApi": "apiProvidedBy",
    "consumesApi": "apiConsumedBy",
    "dependsOn": "dependencyOf",
    "dependencyOf": "dependsOn",
    "childOf": "parentOf",
    "parentOf": "childOf",
    "hasMember": "memberOf",
    "memberOf": "hasMember",
}


def relations_of(entity: Entity) -> Iterator[Relation]:
    """Yield every reference written in the relation fields of one entity, in the order of the fields."""
    for known in FIELDS.get(entity.kind.lower(), ()):
        value = entity.spec.get(known.name)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _relation(entity, known, item, index)
        elif value is not None:
            yield from _relation(entity, known, value, None)


def _relation(entity: Entity, known: RelationField, written: JSON, index: int | None) -> Iterator[Relation]:
    if isinstance(written, str):
        target = entity.refer(written, known.default_kind)
        yield Relation(entity.ref, known.relation, target, written, known.name, index, known.kinds)


def place(entity: Entity, relation: Relation) -> Location:
    """Return where a relation is written."""
    return entity.at(*relation.tokens)
