"""What the gate said is kept as it was said, with nothing that nobody needs."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from harness.history import record_verdict, verdicts_since
from harness.model import Decision, Verdict
from harness.model.gating import GateVerdict

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_REFUSED = GateVerdict(
    "acme/contracts",
    "ab" * 32,
    Decision.BLOCKED,
    Verdict.BREAKING,
    "b" * 40,
    "c" * 40,
    request="17",
    profile="finance",
    contracts=("billing-invoices",),
    rules=("field-removed",),
    refused_by=("finance systems",),
    consumers=("erp-connector",),
)


def test_a_verdict_comes_back_as_it_was_at_the_time_of_the_store(history):
    stored = record_verdict(history, _REFUSED)
    assert stored.id
    assert stored.at > _BEGINNING
    assert replace(stored, id=0, at=_REFUSED.at) == _REFUSED
    again = record_verdict(history, replace(_REFUSED, decision=Decision.PASS))
    assert verdicts_since(history, _BEGINNING) == (stored, again)
    assert verdicts_since(history, again.at + timedelta(seconds=1)) == ()
    assert verdicts_since(history, _BEGINNING, stored.at) == ()


def test_no_person_and_no_payload_is_kept():
    names = {one.name for one in fields(GateVerdict)}
    assert not names & {"author", "witness", "sentence", "signatures", "payload"}
