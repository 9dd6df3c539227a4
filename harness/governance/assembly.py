"""Put facts, outcome and words together into the one value that every report renders."""

from __future__ import annotations

from datetime import date

from harness.governance.decision import Outcome
from harness.governance.facts import Facts
from harness.governance.revisions import Revisions
from harness.governance.sentences import words
from harness.governance.values import GateReport
from harness.model import NotChecked


def assemble(
    revisions: Revisions,
    facts: Facts,
    outcome: Outcome,
    profile: str,
    day: date,
    *,
    not_checked: tuple[NotChecked, ...] = (),
) -> GateReport:
    """Return the answer without what only a change has: its digest and the policy it is bound to."""
    said = words(facts, outcome)
    return GateReport(
        decision=outcome.decision,
        sentence=said.sentence,
        change_id="",
        base=revisions.base,
        merge_base=revisions.fork,
        head=revisions.head,
        profile=profile,
        as_of=day,
        contracts=facts.contracts,
        contracts_read=facts.contracts_read,
        findings=outcome.findings,
        impact=facts.impact,
        required_signoffs=outcome.required_signoffs,
        waived=outcome.waived,
        way_out=said.way_out,
        not_checked=(*facts.impact.not_checked, *not_checked),
        next_command=said.next_command,
        author=facts.author.name,
        author_verified=facts.author.verified,
        unreadable=facts.unreadable,
        informed=outcome.informed,
        business_changes=facts.business_changes,
    )
