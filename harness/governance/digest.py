"""The digest of a change set: what a sign-off is bound to.

The digest covers *what changes*, never how it got there: sorted rows of

    contract, old version, new version, sorted normalised changes

A normalised change is rule, direction, side, pointer, before and after. Outside the digest, on purpose: commit ids,
file names and lines, titles and other wording, levels and profiles, verdicts and witnesses (a better proof of the
same change must not void a signature), and everything below `reports/decisions/` (a sign-off would void itself).
So rebasing, squashing, reformatting, and rewriting YAML as JSON keep signatures; any change of the change voids them.

Where a side cannot be compared (contract added, removed) the row carries the digest of the contract instead.

Encoding: `contract-harness change-set v1`, a newline, then the rows as canonical JSON (`canonical`), UTF-8, SHA-256.
Golden vectors: tests/governance/test_digest.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from harness.model import JSON, Change, ContractComparison

_HEADER = "contract-harness change-set v1\n"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """One row of the change set.

    Attributes:
        contract: Contract name, or the path of a governance file such as `harness.yaml`.
        old: Old version, "" if there was none.
        new: New version, "" if there is none.
        comparison: What changed; None if there is nothing to compare.
        content: Digest of the parsed content, where there is no comparison; of both sides, joined by `..`.
    """

    contract: str
    old: str
    new: str
    comparison: ContractComparison | None
    content: str = ""


def change_set_digest(things: Iterable[ChangedThing]) -> str:
    """Return 64 hex digits; the same for the same changes in any order.

    >>> change_set_digest(())
    '638d672ceffcb3a83b4e8ae308d356218239e213b5a5a314168e191b532064ec'
    """
    rows: list[JSON] = [_row(thing) for thing in things]
    rows.sort(key=canonical)
    return hashlib.sha256((_HEADER + canonical(rows)).encode("utf-8", "surrogatepass")).hexdigest()


def _row(thing: ChangedThing) -> list[JSON]:
    changes: list[JSON] = [_normalised(change) for change in thing.comparison.changes] if thing.comparison else []
    changes.sort(key=canonical)
    return [thing.contract, thing.old, thing.new, changes, thing.content]


def _normalised(change: Change) -> list[JSON]:
    direction = change.direction.value if change.direction else ""
    return [change.rule, direction, change.side.value, change.location.pointer, change.before, change.after]


def canonical(value: JSON) -> str:
    """Return JSON text that depends on the value alone: sorted keys, shortest numbers, nothing optional.

    Close to RFC 8785 but exact: numbers keep every digit (`10`, `10.0` and `1e1` all read `1e1`), because an
    amount must never pass through a binary float. Keys sort by code point.
    """
    if isinstance(value, Mapping):
        inner = (f"{_text(key)}:{canonical(item)}" for key, item in sorted(value.items()))
        return "{" + ",".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return _text(value) if isinstance(value, str) else number(value)


def number(value: int | Decimal) -> str:
    """Return digits without trailing zeros, then `e` and the power of ten if it is not zero: `12`, `1e1`, `125e-2`."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):  # NaN and Infinity are no JSON and are refused by the reader
        return str(value)
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    if not stripped:
        return "0"
    exponent += len(text) - len(stripped)
    return ("-" if sign else "") + stripped + (f"e{exponent}" if exponent else "")


def _text(value: str) -> str:
    """Quote a string: short escapes, four hex digits for other control characters, all else as it is."""
    return '"' + "".join(_ESCAPES.get(char) or (f"\\u{ord(char):04x}" if char < " " else char) for char in value) + '"'
