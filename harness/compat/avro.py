"""Compares two Avro schemas by the specification's resolution rules (Avro 1.12, "Schema Resolution").

The old schema is the writer and the new one the reader for `backward`; `forward` swaps them. Content models do
not apply: a reader's schema says what happens to every field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.compat.avro_data import Refusal, Refusals
from harness.compat.avro_differences import Difference, differences
from harness.compat.avro_reading import read_avro
from harness.compat.avro_resolution import Readable, Resolution, contested
from harness.compat.avro_schema import AvroSchema
from harness.documents import Node
from harness.model import (
    JSON,
    Basis,
    Bump,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Direction,
    Level,
    Location,
    Side,
    Verdict,
    Witness,
    fingerprint,
)

Locate = Callable[[str], Location]

_RULES = "Avro 1.12 schema resolution"
_OTHERWISE = "Add a new field of the other type, keep this one until every reader has moved."
_DISPUTED = (
    "implementations choose differently between several branches of a union, or between two fields with one alias"
)
_WORDS = {Readable.YES: Verdict.COMPATIBLE, Readable.DISPUTED: Verdict.UNPROVEN, Readable.NO: Verdict.BREAKING}
_SETTLE = {
    "avro-field-added": "Give the field a default, so that data without it can be read.",
    "avro-field-removed": "Give the field a default first; remove it once every reader has that version.",
    "avro-field-renamed": "Keep the old name among the aliases of the field.",
    "avro-symbol-added": "Give the enum a default and roll that out to readers before writing the symbol.",
    "avro-symbol-removed": "Keep the symbol, or give the enum a default for old data.",
    "avro-name-changed": "Keep the old full name among the aliases.",
    "avro-branch-added": "Roll the branch out to every reader before anybody writes it.",
    "avro-branch-removed": "Keep the branch as long as data written with it are read.",
    "avro-decimal-changed": "Add a new field with the other precision or scale; keep this one.",
}


@dataclass(frozen=True, slots=True)
class AvroComparison:
    """Both directions and every difference, before anybody says which direction matters."""

    backward: OneWay
    forward: OneWay
    differences: tuple[Difference, ...]


def compare_avro(
    old: JSON, new: JSON, *, old_place: Locate, new_place: Locate, mode: str = "backward"
) -> ContractComparison:
    """Compare two Avro schemas.

    Args:
        old: The older schema as JSON; the writer of `backward`.
        new: The newer schema as JSON.
        old_place: Gives the place of a JSON pointer of `old`.
        new_place: Gives the place of a JSON pointer of `new`.
        mode: `backward`, `forward` or `full`: which direction the verdict is about.

    Raises:
        UnreadableError: One of them is not a valid Avro schema.
    """
    found = resolve_both(read_avro(old, old_place), read_avro(new, new_place))
    asked = directions(found, mode)
    verdict = Verdict.worst([one.verdict for one in asked])
    changes = tuple(avro_change(item, asked, old_place, new_place) for item in found.differences)
    return ContractComparison(
        kind=ContractKind.AVRO,
        verdict=verdict,
        changes=changes,
        required_bump=required_bump(verdict, found.differences),
        content_model=ContentModel.OPEN,
        backward=found.backward.verdict,
        forward=found.forward.verdict,
        backward_witness=found.backward.witness(),
        forward_witness=found.forward.witness(),
    )


def compare_avro_nodes(old: Node, new: Node, *, mode: str = "backward") -> ContractComparison:
    """Compare the Avro schemas at two nodes; places are those of their documents."""
    return compare_avro(old.value, new.value, old_place=places_of(old), new_place=places_of(new), mode=mode)


def places_of(node: Node) -> Locate:
    """Return what gives the place of a pointer below `node`."""
    return lambda pointer: node.document.location(node.pointer + pointer)


def resolve_both(old: AvroSchema, new: AvroSchema) -> AvroComparison:
    """Judge both directions and list the differences."""
    found = tuple(differences(old, new))
    return AvroComparison(OneWay(old, new, backward=True), OneWay(new, old, backward=False), found)


def directions(found: AvroComparison, mode: str) -> tuple[OneWay, ...]:
    """Return the directions that `mode` asks about."""
    both = {"backward": (found.backward,), "forward": (found.forward,)}
    return both.get(mode, (found.backward, found.forward))


class OneWay:
    """One writer and one reader: the verdict, and which differences it is due to."""

    def __init__(self, writer: AvroSchema, reader: AvroSchema, *, backward: bool) -> None:
        self._resolution = Resolution(writer, reader)
        self._refusals = Refusals(self._resolution)
        self._backward = backward
        self.verdict = _WORDS[self._resolution.readable(writer.root, reader.root)]

    def witness(self) -> Witness | None:
        """Return the datum nearest to the root that the reader refuses; None if only infinite data would be."""
        refusal = self._refusals.first() if self.verdict is Verdict.BREAKING else None
        return None if refusal is None else self._as_witness(refusal)

    def judge(self, difference: Difference) -> tuple[Verdict, Witness | None]:
        """Return the verdict of one difference, with the datum that shows it."""
        pair = difference.backward if self._backward else difference.forward
        if pair is None:
            return Verdict.COMPATIBLE, None
        if difference.disputed and contested(*pair):
            return _WORDS[max(self._refusals.reached(*pair), Readable.DISPUTED)], None
        if difference.disputed or not self._resolution.obstacle(*pair):
            return Verdict.COMPATIBLE, None
        readable = self._refusals.reached(*pair)
        if readable is not Readable.NO:
            return _WORDS[readable], None
        refusal = self._refusals.at(*pair, difference.culprit)
        return Verdict.BREAKING, None if refusal is None else self._as_witness(refusal)

    def _as_witness(self, refusal: Refusal) -> Witness:
        valid, invalid = (Side.OLD, Side.NEW) if self._backward else (Side.NEW, Side.OLD)
        return Witness(
            refusal.datum, valid, invalid, "raw", refusal.reason, refusal.failing, _RULES, "Avro datum (JSON encoding)"
        )


def avro_change(
    item: Difference,
    asked: tuple[OneWay, ...],
    old_place: Locate,
    new_place: Locate,
    direction: Direction | None = None,
) -> Change:
    """Return one difference as a change, judged in the directions that are asked about."""
    verdicts, witnesses = zip(*(one.judge(item) for one in asked), strict=True)
    verdict = Verdict.worst(list(verdicts))
    here, there = (new_place, old_place) if item.side is Side.NEW else (old_place, new_place)
    witness = next((found for found in witnesses if found is not None), None)
    return Change(
        rule=item.kind,
        title=item.title,
        verdict=verdict,
        level=_level(item, verdict),
        basis=Basis.INCLUSION if witness is not None or verdict is not Verdict.BREAKING else Basis.RULE,
        direction=direction,
        side=item.side,
        location=here(item.pointer),
        subject=item.subject,
        before=item.before,
        after=item.after,
        counterpart=None if item.counterpart is None else there(item.counterpart),
        witness=witness,
        reason=_DISPUTED if verdict is Verdict.UNPROVEN else "",
        settle="" if verdict is Verdict.COMPATIBLE else _SETTLE.get(item.kind, _OTHERWISE),
        fingerprint=fingerprint(item.kind, direction or "", item.pointer, item.counterpart or ""),
    )


def _level(item: Difference, verdict: Verdict) -> Level:
    if verdict is Verdict.BREAKING:
        return Level.ERROR
    return Level.WARNING if item.notable or verdict is Verdict.UNPROVEN else Level.INFO


def required_bump(verdict: Verdict, found: tuple[Difference, ...]) -> Bump:
    """Return the version step that the differences need."""
    if verdict is not Verdict.COMPATIBLE:
        return Bump.MAJOR
    if not found:
        return Bump.NONE
    return Bump.PATCH if all(item.quiet for item in found) else Bump.MINOR
