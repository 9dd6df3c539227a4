"""Faults between billing, middleware and ERP of a running sandbox: switched on at its proxy, found, named, gone."""

from __future__ import annotations

import pytest

from harness.model import UnreadableError, UsageError
from synthetic.cli import live_faults
from synthetic.cli.live_faults import drills, fault_on, switched
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.starting import health, reset, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down

pytestmark = pytest.mark.integration

FOUND = [
    ("bus.deliver/invoice.finalized/dropped", "missing"),
    pytest.param("bus.deliver/customer.created/dropped", "missing", marks=pytest.mark.slow),
    pytest.param("erp.post_invoice/down", "missing", marks=pytest.mark.slow),
    ("erp.post_invoice/under-another-id", "duplicate"),
    ("erp.post_invoice/invoice.lines.0.revenue_class=other", "account"),
    pytest.param("erp.post_invoice/invoice.tax_breakdown.0.base=plus-1", "tax", marks=pytest.mark.slow),
    ("erp.post_invoice/invoice.document_date=day-before", "period"),
    ("erp.post_invoice/invoice.lines.0.service_end=day-before", "deferral"),
    ("erp.post_invoice/invoice.contract_id=other", "identity"),
    ("erp.post_invoice/invoice.payment_terms=other", "collections"),
    ("erp.apply_payment/payment.amount=minus-1", "application"),
    ("erp.apply_payment/payment.invoice_id=other", "application"),
    ("erp.register_party/customer.payment_terms=other", "mapping"),
    ("erp.register_party/customer.legal_name=other", "identity"),
    ("entitlements.set_entitlement/status=other", "entitlement"),
    ("analytics.record_invoice/invoice.net=plus-1", "amount"),
]
RIDDEN_OUT = [
    "erp.post_invoice/burst-503",
    "erp.post_invoice/burst-429",
    "erp.post_invoice/token-expires",
    "erp.post_invoice/twice",
    "bus.deliver/invoice.finalized/replayed-new-id",
    "bus.deliver/invoice.finalized/behind-the-next",
]
FILE = """
from synthetic.faults import fault


@fault("no-receivable", port="erp", operation="apply_payment", names={"missing", "application"})
def lost(call, forward, rng):
    return {"journal_number": "", "replayed": False}


@fault("breaks", port="erp", operation="post_invoice", names={"missing"})
def breaks(call, forward, rng):
    return 1 / 0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A sandbox with a proxy."""
    place = tmp_path_factory.mktemp("sandbox")
    start_detached(Plan(proxy="on").checked(), place, lambda _: None)
    yield place
    take_down(place)


def _faults_of(folder):
    return next(part["faults"] for part in health(folder)["parts"] if part["name"] == "proxy")


@pytest.mark.parametrize(("name", "category"), FOUND)
def test_a_fault_on_the_way_is_found_and_called_by_its_name(folder, name, category):
    (row,) = drills(folder, [name])
    assert (row.verdict, row.category, row.found) == ("failed", category, True)
    assert row.changed > 0
    assert _faults_of(folder) == []


@pytest.mark.parametrize("name", RIDDEN_OUT)
def test_what_a_middleware_gets_over_alarms_nobody(folder, name):
    (row,) = drills(folder, [name])
    assert (row.verdict, row.category, row.found) == ("passed", "", True)
    assert row.changed > 0, "it happened"


def test_a_fault_file_from_anywhere_is_played_and_one_that_breaks_changes_nothing(folder, tmp_path):
    (tmp_path / "own.py").write_text(FILE)
    (row,) = drills(folder, ["no-receivable"], tmp_path, "card-payment")
    assert (row.verdict, row.found) == ("failed", True)
    (row,) = drills(folder, ["breaks"], tmp_path, "invoice-posting")
    assert (row.verdict, row.category, row.found, row.changed) == ("passed", "", False, 0)


def test_a_fault_is_seen_in_the_status_and_gone_after_a_reset(folder):
    assert "erp.post_invoice/dropped" in switched(folder, ["erp.post_invoice/dropped"], None, off=False)
    assert _faults_of(folder) == ["erp.post_invoice/dropped"]
    reset(folder)
    assert _faults_of(folder) == []
    assert "No fault is on" in switched(folder, [], None, off=False)
    with fault_on(folder, ["erp.post_invoice/down", "erp.apply_payment/down"]):
        assert len(_faults_of(folder)) == 2
    assert _faults_of(folder) == []


def test_what_the_proxy_does_not_know_is_refused_and_leaves_what_is_on(folder):
    with fault_on(folder, ["erp.post_invoice/down"]) as running:
        for body in ({"faults": [{"id": "x", "file": "/nowhere"}]}, {"faults": [{}]}, {}):
            with pytest.raises(UnreadableError):
                running.ask("proxy", "PUT", "/sandbox/faults", body)
        assert _faults_of(folder) == ["erp.post_invoice/down"]


def test_a_sandbox_without_a_proxy_says_how_to_get_one(shared_sandbox):
    with pytest.raises(UsageError) as refused:
        live_faults.switched(shared_sandbox.folder, [], None, off=False)
    assert "--proxy" in refused.value.remedy
