"""What stands on the change-impact page, in order, as values: the template only places it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.governance import GateReport, RequiredSignoff
from harness.impact import Hit, WorkflowImpact
from harness.model import Change, Decision, Verdict
from harness.report.gate_text import (
    finding_words,
    hit_words,
    name_words,
    not_checked_words,
    signer_words,
    workflow_words,
    worst_changes,
)
from harness.report.proof import Proof, proof_of
from harness.report.words import count, day, duration, listing, short_ref

MOST_PROOFS = 5
MOST_CHANGES = 300
_KINDS = {Verdict.BREAKING: "no", Verdict.UNPROVEN: "look", Verdict.COMPATIBLE: "yes"}
_VERDICTS = {Verdict.BREAKING: "✗ breaking", Verdict.UNPROVEN: "? not proved", Verdict.COMPATIBLE: "✓ compatible"}
_SENSITIVITY = {"sox-key": "a key financial control (SOX)", "financial": "financial"}
_HITS = {Hit.HIT: ("no", "✗ breaks"), Hit.NOT_HIT: ("yes", "✓ not hit"), Hit.UNKNOWN: ("look", "? unknown")}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a fact: the words, and `yes`, `no`, `look`, `quiet` or "" for its colour."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the three facts above the fold."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page; rows of tables are mappings from column to text."""

    title: str
    change_id: str
    versions: tuple[str, ...]
    proposed: str
    sentence: str
    decision: str
    call: str
    signed: str
    facts: tuple[Fact, ...]
    path: tuple[str, ...]
    way_out: tuple[str, ...]
    proofs: tuple[Proof, ...]
    signoffs: tuple[dict[str, str], ...]
    consumers: tuple[dict[str, str], ...]
    workflows: tuple[dict[str, str], ...]
    not_checked: tuple[str, ...]
    waived: tuple[str, ...]
    findings: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    changes: tuple[dict[str, str], ...]
    more_changes: str


def page_of(report: GateReport) -> Page:
    """Return the page for one gate report."""
    changes = [(c.name, x) for c in report.contracts if c.comparison for x in c.comparison.changes]
    worst = worst_changes(report)
    return Page(
        title=f"Change {report.change_id[:4]}: {report.sentence}",
        change_id=report.change_id[:4] or "none",
        versions=tuple(
            f"{c.name} {c.old_version or 'new'} → {c.new_version or 'removed'}" for c in report.contracts[:4]
        ),
        proposed=_proposed(report),
        sentence=report.sentence,
        decision=report.decision.value,
        call=_call(report),
        signed=_signed(report),
        facts=(_who_breaks(report), _which_money(report), _way_back(report)),
        path=_path(report, worst),
        way_out=() if report.decision is Decision.PASS else report.way_out,
        proofs=tuple(proof_of(change, report) for change in worst if change.witness)[:MOST_PROOFS],
        signoffs=tuple(map(_signoff_row, report.required_signoffs)),
        consumers=tuple(_consumer_row(report)),
        workflows=tuple(map(_workflow_row, report.impact.workflows)),
        not_checked=tuple(map(not_checked_words, report.not_checked)),
        waived=tuple(
            f"{w.reason}; approved by {w.approved_by}, until {day(w.expires)} ({w.waiver})" for w in report.waived
        ),
        findings=tuple(map(finding_words, (*report.unreadable, *report.findings))),
        evidence=tuple(_evidence(report)),
        changes=tuple(_change_row(name, change) for name, change in changes[:MOST_CHANGES]),
        more_changes=f"and {len(changes) - MOST_CHANGES} more in the JSON report"
        if len(changes) > MOST_CHANGES
        else "",
    )


def _proposed(report: GateReport) -> str:
    if not report.author:
        return f"as of {day(report.as_of)}"
    verified = "" if report.author_verified else " (author not verified)"
    return f"proposed by {report.author}{verified}, as of {day(report.as_of)}"


def _call(report: GateReport) -> str:
    if report.decision is Decision.PASS:
        return "✓ Pass: nothing is asked of you"
    if report.decision is Decision.BLOCKED:
        return "✗ Blocked: it cannot merge as it stands"
    wanted = [s.role for s in report.required_signoffs if not s.settled and not s.advised]
    return f"! Sign-off needed: {listing(wanted, last='and')}" if wanted else "! Sign-off needed"


def _signed(report: GateReport) -> str:
    asked = [s for s in report.required_signoffs if not s.advised]
    done = sum(s.settled or bool(s.signed_by) for s in asked)
    return f"{done} of {len(asked)} signed" if asked else ""


def _who_breaks(report: GateReport) -> Fact:
    consumers = report.impact.consumers
    if not worst_changes(report):
        return Fact("Who breaks", (Line("Nobody: every change is compatible", "yes"),))
    lines = [Line(hit_words(c), "no") for c in consumers if c.hit is Hit.HIT]
    if not lines:
        told = f"No consumer with a pact reads it: {report.impact.with_pact} of {len(consumers)} have one"
        lines = [Line(told if consumers else "No consumer is recorded in the catalog", "look")]
    for hit, words, kind in ((Hit.NOT_HIT, "not hit", "quiet"), (Hit.UNKNOWN, "unknown", "look")):
        names = [name_words(c) for c in consumers if c.hit is hit]
        if names:
            lines.append(Line(f"{words}: {listing(names, most=4)}", kind))
    return Fact("Who breaks", tuple(lines))


