"""The screen of `harness impact X`: who uses it, which money it stands for, how one gets back, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.impact import ConsumerImpact, Hit
from harness.model import HarnessError
from harness.report.gate_text import hit_words, name_words, not_checked_words, workflow_words
from harness.report.printable import printable
from harness.report.words import count, listing, short_ref

if TYPE_CHECKING:
    from harness.impact import Dependents

_LABEL = 16
_NOBODY = "(nobody says)"


def impact_text(found: Dependents) -> str:
    """Return the whole screen, without colour; every list is complete, since that is what was asked for."""
    lines = [_sentence(found), *_labelled("Owner", [short_ref(found.owner) if found.owner else _NOBODY])]
    lines += _consumers(found)
    provided = found.kind in {"contract", "field"}
    lines += _labelled("Provided by" if provided else "Used by", [printable(ref) for ref in found.components])
    lines += _labelled("Depends on", [printable(ref) for ref in found.below])
    if not provided:
        lines += _labelled("Contracts", [printable(name) for name in found.contracts])
    lines += _labelled("Stands for", _objects(found))
    lines += _labelled("Money path", [workflow_words(workflow) for workflow in found.workflows])
    lines += _labelled("Legal entities", [listing(map(printable, found.legal_entities))] * bool(found.legal_entities))
    lines += _labelled("Not checked", [not_checked_words(item) for item in found.not_checked])
    return "\n".join([*lines, f"Next: {_next(found)}"]) + "\n"


def _sentence(found: Dependents) -> str:
    """Return who depends on it in one clause; "nobody reads it" never without its denominator."""
    subject = printable(found.subject)
    hit = [one for one in found.consumers if one.hit is Hit.HIT]
    unknown = [one for one in found.consumers if one.hit is Hit.UNKNOWN]
    known = len(found.consumers) - len(unknown)
    if hit:
        told = f"{listing([printable(one.name) for one in hit])} {'uses' if len(hit) == 1 else 'use'} {subject}"
    elif known:
        told = f"none of {count(known, 'consumer')} with a pact uses {subject}"
    elif found.kind in {"contract", "field"}:
        told = f"no consumer of {subject} is known" if not unknown else f"nobody says what is used of {subject}"
    elif found.components or found.workflows or found.contracts:
        parts = [
            (len(found.components), "catalog entry", "catalog entries"),
            (len(found.workflows), "critical workflow", ""),
            (len(found.contracts), "contract", ""),
        ]
        told = f"{subject}: {listing([count(number, noun, plural) for number, noun, plural in parts if number])}"
    else:
        told = f"nothing here depends on {subject}"
    return told + (f"; of {len(unknown)} more nobody knows" if unknown and known else "")


def _consumers(found: Dependents) -> list[str]:
    by_hit = {hit: [one for one in found.consumers if one.hit is hit] for hit in Hit}
    lines = _labelled("Consumers", [_consumer(one) for one in by_hit[Hit.HIT]])
    lines += _labelled("Not used by", [listing(map(name_words, by_hit[Hit.NOT_HIT]))] * bool(by_hit[Hit.NOT_HIT]))
    return lines + _labelled("Unknown", [f"{name_words(one)} ({printable(one.reason)})" for one in by_hit[Hit.UNKNOWN]])


def _consumer(one: ConsumerImpact) -> str:
    return hit_words(one) + (f"   owner {short_ref(one.owner)}" if one.owner else "")


def _objects(found: Dependents) -> list[str]:
    """Return `invoice.tax (sox-key), system of record tax-engine` per field, without what only repeats."""
    rows = []
    for item in found.business_objects:
        name = printable(f"{item.name}.{item.field}" if item.field else item.name)
        rows.append(
            f"{name} ({printable(item.sensitivity or 'no sensitivity said')})"
            + (f", system of record {printable(item.system_of_record)}" if item.system_of_record else "")
        )
    return list(dict.fromkeys(rows))


def _labelled(label: str, values: Sequence[str]) -> list[str]:
    return [f"  {(label if i == 0 else '').ljust(_LABEL - 1)} {value}" for i, value in enumerate(values)]


def _next(found: Dependents) -> str:
    if found.kind in {"contract", "field"}:
        return "harness gate     says who breaks when it changes"
    return f"harness catalog show {printable(found.subject)}" if ":" in found.subject else "harness catalog show"


def impact_to_json(found: Dependents, unread: Sequence[HarnessError]) -> dict[str, object]:
    """Return the answer as JSON values, with what could not be read."""
    return asdict(found) | {
        "unreadable": [
            {
                "message": problem.message,
                "file": problem.location.file if problem.location else None,
                "line": problem.location.line if problem.location else None,
                "remedy": problem.remedy,
            }
            for problem in unread
        ]
    }
