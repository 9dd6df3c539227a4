"""The screen of `harness impact OLD NEW` for two versions, and what covers a change, for any two revisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.report.printable import printable
from harness.report.words import columns, count, duration, listing, short_ref

if TYPE_CHECKING:
    from harness.impact import Impact

_LABEL = 15


def change_impact_text(found: Impact, step: str) -> str:
    """Return the screen for the step between two versions."""
    from harness.report.gate_text import hit_words, not_checked_words  # noqa: PLC0415  (start-up)

    hits = sum(one.hit == "hit" for one in found.consumers)
    known = f"{found.with_pact} with a pact; {found.without_pact} have none"
    lines = [f"{printable(step)}: hits {hits} of {count(len(found.consumers), 'consumer')} ({known})"]
    lines += _labelled("Consumers", [hit_words(one) for one in found.consumers])
    lines += _labelled("Components", [listing(map(short_ref, found.components), most=12)])
    lines += _labelled("Teams", [listing(map(short_ref, found.owners), most=12)])
    lines += _labelled("Means", sorted({_meaning(o.name, o.field, o.system_of_record) for o in found.business_objects}))
    lines += _labelled(
        "Workflows",
        columns([(printable(w.title, 50), _objectives(w.rto, w.rpo), listing(w.steps)) for w in found.workflows]),
    )
    lines += _labelled("Legal entities", [listing(map(printable, found.legal_entities))])
    lines += _labelled("Not checked", [not_checked_words(item) for item in found.not_checked])
    return "\n".join(lines) + "\n" + coverage_text(found)


def coverage_text(found: Impact) -> str:
    """Return what would notice a mistake and what would not; "" where no workflow and no field is touched."""
    covered = found.coverage
    lines = _labelled("Probes", [f"{printable(name)}: {listing(steps)}" for name, steps in covered.probes])
    lines += _labelled("No probe", [f"{printable(step)}: nothing asserts it" for step in covered.unprobed])
    lines += _labelled(
        "Checkpoints",
        [
            f"{printable(one.id)} {printable(one.title, 60)}" + (f": {listing(one.fields)}" if one.fields else "")
            for one in covered.checkpoints
        ],
    )
    lines += _labelled(
        "Not compared", [f"{listing(map(printable, covered.uncompared))}: in no checkpoint"] * bool(covered.uncompared)
    )
    return "".join(f"{line}\n" for line in lines)


def coverage_to_json(found: Impact) -> dict[str, object]:
    """Return components and coverage as JSON values, as they stand in every impact."""
    covered = found.coverage
    return {
        "components": list(found.components),
        "coverage": {
            "probes": [{"probe": name, "steps": list(steps)} for name, steps in covered.probes],
            "unprobed": list(covered.unprobed),
            "checkpoints": [
                {"ref": one.ref, "id": one.id, "title": one.title, "owner": one.owner, "fields": list(one.fields)}
                for one in covered.checkpoints
            ],
            "uncompared": list(covered.uncompared),
        },
    }


def change_impact_json(found: Impact) -> str:
    """Return the impact as JSON text, in the form that the gate writes it in."""
    from harness.compat.encoding import dumps  # noqa: PLC0415  (start-up)
    from harness.report.gate_json import impact_to_json  # noqa: PLC0415

    return dumps(impact_to_json(found), indent=1) + "\n"


def _objectives(rto: str, rpo: str) -> str:
    return ", ".join(f"{name} {duration(value)}" for name, value in (("RTO", rto), ("RPO", rpo)) if value)


def _meaning(name: str, field: str, owner: str) -> str:
    return printable(f"{name}.{field}" if field else name) + (f", owned by {printable(owner)}" if owner else "")


def _labelled(label: str, values: Iterable[str]) -> list[str]:
    return [f"  {(label if i == 0 else '').ljust(_LABEL)} {value}".rstrip() for i, value in enumerate(values) if value]
