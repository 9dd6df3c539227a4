"""Whether a reader's schema reads everything a writer's schema writes (Avro 1.12, "Schema Resolution").

The relation is the greatest fixed point: recursive types are readable unless a place says otherwise. It is
computed by assuming every pair readable and lowering until nothing changes, so no answer is ever remembered
that was derived under an assumption which fell later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from harness.compat.avro_schema import NAMED, AvroField, AvroSchema, AvroType

PROMOTIONS: dict[str, frozenset[str]] = {
    "int": frozenset({"long", "float", "double"}),
    "long": frozenset({"float", "double"}),
    "float": frozenset({"double"}),
    "string": frozenset({"bytes"}),
    "bytes": frozenset({"string"}),
}
"""What each writer's primitive may be read as, besides itself."""


class Readable(IntEnum):
    """Ordered so that the worst of several is their minimum."""

    NO = 0
    DISPUTED = 1
    """The specification and the Java implementation choose different branches, and the choice matters."""
    YES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a pair of types to a pair inside them.

    `kind` is `items`, `values`, `field`, `branch` (of the writer's union) or `choice` (of the reader's);
    `name` is the writer's field or branch label.
    """

    kind: str
    name: str
    writer: AvroType
    reader: AvroType


class Resolution:
    """Every pair of types that meet when data written with one schema is read with another."""

    def __init__(self, writer: AvroSchema, reader: AvroSchema) -> None:
        self.writer = writer
        self.reader = reader
        self._state: dict[tuple[str, str], Readable] = {}

    def readable(self, writer: AvroType, reader: AvroType) -> Readable:
        """Return whether `reader` reads all that `writer` writes."""
        writer, reader = self.writer.target(writer), self.reader.target(reader)
        key = (writer.pointer, reader.pointer)
        if key not in self._state:
            self._settle(writer, reader)
        return self._state[key]

    def _settle(self, writer: AvroType, reader: AvroType) -> None:
        pairs = self._reachable(writer, reader)
        for pair in pairs:
            self._state.setdefault(pair, Readable.YES)
        changed = True
        while changed:
            changed = False
            # Inner pairs were found last: judging them first lets one pass settle most schemas.
            for key, (left, right) in reversed(pairs.items()):
                value = self._judge(left, right)
                if value < self._state[key]:
                    self._state[key] = value
                    changed = True

    def _reachable(self, writer: AvroType, reader: AvroType) -> dict[tuple[str, str], tuple[AvroType, AvroType]]:
        found: dict[tuple[str, str], tuple[AvroType, AvroType]] = {}
        waiting = [(self.writer.target(writer), self.reader.target(reader))]
        while waiting:
            left, right = waiting.pop()
            key = (left.pointer, right.pointer)
            if key in found:
                continue
            found[key] = (left, right)
            waiting.extend((step.writer, step.reader) for step in self.steps(left, right))
        return found

    def steps(self, writer: AvroType, reader: AvroType) -> Iterator[Step]:
        """Yield the pairs that meet inside a pair; targets are resolved."""
        if writer.kind == "union":
            for branch in self.writer.branches(writer):
                yield Step("branch", branch.label, branch, reader)
        elif reader.kind == "union":
            for branch in self.reader.branches(reader):
                if self.meets(writer, branch):
                    yield Step("choice", branch.label, writer, branch)
        elif writer.kind == reader.kind and writer.items is not None and reader.items is not None:
            name = "items" if writer.kind == "array" else "values"
            yield Step(name, "", self.writer.target(writer.items), self.reader.target(reader.items))
        elif writer.kind == reader.kind == "record" and same_name(writer, reader):
            for member in reader.fields:
                source = written_field(writer, member)
                if source is not None:
                    types = self.writer.target(source.type), self.reader.target(member.type)
                    yield Step("field", source.name, *types)

    def _judge(self, writer: AvroType, reader: AvroType) -> Readable:
        inner = [self._state[step.writer.pointer, step.reader.pointer] for step in self.steps(writer, reader)]
        if writer.kind == "union":
            return min(inner, default=Readable.YES)
        if reader.kind == "union":
            return _choice(inner)
        if self.obstacle(writer, reader):
            return Readable.NO
        if writer.kind == "record" and contested(writer, reader):
            inner.append(Readable.DISPUTED)
        return min(inner, default=Readable.YES)

    def meets(self, writer: AvroType, branch: AvroType) -> bool:
        """Whether a branch of the reader's union may be chosen for `writer`, before looking inside."""
        if writer.kind == branch.kind:
            return writer.kind not in NAMED or same_name(writer, branch)
        return branch.kind in PROMOTIONS.get(writer.kind, ())

    def obstacle(self, writer: AvroType, reader: AvroType, culprit: str = "") -> str:
        """Say what hinders reading at this very pair, leaving what is inside aside; "" if nothing does.

        `culprit` names the field or symbol to speak of where several hinder.
        """
        if writer.kind == "union":
            return ""
        if reader.kind == "union":
            chosen = any(self.meets(writer, branch) for branch in self.reader.branches(reader))
            return "" if chosen else f"no branch of the reader's union takes {writer.label}"
        if writer.kind != reader.kind:
            promoted = reader.kind in PROMOTIONS.get(writer.kind, ())
            return "" if promoted else f"{reader.label} cannot be read from {writer.label}"
        if writer.kind in NAMED and not same_name(writer, reader):
            return f"the reader knows no {writer.kind} named {writer.short_name}"
        return _detail(writer, reader, culprit)