def _which_money(report: GateReport) -> Fact:
    impact = report.impact
    lines = [Line(workflow.title or short_ref(workflow.ref)) for workflow in impact.workflows[:3]]
    if len(impact.workflows) > 3:
        lines.append(Line(f"and {len(impact.workflows) - 3} more workflows", "quiet"))
    if impact.legal_entities:
        lines.append(Line(f"legal entities {listing(impact.legal_entities)}"))
    owners = sorted({o.system_of_record for o in impact.business_objects if o.system_of_record})
    if owners:
        lines.append(Line(f"system of record: {listing(owners)}"))
    marked = sorted({o.sensitivity for o in impact.business_objects if o.sensitivity not in {"", "none"}})
    if marked:
        lines.append(Line(f"marked {listing(_SENSITIVITY.get(word, word) for word in marked)}", "look"))
    return Fact("Which money", tuple(lines) or (Line("No critical workflow carries what changed", "quiet"),))


def _way_back(report: GateReport) -> Fact:
    lines = []
    restored = [c for c in report.contracts if c.old_version and c.old_version != c.new_version]
    if restored:
        lines.append(Line(f"republish {listing(f'{c.name} {c.old_version}' for c in restored)}"))
    for workflow in report.impact.workflows[:2]:
        drill = f", last exercised {day(workflow.last_exercised)}" if workflow.last_exercised else ", never exercised"
        lines.append(Line(f"{workflow_words(workflow)}{drill}", "" if workflow.last_exercised else "look"))
    procedures = dict.fromkeys(w.procedure for w in report.impact.workflows if w.procedure)
    lines += [Line(f"procedure {p}", "quiet") for p in list(procedures)[:2]]
    return Fact("How we get back", tuple(lines) or (Line("Revert the branch: nothing depends on it yet", "quiet"),))


def _path(report: GateReport, worst: list[Change]) -> tuple[str, ...]:
    """Return the stops from the changed field to the workflow: field, operation, consumer, workflow."""
    if not worst:
        return ()
    first = worst[0]
    hit = [c.name for c in report.impact.consumers if c.hit is Hit.HIT]
    workflow = [report.impact.workflows[0].title] if report.impact.workflows else []
    return tuple(stop for stop in (first.subject or first.title, *first.reached_from[:1], *hit[:1], *workflow) if stop)


def _signoff_row(signoff: RequiredSignoff) -> dict[str, str]:
    done = signoff.settled or bool(signoff.signed_by)
    state = "✓ signed" if done else ("- advised" if signoff.advised else "✗ missing")
    people = signer_words(signoff)
    kind = "yes" if done else ("quiet" if signoff.advised else "no")
    return {"role": signoff.role, "people": people, "reason": signoff.reason, "state": state, "kind": kind}


def _consumer_row(report: GateReport) -> list[dict[str, str]]:
    return [
        {
            "name": name_words(consumer),
            "environments": listing(consumer.environments) or "not recorded",
            "owner": short_ref(consumer.owner) or "not recorded",
            "kind": _HITS[consumer.hit][0],
            "hit": _HITS[consumer.hit][1],
            "reason": consumer.reason,
        }
        for consumer in report.impact.consumers
    ]


def _workflow_row(workflow: WorkflowImpact) -> dict[str, str]:
    return {
        "title": workflow.title or short_ref(workflow.ref),
        "owner": short_ref(workflow.owner),
        "rto": duration(workflow.rto),
        "rpo": duration(workflow.rpo),
        "entities": listing(workflow.legal_entities),
        "procedure": workflow.procedure or "none",
        "exercised": day(workflow.last_exercised) if workflow.last_exercised else "never",
    }


def _evidence(report: GateReport) -> list[tuple[str, str]]:
    rows = [
        ("Base (trusted)", f"{report.base.ref} {report.base.commit}"),
        ("Branch left it at", f"{report.merge_base.ref} {report.merge_base.commit}"),
        ("Head (judged)", f"{report.head.ref} {report.head.commit}".strip()),
        ("Change set", report.change_id or "none"),
        ("Policy", f"profile {report.profile} {report.policy_digest}".strip()),
        ("Sunsets and expiries as of", report.as_of.isoformat()),
        ("Contracts watched", count(report.contracts_read, "contract")),
    ]
    checked = {c.witness.checked_with for c in worst_changes(report) if c.witness and c.witness.checked_with}
    return [*rows, ("Payloads checked with", listing(sorted(checked)))] if checked else rows


def _change_row(contract: str, change: Change) -> dict[str, str]:
    reach = listing(change.reached_from, most=3) if change.reached_from else contract
    place = f"{change.location} #{change.location.pointer}"
    return {
        "verdict": _VERDICTS[change.verdict],
        "kind": _KINDS[change.verdict],
        "title": change.title,
        "place": place,
        "reach": reach,
        "rule": change.rule,
    }
