"""The screen of `harness gate`: the decision and the sentence, then facts, then the way out."""

from __future__ import annotations

from harness.governance import ContractChange, GateReport, RequiredSignoff
from harness.impact import ConsumerImpact, Hit, WorkflowImpact
from harness.model import Bump, Change, Decision, Finding, Level, NotChecked, Verdict
from harness.report.business_text import business_lines
from harness.report.payload import one_line
from harness.report.printable import printable
from harness.report.words import columns, count, duration, listing, short_ref

GLYPHS = {Decision.PASS: "✓", Decision.NEEDS_SIGN_OFF: "!", Decision.BLOCKED: "✗"}
_LABEL = 13


def gate_text(report: GateReport) -> str:
    """Return the whole screen, without colour."""
    lines = [f"{GLYPHS[report.decision]} {report.decision}   {printable(report.sentence, 300)}"]
    lines += _facts(report)
    lines += _labelled("Not checked", [not_checked_words(item) for item in report.not_checked])
    lines.append(f"  base {printable(report.base.short)}, head {printable(report.head.short)}, {_identity(report)}")
    if report.next_command:
        lines.append(f"Next: {printable(report.next_command)}")
    return "\n".join(lines) + "\n"


def _facts(report: GateReport) -> list[str]:
    lines: list[str] = []
    for change in report.contracts:
        lines += _labelled("Version", [version_words(change)])
    lines += _labelled("Business", business_lines(report))
    lines += _consumers(report)
    if report.decision is not Decision.PASS:
        lines += _labelled("Money path", money_path(report))
    lines += _labelled("Proof", proof_words(report))
    lines += _labelled("Found", [finding_words(finding) for finding in report.findings])
    lines += _labelled("Waived", waived_words(report))
    lines += _labelled("Sign-offs", columns([_signoff(s) for s in report.required_signoffs]))
    if report.decision is not Decision.PASS:
        lines += _labelled("Way out", [f"{n}. {printable(way, 300)}" for n, way in enumerate(report.way_out, 1)])
    return lines


def _identity(report: GateReport) -> str:
    return (
        f"change {report.change_id[:4]}, profile {report.profile}" if report.change_id else f"profile {report.profile}"
    )


def _labelled(label: str, values: list[str]) -> list[str]:
    """Return `  Label        value`, further values under the first."""
    return [f"  {(label if i == 0 else '').ljust(_LABEL - 1)} {value}" for i, value in enumerate(values)]


def version_words(change: ContractChange) -> str:
    """Return `billing 2.3.0 -> 3.0.0   major declared, major needed`."""
    name = printable(change.name)
    if change.error:
        return f"{name}   ? could not be compared: {printable(change.error, 300)}"
    if not change.old_version and not change.old_path:
        return f"{name} {printable(change.new_version)}   new contract"
    if not change.new_path:
        return f"{name} {printable(change.old_version)}   removed"
    old, new = printable(change.old_version or "no version"), printable(change.new_version or "no version")
    step = f"{name} {old}" if old == new else f"{name} {old} -> {new}"
    if change.comparison is None:
        return step
    needed = change.comparison.required_bump
    declared = f"{change.declared_bump} declared" if change.declared_bump is not Bump.NONE else "no step declared"
    needs = f"{needed} needed" if needed is not Bump.NONE else "nothing changed in what it says"
    return f"{step}   {declared}, {needs}; {change_counts(change)}"


def change_counts(change: ContractChange) -> str:
    """Return `3 changes: 1 breaking, 2 compatible`."""
    changes = change.comparison.changes if change.comparison else ()
    if not changes:
        return "no change"
    tally = [(verdict, sum(c.verdict is verdict for c in changes)) for verdict in Verdict]
    parts = [f"{number} {verdict}" for verdict, number in sorted(tally, key=_worst_first) if number]
    return f"{count(len(changes), 'change')}: {', '.join(parts)}"


def _worst_first(pair: tuple[Verdict, int]) -> int:
    return [Verdict.BREAKING, Verdict.UNPROVEN, Verdict.COMPATIBLE].index(pair[0])


def _consumers(report: GateReport) -> list[str]:
    by_hit = {hit: [c for c in report.impact.consumers if c.hit is hit] for hit in Hit}
    breaking = bool(worst_changes(report))
    lines = _labelled("Breaks", [hit_words(consumer) for consumer in by_hit[Hit.HIT]])
    if not breaking:
        return lines
    lines += _labelled("Not hit", _listed(by_hit[Hit.NOT_HIT]))
    lines += _labelled("Unknown", _listed(by_hit[Hit.UNKNOWN], reasons=True))
    return lines


