"""The official client over a real socket on loopback: the same life cycle once more, and a signed webhook."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime

import httpx
import pytest
import stripe
import uvicorn
from stripe_wire import Checked

from synthetic.clock import SystemClock
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.stripe_app import create_app
from synthetic.sandboxes.billing.webhooks import deliver_due

pytestmark = [
    pytest.mark.integration,
    # the official client hands bytes to httpx in a way that httpx is about to give up
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


def _listening() -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server


async def _served(app, story):
    listening = _listening()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        return await story(f"http://127.0.0.1:{listening.getsockname()[1]}")
    finally:
        server.should_exit = True
        await running
        listening.close()


def test_customer_to_paid_invoice_to_signed_webhook_over_sockets(tmp_path):
    received = []

    async def hook(scope, receive, send):
        body = (await receive())["body"]
        received.append((dict(scope["headers"]), body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    core = BillingCore(SystemClock(), str(tmp_path / "billing.sqlite"))

    async def shop(base):
        transport = stripe.HTTPXClient()
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": base}, http_client=transport).v1
        try:
            customer = await client.customers.create_async(
                {"payment_method": "pm_card_visa", "metadata": {"legal_entity": "DE-01"}}, {"idempotency_key": "c"}
            )
            price = await client.prices.create_async(
                {
                    "currency": "eur",
                    "unit_amount": 12000,
                    "recurring": {"interval": "month"},
                    "product_data": {"name": "Pro"},
                }
            )
            subscription = await client.subscriptions.create_async(
                {"customer": customer.id, "items": [{"price": price.id}], "expand": ["latest_invoice"]}
            )
            return subscription.latest_invoice
        finally:
            await transport.close_async()

    async def main():
        async def with_hook(hook_url):
            asked = {"url": hook_url, "enabled_events": ["invoice.paid"]}
            endpoint = core.call("webhook_endpoints.create", asked)
            app = Checked(create_app(core))
            invoice = await _served(app, shop)
            assert app.complaints == []
            async with httpx.AsyncClient() as client:

                async def send(url, headers, body):
                    return (await client.post(url, headers=dict(headers), content=body)).status_code

                return endpoint, invoice, await deliver_due(core, send)

        return await _served(hook, with_hook)

    endpoint, invoice, taken = asyncio.run(main())
    core.close()
    assert (invoice.status, invoice.total) == ("paid", 12000)
    assert invoice.number == f"DE-{datetime.now(UTC).year}-000001"
    assert taken == 1
    ((headers, body),) = received
    event = stripe.Webhook.construct_event(body, headers[b"stripe-signature"].decode(), endpoint["secret"])
    assert event.type == "invoice.paid"
    assert json.loads(body)["data"]["object"]["id"] == invoice.id
