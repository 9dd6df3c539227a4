"""Probes pass on a landscape whose billing is a real Kill Bill; what it cannot do it refuses by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from synthetic.clock import VirtualClock
from synthetic.deeds import Attempt, Call, RefusedError
from synthetic.deeds.calls import Kind
from synthetic.environments.conformance import CHECKS, Subject
from synthetic.matrix import Case, Suite, play_case
from synthetic.matrix.suites import start_of
from synthetic.probes import PROBES
from synthetic.sandboxes.killbill import KillBillEvents
from synthetic.sandboxes.killbill.server import yearly_prices
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.systems.killbill import KillBill, KillBillBilling
from synthetic.transaction import Categories

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1800)]

SKUS = ["PRO-ANNUAL", "SUITE-ANNUAL"]
PASSING = (
    "customer-onboarding",
    "order-to-entitlement",
    "invoice-posting",
    "tax-per-document",
    "reverse-charge",
    "foreign-currency",
    "card-payment",
    "bank-transfer",
    "renewal",
    "write-off",
    "credit-and-refund",
    "cancellation",
    "termination",
    "forfeiture",
    "parallel-run",
    "period-close",
)
OTHERS = [probe.name for probe in PROBES if probe.name not in PASSING]
"""Probes of what Kill Bill cannot do, or not yet do here."""


@pytest.fixture
def side(server):
    made = []

    def make(now, prices):
        made.append(KillBillEvents(server, yearly_prices(prices, SKUS, ["EUR", "USD", "JPY"]), prices, now))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("name", PASSING)
def test_a_probe_passes_on_kill_bill(side, catalog, name):
    probe = next(one for one in PROBES if one.name == name)

    def landscape(seed, layers):
        return Landscape(catalog, VirtualClock(start_of(seed)), layers, seed=seed, billing=side)

    suite = Suite((probe,), landscape, Categories(catalog.categories()))
    run = play_case(suite, Case(probe, 0)).run
    assert run.verdict.value == "passed", run.failed_step


@pytest.mark.parametrize("name", OTHERS)
def test_what_kill_bill_cannot_do_is_skipped_by_name_and_never_a_failure(side, catalog, name):
    probe = next(one for one in PROBES if one.name == name)

    def landscape(seed, layers):
        return Landscape(catalog, VirtualClock(start_of(seed)), layers, seed=seed, billing=side)

    suite = Suite((probe,), landscape, Categories(catalog.categories()))
    run = play_case(suite, Case(probe, 0)).run
    assert (run.verdict.value, run.leaks) == ("inconclusive", ()), run.failed_step
    assert run.failed_step.reason.endswith("so the rest of the probe was skipped")


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
def test_the_adapter_is_as_every_adapter_must_be(side, catalog, check):
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    prices = CatalogPrices(Master(catalog), now.date())
    made = side(lambda: now, prices)
    facts = {"account": "a-1", "name": "One", "entity": "DE-01", "currency": "EUR"}
    nobody = KillBillBilling(KillBill("http://127.0.0.1:9", "admin:password", "t"), prices, lambda: now)
    deed = Call("billing", "onboard", facts, Kind.DEED, "key-of-this-check")
    refused = Call("billing", "change_method", {"customer": "c", "method": "card"}, Kind.DEED, "k")
    look = Call("billing", "customer_of", {"account": "a-1"})
    unknown = Call("billing", "customer_of", {"account": "none"})
    check(Subject("billing", made.adapter, deed, lambda _: look, unknown, refused, nobody))


def asked(side, operation, key="", **request):
    kind = Kind.DEED if key else Kind.LOOK
    return side.adapter.call(Attempt("billing", operation, request, kind, key, datetime(2027, 1, 4, tzinfo=UTC)))


def test_deeds_are_done_once_and_what_it_cannot_do_is_refused(side, catalog):
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    billing = side(lambda: now, CatalogPrices(Master(catalog), now.date()))
    facts = {"account": "a-1", "name": "One", "entity": "DE-01", "currency": "EUR"}
    first, again = (asked(billing, "onboard", key="c", **facts) for _ in range(2))
    assert first == again
    sale = {
        "customer": first["id"],
        "sku": "PRO-ANNUAL",
        "entity": "DE-01",
        "currency": "EUR",
        "tax_code": "DE-S19",
        "contract": "C-1",
    }
    begun, repeated = (asked(billing, "subscribe", key="s", **sale) for _ in range(2))
    assert begun == repeated
    shown = asked(billing, "invoice_of", invoice=begun["invoice"])
    assert (shown["net"], shown["tax"], shown["total"], shown["start"], shown["end"]) == (
        120000,
        22800,
        142800,
        "2027-01-04",
        "2028-01-04",
    )
    for operation, request in (("subscribe", sale | {"quantity": 2}), ("preview_of", {"subscription": begun["id"]})):
        with pytest.raises(RefusedError) as refused:
            asked(billing, operation, key="x", **request)
        assert refused.value.code == "operation-unsupported"


def test_a_credit_is_given_once_and_never_beyond_its_invoice(side, catalog):
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    billing = side(lambda: now, CatalogPrices(Master(catalog), now.date()))
    customer = asked(billing, "onboard", key="c", account="a", name="One", entity="DE-01", currency="EUR")["id"]
    charge = {"entity": "DE-01", "currency": "EUR", "tax_code": "DE-S19", "contract": "C-1"}
    one_off = {"customer": customer, "sku": "ONBOARDING", "amounts": [60000, 40000], **charge}
    billed, again = (asked(billing, "bill", key="b", **one_off) for _ in range(2))
    assert billed == again
    shown = asked(billing, "invoice_of", invoice=billed["id"])
    assert (shown["net"], shown["tax"], shown["lines"], shown["contract"]) == (100000, 19000, 2, "C-1")
    billing._server.settle(billing.tenant)
    credit = {"invoice": billed["id"], "net": 10000, "reason": "duplicate", "refund": 11900}
    given, repeated = (asked(billing, "credit", key="cr", **credit) for _ in range(2))
    assert given == repeated
    noted = asked(billing, "credit_of", credit=given["id"])
    assert (noted["net"], noted["total"], noted["invoice"]) == (10000, 11900, billed["id"])
    payment = asked(billing, "invoice_of", invoice=billed["id"])["payment"]
    assert asked(billing, "payment_of", payment=payment)["refunded"] == 11900
    for operation, request, code in (
        ("credit", {"invoice": billed["id"], "net": 60001}, "credit_note_amount_too_large"),
        ("refund", {"payment": payment, "amount": 119000}, "amount_too_large"),
    ):
        with pytest.raises(RefusedError) as refused:
            asked(billing, operation, key="more", **request)
        assert refused.value.code == code
