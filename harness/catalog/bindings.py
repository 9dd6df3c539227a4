"""Canonical bindings: which field of a system's payload becomes which field of the canonical payload, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.catalog.entities import Entity, mapping, resolve_path, sequence, text, texts
from harness.model import JSON

TRANSFORMATIONS = (
    "identity",
    "rename",
    "constant",
    "lookup",
    "enum-map",
    "concat",
    "collect",
    "date",
    "minor-to-major",
    "major-to-minor",
)
"""What may happen between the two payloads. A lookup names a mapping of the catalog; collect takes one member of
each item of a list; the two units move the decimal point by the exponent of the currency (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class FieldBinding:
    """One canonical field and where it comes from.

    Attributes:
        to: Field of the canonical payload, dotted; lists are passed through without an index: `lines.sku`.
        sources: Fields of the system's payload, in the same notation; empty for a constant.
        by: One of `TRANSFORMATIONS`.
        value: The constant.
        otherwise: What is filled in where the source leaves the field out; None if nothing.
        has_otherwise: Whether `otherwise` is written (it may be null).
        mapping: Reference of the mapping a lookup asks.
        key: Key column of that mapping which the source selects; its first key column if "".
        column: Column of that mapping that becomes the value.
        cases: Source value to canonical value of an enum map.
        guard: Why values the canonical field refuses cannot do harm: they are stopped, not carried. "" if none is.
        tokens: Where it stands below `spec.x-governance`.
    """

    to: str
    sources: tuple[str, ...]
    by: str
    value: JSON = field(default=None, hash=False)
    otherwise: JSON = field(default=None, hash=False)
    has_otherwise: bool = False
    mapping: str = ""
    key: str = ""
    column: str = ""
    cases: Mapping[str, JSON] = field(default_factory=dict, hash=False)
    guard: str = ""
    tokens: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A source field that deliberately goes nowhere, and why."""

    path: str
    reason: str
    index: int


@dataclass(frozen=True, slots=True)
class Binding:
    """One payload of one system, bound to one canonical payload.

    Attributes:
        ref: Catalog reference.
        title: What a person reads.
        object: Reference of the business object, whose `canonical` is the target.
        system: Reference of the component that sends the payload.
        file: Path of the contract from the root of the tree; "" if it leads nowhere.
        pointer: JSON pointer of the payload's schema in it.
        fields: Every bound field; shorthand `same` is written out as identity.
        dropped: Fields that go nowhere on purpose.
    """

    ref: str
    title: str
    object: str
    system: str
    file: str
    pointer: str
    fields: tuple[FieldBinding, ...]
    dropped: tuple[Dropped, ...]


def binding(entity: Entity) -> Binding:
    """Read the view of one `canonical-binding`; missing parts are empty."""
    body = entity.governance
    path, _, pointer = text(body.get("payload")).partition("#")
    same = tuple(
        FieldBinding(name, (name,), "identity", tokens=("same", index))
        for index, name in enumerate(texts(body.get("same")))
    )
    listed = tuple(_field(entity, mapping(row), index) for index, row in enumerate(sequence(body.get("fields"))))
    return Binding(
        ref=entity.ref,
        title=entity.title,
        object=entity.refer(body.get("object"), "resource"),
        system=entity.refer(body.get("system"), "component"),
        file=resolve_path(entity.file or "", path),
        pointer=pointer,
        fields=(*same, *listed),
        dropped=tuple(
            Dropped(text(row.get("from")), text(row.get("reason")).strip(), index)
            for index, row in enumerate(map(mapping, sequence(body.get("dropped"))))
        ),
    )


def _field(entity: Entity, row: Mapping[str, JSON], index: int) -> FieldBinding:
    sources = texts(row.get("from"))
    target = text(row.get("to"))
    return FieldBinding(
        to=target,
        sources=sources,
        by=text(row.get("by")) or ("identity" if sources == (target,) else "rename"),
        value=row.get("value"),
        otherwise=row.get("otherwise"),
        has_otherwise="otherwise" in row,
        mapping=entity.refer(row.get("mapping"), "resource"),
        key=text(row.get("key")),
        column=text(row.get("column")),
        cases=mapping(row.get("cases")),
        guard=text(row.get("guard")).strip(),
        tokens=("fields", index),
    )
