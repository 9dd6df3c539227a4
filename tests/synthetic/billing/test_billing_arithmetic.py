"""A hundred amounts, each with its exact fraction, come out of the core as the table says.

The table beside this file was made by formulas of its own, none of them the sandbox's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing import BillingCore, BillingError, Entity, TaxRounding
from synthetic.sandboxes.billing.periods import period_after, stepped

CASES = json.loads((Path(__file__).parent / "rating_cases.json").read_text("utf-8"))


def of(kind):
    return [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] == kind]


def at(year, month, day, hour=0):
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def test_the_table_has_a_hundred_cases_whose_fractions_round_to_what_is_expected():
    assert len(CASES) == 100
    for case in CASES:
        if case["kind"] != "tax":
            exact = Fraction(case["fraction"])
            assert abs(exact - case["expected"]) <= Fraction(1, 2), case["id"]


@pytest.mark.parametrize("case", of("proration"))
def test_the_seconds_left_are_credited(case):
    clock = VirtualClock(datetime.fromtimestamp(case["start"], UTC))
    core = BillingCore(clock)
    interval = "year" if case["end"] - case["start"] > 40 * 86_400 else "month"
    shape = {"currency": case["currency"], "recurring": {"interval": interval}, "product_data": {"name": "P"}}
    price = core.call("prices.create", shape | {"unit_amount": case["amount"]})
    free = core.call("prices.create", shape | {"unit_amount": 0})
    customer = core.call("customers.create", {"payment_method": "pm_card_visa"})
    items = {"customer": customer["id"], "items": [{"price": price["id"]}]}
    subscription = core.call("subscriptions.create", items)
    assert subscription["current_period_end"] == case["end"]
    clock.move(timedelta(seconds=case["at"] - case["start"]))
    item = subscription["items"]["data"][0]["id"]
    change = {"id": subscription["id"], "items": [{"id": item, "price": free["id"]}]}
    core.call("subscriptions.update", change | {"proration_behavior": "create_prorations"})
    pending = core.call("invoice_items.list", {"customer": customer["id"], "pending": True})["data"]
    assert sorted(entry["amount"] for entry in pending) == sorted([-case["expected"], 0])


@pytest.mark.parametrize("case", of("tier"))
def test_tiers_price_a_quantity(core, case):
    tiers = [
        {"up_to": "inf" if top is None else top, "unit_amount_decimal": unit}
        | ({"flat_amount_decimal": flat} if flat else {})
        for top, unit, flat in case["tiers"]
    ]
    shape = {"billing_scheme": "tiered", "tiers_mode": case["mode"], "tiers": tiers, "recurring": {"interval": "month"}}
    price = core.call("prices.create", shape | {"currency": "usd", "product_data": {"name": "P"}})
    customer = core.call("customers.create", {"payment_method": "pm_card_visa"})
    items = [{"price": price["id"], "quantity": case["quantity"]}]
    core.call("subscriptions.create", {"customer": customer["id"], "items": items})
    (invoice,) = core.call("invoices.list", {"customer": customer["id"]})["data"]
    assert invoice["total"] == case["expected"]


@pytest.mark.parametrize("case", of("tax"))
def test_tax_is_rounded_once_in_its_scope(clock, case):
    entities = {"XX-01": Entity("UTC", TaxRounding(case["scope"], case["rule"]))}
    core = BillingCore(clock, entities=entities)
    customer = core.call("customers.create", {"metadata": {"legal_entity": "XX-01"}})
    asked = {"display_name": "T", "percentage": case["percent"], "inclusive": case["inclusive"]}
    rate = core.call("tax_rates.create", asked)
    draft = core.call(
        "invoices.create", {"customer": customer["id"], "currency": "eur", "default_tax_rates": [rate["id"]]}
    )
    for amount in case["amounts"]:
        item = {"customer": customer["id"], "currency": "eur", "invoice": draft["id"], "amount": amount}
        core.call("invoice_items.create", item)
    invoice = core.call("invoices.retrieve", {"id": draft["id"]})
    assert invoice["tax"] == case["expected"]
    by_line = [sum(tax["amount"] for tax in line["tax_amounts"]) for line in invoice["lines"]["data"]]
    assert sum(by_line) == case["expected"]
    outside = 0 if case["inclusive"] else case["expected"]
    assert invoice["total"] == sum(case["amounts"]) + outside
    assert invoice["total_excluding_tax"] + case["expected"] == invoice["total"]


def test_an_anchor_at_the_end_of_a_month_keeps_its_day_where_there_is_one():
    anchor = at(2027, 1, 31)
    assert [stepped(anchor, "month", 1, step) for step in range(4)] == [
        at(2027, 1, 31),
        at(2027, 2, 28),
        at(2027, 3, 31),
        at(2027, 4, 30),
    ]
    assert stepped(at(2028, 2, 29), "year", 1, 1) == at(2029, 2, 28)
    assert stepped(anchor, "week", 2, 1) == at(2027, 2, 14)


def test_the_period_of_a_time_is_half_open():
    anchor = at(2027, 1, 31)
    assert period_after(anchor, "month", 1, at(2027, 2, 28) - 1) == (anchor, at(2027, 2, 28))
    assert period_after(anchor, "month", 1, at(2027, 2, 28)) == (at(2027, 2, 28), at(2027, 3, 31))
    assert period_after(anchor, "month", 3, at(2028, 2, 1)) == (at(2028, 1, 31), at(2028, 4, 30))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"unit_amount": 1, "unit_amount_decimal": "1.5"}, "only specify one"),
        ({"unit_amount_decimal": "0.0000000000001"}, "12 decimal places"),
        ({"unit_amount_decimal": "NaN"}, "Invalid decimal"),
        ({"unit_amount": 1.5}, "Invalid integer"),
        ({"billing_scheme": "tiered", "tiers": [{"up_to": 5, "unit_amount": 1}]}, "`inf`"),
        (
            {
                "billing_scheme": "tiered",
                "tiers": [{"up_to": 5}, {"up_to": 4}, {"up_to": "inf"}],
            },
            "rising order",
        ),
    ],
)
def test_prices_that_cannot_be_are_refused(core, shape, message):
    with pytest.raises(BillingError, match=message):
        core.call("prices.create", {"currency": "eur", "product_data": {"name": "P"}} | shape)
