"""Schemathesis asks what Stripe's own document allows of every endpoint served here: no crash, no answer beside it.

Names of objects are drawn from a stocked core: made-up ones would only ever meet `resource_missing`.
"""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from stripe_wire import AsgiClient, Checked, document

from synthetic.clock import VirtualClock, run
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.examples import invoice_d7, paid_d1
from synthetic.sandboxes.billing.routes import routes
from synthetic.sandboxes.billing.stripe_app import create_app

schemathesis = pytest.importorskip("schemathesis")
pytestmark = pytest.mark.integration

EXAMPLES = 4


def _shape(path):
    return re.sub(r"\{[^}]+\}", "{}", path)


def served_subset():
    """Return Stripe's document cut down to the operations that are served, deprecated `expand` lists left out."""
    known = {(served.method, _shape(served.path)) for served in routes()}
    paths = {}
    for path, item in document().root["paths"].items():
        kept = {verb: asked for verb, asked in item.items() if (verb.upper(), _shape(path)) in known}
        if kept:
            paths[path] = kept
    return document().root | {"paths": paths, "security": []}


OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(served_subset()).get_all_operations()]
NAMES = {
    "customer": "customer",
    "product": "product",
    "price": "price",
    "tax_rates": "tax_rate",
    "default_tax_rates": "tax_rate",
    "default_payment_method": "payment_method",
    "payment_method": "payment_method",
    "payment_intent": "payment_intent",
    "charge": "charge",
    "invoice": "invoice",
    "subscription": "subscription",
    "starting_after": "",
    "ending_before": "",
}
"""Parameter -> the object it names; "" for the kind that the path lists."""


def stocked():
    """Return a core with at least one object of every kind, and their ids by kind."""
    core = BillingCore(VirtualClock())
    invoice_d7(core)
    paid = paid_d1(core)
    core.call("invoices.create", {"customer": "cus_adler", "currency": "eur"})
    core.call("invoice_items.create", {"customer": "cus_adler", "currency": "eur", "amount": 500})
    core.call("credit_notes.create", {"invoice": "in_D7", "amount": 100})
    core.call("refunds.create", {"charge": paid["charge"], "amount": 100})
    core.call("payouts.create", {"amount": 100, "currency": "eur"})
    core.call("webhook_endpoints.create", {"url": "https://hook.example/x", "enabled_events": ["*"]})
    metered = {"currency": "eur", "product": "PRO-ANNUAL", "unit_amount": 2}
    metered["recurring"] = {"interval": "month", "usage_type": "metered"}
    price = core.call("prices.create", metered)["id"]
    core.call("subscriptions.create", {"customer": "cus_kranich", "items": [{"price": price}]})
    phase = {"items": [{"price": "price_pro_annual_eur"}], "iterations": 2}
    core.call("subscription_schedules.create", {"customer": "cus_adler", "start_date": "now", "phases": [phase]})
    intent = {"amount": 900, "currency": "eur", "customer": "cus_kranich"}
    core.call("payment_intents.create", intent | {"payment_method": "pm_card_createDispute", "confirm": True})
    core.tick()
    kinds = {kind: [each["id"] for each in core.desk.storage.all(kind)] for kind in KINDS.values()}
    kinds["subscription_item"] = [
        item["id"] for each in core.desk.storage.all("subscription") for item in each["items"]["data"]
    ]
    return core, kinds


KINDS = {
    "charges": "charge",
    "credit_notes": "credit_note",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoiceitems": "invoiceitem",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "prices": "price",
    "products": "product",
    "refunds": "refund",
    "subscription_schedules": "subscription_schedule",
    "subscriptions": "subscription",
    "subscription_items": "subscription_item",
    "balance_transactions": "balance_transaction",
    "tax_rates": "tax_rate",
    "webhook_endpoints": "webhook_endpoint",
}
"""Part of a path -> the kind of object it lists."""


def named(value, kinds, here, turn, key=""):
    """Return parameters with every name of an object replaced by that of a real one."""
    if isinstance(value, dict):
        return {name: named(inner, kinds, here, turn, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [named(inner, kinds, here, turn, key) for inner in value]
    known = kinds.get(NAMES[key] or here, []) if key in NAMES else []
    return known[turn % len(known)] if known and isinstance(value, str) else value


def plain(value):
    return value if isinstance(value, dict) else {}


SELDOM = ("GET /v1/invoices/upcoming", "GET /v1/credit_notes/preview")
"""Reads that need parameters which fit each other; the tests of the official client ask them well."""


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_the_document_allows_is_answered_as_it_says(operation):
    core, kinds = stocked()
    here = KINDS.get(operation.path.split("/")[2], "")
    client = AsgiClient(Checked(create_app(core)))
    answered = Counter()

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        turn = answered.total()
        for name in plain(case.path_parameters):
            case.path_parameters[name] = kinds[here][turn % len(kinds[here])]
        case.query = named(plain(case.query), kinds, here, turn)
        case.body = named(case.body, kinds, here, turn) if isinstance(case.body, dict) else case.body
        kwargs = case.as_transport_kwargs(base_url="http://billing")
        kwargs["headers"]["Authorization"] = "Bearer sk_test_x"
        for unused in ("cert", "timeout", "verify", "allow_redirects"):
            kwargs.pop(unused, None)
        sent = requests.Request(**kwargs).prepare()
        answer, status, _ = run(client.request_async(sent.method, sent.url, sent.headers, sent.body))
        json.loads(answer)
        answered[status] += 1

    ask()
    core.close()
    assert answered.total() > 0
    assert [status for status in answered if status >= 500] == []
    if operation.method == "get" and operation.label not in SELDOM:
        assert answered[200] > 0, answered
