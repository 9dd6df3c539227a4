"""A witness as lines of JSON with the failing lines marked: what the page and the summary show side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness.governance import GateReport
from harness.model import JSON, Change, Side, Witness, split
from harness.report.payload import scalar
from harness.report.printable import printable


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One line of a payload; `marked` where it belongs to the failing value."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """One witness, ready to be placed: headings, lines, and what the validator said."""

    title: str
    carrier: str
    accepts: str
    refuses: str
    lines: tuple[ProofLine, ...]
    error: str
    checked: str


def proof_of(change: Change, report: GateReport) -> Proof:
    """Return the proof of one change that has a witness."""
    witness = change.witness
    if witness is None:
        raise ValueError(f"change {change.fingerprint} has no witness")
    old, new = _versions(change, report)
    accepts, refuses = (old, new) if witness.valid_under is Side.OLD else (new, old)
    return Proof(
        title=change.title,
        carrier=witness.carrier or ", ".join(change.reached_from[:1]),
        accepts=f"{accepts} takes this payload",
        refuses=f"{refuses} does not",
        lines=tuple(payload_lines(witness)),
        error=witness.error,
        checked=f"Checked with {witness.checked_with}, a validator that is not ours." if witness.checked_with else "",
    )


def _versions(change: Change, report: GateReport) -> tuple[str, str]:
    for contract in report.contracts:
        if contract.comparison and change in contract.comparison.changes:
            old, new = contract.old_version or "old", contract.new_version or "new"
            same = old == new
            return (
                f"{contract.name} {old}{' before' if same else ''}",
                f"{contract.name} {new}{' after' if same else ''}",
            )
    return ("The old version", "The new version")


def payload_lines(witness: Witness) -> list[ProofLine]:
    """Return the payload as indented JSON, the value at the failing pointer marked."""
    embedded = witness.payload is not None
    value, mark = (witness.payload, witness.payload_failing) if embedded else (witness.instance, witness.failing)
    return _lines(value, split(mark) if mark else None, "", "")


def _lines(value: JSON, mark: list[str] | None, label: str, indent: str, *, inside: bool = False) -> list[ProofLine]:
    """Return the lines of `value`; `mark` is the rest of the failing pointer, None off its path."""
    marked = inside or mark == []
    if isinstance(value, dict) and value:
        members = [(json.dumps(key, ensure_ascii=False) + ": ", key, item) for key, item in value.items()]
        opening, closing = "{", "}"
    elif isinstance(value, list) and value:
        members = [("", str(index), item) for index, item in enumerate(value)]
        opening, closing = "[", "]"
    else:
        text = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else scalar(value)
        return [ProofLine(f"{indent}{printable(label)}{text}", marked)]
    lines = [ProofLine(f"{indent}{printable(label)}{opening}", marked)]
    for name, token, item in members:
        rest = mark[1:] if mark and mark[0] == token else None
        lines += _lines(item, rest, name, indent + "  ", inside=marked)
    return [*lines, ProofLine(indent + closing, marked)]
