"""The screen of `harness impact X`: who and what depends on it, and what is not known."""

from __future__ import annotations

from dataclasses import asdict

from harness.impact import Dependents, Hit, WorkflowImpact
from harness.report.gate_text import hit_words, not_checked_words
from harness.report.printable import printable
from harness.report.words import columns, count, duration, listing, short_ref

_GLYPHS = {Hit.HIT: "!", Hit.NOT_HIT: "✓", Hit.UNKNOWN: "?"}
_LABEL = 15


def impact_text(found: Dependents) -> str:
    """Return the screen."""
    lines = [_headline(found)]
    lines += _labelled("Owner", [short_ref(found.owner)] if found.owner else ["nobody is recorded"])
    lines += _labelled("Provided by", [listing(map(short_ref, found.components))] if found.kind == "contract" else [])
    lines += _labelled("Contracts", [listing(map(printable, found.contracts), most=12)] if found.contracts else [])
    lines += _labelled("Consumers", [f"{_GLYPHS[c.hit]} {hit_words(c)}" for c in found.consumers])
    lines += _labelled("Means", [f"{o.name}.{o.field}, owned by {o.system_of_record}" for o in found.business_objects])
    lines += _labelled("Workflows", columns([_workflow(w) for w in found.workflows]) if found.workflows else [])
    lines += _labelled(
        "Legal entities", [listing(map(printable, found.legal_entities))] if found.legal_entities else []
    )
    if found.kind not in {"contract", "field"}:
        lines += _labelled("Named by", [printable(ref) for ref in found.components])
    lines += _labelled("Not checked", [not_checked_words(item) for item in found.not_checked])
    return "\n".join([*lines, _next(found)]) + "\n"


def _headline(found: Dependents) -> str:
    users = found.consumers or [ref for ref in found.components if ref.startswith("component:")]
    reach = f"{count(len(users), 'consumer')}, {count(len(found.workflows), 'critical workflow')}"
    return f"{printable(found.subject)}   {found.kind}, reaches: {reach}"


def _namers(found: Dependents) -> list[str]:
    """Return the catalog entries that name it, by kind; the providers of a contract stand above already."""
    if found.kind in {"contract", "field"}:
        return []
    kinds = dict.fromkeys(ref.partition(":")[0] for ref in found.components)
    chosen = {kind: [ref for ref in found.components if ref.startswith(f"{kind}:")] for kind in kinds}
    return [f"{kind} {listing(map(short_ref, refs), most=8)}" for kind, refs in chosen.items()]


def _workflow(workflow: WorkflowImpact) -> tuple[str, str, str]:
    objectives = ", ".join(f"{n} {duration(v)}" for n, v in (("RTO", workflow.rto), ("RPO", workflow.rpo)) if v)
    return printable(workflow.title or short_ref(workflow.ref), 60), objectives, printable(workflow.procedure)


def _labelled(label: str, values: list[str]) -> list[str]:
    return [f"  {(label if i == 0 else '').ljust(_LABEL)} {value}" for i, value in enumerate(values)]


def _next(found: Dependents) -> str:
    if found.consumers and found.kind == "contract":
        return f"Next: harness catalog show {printable(found.consumers[0].component)}"
    return "Next: harness gate     judges a change to it"


def impact_to_json(found: Dependents) -> dict[str, object]:
    """Return the answer as JSON values."""
    return asdict(found)
