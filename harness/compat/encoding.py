"""Comparisons as JSON values, and JSON values as text with exact numbers and a fixed order of keys.

`json` writes a Decimal only through a float, which rounds: `0.1000000000000000055` would leave as `0.1`. So a text
with such a number is written by a slower writer of our own; all others go through the C encoder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from harness.compat.inline import INLINE
from harness.model import JSON, Change, ContractComparison, Location, Side, Witness

MOST_CARRIERS = 100
"""A component of a cyclic document is reached from every operation: more than this is counted, not listed."""
_QUOTED = json.encoder.encode_basestring


class _InexactError(Exception):
    """A Decimal has no float that prints alike."""


def dumps(value: object, *, indent: int | None = None) -> str:
    """Return the JSON text of `value`; every Decimal keeps its digits, keys keep their order.

    Lone surrogates, which UTF-8 cannot carry, are written as escapes.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=_as_float, allow_nan=False)
    except _InexactError:
        text = "".join(_exact(value, indent, 0))
    return text if _is_utf8(text) else _escaped(text)


def comparison_to_json(comparison: ContractComparison) -> dict[str, JSON]:
    """Return a whole comparison as `harness/schemas/compare.json` describes it; write it with `dumps`."""
    found: dict[str, JSON] = {
        "kind": comparison.kind.value,
        "verdict": comparison.verdict.value,
        "required_bump": comparison.required_bump.value,
        "content_model": comparison.content_model.value,
        "old_version": comparison.old_version,
        "new_version": comparison.new_version,
        "as_of": comparison.as_of.isoformat() if comparison.as_of else None,
        "backward": comparison.backward.value if comparison.backward else None,
        "forward": comparison.forward.value if comparison.forward else None,
    }
    _put_witnesses(found, comparison)
    found["changes"] = [change_to_json(change, details=True) for change in comparison.changes]
    found["notes"] = list(comparison.notes)
    return found


def result_to_json(identifier: JSON, comparison: ContractComparison) -> dict[str, JSON]:
    """Return one row of `compare --batch`, as `harness/schemas/compare-batch-result.json` describes it."""
    found: dict[str, JSON] = {
        "id": identifier,
        "kind": comparison.kind.value,
        "backward": comparison.backward.value if comparison.backward else None,
        "forward": comparison.forward.value if comparison.forward else None,
        "verdict": comparison.verdict.value,
        "required_bump": comparison.required_bump.value,
    }
    _put_witnesses(found, comparison)
    found["changes"] = [change_to_json(change) for change in comparison.changes]
    return found


def _put_witnesses(found: dict[str, JSON], comparison: ContractComparison) -> None:
    if comparison.backward_witness is not None:
        found["backward_witness"] = witness_to_json(comparison.backward_witness)
    if comparison.forward_witness is not None:
        found["forward_witness"] = witness_to_json(comparison.forward_witness)


def change_to_json(change: Change, *, details: bool = False) -> dict[str, JSON]:
    """Return one change; `details` adds what both sides say there and the paired place."""
    found: dict[str, JSON] = {
        "fingerprint": change.fingerprint,
        "rule": change.rule,
        "title": change.title,
        "verdict": change.verdict.value,
        "level": change.level.value,
        "basis": change.basis.value,
        "direction": change.direction.value if change.direction else None,
        "location": location_to_json(change.location, change.side),
        "reached_from": list(change.reached_from[:MOST_CARRIERS]),
    }
    if len(change.reached_from) > MOST_CARRIERS:
        found["reached_total"] = len(change.reached_from)
    if details:
        found["subject"] = change.subject
        found["before"], found["after"] = change.before, change.after
        if change.counterpart is not None:
            other = Side.OLD if change.side is Side.NEW else Side.NEW
            found["counterpart"] = location_to_json(change.counterpart, other)
    found |= {key: text for key, text in (("reason", change.reason), ("settle", change.settle)) if text}
    if change.witness is not None:
        found["witness"] = witness_to_json(change.witness)
    return found


def location_to_json(location: Location, side: Side) -> dict[str, JSON]:
    """Return a place; `file` and `line` are absent for inline documents."""
    found: dict[str, JSON] = {"side": side.value}
    if location.file not in {None, INLINE}:
        found["file"] = location.file
        if location.line is not None:
            found["line"] = location.line
    found["pointer"] = location.pointer
    return found


def witness_to_json(witness: Witness) -> dict[str, JSON]:
    """Return a witness; the carrying message is present only where there is one."""
    found: dict[str, JSON] = {
        "instance": witness.instance,
        "valid_under": witness.valid_under.value,
        "invalid_under": witness.invalid_under.value,
        "view": witness.view,
        "error": witness.error,
        "failing": witness.failing,
    }
    if witness.checked_with:
        found["checked_with"] = witness.checked_with
    if witness.carrier:
        found["carrier"] = witness.carrier
    if witness.payload is not None:
        found["payload"], found["payload_failing"] = witness.payload, witness.payload_failing
    return found


def _as_float(value: object) -> float:
    """Return the float that prints as the very same number, for the C encoder."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON")
    number = float(value)
    if not value.is_finite() or Decimal(repr(number)) != value:
        raise _InexactError
    return number


def _exact(value: object, indent: int | None, depth: int) -> Iterator[str]:
    """Write a value piece by piece, laid out as `json.dumps` does."""
    if isinstance(value, dict) and value:
        members = [(_QUOTED(str(key)) + ": ", inner) for key, inner in value.items()]
        yield from _container("{}", members, indent, depth)
    elif isinstance(value, (list, tuple)) and value:
        yield from _container("[]", [("", inner) for inner in value], indent, depth)
    elif isinstance(value, Decimal):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def _container(brackets: str, members: list[tuple[str, object]], indent: int | None, depth: int) -> Iterator[str]:
    start, gap, end = "", ", ", ""
    if indent is not None:
        start = "\n" + " " * indent * (depth + 1)
        gap, end = "," + start, "\n" + " " * indent * depth
    yield brackets[0] + start
    for index, (name, inner) in enumerate(members):
        yield gap + name if index else name
        yield from _exact(inner, indent, depth + 1)
    yield end + brackets[1]


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _escaped(text: str) -> str:
    """Escape what UTF-8 cannot carry; inside JSON text such characters stand in strings only."""
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text)
