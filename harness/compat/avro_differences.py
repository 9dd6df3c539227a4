"""What differs between two Avro schemas, place by place, and in which direction each difference breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.compat.avro_resolution import PROMOTIONS, contested, same_name
from harness.compat.avro_schema import NAMED, AvroField, AvroSchema, AvroType
from harness.model import JSON, Side, join

Pair = tuple[AvroType, AvroType]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        kind: Id from `harness.compat.avro_kinds`.
        title: One clause for a person.
        subject: `Invoice.tax`, `TaxCode`.
        side: The document `pointer` is in: the old one where the thing was removed.
        pointer: The changed node.
        counterpart: The paired node on the other side, None if there is none.
        before: What the old side says there.
        after: What the new side says there.
        backward: Writer's (old) and reader's (new) type where reading old data fails; None if it cannot fail here.
        forward: Writer's (new) and reader's (old) type where reading new data fails; None if it cannot fail here.
        quiet: Whether the difference is text for people only.
        notable: Whether data keep their bytes and lose their meaning, so that a warning is due.
        disputed: Whether implementations differ about `backward` and `forward`, rather than refuse.
        culprit: The field or symbol to blame where the pair of types may fail for several; "" if any will do.
    """

    kind: str
    title: str
    subject: str
    side: Side
    pointer: str
    counterpart: str | None = None
    before: JSON = None
    after: JSON = None
    backward: Pair | None = None
    forward: Pair | None = None
    quiet: bool = False
    notable: bool = False
    culprit: str = ""
    disputed: bool = False


def differences(old: AvroSchema, new: AvroSchema) -> list[Difference]:
    """Return every difference, in the order of the new document, each pair of named types looked at once."""
    return list(_Walk(old, new).pair(old.root, new.root, ""))


