"""Webhooks arrive signed as Stripe signs them, and come again until somebody takes them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
import stripe

from synthetic.clock import LoopClock, run
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.webhooks import RETRY_AFTER, deliver_due, keep_delivering, signature

URL = "https://sync.example.invalid/hooks"


class Receiver:
    """Answers with the statuses it was given, then 200; 0 means nobody is there."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.got = []

    async def __call__(self, url, headers, body):
        self.got.append((url, headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise ConnectionRefusedError
        return status


def _endpoint(core, *events):
    return core.call("webhook_endpoints.create", {"url": URL, "enabled_events": list(events) or ["*"]})


def test_the_official_library_accepts_the_signature_and_refuses_another_secret(core, clock):
    endpoint = _endpoint(core, "customer.created")
    core.call("customers.create", {"email": "a@example.invalid"})
    receiver = Receiver()
    assert run(deliver_due(core, receiver)) == 1
    ((url, headers, body),) = receiver.got
    assert url == URL
    header = headers["stripe-signature"]
    assert stripe.WebhookSignature.verify_header(body.decode(), header, endpoint["secret"], None)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.decode(), header, "whsec_other", None)
    assert header.startswith(f"t={int(clock.now().timestamp())},v1=")
    assert json.loads(body)["type"] == "customer.created"


def test_the_signature_is_that_of_the_published_scheme():
    made = signature(b"{}", "whsec_x", 1)
    assert stripe.WebhookSignature.verify_header("{}", made, "whsec_x", None)


def test_only_wanted_events_are_sent_and_secrets_are_told_once(core):
    endpoint = _endpoint(core, "product.created")
    core.call("customers.create", {})
    core.call("products.create", {"name": "P"})
    receiver = Receiver()
    assert run(deliver_due(core, receiver)) == 1
    assert json.loads(receiver.got[0][2])["type"] == "product.created"
    assert "secret" not in core.call("webhook_endpoints.retrieve", {"id": endpoint["id"]})


def test_a_refused_delivery_comes_again_later_and_later_and_is_given_up_on_record(core, clock):
    _endpoint(core, "customer.created")
    core.call("customers.create", {})
    receiver = Receiver(*([500, 0] * 10))
    run(deliver_due(core, receiver))
    run(deliver_due(core, receiver))
    assert len(receiver.got) == 1, "not before its time"
    for seconds in RETRY_AFTER:
        clock.move(timedelta(seconds=seconds))
        run(deliver_due(core, receiver))
    assert len(receiver.got) == 1 + len(RETRY_AFTER)
    (delivery,) = core.desk.storage.deliveries()
    assert delivery.state == "given_up"
    assert sum(RETRY_AFTER) > 2 * 86_400


def test_a_delivery_taken_at_the_second_attempt_is_not_sent_again(core, clock):
    _endpoint(core, "customer.created")
    core.call("customers.create", {})
    receiver = Receiver(503)
    assert run(deliver_due(core, receiver)) == 0
    clock.move(timedelta(days=1))
    assert run(deliver_due(core, receiver)) == 1
    clock.move(timedelta(days=1))
    assert run(deliver_due(core, receiver)) == 0
    (event,) = core.call("events.list", {"type": "customer.created"})["data"]
    assert event["pending_webhooks"] == 0
    assert {json.loads(body)["id"] for _, _, body in receiver.got} == {event["id"]}


def test_a_deleted_or_disabled_endpoint_gets_nothing_more(core):
    gone, asleep = _endpoint(core), _endpoint(core)
    core.call("customers.create", {})
    core.call("webhook_endpoints.delete", {"id": gone["id"]})
    core.call("webhook_endpoints.update", {"id": asleep["id"], "disabled": True})
    receiver = Receiver()
    assert run(deliver_due(core, receiver)) == 0
    assert receiver.got == []


def test_deliveries_follow_virtual_time_by_themselves():
    async def main():
        core = BillingCore(LoopClock())
        _endpoint(core, "customer.created")
        receiver = Receiver(500, 500)
        worker = asyncio.ensure_future(keep_delivering(core, receiver, asyncio.sleep))
        core.call("customers.create", {})
        await asyncio.sleep(3_600)
        worker.cancel()
        core.close()
        return len(receiver.got)

    assert run(main()) == 3
