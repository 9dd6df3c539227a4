"""Every billing number of the worked examples comes out of the core to the minor unit."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing import BillingCore, BillingPort

ROOT = Path(__file__).parents[3]
BERLIN, NEW_YORK, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


@pytest.fixture(params=["vendored", pytest.param("shared", marks=pytest.mark.corpus)])
def oracles(request):
    if request.param == "vendored":
        path = Path(__file__).parents[1] / "ledger" / "oracles.json"
    else:
        corpus = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared" / "corpus"))
        path = corpus.parent / "reference" / "finance" / "oracles.json"
        if not path.is_file():
            pytest.skip("the shared reference is not beside this checkout (HARNESS_CORPUS names another place)")
    return json.loads(path.read_text("utf-8"))


@pytest.fixture
def facts(oracles):
    return oracles["facts"]


class Shop:
    """One core at a local time, and one customer of a legal entity."""

    def __init__(self, when, entity, percent, *, inclusive=False, currency="eur", **metadata):
        self.clock = VirtualClock(when)
        self.core = BillingCore(self.clock)
        self.port = BillingPort(self.core)
        self.currency = currency
        given = {"metadata": {"legal_entity": entity} | metadata, "payment_method": "pm_card_visa"}
        self.customer = self.core.call("customers.create", given)["id"]
        asked = {"display_name": "Tax", "percentage": percent, "inclusive": inclusive}
        self.rate = self.core.call("tax_rates.create", asked)["id"]

    def price(self, **shape):
        given = {"currency": self.currency, "product_data": {"name": "P"}, "recurring": {"interval": "year"}}
        return self.core.call("prices.create", given | shape)["id"]

    def subscribe(self, price, quantity=None, **more):
        item = {"price": price} | ({"quantity": quantity} if quantity is not None else {})
        asked = {"customer": self.customer, "items": [item], "default_tax_rates": [self.rate]}
        return self.core.call("subscriptions.create", asked | {"expand": ["latest_invoice"]} | more)

    def move_to(self, when):
        self.clock.move(when - self.clock.now())

    def one_off(self, *amounts):
        lines = [{"currency": self.currency, "amount": amount} for amount in amounts]
        head = {"customer": self.customer, "currency": self.currency, "default_tax_rates": [self.rate]}
        draft = self.port.draft_invoice(head | {"lines": lines}, key=f"draft-{amounts}")
        return self.port.finalise(draft["id"], key=f"finalise-{amounts}")


def posted(oracles, entry, account):
    return sum(line["amount"] for line in oracles["entries"][entry]["lines"] if line["account"] == account)


def test_w2_a_bundle_in_new_york(oracles, facts):
    shop = Shop(datetime(2027, 1, 15, tzinfo=NEW_YORK), "US-01", "8.875", currency="usd")
    invoice = shop.subscribe(shop.price(unit_amount=179900))["latest_invoice"]
    expected = facts["F2"]
    assert (invoice["subtotal"], invoice["tax"], invoice["total"]) == tuple(
        expected[name] for name in ("net", "tax", "total")
    )
    assert invoice["total"] == posted(oracles, "E2.1", "1100")


def test_w3_german_annual_plan_and_workshop(oracles, facts):
    shop = Shop(datetime(2027, 1, 1, tzinfo=BERLIN), "DE-01", "19")
    invoice = shop.subscribe(shop.price(unit_amount=120000))["latest_invoice"]
    assert (invoice["tax"], invoice["total"]) == (
        posted(oracles, "E3.1", "2200"),
        posted(oracles, "E3.1", "1100"),
    )
    workshop = shop.one_off(3335, 3335, 3335)
    assert workshop["tax"] == facts["F3"]["tax_per_document"]
    assert workshop["total"] == posted(oracles, "E3.2", "1100")
    american = Shop(datetime(2027, 1, 4, tzinfo=NEW_YORK), "US-01", "19")
    assert american.one_off(3335, 3335, 3335)["tax"] == facts["F3"]["tax_per_line"]


def test_w3_inclusive_prices_contain_their_tax(oracles, facts):
    german = Shop(datetime(2027, 1, 4, tzinfo=BERLIN), "DE-01", "19", inclusive=True)
    assert german.one_off(11900)["tax"] == facts["F3"]["de_inclusive_11900_tax"]
    japanese = Shop(datetime(2027, 4, 1, tzinfo=TOKYO), "JP-01", "10", inclusive=True, currency="jpy")
    invoice = japanese.one_off(1099, 1099, 1099)
    assert invoice["tax"] == facts["F3"]["jp_per_document"]
    assert invoice["total"] == posted(oracles, "E3.5", "1100")
    assert invoice["total_excluding_tax"] == posted(oracles, "E3.5", "2400")


def test_w4_card_fee_and_bank_transfers_with_cash_left_over(oracles, facts):
    card = Shop(datetime(2027, 1, 1, tzinfo=BERLIN), "DE-01", "19")
    card.subscribe(card.price(unit_amount=120000))
    payout = card.core.call("payouts.create", {"currency": "eur"})
    assert payout["amount"] == posted(oracles, "E4.2", "1000")
    (charge,) = card.core.call("charges.list", {"customer": card.customer})["data"]
    fee = card.core.call("balance_transactions.retrieve", {"id": charge["balance_transaction"]})["fee"]
    assert fee == facts["F4"]["fee"]

    bank = Shop(datetime(2027, 1, 15, tzinfo=NEW_YORK), "US-01", "8.875", currency="usd")
    terms = {"collection_method": "send_invoice", "days_until_due": 60}
    bank.subscribe(bank.price(unit_amount=120000), **terms)
    bank.clock.move(timedelta(hours=2))
    (invoice,) = bank.port.invoices(customer=bank.customer)
    assert invoice["total"] == facts["F4"]["u2_total"]
    received = {"id": bank.customer, "currency": "usd"}
    bank.core.call("customers.fund_cash_balance", received | {"amount": 100000})
    assert bank.port.invoice(invoice["id"])["amount_remaining"] == facts["F4"]["open_after_first"]
    bank.core.call("customers.fund_cash_balance", received | {"amount": 35000})
    after = bank.port.invoice(invoice["id"])
    assert (after["amount_remaining"], after["status"]) == (facts["F4"]["open_after_second"], "paid")
    customer = bank.core.call("customers.retrieve", {"id": bank.customer})
    assert customer["cash_balance"]["usd"] == facts["F4"]["unapplied"]


@pytest.mark.parametrize(("policy", "wanted"), [("days", "charge"), ("seconds", "by_seconds_berlin")])
def test_w5_five_more_seats_co_termed(oracles, facts, policy, wanted):
    shop = Shop(datetime(2027, 1, 1, tzinfo=BERLIN), "DE-01", "19")
    subscription = shop.subscribe(shop.price(unit_amount=24000), 10, metadata={"proration": policy})
    assert subscription["latest_invoice"]["total"] == posted(oracles, "E5.0", "1100")
    shop.move_to(datetime(2027, 4, 1, tzinfo=BERLIN))
    item = subscription["items"]["data"][0]["id"]
    change = {"items": [{"id": item, "quantity": 15}], "proration_behavior": "always_invoice"}
    preview = shop.port.preview({"subscription": subscription["id"], "subscription_details": change})
    amended = shop.port.amend(subscription["id"], change, key="amend")
    invoice = shop.port.invoice(amended["latest_invoice"])
    assert invoice["subtotal"] == facts["F5"][wanted]
    assert preview["total"] == invoice["total"]
    assert amended["current_period_end"] == subscription["current_period_end"]
    if policy == "days":
        amounts = [line["amount"] for line in invoice["lines"]["data"]]
        assert amounts == [facts["F5"]["credit_old"], facts["F5"]["charge_new"]]
        assert (invoice["tax"], invoice["total"]) == (
            posted(oracles, "E5.1", "2200"),
            posted(oracles, "E5.1", "1100"),
        )


def test_w6_a_japanese_renewal_with_five_percent_more(facts):
    expected = facts["F6"]
    shop = Shop(datetime(2026, 4, 1, tzinfo=TOKYO), "JP-01", "10", currency="jpy")
    subscription = shop.subscribe(shop.price(unit_amount=expected["old"]))
    shop.move_to(datetime(2027, 3, 1, tzinfo=TOKYO))
    dearer = shop.price(unit_amount=expected["new"])
    item = subscription["items"]["data"][0]["id"]
    change = {"items": [{"id": item, "price": dearer}], "proration_behavior": "none"}
    shop.port.amend(subscription["id"], change, key="uplift")
    shop.move_to(datetime(2027, 4, 1, 2, tzinfo=TOKYO))
    newest, first = shop.port.invoices(customer=shop.customer)
    assert (newest["tax"], newest["total"]) == (expected["tax"], expected["total"])
    assert newest["number"] == "JP-2027-000001"
    line = newest["lines"]["data"][0]
    assert line["period"]["start"] == first["lines"]["data"][0]["period"]["end"]
    assert (line["period"]["end"] - line["period"]["start"]) // 86_400 == expected["days_term"]


def test_w7_usage_received_is_billed_once_and_late_usage_next_time(facts):
    expected = facts["F7"]
    shop = Shop(datetime(2027, 1, 1, tzinfo=NEW_YORK), "US-01", "8.875", currency="usd")
    meter = shop.core.call("meters.create", {"display_name": "Calls", "event_name": "calls"})
    tiers = [
        {"up_to": 10000, "unit_amount": 0},
        {"up_to": 50000, "unit_amount_decimal": "1.25"},
        {"up_to": "inf", "unit_amount_decimal": "0.8"},
    ]
    recurring = {"interval": "month", "meter": meter["id"]}
    price = shop.price(billing_scheme="tiered", tiers_mode="graduated", tiers=tiers, recurring=recurring)
    shop.subscribe(price)

    def report(identifier, value):
        payload = {"stripe_customer_id": shop.customer, "value": value}
        asked = {"event_name": "calls", "identifier": identifier, "payload": payload}
        return shop.core.perform("meter_events.create", asked).status

    assert [report("a", 61117), report("b", expected["duplicates"]), report("b", expected["duplicates"])] == [
        200,
        200,
        400,
    ]
    assert report("c", -expected["rejected"]) == 400
    shop.move_to(datetime(2027, 2, 1, 2, tzinfo=NEW_YORK))
    invoice = shop.port.invoices(customer=shop.customer)[0]
    assert invoice["lines"]["data"][0]["quantity"] == expected["billed"]
    assert (invoice["subtotal"], invoice["tax"], invoice["total"]) == tuple(
        expected[name] for name in ("amount", "tax", "total")
    )


def test_w8_termination_credits_only_what_was_not_earned(facts):
    expected = facts["F8"]
    shop = Shop(datetime(2027, 1, 15, tzinfo=NEW_YORK), "US-01", "8.875", currency="usd")
    days = {"metadata": {"proration": "days"}}
    subscription = shop.subscribe(shop.price(unit_amount=120000), **days)
    shop.move_to(datetime(2027, 2, 14, tzinfo=NEW_YORK))
    shop.port.cancel(subscription["id"], {"prorate": True, "invoice_now": True}, key="terminate")
    invoice = shop.port.invoices(customer=shop.customer)[0]
    assert (invoice["subtotal"], invoice["total"]) == (-expected["unearned"], -expected["credit_total"])


def test_w9_a_service_credit_is_refunded_and_limits_what_may_follow(facts):
    expected = facts["F9"]
    shop = Shop(datetime(2027, 1, 1, tzinfo=BERLIN), "DE-01", "19")
    invoice = shop.subscribe(shop.price(unit_amount=120000))["latest_invoice"]
    line = {"type": "invoice_line_item", "invoice_line_item": invoice["lines"]["data"][0]["id"]}
    asked = {"invoice": invoice["id"], "refund_amount": expected["total"]}
    note = shop.port.credit(asked | {"lines": [line | {"amount": expected["net"]}]}, key="credit")
    assert (note["subtotal"], note["total"]) == (expected["net"], expected["total"])
    assert [tax["amount"] for tax in note["tax_amounts"]] == [expected["tax"]]
    after = shop.port.invoice(invoice["id"])
    assert after["total"] - after["post_payment_credit_notes_amount"] == expected["max_creditable_after"]
    assert shop.core.call("customers.retrieve", {"id": shop.customer})["balance"] == expected["balance_2100"]


def test_w10_cancelling_an_annual_plan_in_july(oracles, facts):
    expected = facts["F10"]
    shop = Shop(datetime(2027, 1, 1, tzinfo=BERLIN), "DE-01", "19")
    subscription = shop.subscribe(shop.price(unit_amount=120000), metadata={"proration": "days"})
    shop.move_to(datetime(2027, 7, 1, tzinfo=BERLIN))
    shop.port.cancel(subscription["id"], {"prorate": True, "invoice_now": True}, key="cancel")
    invoice = shop.port.invoices(customer=shop.customer)[0]
    assert invoice["subtotal"] == -expected["unearned"]
    assert invoice["total"] == -expected["credit"] == -posted(oracles, "E10.2", "2100")
    assert shop.core.call("customers.retrieve", {"id": shop.customer})["balance"] == -expected["credit"]
    paid = subscription["latest_invoice"]["total"]
    assert paid - expected["credit"] == expected["cash_kept"]