class _Walk:
    def __init__(self, old: AvroSchema, new: AvroSchema) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()

    def pair(self, old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
        """Yield what differs between two types that take each other's place."""
        old, new = self._old.target(old), self._new.target(new)
        if (old.pointer, new.pointer) in self._seen:
            return
        self._seen.add((old.pointer, new.pointer))
        if old.kind == "union" or new.kind == "union":
            yield from self._unions(old, new, subject or "the schema")
        elif old.kind != new.kind:
            yield from _other_type(old, new, subject or "the schema", (old, new), (new, old))
        else:
            yield from self._same_kind(old, new, new.short_name or subject or "the schema")

    def _same_kind(self, old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
        if old.kind in NAMED:
            yield from _names(old, new, subject)
            if not (same_name(old, new) or same_name(new, old)):
                return
        if old.items is not None and new.items is not None:
            inner = ("an item of " if old.kind == "array" else "a value of ") + subject
            yield from self.pair(old.items, new.items, inner)
        yield from self._members(old, new, subject)
        yield from _logical(old, new, subject)
        if old.notes != new.notes:
            yield _text(old.pointer, new.pointer, subject)

    def _members(self, old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
        if old.kind == "record":
            yield from self._fields(old, new, subject)
        elif old.kind == "enum":
            yield from _symbols(old, new, subject)
        elif old.kind == "fixed" and old.size != new.size:
            yield Difference(
                "avro-fixed-size-changed", f"{subject} has {new.size} bytes instead of {old.size}", subject, Side.NEW,
                join(new.pointer, "size"), join(old.pointer, "size"), old.size, new.size, (old, new), (new, old),
            )  # fmt: skip

    def _fields(self, old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
        left = {field.name: field for field in old.fields}
        for field in new.fields:
            partner = left.pop(field.name, None) or _renamed(field, old, new, left)
            if partner is None:
                yield _added(field, old, new, subject)
                continue
            if partner.name != field.name:
                left.pop(partner.name, None)
                yield _rename(partner, field, old, new, subject)
            yield from self.pair(partner.type, field.type, f"{subject}.{field.name}")
            yield from _field_details(partner, field, f"{subject}.{field.name}")
        for field in left.values():
            yield _removed(field, old, new, subject)
        if contested(old, new) or contested(new, old):
            yield Difference(
                "avro-field-renamed", f"two fields of {subject} are read from one written field", subject, Side.NEW,
                new.pointer, old.pointer, backward=(old, new), forward=(new, old), disputed=True,
            )  # fmt: skip

    def _unions(self, old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
        left = list(self._old.branches(old))
        right = list(self._new.branches(new))
        for matches in (_equal_label, _equal_short_name):
            for ours in list(left):
                theirs = next((branch for branch in right if matches(ours, branch)), None)
                if theirs is not None:
                    left.remove(ours)
                    right.remove(theirs)
                    yield from self.pair(ours, theirs, subject)
        for ours in list(left):
            theirs = next((branch for branch in right if _promotable(ours, branch)), None)
            if theirs is not None:
                left.remove(ours)
                right.remove(theirs)
                yield from _other_type(ours, theirs, subject, (ours, new), (theirs, old))
        for branch in right:
            yield _branch_added(branch, old, subject)
        for branch in left:
            yield _branch_removed(branch, new, subject)


def _equal_label(old: AvroType, new: AvroType) -> bool:
    return old.kind == new.kind and old.label == new.label


def _equal_short_name(old: AvroType, new: AvroType) -> bool:
    return old.kind == new.kind and old.kind in NAMED and (same_name(old, new) or same_name(new, old))


def _promotable(old: AvroType, new: AvroType) -> bool:
    return new.kind in PROMOTIONS.get(old.kind, ()) or old.kind in PROMOTIONS.get(new.kind, ())


def _other_type(old: AvroType, new: AvroType, subject: str, backward: Pair, forward: Pair) -> Iterator[Difference]:
    if new.kind in PROMOTIONS.get(old.kind, ()):
        kind, verb = "avro-type-promoted", f"is now {new} instead of {old}"
    elif old.kind in PROMOTIONS.get(new.kind, ()):
        kind, verb = "avro-type-demoted", f"is now only {new} instead of {old}"
    else:
        kind, verb = "avro-type-changed", f"is {new} instead of {old}"
    yield Difference(
        kind, f"{subject} {verb}", subject, Side.NEW, new.pointer, old.pointer, str(old), str(new), backward, forward
    )
    # A date that is read as a plain long keeps its number and loses its meaning.
    yield from (found for found in _logical(old, new, subject) if found.kind == "avro-logical-type-changed")


def _names(old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
    if old.name == new.name:
        return
    kind = "avro-namespace-changed" if old.short_name == new.short_name else "avro-name-changed"
    yield Difference(
        kind, f"{old.name} is now called {new.name}", subject, Side.NEW, join(new.pointer, "name"),
        join(old.pointer, "name"), old.name, new.name, (old, new), (new, old),
    )  # fmt: skip


def _logical(old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
    if old.logical == new.logical:
        return
    before, after = (str(node.logical or f"plain {node.kind}") for node in (old, new))
    both = old.logical is not None and new.logical is not None and old.logical.name == new.logical.name
    base = Difference(
        "avro-logical-type-changed", f"{subject} is {after} instead of {before}", subject, Side.NEW, new.pointer,
        old.pointer, before, after, notable=True,
    )  # fmt: skip
    yield replace(base, kind="avro-decimal-changed", backward=(old, new), forward=(new, old)) if both else base


def _symbols(old: AvroType, new: AvroType, subject: str) -> Iterator[Difference]:
    for symbol in new.symbols:
        if symbol not in old.symbols:
            place = join(new.pointer, "symbols", new.symbols.index(symbol))
            title = f"{subject} may now be {symbol}"
            yield Difference(
                "avro-symbol-added", title, subject, Side.NEW, place, old.pointer, None, symbol, None, (new, old),
                culprit=symbol,
            )  # fmt: skip
    for symbol in old.symbols:
        if symbol not in new.symbols:
            place = join(old.pointer, "symbols", old.symbols.index(symbol))
            title = f"{subject} no longer knows {symbol}"
            yield Difference(
                "avro-symbol-removed", title, subject, Side.OLD, place, new.pointer, symbol, None, (old, new),
                culprit=symbol,
            )  # fmt: skip
    if old.default != new.default:
        yield Difference(
            "avro-default-changed", f"an unknown {subject} is read as {new.default or 'an error'}", subject, Side.NEW,
            new.pointer, old.pointer, old.default or None, new.default or None,
        )  # fmt: skip


def _renamed(field: AvroField, old: AvroType, new: AvroType, left: dict[str, AvroField]) -> AvroField | None:
    """Return the old field that an alias on either side joins with `field`."""
    for alias in field.aliases:
        if alias in left and new.field(alias) is None:
            return left[alias]
    return next(
        (other for other in left.values() if field.name in other.aliases and old.field(field.name) is None), None
    )


def _rename(before: AvroField, after: AvroField, old: AvroType, new: AvroType, subject: str) -> Difference:
    return Difference(
        "avro-field-renamed", f"{subject}.{before.name} is now called {after.name}", f"{subject}.{after.name}",
        Side.NEW, after.pointer, before.pointer, before.name, after.name,
        None if after.has_default or before.name in after.aliases else (old, new),
        None if before.has_default or after.name in before.aliases else (new, old),
        notable=before.name not in after.aliases,
    )  # fmt: skip


def _added(field: AvroField, old: AvroType, new: AvroType, subject: str) -> Difference:
    tail = "with a default" if field.has_default else "without a default"
    return Difference(
        "avro-field-added", f"{subject}.{field.name} added, {tail}", f"{subject}.{field.name}", Side.NEW,
        field.pointer, old.pointer, None, field.name, None if field.has_default else (old, new),
        culprit=field.name,
    )  # fmt: skip


def _removed(field: AvroField, old: AvroType, new: AvroType, subject: str) -> Difference:
    return Difference(
        "avro-field-removed", f"{subject}.{field.name} removed", f"{subject}.{field.name}", Side.OLD,
        field.pointer, new.pointer, field.name, None, None, None if field.has_default else (new, old),
        culprit=field.name,
    )  # fmt: skip


def _field_details(old: AvroField, new: AvroField, subject: str) -> Iterator[Difference]:
    if (old.has_default, old.default) != (new.has_default, new.default):
        before, after = (str(side.default) if side.has_default else "nothing" for side in (old, new))
        title = f"{subject} defaults to {after} instead of {before}"
        yield Difference(
            "avro-default-changed", title, subject, Side.NEW, new.pointer, old.pointer, old.default, new.default
        )
    if old.notes != new.notes:
        yield _text(old.pointer, new.pointer, subject)


def _text(old: str, new: str, subject: str) -> Difference:
    return Difference("avro-text-changed", f"{subject} is described otherwise", subject, Side.NEW, new, old, quiet=True)


def _branch_added(branch: AvroType, old: AvroType, subject: str) -> Difference:
    title = f"{subject} may now be {branch}"
    return Difference(
        "avro-branch-added", title, subject, Side.NEW, branch.pointer, old.pointer, None, branch.label, None,
        (branch, old),
    )  # fmt: skip


def _branch_removed(branch: AvroType, new: AvroType, subject: str) -> Difference:
    title = f"{subject} may no longer be {branch}"
    return Difference(
        "avro-branch-removed", title, subject, Side.OLD, branch.pointer, new.pointer, branch.label, None,
        (branch, new),
    )  # fmt: skip
