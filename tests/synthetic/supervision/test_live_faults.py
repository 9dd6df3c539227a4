"""Faults between probes and the systems of a running sandbox: each is found there, and called by its name."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from synthetic.environments import open_environment
from synthetic.faults import Between, Played, generated
from synthetic.matrix import reference as play_reference
from synthetic.matrix.suites import chosen, reference_suite
from synthetic.transaction import RunVerdict, run_probe

pytestmark = pytest.mark.integration

LIVE = {
    "invoice-posting": [
        "erp.posting_of/entity=other",
        "erp.posting_of/tax=plus-1",
        "erp.posting_of/tax_code=other",
        "erp.posting_of/posting_period=period-after",
        "erp.posting_of/document_date=day-before",
        "erp.posting_of/legal_number=other",
        "erp.posting_of/accounts=other",
        "erp.posting_of/double",
        "erp.posting_of/absent",
        "erp.posting_of/undone",
        "erp.posting_of/token-revoked",
        "erp.schedule_of/total=minus-1",
        "erp.receivable_of/due_date=day-after",
        "analytics.invoice_of/net=plus-1",
        "billing.invoice_of/currency=other",
    ],
    "card-payment": ["erp.application_of/applied_to=other", "erp.application_of/double", "billing.payment_of/down"],
    "customer-onboarding": ["erp.party_of/terms=other", "entitlements.tenant_of/absent"],
}


LONG = {"erp.posting_of/token-revoked"}
"""Whoever is locked out is asked again until the deadline: with the nightly tests."""


@pytest.fixture(scope="module")
def faults(reference):
    suite = reference_suite(reference, chosen(tuple(LIVE)))
    known = play_reference(suite, (0, 1))
    return suite, {one.id: one for one in generated(known.seen, suite.categories)}


@pytest.mark.parametrize(
    ("probe", "name"),
    [
        pytest.param(probe, name, marks=[pytest.mark.slow] if name in LONG else [])
        for probe, names in LIVE.items()
        for name in names
    ],
)
def test_a_live_fault_is_found_and_named(shared_sandbox, reference, faults, probe, name):
    suite, known = faults
    fault = known[name]
    place = open_environment("sandbox", reference, sandbox=shared_sandbox.folder)
    played = Played(fault)
    adapters = {port: Between(adapter, [played]) for port, adapter in place.adapters.items()}
    run = asyncio.run(
        run_probe(
            next(one for one in suite.probes if one.name == probe),
            place.ports,
            replace(place, adapters=adapters).boundary(),
            place.clock,
            categories=suite.categories,
            slot=name,
            environment=place.name,
            pace=place.pace,
        )
    )
    place.close()
    outage = RunVerdict.INCONCLUSIVE if "unreachable" in fault.names else RunVerdict.FAILED
    assert run.verdict is outage
    assert run.category in fault.names
    assert played.changed
    assert run.leaks == ()
