"""The official Stripe client drives a whole life cycle in process, on virtual time."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
import stripe

DAY = 86_400


async def _shop(wire, *, card: str = "pm_card_visa", **price):
    """A customer of DE-01 with a card, one product, one price, 19 % tax."""
    customer = await wire.v1.customers.create_async(
        {"email": "ada@example.invalid", "metadata": {"legal_entity": "DE-01"}}, {"idempotency_key": "customer"}
    )
    method = await wire.v1.payment_methods.attach_async(card, {"customer": customer.id})
    await wire.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    product = await wire.v1.products.create_async({"name": "Pro"})
    given = {"unit_amount": 12000, "recurring": {"interval": "month"}} | price
    priced = await wire.v1.prices.create_async({"product": product.id, "currency": "eur"} | given)
    tax = await wire.v1.tax_rates.create_async({"display_name": "USt", "percentage": 19, "inclusive": False})
    return customer, priced, tax


async def _subscribed(wire, **more):
    customer, price, tax = await _shop(wire)
    given = {"customer": customer.id, "items": [{"price": price.id}], "default_tax_rates": [tax.id]}
    subscription = await wire.v1.subscriptions.create_async(
        given | {"expand": ["latest_invoice.payment_intent"]} | more, {"idempotency_key": "subscribe"}
    )
    return customer, price, subscription


def test_a_subscription_leads_to_a_paid_invoice_with_tax_number_and_entity(on_the_wire):
    async def story(wire):
        _, _, subscription = await _subscribed(wire)
        return subscription

    subscription = on_the_wire(story)
    invoice = subscription.latest_invoice
    assert subscription.status == "active"
    assert (invoice.status, invoice.subtotal, invoice.tax, invoice.total) == ("paid", 12000, 2280, 14280)
    assert (invoice.number, invoice.metadata["legal_entity"]) == ("DE-2027-000001", "DE-01")
    assert invoice.payment_intent.status == "succeeded"


def test_a_repeated_key_gives_the_first_answer_and_says_so(on_the_wire):
    async def story(wire):
        first = await wire.v1.customers.create_async({"email": "a@example.invalid"}, {"idempotency_key": "k"})
        fresh = wire.http.headers.get("idempotent-replayed")
        again = await wire.v1.customers.create_async({"email": "a@example.invalid"}, {"idempotency_key": "k"})
        return first.id, fresh, again.id, wire.http.headers.get("idempotent-replayed")

    first, fresh, again, replayed = on_the_wire(story)
    assert first == again
    assert (fresh, replayed) == (None, "true")


def test_a_repeated_key_with_other_parameters_is_refused(on_the_wire):
    async def story(wire):
        await wire.v1.customers.create_async({"email": "a@example.invalid"}, {"idempotency_key": "k"})
        await wire.v1.customers.create_async({"email": "b@example.invalid"}, {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refused:
        on_the_wire(story)
    assert refused.value.http_status == 400


def test_a_key_is_forgotten_after_a_day(on_the_wire):
    async def story(wire):
        first = await wire.v1.customers.create_async({"email": "a@example.invalid"}, {"idempotency_key": "k"})
        await asyncio.sleep(DAY + 1)
        other = await wire.v1.customers.create_async({"email": "b@example.invalid"}, {"idempotency_key": "k"})
        return first.id, other.id

    first, other = on_the_wire(story)
    assert first != other


def test_two_requests_in_flight_with_one_key_conflict_and_the_client_retries_into_the_replay(on_the_wire):
    async def story(wire):
        statuses = []
        plain = wire.http.request_async

        async def watched(*args, **kwargs):
            answer = await plain(*args, **kwargs)
            statuses.append(answer[1])
            return answer

        wire.http.request_async = watched
        ask = {"email": "a@example.invalid"}
        both = await asyncio.gather(
            wire.v1.customers.create_async(ask, {"idempotency_key": "k"}),
            wire.v1.customers.create_async(ask, {"idempotency_key": "k"}),
        )
        return statuses, {customer.id for customer in both}

    statuses, ids = on_the_wire(story, delay=0.2)
    assert 409 in statuses
    assert len(ids) == 1


def test_a_subscription_renews_by_itself_every_month_for_a_year(on_the_wire):
    async def story(wire):
        customer, _, _ = await _subscribed(wire)
        await asyncio.sleep(366 * DAY)
        return [
            each async for each in (await wire.v1.invoices.list_async({"customer": customer.id})).auto_paging_iter()
        ]

    invoices = on_the_wire(story)
    assert len(invoices) == 13
    assert {invoice.status for invoice in invoices} == {"paid"}
    periods = [(invoice.lines.data[0].period.start, invoice.lines.data[0].period.end) for invoice in invoices]
    assert all(older[1] == newer[0] for newer, older in pairwise(periods))


def test_a_preview_equals_the_invoice_and_leaves_no_trace(on_the_wire):
    async def story(wire):
        _, _, subscription = await _subscribed(wire)
        await asyncio.sleep(10 * DAY)
        item = subscription["items"].data[0].id
        events = len((await wire.v1.events.list_async({"limit": 100})).data)
        details = {"items": [{"id": item, "quantity": 3}], "proration_behavior": "always_invoice"}
        preview = await wire.v1.invoices.create_preview_async(
            {"subscription": subscription.id, "subscription_details": details}
        )
        unchanged = await wire.v1.subscriptions.retrieve_async(subscription.id)
        after = len((await wire.v1.events.list_async({"limit": 100})).data)
        changed = await wire.v1.subscriptions.update_async(subscription.id, details | {"expand": ["latest_invoice"]})
        return preview, unchanged["items"].data[0].quantity, after - events, changed.latest_invoice

    preview, quantity, told, invoice = on_the_wire(story)
    assert (quantity, told) == (1, 0)
    assert [line.amount for line in preview.lines.data] == [line.amount for line in invoice.lines.data]
    assert (preview.subtotal, preview.tax, preview.total) == (invoice.subtotal, invoice.tax, invoice.total)
    assert preview.total > 0


def test_a_declined_card_makes_past_due_and_a_better_card_repairs_it(on_the_wire):
    async def story(wire):
        customer, _, subscription = await _subscribed(wire)
        bad = await wire.v1.payment_methods.attach_async("pm_card_chargeCustomerFail", {"customer": customer.id})
        await wire.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": bad.id}})
        await asyncio.sleep(32 * DAY)
        due = await wire.v1.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})
        with pytest.raises(stripe.CardError) as declined:
            await wire.v1.invoices.pay_async(due.latest_invoice.id)
        good = await wire.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
        paid = await wire.v1.invoices.pay_async(due.latest_invoice.id, {"payment_method": good.id})
        healed = await wire.v1.subscriptions.retrieve_async(subscription.id)
        failures = await wire.v1.events.list_async({"type": "invoice.payment_failed"})
        return due.status, declined.value.code, paid.status, healed.status, len(failures.data)

    assert on_the_wire(story) == ("past_due", "card_declined", "paid", "active", 2)


def test_dunning_retries_on_its_days_and_then_ends_the_subscription(on_the_wire):
    async def story(wire):
        customer, _, subscription = await _subscribed(wire)
        bad = await wire.v1.payment_methods.attach_async("pm_card_chargeCustomerFail", {"customer": customer.id})
        await wire.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": bad.id}})
        await asyncio.sleep(90 * DAY)
        ended = await wire.v1.subscriptions.retrieve_async(subscription.id)
        events = await wire.v1.events.list_async({"type": "invoice.payment_failed", "limit": 100})
        by_invoice = {}
        for event in reversed(events.data):
            by_invoice.setdefault(event.data.object["id"], []).append(event.created)
        return ended.status, [[(each - times[0]) / DAY for each in times] for times in by_invoice.values()]

    status, days = on_the_wire(story)
    assert status == "canceled"
    assert days[0] == [0, 1, 3, 7, 14]


def test_a_trial_is_free_and_then_charged(on_the_wire):
    async def story(wire):
        _, _, subscription = await _subscribed(wire, trial_period_days=14)
        first = subscription.latest_invoice
        await asyncio.sleep(15 * DAY)
        later = await wire.v1.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})
        warned = await wire.v1.events.list_async({"type": "customer.subscription.trial_will_end"})
        return subscription.status, first.total, later.status, later.latest_invoice.total, len(warned.data)

    assert on_the_wire(story) == ("trialing", 0, "active", 14280, 1)


def test_cancelling_at_period_end_keeps_the_period_and_bills_nothing_more(on_the_wire):
    async def story(wire):
        customer, _, subscription = await _subscribed(wire)
        going = await wire.v1.subscriptions.update_async(subscription.id, {"cancel_at_period_end": True})
        await asyncio.sleep(20 * DAY)
        still = await wire.v1.subscriptions.retrieve_async(subscription.id)
        await asyncio.sleep(60 * DAY)
        ended = await wire.v1.subscriptions.retrieve_async(subscription.id)
        invoices = await wire.v1.invoices.list_async({"customer": customer.id})
        return going.cancel_at == going.current_period_end, still.status, ended.status, len(invoices.data)

    assert on_the_wire(story) == (True, "active", "canceled", 1)


def test_cancelling_now_with_proration_credits_the_seconds_left(on_the_wire):
    async def story(wire):
        customer, _, subscription = await _subscribed(wire)
        await asyncio.sleep(31 * DAY // 2)
        await wire.v1.subscriptions.cancel_async(subscription.id, {"prorate": True, "invoice_now": True})
        after = await wire.v1.customers.retrieve_async(customer.id)
        return after.balance

    assert on_the_wire(story) == -7140  # half of 12000 and of its tax of 2280


def test_credit_note_and_refund_give_money_back_once(on_the_wire):
    async def story(wire):
        _, _, subscription = await _subscribed(wire)
        invoice = subscription.latest_invoice
        line = {"type": "invoice_line_item", "invoice_line_item": invoice.lines.data[0].id, "amount": 3000}
        asked = {"invoice": invoice.id, "lines": [line]}
        before = await wire.v1.credit_notes.preview_async(asked)
        note = await wire.v1.credit_notes.create_async(asked | {"refund_amount": 3570}, {"idempotency_key": "cn"})
        again = await wire.v1.credit_notes.create_async(asked | {"refund_amount": 3570}, {"idempotency_key": "cn"})
        charge = await wire.v1.charges.retrieve_async(invoice.charge)
        with pytest.raises(stripe.InvalidRequestError, match="left to credit"):
            await wire.v1.credit_notes.create_async({"invoice": invoice.id, "lines": [line | {"amount": 9001}]})
        listed = await wire.v1.credit_notes.list_async({"invoice": invoice.id})
        voided = await wire.v1.refunds.list_async({"charge": charge.id})
        return before.total, note.total, note.id == again.id, charge.amount_refunded, len(listed.data), len(voided.data)

    assert on_the_wire(story) == (3570, 3570, True, 3570, 1, 1)


def test_an_open_invoice_is_lowered_by_a_credit_note_voided_or_given_up(on_the_wire):
    async def story(wire):
        customer, _, tax = await _shop(wire)
        invoices = []
        for _ in range(3):
            draft = await wire.v1.invoices.create_async({"customer": customer.id, "currency": "eur"})
            item = {"customer": customer.id, "invoice": draft.id, "currency": "eur", "amount": 1000}
            await wire.v1.invoice_items.create_async(item | {"description": "Hour", "tax_rates": [tax.id]})
            invoices.append(await wire.v1.invoices.finalize_invoice_async(draft.id))
        await wire.v1.credit_notes.create_async({"invoice": invoices[0].id, "amount": 190})
        lowered = await wire.v1.invoices.retrieve_async(invoices[0].id)
        void = await wire.v1.invoices.void_invoice_async(invoices[1].id)
        lost = await wire.v1.invoices.mark_uncollectible_async(invoices[2].id)
        with pytest.raises(stripe.InvalidRequestError):
            await wire.v1.invoices.void_invoice_async(invoices[1].id)
        return lowered.amount_remaining, void.status, lost.status, [each.number for each in invoices]

    remaining, void, lost, numbers = on_the_wire(story)
    assert (remaining, void, lost) == (1000, "void", "uncollectible")
    assert numbers == ["DE-2027-000001", "DE-2027-000002", "DE-2027-000003"]


def test_metered_usage_is_billed_once_per_identifier_in_graduated_tiers(on_the_wire):
    async def story(wire):
        meter = await wire.v1.billing.meters.create_async(
            {"display_name": "Calls", "event_name": "api_call", "default_aggregation": {"formula": "sum"}}
        )
        tiers = [
            {"up_to": 10000, "unit_amount": 0},
            {"up_to": 50000, "unit_amount_decimal": "1.25"},
            {"up_to": "inf", "unit_amount_decimal": "0.80"},
        ]
        shape = {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers}
        recurring = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        product = await wire.v1.products.create_async({"name": "API"})
        price = await wire.v1.prices.create_async(
            {"product": product.id, "currency": "usd", "recurring": recurring} | shape
        )
        customer = await wire.v1.customers.create_async({"name": "Hudson", "payment_method": "pm_card_visa"})
        await wire.v1.subscriptions.create_async({"customer": customer.id, "items": [{"price": price.id}]})
        for identifier, value in (("u1", 61000), ("u2", 237)):
            event = {"event_name": "api_call", "identifier": identifier}
            payload = {"stripe_customer_id": customer.id, "value": str(value)}
            await wire.v1.billing.meter_events.create_async(event | {"payload": payload})
        with pytest.raises(stripe.InvalidRequestError, match="already exists"):
            await wire.v1.billing.meter_events.create_async(event | {"payload": payload})
        await asyncio.sleep(32 * DAY)
        newest = (await wire.v1.invoices.list_async({"customer": customer.id})).data[0]
        return newest.lines.data[0].quantity, newest.total

    assert on_the_wire(story) == (61237, 58990)


def test_a_customer_on_a_test_clock_lives_through_a_year_at_once(on_the_wire):
    async def story(wire):
        clock = await wire.v1.test_helpers.test_clocks.create_async({"frozen_time": 1_800_000_000})
        customer = await wire.v1.customers.create_async({"test_clock": clock.id, "payment_method": "pm_card_visa"})
        product = await wire.v1.products.create_async({"name": "Pro"})
        price = await wire.v1.prices.create_async(
            {"product": product.id, "currency": "jpy", "unit_amount": 1200, "recurring": {"interval": "month"}}
        )
        await wire.v1.subscriptions.create_async({"customer": customer.id, "items": [{"price": price.id}]})
        before = asyncio.get_running_loop().time()
        ready = await wire.v1.test_helpers.test_clocks.advance_async(
            clock.id, {"frozen_time": 1_800_000_000 + 366 * DAY}
        )
        invoices = await wire.v1.invoices.list_async({"customer": customer.id, "limit": 100})
        return ready.status, len(invoices.data), asyncio.get_running_loop().time() - before

    assert on_the_wire(story) == ("ready", 13, 0.0)


def test_a_disputed_charge_takes_money_and_fee_without_touching_the_invoice(on_the_wire):
    async def story(wire):
        customer, price, _ = await _shop(wire, card="pm_card_createDispute")
        await wire.v1.subscriptions.create_async({"customer": customer.id, "items": [{"price": price.id}]})
        disputes = await wire.v1.disputes.list_async()
        held = await wire.v1.balance.retrieve_async()
        won = await wire.v1.disputes.update_async(
            disputes.data[0].id, {"evidence": {"uncategorized_text": "winning_evidence"}}
        )
        after = await wire.v1.balance.retrieve_async()
        payout = await wire.v1.payouts.create_async({"currency": "eur"})
        invoice = (await wire.v1.invoices.list_async({"customer": customer.id})).data[0]
        return held.available[0].amount, won.status, after.available[0].amount, payout.amount, invoice.status

    assert on_the_wire(story) == (-2000 - 205, "won", 12000 - 205, 12000 - 205, "paid")


def test_a_schedule_moves_a_subscription_through_its_phases(on_the_wire):
    async def story(wire):
        customer, price, _ = await _shop(wire)
        phases = [
            {"items": [{"price": price.id, "quantity": 1}], "iterations": 1},
            {"items": [{"price": price.id, "quantity": 4}], "iterations": 2, "proration_behavior": "none"},
        ]
        schedule = await wire.v1.subscription_schedules.create_async(
            {"customer": customer.id, "start_date": "now", "end_behavior": "cancel", "phases": phases}
        )
        await asyncio.sleep(40 * DAY)
        running = await wire.v1.subscriptions.retrieve_async(schedule.subscription)
        await asyncio.sleep(60 * DAY)
        ended = await wire.v1.subscription_schedules.retrieve_async(schedule.id)
        gone = await wire.v1.subscriptions.retrieve_async(schedule.subscription)
        invoices = await wire.v1.invoices.list_async({"customer": customer.id})
        totals = [each.total for each in reversed(invoices.data)]
        return schedule.status, running["items"].data[0].quantity, ended.status, gone.status, totals

    assert on_the_wire(story) == ("active", 4, "completed", "canceled", [12000, 48000, 48000])


def test_lists_are_cut_into_pages_from_both_ends(on_the_wire):
    async def story(wire):
        made = [(await wire.v1.products.create_async({"name": f"P{number}"})).id for number in range(5)]
        first = await wire.v1.products.list_async({"limit": 2})
        second = await wire.v1.products.list_async({"limit": 2, "starting_after": first.data[-1].id})
        back = await wire.v1.products.list_async({"limit": 2, "ending_before": second.data[0].id})
        whole = [each.id async for each in (await wire.v1.products.list_async({"limit": 2})).auto_paging_iter()]
        return made, first, second, back, whole

    made, first, second, back, whole = on_the_wire(story)
    assert whole == made[::-1]
    assert [each.id for each in back.data] == [each.id for each in first.data]
    assert (first.has_more, second.has_more, back.has_more) == (True, True, False)


def test_refusals_come_in_the_shape_the_client_knows(on_the_wire):
    async def story(wire):
        refusals = []
        for ask in (
            wire.v1.customers.retrieve_async("cus_nobody"),
            wire.v1.prices.create_async({"currency": "eur"}),
            wire.v1.customers.create_async({"nickname": "x"}),
            wire.v1.customers.list_async({"limit": 101}),
            wire.v1.subscriptions.create_async({"customer": "cus_nobody", "items": []}),
        ):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                await ask
            refusals.append((refused.value.http_status, refused.value.code))
        return refusals

    assert on_the_wire(story) == [
        (404, "resource_missing"),
        (400, "parameter_missing"),
        (400, "parameter_unknown"),
        (400, None),
        (404, "resource_missing"),
    ]


def test_live_keys_and_no_keys_are_turned_away(on_the_wire):
    async def story(wire):
        messages = []
        for key in ("sk_live_abc", "whatever"):
            client = stripe.StripeClient(key, http_client=wire.http)
            with pytest.raises(stripe.AuthenticationError) as refused:
                await client.v1.customers.list_async()
            messages.append(refused.value.user_message)
        return messages

    live, none = on_the_wire(story)
    assert "never reach a sandbox" in live
    assert "sk_test_" in none
