"""Business objects: the fields that money depends on, and the one system that may write each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.catalog.entities import Entity, mapping, resolve_path, sequence, text, texts
from harness.model import JSON


@dataclass(frozen=True, slots=True)
class BusinessField:
    """One field of a business object.

    Attributes:
        path: In the canonical payload, dotted: `tax`, `lines.amount`.
        owner: Reference of the component or system that may write it.
        states: States of the object in which that holds; empty for every state.
        sensitivity: `none`, `financial` or `sox-key`.
        tolerance: Allowed difference in minor units, as text; "" where none is stated.
        when: Further condition that splits ownership, such as `payment_terms=CARD`; "" for none.
        index: Place in the entity's list of fields.
    """

    path: str
    owner: str
    states: tuple[str, ...] = ()
    sensitivity: str = "none"
    tolerance: str = ""
    when: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class BusinessState:
    """One state of a business object: who may set it, and which states may follow."""

    name: str
    owner: str
    next: tuple[str, ...] = ()
    index: int = 0


@dataclass(frozen=True, slots=True)
class Mirror:
    """A copy that follows the owner: `component` may carry `fields`, only by the operations or messages in `via`."""

    component: str
    via: tuple[str, ...]
    fields: tuple[str, ...]
    index: int = 0


@dataclass(frozen=True, slots=True)
class BusinessObject:
    """Something the business counts: invoice, payment, customer.

    Attributes:
        ref: Catalog reference.
        name: As contracts write it in `x-business-object`, such as `invoice`.
        title: What a person reads.
        canonical: Path of the newest canonical payload, from the root of the tree; "" if there is none.
        default_owner: Reference of the system of record for fields not listed; "" if none.
        fields: Sorted as written.
        states: Sorted as written.
        keys: (system, its key) pairs.
        definition: What counts as one, in one sentence.
        owner: Reference of the group that owns the definition.
        mirrors: Copies elsewhere that only follow.
    """

    ref: str
    name: str
    title: str
    canonical: str
    default_owner: str
    fields: tuple[BusinessField, ...]
    states: tuple[BusinessState, ...]
    keys: tuple[tuple[str, str], ...]
    definition: str
    owner: str
    mirrors: tuple[Mirror, ...] = ()

    def fields_at(self, path: str) -> tuple[BusinessField, ...]:
        """Return what is said about a field: the entries for it, else those for its nearest parent."""
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            found = tuple(field for field in self.fields if field.path == ".".join(parts[:length]))
            if found:
                return found
        return ()


def business_object(entity: Entity) -> BusinessObject:
    """Read the view of one `business-object`; missing parts are empty."""
    body = entity.governance
    record = mapping(body.get("systemOfRecord"))
    return BusinessObject(
        ref=entity.ref,
        name=text(body.get("object")) or entity.name,
        title=entity.title,
        canonical=resolve_path(entity.file or "", text(body.get("canonical"))),
        default_owner=entity.refer(record.get("default"), "component"),
        fields=tuple(_field(entity, mapping(row), index) for index, row in enumerate(sequence(record.get("fields")))),
        states=tuple(
            BusinessState(
                text(row.get("name")), entity.refer(row.get("owner"), "component"), texts(row.get("next")), index
            )
            for index, row in enumerate(map(mapping, sequence(record.get("states"))))
        ),
        keys=tuple((system, text(key)) for system, key in mapping(body.get("keys")).items()),
        definition=text(body.get("definition")),
        owner=entity.owner,
        mirrors=tuple(
            Mirror(
                entity.refer(row.get("component"), "component"), texts(row.get("via")), texts(row.get("fields")), index
            )
            for index, row in enumerate(map(mapping, sequence(record.get("mirrors"))))
        ),
    )


def _field(entity: Entity, row: Mapping[str, JSON], index: int) -> BusinessField:
    return BusinessField(
        path=text(row.get("path")),
        owner=entity.refer(row.get("owner"), "component"),
        states=texts(row.get("states")),
        sensitivity=text(row.get("sensitivity")) or "none",
        tolerance=text(row.get("tolerance")),
        when=text(row.get("when")),
        index=index,
    )