def _listed(consumers: list[ConsumerImpact], *, reasons: bool = False) -> list[str]:
    names = [f"{name_words(c)} ({printable(c.reason)})" if reasons else name_words(c) for c in consumers]
    return [listing(names, last="and")] if names else []


def name_words(consumer: ConsumerImpact) -> str:
    """Return `erp-connector 1.4.0`."""
    return " ".join(part for part in (printable(consumer.name), printable(consumer.version)) if part)


def hit_words(consumer: ConsumerImpact) -> str:
    """Return `erp-connector 1.4.0 in production, reads tax_amount (3 interactions)`."""
    where = f" in {listing(map(printable, consumer.environments))}" if consumer.environments else ""
    return f"{name_words(consumer)}{where}, {printable(consumer.reason)}"


def money_path(report: GateReport) -> list[str]:
    """Return one line per workflow, then entities and systems of record; empty if no money is touched."""
    impact = report.impact
    lines = [workflow_words(workflow) for workflow in impact.workflows[:4]]
    if len(impact.workflows) > 4:
        lines.append(f"and {count(len(impact.workflows) - 4, 'more workflow')}")
    if lines and impact.legal_entities:
        lines.append(f"legal entities {listing(map(printable, impact.legal_entities))}")
    owners = sorted(
        {f"{o.name}.{o.field}: {o.system_of_record}" for o in impact.business_objects if o.system_of_record}
    )
    if owners:
        lines.append(f"system of record  {listing(map(printable, owners), last='and')}")
    return lines


def workflow_words(workflow: WorkflowImpact) -> str:
    """Return `invoice posting (RTO 4 h, RPO 15 min)`."""
    objectives = [f"{n} {duration(v)}" for n, v in (("RTO", workflow.rto), ("RPO", workflow.rpo)) if v]
    title = printable(workflow.title or short_ref(workflow.ref))
    return f"{title} ({', '.join(objectives)})" if objectives else title


def worst_changes(report: GateReport) -> list[Change]:
    """Return all breaking and unproven changes of the report, breaking and loudest first."""
    changes = [c for contract in report.contracts if contract.comparison for c in contract.comparison.changes]
    hurting = [c for c in changes if c.verdict is not Verdict.COMPATIBLE]
    return sorted(hurting, key=lambda c: (c.verdict is not Verdict.BREAKING, c.level.rank))


def proof_words(report: GateReport) -> list[str]:
    """Return the payload of the worst change and what is said about it."""
    worst = worst_changes(report)
    witness = worst[0].witness if worst else None
    if witness is None:
        return (
            [f"{printable(worst[0].title)}: not proved, {printable(worst[0].reason)}"]
            if worst and worst[0].reason
            else []
        )
    embedded = witness.payload is not None
    value, mark = (witness.payload, witness.payload_failing) if embedded else (witness.instance, witness.failing)
    line = one_line(value, mark, 90)
    more = f"   and {len(worst) - 1} more: harness compare" if len(worst) > 1 else ""
    error = f"{printable(witness.error, 120)}{more}"
    return [line.text, f"{line.marker}  {error}" if line.marker.strip() else error]


def finding_words(finding: Finding) -> str:
    """Return one finding of the gate in one line, with its place and remedy."""
    glyph = {Level.ERROR: "✗", Level.WARNING: "!", Level.INFO: "-"}[finding.level]
    place = f"   {printable(finding.location)}" if finding.location.file else ""
    return f"{glyph} {printable(finding.title)}{place}   {finding.rule}"


def waived_words(report: GateReport) -> list[str]:
    """Return one line per waiver in force: it stays visible and counted."""
    return [f"{printable(w.waiver)}: {printable(w.reason)}, until {w.expires.isoformat()}" for w in report.waived]


def _signoff(signoff: RequiredSignoff) -> tuple[str, str, str]:
    mark = "✓" if signoff.settled or signoff.signed_by else "-" if signoff.advised else "✗"
    return (f"{mark} {printable(signoff.role)}", signer_words(signoff), printable(signoff.reason))


def signer_words(signoff: RequiredSignoff) -> str:
    """Return who signed and when, or who may: `Dana Ruiz or Ines Wolf`."""
    if signoff.signed_by:
        return f"{printable(signoff.signed_by)}, {printable(signoff.signed_at)}"
    people = listing(map(printable, signoff.people), most=3, last="or") or short_ref(signoff.group)
    return f"{people}, or {printable(signoff.alternative)}" if signoff.alternative else people


def not_checked_words(item: NotChecked) -> str:
    """Return `crm has no pact (owner: team-crm)`."""
    remedy = f" ({printable(item.remedy)})" if item.remedy else ""
    return f"{printable(item.subject)} {printable(item.reason, 300)}{remedy}"
