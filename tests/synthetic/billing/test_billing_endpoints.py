"""Every endpoint that is served, asked once over the wire with forms; each answer is held to Stripe's document."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from stripe_wire import AsgiClient, Checked

from synthetic.clock import run
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.cards import FAILING_IBAN
from synthetic.sandboxes.billing.routes import routes
from synthetic.sandboxes.billing.search import FIELDS
from synthetic.sandboxes.billing.stripe_app import create_app

DAY = 86_400


class Caller:
    """Asks the app with forms and remembers which endpoints were reached with success."""

    def __init__(self, core):
        self.client = AsgiClient(Checked(create_app(core)))
        self.reached = set()

    def __call__(self, method, path, **form):
        body, query = ("", f"?{urlencode(form)}") if method != "POST" else (urlencode(form), "")
        headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
        answer, status, _ = run(self.client.request_async(method, f"http://b{path}{query}", headers, body))
        if status == 200:
            self.reached.add((method, _template(method, path)))
        return status, json.loads(answer)

    def ok(self, method, path, **form):
        status, body = self(method, path, **form)
        assert status == 200, body
        return body


def _template(method, path):
    for served in routes():
        if served.method == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", served.path), path):
            return served.path
    return None


@pytest.fixture
def caller(core):
    return Caller(core)


def _each_verb(ask, path, identifier, verbs):
    """Read, list and touch one object by the usual endpoints."""
    if "retrieve" in verbs:
        assert ask.ok("GET", f"{path}/{identifier}")["id"] == identifier
    if "list" in verbs:
        assert identifier in [each["id"] for each in ask.ok("GET", path, limit=100)["data"]]
    if "update" in verbs:
        assert ask.ok("POST", f"{path}/{identifier}", **{"metadata[k]": "v"})["metadata"]["k"] == "v"


def test_every_endpoint_answers_as_the_document_says(caller):
    ask = caller
    usual = "retrieve list update"
    product = ask.ok("POST", "/v1/products", name="Pro", id="PRO")["id"]
    tax = ask.ok("POST", "/v1/tax_rates", display_name="T", percentage="7.7", inclusive="false")["id"]
    monthly = {"currency": "eur", "product": product, "recurring[interval]": "month"}
    price = ask.ok("POST", "/v1/prices", unit_amount=1000, **monthly)["id"]
    metered = ask.ok("POST", "/v1/prices", unit_amount=2, **monthly, **{"recurring[usage_type]": "metered"})["id"]
    customer = ask.ok("POST", "/v1/customers", name="Ada", **{"address[country]": "DE"})["id"]
    method = ask.ok("POST", "/v1/payment_methods", type="card", **{"card[number]": "4242424242424242"})["id"]
    ask.ok("POST", f"/v1/payment_methods/{method}/attach", customer=customer)
    ask.ok("POST", f"/v1/customers/{customer}", **{"invoice_settings[default_payment_method]": method})
    assert ask.ok("GET", f"/v1/customers/{customer}/payment_methods", type="card")["data"][0]["id"] == method
    ask.ok("GET", "/v1/payment_methods", customer=customer, type="card")
    for path, identifier in (
        ("/v1/products", product),
        ("/v1/tax_rates", tax),
        ("/v1/prices", price),
        ("/v1/customers", customer),
    ):
        _each_verb(ask, path, identifier, usual)
    _each_verb(ask, "/v1/payment_methods", method, "retrieve update")

    subscription = _subscription(ask, customer, price, metered, tax)
    _invoice_to_refund(ask, customer)
    _open_invoices(ask, customer)
    _payments(ask, customer, method)
    _disputes(ask)
    _later(ask, customer, price)
    for kind, fields in FIELDS.items():
        found = ask.ok("GET", f"/v1/{kind}s/search", query="created>0" if "created" in fields else "active:'true'")
        assert min(found["total_count"], 10) == len(found["data"]) > 0
    assert ask.ok("DELETE", f"/v1/subscriptions/{subscription}")["status"] == "canceled"
    ask.ok("POST", f"/v1/payment_methods/{method}/detach")
    assert ask.ok("DELETE", f"/v1/customers/{customer}")["deleted"]
    assert ask.ok("GET", f"/v1/customers/{customer}")["deleted"]
    event = ask.ok("GET", "/v1/events", type="customer.*", limit=1)["data"][0]
    assert event["type"] == "customer.deleted"
    ask.ok("GET", f"/v1/events/{event['id']}")
    assert {(served.method, served.path) for served in routes()} - ask.reached == set()


def _subscription(ask, customer, price, metered, tax):
    items = {"items[0][price]": price, "items[0][quantity]": 2, "items[1][price]": metered}
    subscription = ask.ok("POST", "/v1/subscriptions", customer=customer, **items, **{"default_tax_rates[]": tax})
    _each_verb(ask, "/v1/subscriptions", subscription["id"], "retrieve list update")
    licensed, used = subscription["items"]["data"]
    assert ask.ok("GET", "/v1/subscription_items", subscription=subscription["id"])["data"][0]["id"] == licensed["id"]
    ask.ok("GET", f"/v1/subscription_items/{licensed['id']}")
    changed = ask.ok("POST", f"/v1/subscription_items/{licensed['id']}", quantity=3, proration_behavior="none")
    assert changed["quantity"] == 3
    for quantity, action in ((5, "increment"), (7, "increment"), (4, "set")):
        ask.ok("POST", f"/v1/subscription_items/{used['id']}/usage_records", quantity=quantity, action=action)
    summary = ask.ok("GET", f"/v1/subscription_items/{used['id']}/usage_record_summaries")
    assert summary["data"][0]["total_usage"] == 4
    assert ask.ok("GET", "/v1/invoices/upcoming", subscription=subscription["id"])["total"] == 3240
    ask.ok("POST", "/v1/invoices/create_preview", subscription=subscription["id"])
    return subscription["id"]


def _invoice_to_refund(ask, customer):
    draft = ask.ok("POST", "/v1/invoices", customer=customer, currency="eur")["id"]
    item = ask.ok("POST", "/v1/invoiceitems", customer=customer, currency="eur", amount=500, invoice=draft)["id"]
    _each_verb(ask, "/v1/invoiceitems", item, "retrieve list")
    loose = ask.ok("POST", "/v1/invoiceitems", customer=customer, currency="eur", amount=9)["id"]
    ask.ok("DELETE", f"/v1/invoiceitems/{loose}")
    _each_verb(ask, "/v1/invoices", draft, "retrieve list update")
    assert ask.ok("GET", f"/v1/invoices/{draft}/lines")["data"][0]["amount"] == 500
    ask.ok("POST", f"/v1/invoices/{draft}/finalize")
    ask.ok("POST", f"/v1/invoices/{draft}/send")
    paid = ask.ok("POST", f"/v1/invoices/{draft}/pay")
    note = ask.ok("POST", "/v1/credit_notes", invoice=draft, amount=100, credit_amount=100)["id"]
    assert ask.ok("GET", "/v1/credit_notes/preview", invoice=draft, amount=10)["total"] == 10
    _each_verb(ask, "/v1/credit_notes", note, "retrieve list update")
    ask.ok("GET", f"/v1/credit_notes/{note}/lines")
    refund = ask.ok("POST", "/v1/refunds", charge=paid["charge"], amount=50)["id"]
    _each_verb(ask, "/v1/refunds", refund, "retrieve list")
    _each_verb(ask, "/v1/charges", paid["charge"], "retrieve list")
    move = ask.ok("GET", "/v1/balance_transactions")["data"][0]["id"]
    _each_verb(ask, "/v1/balance_transactions", move, "retrieve list")


def _open_invoices(ask, customer):
    """One is voided, one given up, one paid by transfer, one draft deleted, one lowered and raised again."""
    terms = {"collection_method": "send_invoice", "days_until_due": 30, "currency": "eur", "customer": customer}
    made = []
    for _ in range(5):
        draft = ask.ok("POST", "/v1/invoices", **terms)["id"]
        ask.ok("POST", "/v1/invoiceitems", customer=customer, currency="eur", amount=300, invoice=draft)
        made.append(draft)
    ask.ok("DELETE", f"/v1/invoices/{made.pop()}")
    for draft in made:
        ask.ok("POST", f"/v1/invoices/{draft}/finalize")
    ask.ok("POST", f"/v1/invoices/{made[0]}/void")
    ask.ok("POST", f"/v1/invoices/{made[1]}/mark_uncollectible")
    note = ask.ok("POST", "/v1/credit_notes", invoice=made[2], amount=100)["id"]
    assert ask.ok("GET", f"/v1/invoices/{made[2]}")["amount_remaining"] == 200
    ask.ok("POST", f"/v1/credit_notes/{note}/void")
    assert ask.ok("GET", f"/v1/invoices/{made[2]}")["amount_remaining"] == 300
    ask.ok("POST", f"/v1/test_helpers/customers/{customer}/fund_cash_balance", amount=700, currency="eur")
    assert [ask.ok("GET", f"/v1/invoices/{each}")["status"] for each in made[2:]] == ["paid", "paid"]


def _payments(ask, customer, method):
    form = {"amount": 700, "currency": "eur", "customer": customer}
    intent = ask.ok("POST", "/v1/payment_intents", **form)["id"]
    _each_verb(ask, "/v1/payment_intents", intent, "retrieve list update")
    done = ask.ok("POST", f"/v1/payment_intents/{intent}/confirm", payment_method=method)
    assert done["status"] == "succeeded"
    other = ask.ok("POST", "/v1/payment_intents", **form)["id"]
    assert ask.ok("POST", f"/v1/payment_intents/{other}/cancel")["status"] == "canceled"
    assert ask("POST", f"/v1/payment_intents/{other}/confirm", payment_method=method)[0] == 400
    payout = ask.ok("POST", "/v1/payouts", currency="eur", amount=100)["id"]
    _each_verb(ask, "/v1/payouts", payout, "retrieve list")
    assert ask.ok("GET", "/v1/balance")["available"][0]["currency"] == "eur"


def _disputes(ask):
    for answer in ("losing_evidence", ""):
        card = ask.ok("POST", "/v1/customers", payment_method="pm_card_createDispute")
        method = card["invoice_settings"]["default_payment_method"]
        form = {"amount": 900, "currency": "eur", "customer": card["id"], "payment_method": method}
        ask.ok("POST", "/v1/payment_intents", **form, confirm="true")
        dispute = ask.ok("GET", "/v1/disputes")["data"][0]["id"]
        _each_verb(ask, "/v1/disputes", dispute, "retrieve list")
        if answer:
            evidence = {"evidence[uncategorized_text]": answer}
            assert ask.ok("POST", f"/v1/disputes/{dispute}", **evidence)["status"] == "lost"
        else:
            assert ask.ok("POST", f"/v1/disputes/{dispute}/close")["status"] == "lost"
            assert ask("POST", f"/v1/disputes/{dispute}/close")[0] == 400


def _later(ask, customer, price):
    """What the document does not know yet, schedules and webhook endpoints."""
    meter = ask.ok("POST", "/v1/billing/meters", display_name="Calls", event_name="calls")["id"]
    _each_verb(ask, "/v1/billing/meters", meter, "retrieve list")
    payload = {"payload[stripe_customer_id]": customer, "payload[value]": 12}
    ask.ok("POST", "/v1/billing/meter_events", event_name="calls", **payload)
    window = {"customer": customer, "start_time": 0, "end_time": 4_000_000_000}
    totals = ask.ok("GET", f"/v1/billing/meters/{meter}/event_summaries", **window)["data"]
    assert totals[0]["aggregated_value"] == 12
    clock = ask.ok("POST", "/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
    _each_verb(ask, "/v1/test_helpers/test_clocks", clock, "retrieve list")
    ask.ok("POST", f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=1_800_000_001)
    assert ask("POST", f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=1)[0] == 400
    ask.ok("DELETE", f"/v1/test_helpers/test_clocks/{clock}")
    hook = ask.ok("POST", "/v1/webhook_endpoints", url="https://x.example.invalid", **{"enabled_events[]": "*"})["id"]
    _each_verb(ask, "/v1/webhook_endpoints", hook, "retrieve list update")
    ask.ok("DELETE", f"/v1/webhook_endpoints/{hook}")
    phases = {"phases[0][items][0][price]": price, "phases[0][iterations]": 2}
    form = {"customer": customer, "start_date": "now"} | phases
    made = [ask.ok("POST", "/v1/subscription_schedules", **form)["id"] for _ in range(2)]
    _each_verb(ask, "/v1/subscription_schedules", made[0], "retrieve list update")
    assert ask.ok("POST", f"/v1/subscription_schedules/{made[0]}/release")["status"] == "released"
    assert ask.ok("POST", f"/v1/subscription_schedules/{made[1]}/cancel")["status"] == "canceled"


def test_a_bank_debit_answers_two_days_later_either_way(clock, caller):
    for iban, wanted in (("DE89370400440532013000", "succeeded"), (FAILING_IBAN, "requires_payment_method")):
        customer = caller.ok("POST", "/v1/customers")["id"]
        method = caller.ok("POST", "/v1/payment_methods", type="sepa_debit", **{"sepa_debit[iban]": iban})["id"]
        caller.ok("POST", f"/v1/payment_methods/{method}/attach", customer=customer)
        form = {"amount": 700, "currency": "eur", "customer": customer, "payment_method": method, "confirm": "true"}
        intent = caller.ok("POST", "/v1/payment_intents", **form)
        assert intent["status"] == "processing"
        clock.move(timedelta(days=2))
        assert caller.ok("GET", f"/v1/payment_intents/{intent['id']}")["status"] == wanted


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a[b=1", "Invalid parameter name"),
        ("x" + "[a]" * 9 + "=1", "at most 8 levels"),
        ("metadata=x", "Invalid hash"),
        ("name[x]=1", "Invalid string"),
        ("&".join(f"metadata[k{n}]=1" for n in range(2_001)), "At most 2000"),
        ("metadata=1&metadata[a]=2", "Invalid hash"),
        ("balance=1e3", "Invalid integer"),
        ("balance=1.5", "Invalid integer"),
        ("nickname=x", "unknown parameter"),
        ("id=cus_mine", "unknown parameter"),
        ("expand[]=nothing", "cannot be expanded"),
        ("expand[]=a.b.c.d.e", "more than 4 levels"),
        ("payment_method=pm_nobody", "No such PaymentMethod"),
    ],
)
def test_a_bad_form_is_refused_in_one_sentence_and_changes_nothing(core, caller, body, message):
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
    answer, status, _ = run(caller.client.request_async("POST", "http://b/v1/customers", headers, body))
    assert 400 <= status < 500
    assert message in json.loads(answer)["error"]["message"]
    assert core.call("customers.list")["data"] == []


def test_digits_of_other_scripts_are_no_places_in_a_list(caller):
    assert caller("POST", "/v1/customers", **{"address[²]": "1"})[0] == 200
    assert caller("POST", "/v1/customers", **{"expand[²]": "x"})[0] == 400


def test_json_bodies_huge_bodies_and_unknown_paths_are_refused(caller):
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/json"}
    assert run(caller.client.request_async("POST", "http://b/v1/customers", headers, "{}"))[1] == 400
    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    assert run(caller.client.request_async("POST", "http://b/v1/customers", form, "a" * 1_000_001))[1] == 413
    assert run(caller.client.request_async("POST", "http://b/v1/customers", form, b"\xff\xfe"))[1] == 400
    assert caller("GET", "/v1/nothing")[0] == 404
    assert caller("GET", "/v2/customers")[0] == 404


def test_a_real_card_number_never_enters_the_sandbox(caller):
    status, body = caller("POST", "/v1/payment_methods", type="card", **{"card[number]": "4111111111111111"})
    assert status == 402
    assert "test cards only" in body["error"]["message"]


def test_a_database_file_keeps_everything_over_a_restart(tmp_path, clock):
    path = str(tmp_path / "billing.sqlite")
    first = BillingCore(clock, path)
    customer = first.call("customers.create", {"email": "a@example.invalid"}, key="k")
    first.close()
    second = BillingCore(clock, path)
    again = second.perform("customers.create", {"email": "a@example.invalid"}, key="k")
    assert (again.replayed, again.body["id"]) == (True, customer["id"])
    assert second.call("customers.create", {})["id"] != customer["id"]
    second.close()
