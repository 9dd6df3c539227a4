"""Money in any order: the sandbox keeps what must hold, and a billing system that loses money is caught."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from harness.conform.money import Billed, MoneyError, money_machine
from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing import BillingCore, BillingError, BillingPort

CUSTOMER = {"name": "Kranich", "metadata": {"legal_entity": "DE-01"}, "payment_method": "pm_card_visa"}
QUICK = settings(max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
# the shortest steps are for people; here it is enough that there are some
FOUND = settings(QUICK, max_examples=300, phases=[Phase.generate], report_multiple_bugs=False)


def opened(kind, *, subscribes):
    def begin():
        core = BillingCore(VirtualClock(datetime(2027, 1, 1, tzinfo=UTC)))
        core.call("products.create", {"id": "PRO", "name": "Pro"})
        price = {"id": "price_pro", "product": "PRO", "currency": "eur", "unit_amount": 999}
        core.call("prices.create", price | {"recurring": {"interval": "month"}})
        return Billed(kind(core), CUSTOMER, {"items": [{"price": "price_pro"}]} if subscribes else {}, close=core.close)

    return begin


def play(kind, how):
    # a defect of invoices is found sooner where nothing else happens
    begin = opened(kind, subscribes=kind in (BillingPort, BillsTwice))
    run_state_machine_as_test(money_machine(begin, BillingError), settings=how)


def test_the_billing_sandbox_keeps_money_in_any_order():
    play(BillingPort, QUICK)


class ForgetsKeys(BillingPort):
    """Does a deed again under the same key."""

    calls = 0

    def _fresh(self, key):
        ForgetsKeys.calls += 1
        return f"{key}-{ForgetsKeys.calls}"

    def draft_invoice(self, request, *, key):
        return super().draft_invoice(request, key=self._fresh(key))


class RefundsTooMuch(BillingPort):
    """Gives back what it was asked for."""

    def refund(self, request, *, key):
        try:
            return super().refund(request, key=key)
        except BillingError:
            return {"id": key, "amount": request["amount"], "status": "succeeded"}


class TellsTwice(BillingPort):
    """Sends the event of a payment twice."""

    def events(self, *, after="", limit=100):
        found = list(super().events(after=after, limit=limit))
        return found + [{**event, "id": event["id"] + "x"} for event in found if event["type"] == "invoice.paid"]


class LosesAnEvent(BillingPort):
    """Forgets to tell that an invoice was paid."""

    def events(self, *, after="", limit=100):
        return [event for event in super().events(after=after, limit=limit) if event["type"] != "invoice.paid"]


class LosesCents(BillingPort):
    """Rounds what is open."""

    def invoice(self, invoice):
        found = super().invoice(invoice)
        return {**found, "amount_remaining": found["amount_remaining"] // 10 * 10}


class BillsTwice(BillingPort):
    """Bills a subscription again when it is cancelled."""

    def invoices(self, *, customer="", subscription=""):
        found = list(super().invoices(customer=customer, subscription=subscription))
        again = [one for one in found if one["subscription"] and self.subscription(one["subscription"])["canceled_at"]]
        return found + [{**one, "id": one["id"] + "x"} for one in again]


class VoidsAnything(BillingPort):
    """Takes every void."""

    def void(self, invoice, *, key):
        try:
            return super().void(invoice, key=key)
        except BillingError:
            return self.invoice(invoice)


@pytest.mark.parametrize(
    "defect",
    [ForgetsKeys, RefundsTooMuch, TellsTwice, LosesAnEvent, LosesCents, BillsTwice, VoidsAnything],
    ids=lambda c: c.__name__,
)
def test_a_billing_system_that_loses_or_doubles_money_is_caught(defect):
    with pytest.raises(MoneyError):
        play(defect, FOUND)
