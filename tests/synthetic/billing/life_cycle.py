"""The whole life of a subscription through the official client, in one go; run once for each major of the library.

Usage: python life_cycle.py BASE_URL. Prints one JSON object: what each step ended in. Blocking calls only, and nothing
that one of the majors does not have.
"""

from __future__ import annotations

import json
import sys

import stripe

DAY = 86_400


def main(base: str) -> dict[str, object]:
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": base}, max_network_retries=1).v1
    clock = client.test_helpers.test_clocks.create({"frozen_time": 1_798_761_600})
    customer = client.customers.create(
        {
            "email": "ada@example.invalid",
            "test_clock": clock.id,
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
            "metadata": {"legal_entity": "DE-01"},
        },
        {"idempotency_key": "customer"},
    )
    again = client.customers.create(
        {
            "email": "ada@example.invalid",
            "test_clock": clock.id,
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
            "metadata": {"legal_entity": "DE-01"},
        },
        {"idempotency_key": "customer"},
    )
    product = client.products.create({"name": "Pro"})
    recurring = {"interval": "month"}
    small, large = (
        client.prices.create({"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": recurring})
        for amount in (12_000, 24_000)
    )
    tax = client.tax_rates.create({"display_name": "USt", "percentage": 19, "inclusive": False})
    subscription = client.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": small.id}],
            "default_tax_rates": [tax.id],
            "expand": ["latest_invoice"],
        }
    )
    first = subscription.latest_invoice
    item = client.subscription_items.list({"subscription": subscription.id}).data[0]
    client.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 10 * DAY})
    preview = client.invoices.create_preview(
        {
            "subscription": subscription.id,
            "subscription_details": {
                "items": [{"id": item.id, "price": large.id}],
                "proration_date": clock.frozen_time + 10 * DAY,
                "proration_behavior": "always_invoice",
            },
        }
    )
    upgraded = client.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item.id, "price": large.id}],
            "proration_behavior": "always_invoice",
            "proration_date": clock.frozen_time + 10 * DAY,
            "expand": ["latest_invoice"],
        },
    )
    client.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 35 * DAY})
    renewal = client.invoices.list({"subscription": subscription.id, "limit": 1}).data[0]
    note = client.credit_notes.create({"invoice": first.id, "amount": 1190, "credit_amount": 1190})
    declined = _declined(client, customer.id, small.id)
    found = client.customers.search({"query": "email:'ada@example.invalid'"})
    ended = client.subscriptions.cancel(subscription.id)
    kinds = sorted({event.type for event in client.events.list({"limit": 100}).auto_paging_iter()})
    return {
        "version": stripe.VERSION,
        "replayed": again.id == customer.id,
        "first": [first.status, first.total, first.number],
        "preview": preview.total,
        "upgrade": [upgraded.latest_invoice.status, upgraded.latest_invoice.total],
        "renewal": [renewal.billing_reason, renewal.total],
        "credit": note.total,
        "declined": declined,
        "found": [each.id for each in found.data] == [customer.id],
        "ended": ended.status,
        "events": [kind for kind in kinds if kind.startswith(("invoice.", "customer.subscription."))],
    }


def _declined(client: stripe.StripeClient, customer: str, price: str) -> list[object]:
    try:
        client.subscriptions.create(
            {
                "customer": customer,
                "items": [{"price": price}],
                "default_payment_method": "pm_card_chargeDeclined",
                "payment_behavior": "error_if_incomplete",
            }
        )
    except stripe.CardError as refused:
        return [refused.http_status, refused.code]
    return []


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
