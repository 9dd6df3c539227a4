"""The pure decision: no file, no clock, no git. What blocks, what needs a sign-off, and what passes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.governance import ContractChange, decide
from harness.governance.facts import Author, Facts, Group, Held
from harness.governance.policy import CONTRACT_OWNER, DEFAULT, HIT_CONSUMER, Kind, Part, Policy, Row
from harness.governance.sentences import next_version, words
from harness.governance.signoffs import Signoff
from harness.governance.tightening import loosenings, stricter_profile, tighten
from harness.governance.waivers import Waiver
from harness.impact import BusinessObjectImpact, ConsumerImpact, Hit, Impact
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Decision,
    Direction,
    Finding,
    Level,
    Location,
    Side,
    Verdict,
)

TODAY = date(2026, 11, 22)
TEAM, FINANCE, ERP = "group:default/team", "group:default/finance", "group:default/erp"
GROUPS = {
    TEAM: Group(TEAM, "team", (("user:default/ada", "Ada"),)),
    FINANCE: Group(FINANCE, "finance", (("user:default/dana", "Dana"), ("user:default/ada", "Ada"))),
    ERP: Group(ERP, "erp", (("user:default/kai", "Kai"),)),
}
POLICY = replace(DEFAULT, rows=(*DEFAULT.rows, Row(Kind.FINANCIAL, FINANCE, Part.APPROVE)))


def change(verdict=Verdict.BREAKING, level=Level.ERROR, fingerprint="aaaaaaaaaaaa"):
    return Change(
        rule="field-withdrawn",
        title="Invoice.tax_amount removed",
        verdict=verdict,
        level=level,
        basis=Basis.PROJECTION,
        direction=Direction.SENT,
        side=Side.OLD,
        location=Location("c.yaml", "/components/schemas/Invoice/properties/tax_amount"),
        fingerprint=fingerprint,
    )


def contract(*changes, old="2.3.0", new="3.0.0", declared=Bump.MAJOR):
    needed = Bump.MAJOR if any(one.verdict is Verdict.BREAKING for one in changes) else Bump.MINOR
    comparison = ContractComparison(
        ContractKind.OPENAPI, Verdict.worst([one.verdict for one in changes]), changes, needed, ContentModel.DECLARED
    )
    return ContractChange("invoices", "old.yaml", "new.yaml", old, new, declared, comparison)


def facts(*contracts, **more):
    given_facts = {
        "groups": GROUPS,
        "owners": {"invoices": TEAM},
        "today": TODAY,
        "author": Author("Bo", verified=True),
    }
    return Facts(contracts=contracts, **{**given_facts, **more})


@pytest.mark.parametrize(
    ("one", "decision"),
    [
        (contract(change(), declared=Bump.PATCH), Decision.BLOCKED),
        (contract(change(), declared=Bump.MINOR), Decision.BLOCKED),
        (contract(change(), declared=Bump.MAJOR), Decision.NEEDS_SIGN_OFF),
        (contract(change(level=Level.WARNING), declared=Bump.MINOR), Decision.NEEDS_SIGN_OFF),
        (contract(change(level=Level.INFO), declared=Bump.MINOR), Decision.PASS),
        (contract(change(Verdict.UNPROVEN), declared=Bump.MINOR), Decision.PASS),
        (contract(change(Verdict.COMPATIBLE, Level.INFO), declared=Bump.MINOR), Decision.PASS),
        # before 1.0.0 the second number plays the part of the first
        (contract(change(), old="0.4.0", new="0.5.0", declared=Bump.MINOR), Decision.NEEDS_SIGN_OFF),
        (contract(change(), old="0.4.0", new="0.4.1", declared=Bump.PATCH), Decision.BLOCKED),
    ],
)
def test_a_breaking_change_needs_a_step_that_says_so_and_then_a_signature(one, decision):
    assert decide(facts(one), DEFAULT).decision is decision


def test_a_profile_that_advises_asks_and_does_not_wait():
    outcome = decide(facts(contract(change()), profile="starter"), DEFAULT)
    assert outcome.decision is Decision.PASS
    assert [row.advised for row in outcome.required_signoffs] == [True]


def test_an_unproven_change_of_a_finance_sensitive_field_needs_a_sign_off():
    touched = BusinessObjectImpact("r", "invoice", "tax", "billing", "financial", "aaaaaaaaaaaa", Verdict.UNPROVEN)
    some = facts(contract(change(Verdict.UNPROVEN), declared=Bump.MINOR), impact=Impact(business_objects=(touched,)))
    outcome = decide(some, POLICY)
    assert outcome.decision is Decision.NEEDS_SIGN_OFF
    assert {row.role for row in outcome.required_signoffs} == {"contract owner", "finance"}


def approve(person, role, **more):
    texts = dict.fromkeys(("repository", "change", "policy", "expires", "nonce", "supersedes", "signed_at"), "")
    return Signoff(
        **texts,
        contracts=[],
        required=[],
        role=role,
        person=f"user:default/{person}",
        location=Location("s"),
        **{"decision": "approve", **more},
    )


def test_one_person_counts_for_one_role_where_a_key_control_changes():
    touched = BusinessObjectImpact("r", "invoice", "tax", "billing", "sox-key", "aaaaaaaaaaaa", Verdict.BREAKING)
    some = facts(
        contract(change()),
        impact=Impact(business_objects=(touched,)),
        signoffs=(approve("ada", TEAM), approve("ada", FINANCE)),
    )
    assert [row.settled for row in decide(some, POLICY).required_signoffs] == [True, False]
    both = replace(some, signoffs=(approve("ada", TEAM), approve("dana", FINANCE)))
    assert decide(both, POLICY).decision is Decision.PASS


def test_a_rejection_by_somebody_without_the_role_means_nothing():
    some = facts(contract(change()), signoffs=(approve("kai", TEAM, decision="reject"),))
    assert decide(some, DEFAULT).decision is Decision.NEEDS_SIGN_OFF


def waiver(**more):
    values = {
        "id": "W1",
        "rule": "field-withdrawn",
        "contract": "invoices",
        "pointer": "/components/schemas/Invoice",
        "fingerprint": "",
        "reason": "agreed",
        "approver": "user:default/dana",
        "ticket": "T",
        "expires": date(2027, 1, 1),
        "location": Location("w.yaml"),
    }
    return Held(Waiver(**{**values, **more}))


@pytest.mark.parametrize(
    ("held", "waived", "rule"),
    [
        (waiver(), True, ""),
        (waiver(fingerprint="aaaaaaaaaaaa"), True, ""),
        (waiver(fingerprint="bbbbbbbbbbbb"), False, "waiver-unused"),
        (waiver(rule="type-changed"), False, "waiver-unused"),
        (waiver(pointer="/components/schemas/Inv"), False, "waiver-unused"),
        (waiver(contract="refunds"), False, ""),
        (waiver(expires=date(2026, 11, 21)), False, "waiver-expired"),
        (waiver(expires=None), False, "waiver-ignored"),
        (waiver(expires=date(2028, 1, 1)), False, "waiver-ignored"),
        (waiver(missing=("ticket",)), False, "waiver-ignored"),
    ],
)
def test_a_waiver_covers_one_rule_at_one_place_until_a_day(held, waived, rule):
    outcome = decide(facts(contract(change(), declared=Bump.PATCH), waivers=(held,)), DEFAULT)
    assert bool(outcome.waived) is waived
    assert {found.rule for found in outcome.findings} - {"version-step-too-small"} == ({rule} if rule else set())
    assert outcome.decision is (Decision.PASS if waived else Decision.BLOCKED)


def test_nobody_reads_it_never_stands_without_its_denominator():
    silent = ConsumerImpact("c", "crm", "", (), "", Hit.UNKNOWN, "no pact")
    known = ConsumerImpact("c", "bi", "", (), "", Hit.NOT_HIT, "reads 2 fields, none changed")
    impact = Impact(consumers=(silent, known), with_pact=1, without_pact=1)
    some = facts(contract(change(), declared=Bump.PATCH), impact=impact)
    assert words(some, decide(some, DEFAULT)).sentence == (
        "Invoice.tax_amount removed; 0 of 1 with a pact read it; 1 have none."
    )


def test_a_contract_nobody_could_read_is_never_passed():
    broken = Finding("contract-unreadable", "a.yaml cannot be read", Level.ERROR, Location("a.yaml"))
    some = facts(unreadable=(broken,))
    outcome = decide(some, DEFAULT)
    assert outcome.decision is Decision.BLOCKED
    assert words(some, outcome).sentence == "could not tell: a.yaml cannot be read."


@pytest.mark.parametrize(
    ("version", "step", "after"),
    [
        ("2.3.0", Bump.MAJOR, "3.0.0"),
        ("0.4.2", Bump.MINOR, "0.5.0"),
        ("1.0.0", Bump.PATCH, "1.0.1"),
        ("2021-08", Bump.MAJOR, "the next major version"),
    ],
)
def test_the_next_version_is_named(version, step, after):
    assert next_version(version, step) == after


ROWS = st.builds(
    Row, st.sampled_from(Kind), st.sampled_from([TEAM, FINANCE, CONTRACT_OWNER, HIT_CONSUMER]), st.just(Part.APPROVE)
)
POLICIES = st.builds(
    Policy,
    rows=st.lists(ROWS, max_size=4, unique=True).map(
        lambda rows: tuple(sorted(rows, key=lambda row: (row.kind, row.group)))
    ),
    quorum=st.dictionaries(st.sampled_from(Kind), st.integers(1, 3), max_size=2).map(
        lambda found: tuple(sorted(found.items()))
    ),
    waiver_days=st.fixed_dictionaries({level: st.integers(0, 400) for level in Level}).map(
        lambda found: tuple(found.items())
    ),
    unknown_consumers=st.booleans(),
    found=st.just(True),  # noqa: FBT003  (Hypothesis takes the arguments by position)
)


@given(POLICIES, POLICIES)
def test_a_tightened_policy_loosens_neither_side(base, head):
    both = tighten(base, head)
    assert loosenings(base, both) == ()
    assert loosenings(head, replace(both, owner=head.owner, repository=head.repository)) == ()
    assert tighten(both, base) == replace(both)


@given(POLICIES, POLICIES, st.sampled_from([Bump.PATCH, Bump.MAJOR]), st.sampled_from(Verdict))
def test_no_branch_gets_a_milder_answer_by_what_it_writes_into_the_policy(base, head, declared, verdict):
    order = [Decision.PASS, Decision.NEEDS_SIGN_OFF, Decision.BLOCKED]
    some = facts(contract(change(verdict), declared=declared))
    plain, tightened = decide(some, base), decide(some, tighten(base, head))
    assert order.index(tightened.decision) >= order.index(plain.decision)


def test_the_stricter_of_two_profiles_counts_and_an_unknown_one_never():
    assert stricter_profile("finance", "starter") == "finance"
    assert stricter_profile("starter", "standard") == "standard"
    assert stricter_profile("starter", "none") == "starter"
