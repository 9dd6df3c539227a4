"""Tax in the middleware: what the tax engine says is held against what billing charged, before anything is posted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from test_sync import DAY, Landscape, customer, event, invoice


def sold(landscape, found, buyer=None, name="evt_1"):
    if buyer is not None:
        landscape.sync.receive(event(f"{name}-c", "customer.updated", buyer))
    landscape.sync.receive(event(name, "invoice.finalized", found))
    landscape.run(seconds=10)
    return [(one.category, one.code, one.object_id) for one in landscape.sync.storage.exceptions()]


def charged(code, percentage, tax, *, net=120000, inclusive=False, currency="eur", entity="DE-01", **extra):
    rate = {"id": "txr_9", "percentage": percentage, "inclusive": inclusive, "metadata": {"tax_code": code}}
    amounts = [{"amount": tax, "inclusive": inclusive, "tax_rate": "txr_9"}]
    line = invoice()["lines"]["data"][0]
    line |= {"amount": net + tax if inclusive else net, "tax_amounts": amounts}
    return invoice(
        tax=tax,
        total=net + tax,
        currency=currency,
        default_tax_rates=[rate],
        total_tax_amounts=amounts,
        lines={"data": [line]},
        metadata={"legal_entity": entity, "contract_id": "C-1", "tax_code": code},
        **extra,
    )


def test_the_engine_is_asked_before_anything_is_posted():
    landscape = Landscape()
    assert sold(landscape, invoice()) == []
    asked = landscape.asked
    assert asked.index(("tax", "determine")) < asked.index(("erp", "post_invoice"))
    assert landscape.posted()["tax_reason"] == "standard"


@pytest.mark.parametrize(
    "found",
    [
        charged("DE-RC", 0, 0),
        charged("DE-S19", 16, 19200),
        charged("DE-S19", 19, 22801),
        charged("DE-OS", 0, 0),
    ],
    ids=["stale code", "stale rate", "one minor unit", "outside scope"],
)
def test_what_billing_charged_otherwise_is_not_posted_and_waits_as_tax(found):
    landscape = Landscape()
    assert sold(landscape, found) == [("tax", "tax-differs", "in_1")]
    assert landscape.posted() == {"count": 0}
    assert landscape.erp.posting_of("in_1", "DE-01-L") == {"count": 0}


def test_the_exception_says_what_was_charged_and_what_is_owed():
    landscape = Landscape()
    sold(landscape, charged("DE-RC", 0, 0))
    (problem,) = landscape.sync.storage.exceptions()
    assert (
        problem.message
        == "sync refused: billing charged code DE-RC on line il_1 for in_1, the tax engine says DE-S19 (standard)"
    )


def from_france(kind="business", tax_id="FR40303265045"):
    landscape = Landscape()
    landscape.account = {"count": 1, "account": "a", "country": "FR", "kind": kind, "tax_id": tax_id}
    return landscape, customer(metadata={"legal_entity": "DE-01", "account": "a"})


def test_reverse_charge_is_right_for_a_french_business_and_german_tax_is_not():
    landscape, buyer = from_france()
    assert sold(landscape, charged("DE-RC", 0, 0), buyer) == []
    assert landscape.posted()["tax_reason"] == "reverse_charge"
    landscape, buyer = from_france()
    assert sold(landscape, invoice(), buyer) == [("tax", "tax-differs", "in_1")]


def test_a_french_consumer_pays_french_tax_under_the_code_of_the_one_stop_shop():
    landscape, buyer = from_france(kind="consumer", tax_id="")
    assert sold(landscape, charged("DE-OSS-FR20", 20, 20000, net=100000, inclusive=True), buyer) == []
    found = landscape.posted()
    assert (found["tax_code"], found["tax"], found["net"]) == ("DE-OSS-FR20", 20000, 100000)


def test_a_code_that_billing_does_not_name_is_the_engine_s():
    landscape = Landscape()
    found = charged("", 19, 22800)
    assert sold(landscape, found) == []
    assert (landscape.posted()["tax_code"], landscape.posted()["tax"]) == ("DE-S19", 22800)


def test_a_difference_of_the_rounding_scope_is_posted_as_billed_and_explained():
    lines = [
        invoice()["lines"]["data"][0]
        | {"id": f"il_{number}", "amount": 3335, "tax_amounts": [{"amount": 634, "inclusive": False}]}
        for number in range(3)
    ]
    landscape = Landscape()
    assert sold(landscape, invoice(lines={"data": lines}, tax=1902, total=11907)) == []
    assert landscape.posted()["tax"] == 1902
    (note,) = [detail for _, what, _, detail in landscape.sync.storage.queue.audit() if what == "explained"]
    assert note == "tax 1902 is 1901 when rounded per document: a difference of the rounding scope"


def american(region=""):
    address = {"line1": "1 Way", "city": "Town", "country": "US"} | ({"state": region} if region else {})
    return customer(metadata={"legal_entity": "US-01"}, address=address)


NEW_YORK = charged("US-NY", 8.875, 10650, entity="US-01", currency="usd")


@pytest.mark.parametrize(("region", "expected"), [("NY", []), ("CA", [("tax", "tax-differs", "in_1")]), ("", [])])
def test_a_state_decides_and_without_one_billing_s_code_is_held_to_its_rate(region, expected):
    landscape = Landscape()
    assert sold(landscape, NEW_YORK, american(region)) == expected
    notes = [detail for _, what, _, detail in landscape.sync.storage.queue.audit() if what == "explained"]
    assert bool(notes) is (region == "")


def test_without_a_state_a_stale_rate_is_found_all_the_same():
    landscape = Landscape()
    stale = charged("US-NY", 8.5, 10200, entity="US-01", currency="usd")
    assert sold(landscape, stale, american()) == [("tax", "tax-differs", "in_1")]


def test_an_answer_that_says_nothing_is_no_determination():
    landscape = Landscape()
    landscape.tax = SimpleNamespace(call=lambda _attempt: {"accepted": True})
    assert sold(landscape, invoice()) == [("tax", "tax-undetermined", "in_1")]


def test_an_outage_of_the_engine_is_waited_out():
    landscape = Landscape()
    landscape.down.add("tax")
    assert sold(landscape, invoice()) == []
    assert landscape.posted() == {"count": 0}
    landscape.down.clear()
    landscape.run(minutes=5)
    assert landscape.posted()["count"] == 1


def test_an_invoice_waits_for_its_customer_and_goes_on_when_it_comes():
    landscape = Landscape()
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice(customer="cus_2")))
    landscape.run(seconds=3)
    assert landscape.posted() == {"count": 0}
    landscape.sync.receive(event("evt_2", "customer.created", customer("cus_2"), DAY))
    for _ in range(2):
        landscape.run(seconds=30)
    assert landscape.posted()["count"] == 1
    assert landscape.sync.storage.exceptions() == []


@pytest.mark.parametrize("is_voided_first", [False, True], ids=["held, then voided", "voided before it was looked at"])
def test_an_invoice_that_was_held_and_is_voided_at_its_owner_frees_its_lane_and_posts_nothing(is_voided_first):
    landscape = Landscape()
    wrong, void = charged("DE-RC", 0, 0), event("evt_v", "invoice.voided", invoice("in_1"), DAY + 60)
    landscape.sync.receive(event("evt_1", "invoice.finalized", wrong))
    landscape.sync.receive(event("evt_1-again", "invoice.finalized", wrong))
    if not is_voided_first:
        landscape.run(seconds=10)
        assert len(landscape.sync.storage.exceptions()) == 1
    landscape.sync.receive(void)
    landscape.sync.receive(event("evt_2", "invoice.finalized", invoice("in_2"), DAY + 61))
    landscape.run(seconds=10)
    assert landscape.sync.storage.exceptions() == []
    assert landscape.sync.storage.backlog() == 0
    (closed,) = landscape.sync.storage.exceptions(only_open=False)
    assert (closed.cause, closed.closed_by) == ("voided in billing before it was posted", "billing")
    assert [landscape.posted(name)["count"] for name in ("in_1", "in_2")] == [0, 1]
    assert landscape.ledger.books.storage.postings("in_1") == []


def test_an_invoice_that_may_be_in_a_ledger_already_is_not_let_go_by_its_void():
    landscape = Landscape()
    landscape.ledger.closing.close_period("DE-01-L", "2027-01", "controller", lock=True)
    landscape.sync.receive(event("evt_1", "invoice.finalized", invoice()))
    landscape.run(seconds=10)
    landscape.sync.receive(event("evt_v", "invoice.voided", invoice(), DAY + 60))
    landscape.run(seconds=10)
    assert [one.category for one in landscape.sync.storage.exceptions()] == ["period"]
    landscape.ledger.closing.reopen_period("DE-01-L", "2027-01", "a", "b", "late")
    assert landscape.sync.replay("evt_1")
    landscape.run(seconds=10)
    assert landscape.sync.storage.exceptions() == []
    assert landscape.erp.receivable_of("in_1")["open"] == 0


def test_what_names_no_legal_entity_has_that_of_its_buyer_and_says_so():
    landscape = Landscape()
    landscape.account = {"count": 1, "account": "a", "country": "DE", "kind": "business", "legal_entity": "DE-01"}
    found = charged("DE-S19", 19, 22800, customer="cus_7")
    assert sold(landscape, found | {"metadata": {}}, customer("cus_7", metadata={"account": "a"})) == []
    assert (landscape.posted()["entity"], landscape.posted()["ledger"]) == ("DE-01", "DE-01")
    notes = [detail for _, what, _, detail in landscape.sync.storage.queue.audit() if what == "explained"]
    assert notes == [f"legal entity DE-01 is that of its buyer: {name} names none" for name in ("cus_7", "in_1")]


def test_what_names_no_legal_entity_and_has_a_buyer_nobody_knows_of_waits_as_entity():
    landscape = Landscape()
    assert sold(landscape, invoice(), customer("cus_7", metadata={})) == [("entity", "entity-unknown", "cus_7")]
