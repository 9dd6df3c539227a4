"""What runs leave behind is taken back, each sort in its own way; what is real, or young, is left alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.cli.running import open_place
from synthetic.deeds import Boundary, RefusedError, UnreachableError
from synthetic.deeds.calls import Call, Kind
from synthetic.sandboxes.landscape.adapters import in_process
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.systems.stripe import StripeBilling
from synthetic.transaction.reaping import reap

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture
def place(catalog):
    return open_place("landscape", 0, catalog=catalog)


def _do(place, port, operation, key="", **request):
    kind = Kind.DEED if key else Kind.LOOK
    return asyncio.run(place.boundary().perform(Call(port, operation, request, kind, key)))


def _passes(place, **length):
    asyncio.run(place.clock.advance(timedelta(**length)))
    _do(place, "crm", "account_of", account="nobody")


def _sold(place, name, *, terms="NET30", method="card"):
    sale = {"entity": "DE-01", "currency": "EUR", "terms": terms}
    made = _do(place, "billing", "onboard", f"c-{name}", account=name, name=name, method=method, **sale)
    sale |= {"sku": "PRO-ANNUAL", "tax_code": "DE-S19", "contract": f"C-{name}"}
    return made["id"], _do(place, "billing", "subscribe", f"s-{name}", customer=made["id"], **sale)


def _receipt(place, name, customer, *, synthetic=True):
    payment = {"id": name, "source_system": "bank", "version": 1, "customer_id": customer, "invoice_id": "",
               "legal_entity": "DE-01", "currency": "EUR", "amount": 4200, "method": "bank_transfer",
               "value_date": str(place.clock.now().date()), "synthetic": synthetic}  # fmt: skip
    _do(place, "erp", "receive_transfer", f"r-{name}", payment=payment)


def _left(place):
    """A landscape in which a runner died in the middle of everything."""
    customer, begun = _sold(place, "net")
    _, disputed = _sold(place, "disputed", terms="CARD", method="disputed")
    _passes(place, minutes=10)
    _receipt(place, "bt-left", customer)
    _passes(place, minutes=10)
    return customer, begun, disputed


def _reap(place, older_than="1h", **more):
    return asyncio.run(reap(place.boundary(), place.clock, older_than, **more))


def test_every_sort_is_taken_back_once_and_nothing_is_left(place):
    customer, begun, disputed = _left(place)
    before = _do(place, "erp", "balances_of", ledger="DE-01", customer=customer)
    assert before["customer_credit"] == 4200
    _passes(place, hours=2)
    listed = _reap(place, dry_run=True)
    assert sorted(one.what for one in listed) == ["dispute", "invoice", "receipt", "subscription", "subscription"]
    assert _do(place, "billing", "subscription_of", subscription=begun["id"])["status"] == "active", "only listed"

    reaped = _reap(place)
    assert [(one.what, one.id, one.done) for one in reaped] == [(one.what, one.id, True) for one in listed]
    _passes(place, minutes=5)
    assert _do(place, "billing", "subscription_of", subscription=begun["id"])["status"] == "canceled"
    assert _do(place, "billing", "invoice_of", invoice=begun["invoice"])["status"] == "void"
    payment = _do(place, "billing", "invoice_of", invoice=disputed["invoice"])["payment"]
    assert _do(place, "billing", "dispute_of", payment=payment)["status"] == "lost"
    after = _do(place, "erp", "balances_of", ledger="DE-01", customer=customer)
    assert (after["customer_credit"], after["receivable"], after["balance"]) == (0, 0, 0)
    assert _reap(place) == (), "there is nothing to take back twice"


def test_what_is_young_or_real_is_left_alone(place):
    _left(place)
    assert _reap(place, "3h") == ()
    prices = CatalogPrices(place.landscape.ledger.books.master, place.clock.now().date())
    real = StripeBilling(in_process(place.landscape.core), prices, synthetic=False)
    core = place.landscape.core
    kinds = {"account": "real", "name": "real", "entity": "DE-01", "currency": "EUR", "terms": "NET30"}
    customer = real.deeds.onboard(**kinds)["id"]
    sale = {"sku": "PRO-ANNUAL", "entity": "DE-01", "currency": "EUR", "tax_code": "DE-S19", "contract": "C-real"}
    sold = real.deeds.subscribe(customer=customer, terms="NET30", **sale)
    _passes(place, minutes=5)
    _receipt(place, "bt-real", customer, synthetic=False)
    _passes(place, hours=5)
    taken = {one.id for one in _reap(place)}
    assert sold["id"] not in taken
    assert sold["invoice"] not in taken
    assert {one["status"] for one in core.desk.storage.all("subscription") if one["id"] == sold["id"]} == {"active"}
    assert _do(place, "erp", "balances_of", ledger="DE-01", customer=customer)["customer_credit"] == 4200


class _Adapter:
    def __init__(self, answer):
        self.answer = answer

    def call(self, attempt):
        if isinstance(self.answer, dict) and attempt.operation in self.answer:
            found = self.answer[attempt.operation]
            if isinstance(found, Exception):
                raise found
            return found
        raise RefusedError(attempt.port, "operation-unknown", attempt.operation)


def test_what_could_not_be_taken_back_or_looked_for_is_listed(place):
    billing = _Adapter(
        {
            "leftovers_of": {"count": 2, "subscriptions": "", "invoices": "in_1,in_2", "disputes": ""},
            "void": RefusedError("billing", "invoice-paid", "invoice in_1 is paid in part"),
        }
    )
    silent = Boundary({"billing": billing, "erp": _Adapter({})}, place.clock)
    reaped = asyncio.run(reap(silent, place.clock))
    assert [(one.what, one.id, one.done) for one in reaped] == [
        ("invoice", "in_1", False),
        ("invoice", "in_2", False),
        ("leftovers in erp", "", False),
    ]
    assert "paid in part" in reaped[0].reason
    assert "does not tell" in reaped[2].reason


def test_billing_that_cannot_be_asked_is_an_error_and_not_an_empty_list(place):
    down = _Adapter({"leftovers_of": UnreachableError("billing", "503")})
    with pytest.raises(UnreachableError):
        asyncio.run(reap(Boundary({"billing": down, "erp": _Adapter({})}, place.clock), place.clock))


def test_disputes_of_probes_are_marked_as_synthetic(place):
    _, disputed = _sold(place, "disputed", terms="CARD", method="disputed")
    _passes(place, minutes=10)
    payment = _do(place, "billing", "invoice_of", invoice=disputed["invoice"])["payment"]
    dispute = _do(place, "billing", "dispute_of", payment=payment)["dispute"]
    kept = place.landscape.sync.storage.document(dispute)
    postings = place.landscape.ledger.books.storage.postings(dispute)
    assert postings
    assert all(one.synthetic for one in postings)
    assert kept is None or kept["synthetic"] is True