def _detail(writer: AvroType, reader: AvroType, culprit: str) -> str:
    """Say what hinders reading between two types of the same kind and name."""
    if writer.kind == "fixed" and writer.size != reader.size:
        return f"{writer.size} bytes were written where {reader.size} are expected"
    if writer.kind == "enum":
        missing = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
        named = culprit or next(iter(missing), "")
        return f"the reader has no symbol {named} and no default" if missing and not reader.default else ""
    if writer.kind == "record":
        lacking = lacking_fields(writer, reader)
        named = culprit or next((field.name for field in lacking), "")
        return f"field {named} was not written and has no default" if lacking else ""
    if decimals_differ(writer, reader):
        return f"a {writer.logical} was written where a {reader.logical} is expected"
    return ""


def _choice(inner: list[Readable]) -> Readable:
    """Judge a reader's union by the branches that may be chosen; unequal answers are disputed."""
    if not inner:
        return Readable.NO
    return inner[0] if len(set(inner)) == 1 else Readable.DISPUTED


def decimals_differ(writer: AvroType, reader: AvroType) -> bool:
    """Whether both are decimals that do not match: precision and scale must be equal ("Decimal")."""
    left, right = writer.logical, reader.logical
    return left is not None and right is not None and left.name == right.name == "decimal" and left != right


def same_name(writer: AvroType, reader: AvroType) -> bool:
    """Whether the unqualified names are equal, or an alias of the reader is the writer's full name."""
    return writer.short_name == reader.short_name or writer.name in reader.aliases


def written_field(writer: AvroType, field: AvroField) -> AvroField | None:
    """Return the writer's field that a reader's field is read from: by name, else by the reader's aliases."""
    names = (field.name, *field.aliases)
    return next((found for found in map(writer.field, names) if found is not None), None)


def lacking_fields(writer: AvroType, reader: AvroType) -> list[AvroField]:
    """Return the reader's fields that nobody wrote and that have no default."""
    return [field for field in reader.fields if not field.has_default and written_field(writer, field) is None]


def contested(writer: AvroType, reader: AvroType) -> bool:
    """Whether two fields of the reader claim the same written field, one by alias.

    Java renames the written field to the one with the alias, and the other then finds nothing; Python reads both.
    """
    sources = [found.name for field in reader.fields if (found := written_field(writer, field)) is not None]
    return len(set(sources)) < len(sources)
