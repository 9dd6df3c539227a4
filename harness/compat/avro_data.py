"""The smallest datum that a writer writes and a reader refuses, in Avro's own JSON encoding (Avro 1.12)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from harness.compat.avro_resolution import Readable, Resolution, Step, decimals_differ, same_name
from harness.compat.avro_schema import AvroSchema, AvroType
from harness.model import JSON, join

_ZERO: dict[str, JSON] = {
    "null": None,
    "boolean": False,
    "int": 0,
    "long": 0,
    "float": 0,
    "double": 0,
    "bytes": "",
    "string": "",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A datum of the writer, the pointer of what the reader cannot read, and why."""

    datum: JSON
    failing: str
    reason: str


class Samples:
    """Smallest data of every type of a schema; a type that only infinite data satisfy has none."""

    def __init__(self, schema: AvroSchema) -> None:
        self._schema = schema
        self._known: dict[str, JSON] = {}
        self._settle()

    def _settle(self) -> None:
        changed = True
        while changed:
            changed = False
            for name, node in self._schema.names.items():
                if name not in self._known and self._possible(node):
                    self._known[name] = self._build(node)
                    changed = True

    def has(self, node: AvroType) -> bool:
        """Whether any finite datum of this type exists."""
        return self._possible(node)

    def of(self, node: AvroType) -> JSON:
        """Return the smallest datum; call only where `has` says so."""
        return self._build(node)

    def _possible(self, node: AvroType) -> bool:
        if node.name in self._known:
            return True
        if node.kind in {"reference", "enum"}:
            return bool(node.symbols)
        if node.kind == "union":
            return any(map(self._possible, node.branches))
        return all(self._possible(field.type) for field in node.fields)

    def _build(self, node: AvroType) -> JSON:
        if node.name in self._known:
            return self._known[node.name]
        if node.kind == "union":
            branch = next(branch for branch in node.branches if self._possible(branch))
            return None if branch.kind == "null" else {branch.label: self._build(branch)}
        if node.kind == "record":
            return {field.name: self._build(field.type) for field in node.fields}
        return _plain(node)


def _plain(node: AvroType) -> JSON:
    if node.kind in {"array", "map"}:
        return [] if node.kind == "array" else {}
    if node.kind == "enum":
        return node.symbols[0]
    return "0" * node.size if node.kind == "fixed" else _ZERO[node.kind]


class Refusals:
    """Finds refused data along the shortest way from the roots to a failing place."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._roots = resolution.writer.target(resolution.writer.root), resolution.reader.target(resolution.reader.root)
        self._samples = Samples(resolution.writer)
        self._certain = self._ways(Readable.NO)

    def reached(self, writer: AvroType, reader: AvroType) -> Readable:
        """Say how reading fails when it gets to this pair: NO, DISPUTED, or YES where other branches absorb it."""
        key = (writer.pointer, reader.pointer)
        if key in self._certain:
            return Readable.NO
        return Readable.DISPUTED if key in self._ways(Readable.DISPUTED) else Readable.YES

    def at(self, writer: AvroType, reader: AvroType, culprit: str = "") -> Refusal | None:
        """Return a datum refused at this pair of types, or None if no finite datum gets there."""
        way = self._certain.get((writer.pointer, reader.pointer))
        inner = self._local(writer, reader, culprit)
        return None if way is None or inner is None else self._carry(way, *inner)

    def first(self) -> Refusal | None:
        """Return the refusal that is nearest to the root."""
        for way in self._certain.values():
            writer, reader = (way[-1].writer, way[-1].reader) if way else self._roots
            refusal = self.at(writer, reader)
            if refusal is not None:
                return refusal
        return None

    def _ways(self, worst: Readable) -> dict[tuple[str, str], tuple[Step, ...]]:
        """Return the shortest way to each pair that is reached through pairs readable no better than `worst`."""
        ways: dict[tuple[str, str], tuple[Step, ...]] = {}
        waiting: deque[tuple[AvroType, AvroType, tuple[Step, ...]]] = deque([(*self._roots, ())])
        while waiting:
            writer, reader, way = waiting.popleft()
            key = (writer.pointer, reader.pointer)
            if key in ways or self._resolution.readable(writer, reader) > worst:
                continue
            ways[key] = way
            waiting.extend((step.writer, step.reader, (*way, step)) for step in self._resolution.steps(writer, reader))
        return ways

    def _local(self, writer: AvroType, reader: AvroType, culprit: str) -> tuple[JSON, str, str] | None:
        """Return datum, pointer and reason for a pair that fails at its own place."""
        reason = self._resolution.obstacle(writer, reader, culprit)
        if not reason:
            return None
        if writer.kind == reader.kind == "enum" and same_name(writer, reader):
            return culprit or next(symbol for symbol in writer.symbols if symbol not in reader.symbols), "", reason
        if decimals_differ(writer, reader):
            return _one(writer), "", reason
        if writer.kind == "long" and reader.kind == "int":
            return 2**31, "", reason
        return (self._samples.of(writer), "", reason) if self._samples.has(writer) else None

    def _carry(self, way: tuple[Step, ...], datum: JSON, failing: str, reason: str) -> Refusal | None:
        """Wrap a refused inner datum into data of the types around it, inside out."""
        outer = [self._roots[0], *(step.writer for step in way)]
        for step, around in reversed(list(zip(way, outer, strict=False))):
            if step.kind == "field":
                if not all(self._samples.has(other.type) for other in around.fields if other.name != step.name):
                    return None
                datum = self._record(around, step.name, datum)
                failing = join("", step.name) + failing
            elif step.kind == "branch" and step.writer.kind != "null":
                datum, failing = {step.name: datum}, join("", step.name) + failing
            elif step.kind == "items":
                datum, failing = [datum], "/0" + failing
            elif step.kind == "values":
                datum, failing = {"key": datum}, "/key" + failing
        return Refusal(datum, failing, reason)

    def _record(self, node: AvroType, name: str, datum: JSON) -> JSON:
        return {field.name: datum if field.name == name else self._samples.of(field.type) for field in node.fields}


def _one(node: AvroType) -> JSON:
    """Return the decimal whose unscaled value is 1, so that another scale shows."""
    return "\x01" if node.kind == "bytes" else "\x00" * (node.size - 1) + "\x01"
