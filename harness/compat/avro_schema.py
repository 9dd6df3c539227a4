"""Avro schemas as frozen values, read from JSON by the Avro 1.12 specification and checked while reading.

Named types are kept once in `AvroSchema.names`; everywhere else they are references, so that recursive schemas
are finite values. Every node knows its JSON pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from harness.model import JSON

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED = frozenset({"record", "enum", "fixed"})


@dataclass(frozen=True, slots=True)
class Logical:
    """A logical type that is valid on its underlying type (Avro 1.12, "Logical Types")."""

    name: str
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        """`decimal(12, 2)` or `timestamp-millis`."""
        return f"decimal({self.precision}, {self.scale})" if self.name == "decimal" else self.name


@dataclass(frozen=True, slots=True)
class AvroField:
    """One field of a record; `default` means something only where `has_default`."""

    name: str
    type: AvroType
    pointer: str
    aliases: tuple[str, ...] = ()
    has_default: bool = False
    default: JSON = None
    notes: JSON = None


@dataclass(frozen=True, slots=True)
class AvroType:
    """One schema node.

    Attributes:
        kind: A primitive, `array`, `map`, `union`, `record`, `enum`, `fixed`, or `reference` to a named type.
        pointer: Where it stands in the document.
        name: Full name of a named type or of the reference's target; "" otherwise.
        aliases: Full names a reader also answers to.
        items: Element type of an array, value type of a map.
        branches: Of a union.
        fields: Of a record.
        symbols: Of an enum.
        default: Default symbol of an enum, "" if none.
        size: Bytes of a fixed.
        logical: Valid logical type, if any.
        notes: Attributes without influence on data (doc, custom properties), for telling that text changed.
    """

    kind: str
    pointer: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    items: AvroType | None = None
    branches: tuple[AvroType, ...] = ()
    fields: tuple[AvroField, ...] = ()
    symbols: tuple[str, ...] = ()
    default: str = ""
    size: int = 0
    logical: Logical | None = None
    notes: JSON = None
    _by_name: Mapping[str, AvroField] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the fields: wide records are looked up by name once for every field of the other side."""
        object.__setattr__(self, "_by_name", {member.name: member for member in self.fields})

    @property
    def short_name(self) -> str:
        """The unqualified name of a named type, else ""."""
        return self.name.rpartition(".")[2]

    @property
    def label(self) -> str:
        """What a union branch is called in JSON-encoded data and in sentences: `int`, `billing.Invoice`."""
        return self.name or self.kind

    def field(self, name: str) -> AvroField | None:
        """Return the field of this name."""
        return self._by_name.get(name)

    def __str__(self) -> str:
        """`decimal(12, 2)`, `fixed Fingerprint(16)`, `int`: as a sentence may say it."""
        if self.logical is not None:
            return str(self.logical)
        if self.kind in NAMED:
            return f"{self.kind} {self.name}"
        if self.kind == "union":
            return "[" + ", ".join(map(str, self.branches)) + "]"
        if self.items is not None:
            return f"{self.kind} of {self.items}"
        return self.label


@dataclass(frozen=True, slots=True)
class AvroSchema:
    """A whole schema: its root and the named types it defines, by full name."""

    root: AvroType
    names: Mapping[str, AvroType] = field(default_factory=lambda: MappingProxyType({}))

    def target(self, node: AvroType) -> AvroType:
        """Return the named type a reference means, or the node itself."""
        return self.names[node.name] if node.kind == "reference" else node

    def branches(self, node: AvroType) -> tuple[AvroType, ...]:
        """Return the branches of a union, or the node alone, references followed."""
        node = self.target(node)
        return tuple(map(self.target, node.branches)) if node.kind == "union" else (node,)


def parts(node: AvroType) -> Iterator[AvroType]:
    """Yield the types directly inside a node."""
    if node.items is not None:
        yield node.items
    yield from node.branches
    yield from (member.type for member in node.fields)
