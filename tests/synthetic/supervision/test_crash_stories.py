"""Crash points that ordinary business does not reach: each has a story that does, and that ends as if nothing was."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from accounting import billed, shop, unaccounted
from crashes import SIDES, arm, died
from test_crashes import COMMON

from harness.model import HarnessError
from synthetic.sandboxes import crashing
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import health, reset
from synthetic.systems.stripe_http import StripeWire
from synthetic.systems.wire import Wire

PERIOD = "2027-01"
LEDGERS = ("DE-01", "DE-01-L")


def stubborn(folder, child, method, path, body=None, key="key-12345", *, done=()):
    """Ask one process until it answers, under the same key; `done` are refusals of what it did and forgot to say."""
    deadline = time.monotonic() + 20
    while True:
        running = Running.read(folder)
        headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
        try:
            with closing(Wire(child, running.children[child].url, headers)) as wire:
                sent = json.dumps(body).encode() if body is not None else b""
                reply = wire.ask(method, path, sent, {"idempotency-key": key})
                assert reply.status < 300 or reply.status in done, reply.body
                return reply.json(child)
        except HarnessError:
            assert time.monotonic() < deadline, f"{child} never answers {path}"
            time.sleep(0.02)


def journal(folder, object_id):
    """Return kinds and ledgers of what is posted for an object, through the contract of the ledger."""
    rows = stubborn(folder, "ledger", "GET", f"/erp-postings/postings?object_id={object_id}&limit=200")["data"]
    return sorted((row["ledger"], row["posting_key"]["posting_kind"]) for row in rows)


async def a_year_passes(found, folder):
    sold = await found.sell(0)
    found.settled()
    until = found.place.clock.now() + timedelta(days=367)
    while found.place.clock.now() < until:
        with suppress(HarnessError):
            Running.read(folder).advance(until - found.place.clock.now())
    found.settled()
    bills = (await found.ask("billing", "invoices_of", subscription=sold["id"]))["count"]
    return [] if bills == 2 else [f"{bills} invoices after a year"]


async def a_dispute_is_lost(found, folder):
    sold = await found.sell(0, method="disputed")
    found.settled()
    payment = (await found.ask("billing", "invoice_of", invoice=sold["invoice"]))["payment"]
    dispute = (await found.ask("billing", "dispute_of", payment=payment))["dispute"]
    await found.ask("billing", "close_dispute", "d", dispute=dispute)
    found.settled()
    kinds = journal(folder, dispute)
    wanted = sorted((ledger, kind) for ledger in LEDGERS for kind in ("dispute_opened", "dispute_lost"))
    return [] if kinds == wanted else [f"posted {kinds}"]


async def an_invoice_is_voided(found, folder):
    sold = await found.sell(0, terms="NET30")
    found.settled()
    await found.ask("billing", "void", "v", invoice=sold["invoice"])
    found.settled()
    kinds = journal(folder, sold["invoice"])
    return [] if len(kinds) == 4 else [f"posted {kinds}"]


async def money_goes_back(found, folder):
    sold = await found.sell(0)
    found.settled()
    refund = (await found.ask("billing", "credit", "r", invoice=sold["invoice"], net=1000, refund=1190))["refund"]
    found.settled()
    kinds = journal(folder, refund)
    return [] if kinds == [(ledger, "refund") for ledger in LEDGERS] else [f"posted {kinds}"]


async def an_accountant_works(found, folder):
    sold = await found.sell(0, terms="NET30")
    other = await found.sell(3)
    found.settled()
    day = str(found.place.clock.now().date())
    asked = {
        "id": "wo-1", "source_system": "erp", "invoice_id": sold["invoice"], "legal_entity": "DE-01",
        "currency": "EUR", "customer_id": "k0", "allowance": 0, "requested_by": "ar", "approved_by": "finance",
        "posting_date": day, "reason": "gone", "net": 120000, "tax": 22800, "version": 1, "amount": 142800,
    }  # fmt: skip
    end = {
        "id": other["id"], "source_system": "billing", "invoice_id": other["invoice"], "legal_entity": "DE-01",
        "effective_date": day, "currency": "EUR", "version": 1, "customer_id": "k3",
    }  # fmt: skip
    await found.ask("erp", "promise", "p", invoice=other["invoice"], ledger="DE-01", day="2027-02-01")
    await found.ask("erp", "write_off", "w", request=asked)
    await found.ask("erp", "forfeit", "f", termination=end)
    posting = stubborn(folder, "ledger", "GET", f"/erp-postings/postings?object_id={other['invoice']}")["data"][0]
    number = posting["journal_number"]
    await found.ask("erp", "reverse", "u", journal_number=number, day=day, who="ada", reason="wrong")
    for operation, request in (
        ("recognise", {"ledger": "US-01", "through": day}),
        ("revalue", {"ledger": "US-01", "day": day}),
        ("dun", {"ledger": "US-01", "today": day}),
        ("close_period", {"ledger": "US-01", "period": "2020-01", "who": "Ada"}),
        ("reopen_period", {"ledger": "US-01", "period": "2020-01", "who": "Ada", "second": "Bo", "reason": "late"}),
    ):
        await found.ask("erp", operation, operation, **request)
    undone = [kind for _, kind in journal(folder, other["invoice"]) if kind == "reversal"]
    open_now = (await found.ask("erp", "receivable_of", invoice=sold["invoice"]))["open"]
    return [] if (len(undone), open_now) == (1, 0) else [f"{undone}, open {open_now}"]


async def parties_are_merged(found, folder):
    for number in (0, 3):
        await found.sell(number)
    found.settled()
    ids = sorted({f"pa_{one['customer']}_DE-01" for one in billed(folder)["invoices"]})
    await found.ask("erp", "merge_parties", "m", loser=ids[0], survivor=ids[1], day="2027-01-04")
    return []


async def cash_is_sorted_out(found, folder):
    """Money without a reference is applied, in part, taken back, and the customer is reminded: each of it once."""
    sold = await found.sell(0, terms="NET30")
    found.settled()
    customer = (await found.ask("billing", "customer_of", account="k0"))["customer"]
    receipt = {
        "id": "br_1", "source_system": "bank", "version": 1, "customer_id": customer, "invoice_id": "",
        "legal_entity": "DE-01", "currency": "EUR", "amount": 5000, "value_date": "2027-01-04",
    }  # fmt: skip
    await found.ask("erp", "receive_transfer", "t", payment=receipt)
    item = f"oi_{sold['invoice'].removeprefix('in_')}"
    body = {"open_item_id": item, "amount": 1000}
    place = "/erp-open-items/bank-receipts/br_1/applications"
    applied = stubborn(folder, "ledger", "POST", place, body, key="apply-1000")
    wrong = [] if applied["unapplied"] == 4000 else [f"applied {applied}"]
    undo = f"/erp-open-items/applications/{applied['applications'][0]['application_id']}/reversal"
    asked = {"reason": "Customer meant another", "requested_by": "ar"}
    stubborn(folder, "ledger", "POST", undo, asked, key="undo-1000", done=(409,))
    step = {"dunning_level": 1}
    stubborn(folder, "ledger", "POST", f"/erp-collections/open-items/{item}/dunning", step, key="dun-once", done=(422,))
    found.settled()
    shown = await found.ask("erp", "receivable_of", invoice=sold["invoice"])
    kinds = Counter(kind for _, kind in journal(folder, "br_1"))
    seen = (shown["open"], shown["dunning_level"], sum(kinds.values()))
    return wrong + ([] if seen[:2] == (142800, 1) else [f"ends with {seen} {kinds}"])


async def a_posting_comes_by_hand(found, folder):
    body = {
        "ledger": "DE-01", "legal_entity": "DE-01", "source_version": 1, "text": "by hand",
        "posting_key": {"source_system": "erp", "object": "period", "object_id": "hand-1",
                        "posting_kind": "transfer", "ledger": "DE-01"},
        "document_date": "2027-01-04", "posting_date": "2027-01-04", "currency": "EUR",
        "lines": [{"line_number": 1, "account": "1000", "side": "debit", "amount": 5},
                  {"line_number": 2, "account": "1050", "side": "credit", "amount": 5}],
    }  # fmt: skip
    del found
    stubborn(folder, "ledger", "POST", "/erp-postings/postings", body)
    kinds = journal(folder, "hand-1")
    return [] if kinds == [("DE-01", "transfer")] else [f"posted {kinds}"]


async def a_closed_period_holds_and_a_replay_frees(found, folder):
    for ledger in LEDGERS:
        await found.ask("erp", "close_period", f"c{ledger}", ledger=ledger, period=PERIOD, who="ada", lock=True)
    sold = await found.sell(0)
    deadline = time.monotonic() + 15
    while not (rows := stubborn(folder, "sync", "GET", "/sync-admin/exceptions?status=open")["data"]):
        assert time.monotonic() < deadline, "nothing was held"
        await asyncio.sleep(0.02)
    for ledger in LEDGERS:
        opening = {"ledger": ledger, "period": PERIOD, "who": "ada", "second": "bo", "reason": "late"}
        await found.ask("erp", "reopen_period", f"o{ledger}", **opening)
    again = {"key": rows[0]["object_key"], "target": "erp", "reason": "reopened", "requested_by": "ada"}
    begun = stubborn(folder, "sync", "POST", "/sync-admin/replays", again)
    found.settled()
    done = stubborn(folder, "sync", "GET", f"/sync-admin/replays/{begun['id']}")
    kinds = journal(folder, sold["invoice"])
    wrong = [] if kinds == [(ledger, "invoice") for ledger in LEDGERS] else [f"posted {kinds}"]
    return wrong + ([] if done["status"] == "completed" else [f"replay {done}"])


async def the_ledger_is_away(found, folder):
    """Sync asks a ledger that is just dying, until it finds nobody and puts the event off."""
    syncing = Running.read(folder).children["sync"].process
    for number in range(0, 60, 3):
        Running.read(folder).children["ledger"].process.send(9)
        await found.sell(number, terms="NET30")
        if not syncing.is_alive:
            break
    found.settled()
    return []


async def events_come_in_the_wrong_order(found, folder, later=timedelta()):
    running = Running.read(folder)
    with closing(StripeWire(running.children["edge"].url, running.key)) as wire:
        (endpoint,) = wire("GET", "webhook_endpoints", {}, "")["data"]
        wire("POST", f"webhook_endpoints/{endpoint['id']}", {"disabled": True}, "")
        await found.sell(0)
        events = wire("GET", "events", {"limit": 100}, "")["data"]
        wire("POST", f"webhook_endpoints/{endpoint['id']}", {"disabled": False}, "")
    # newest first, which is the wrong order: the charge before its invoice, and both before their customer
    for number, event in enumerate(events):
        await found.ask("bus", "deliver", f"e{number}", event=event)
        if later and number < 6:
            # first it is parked, and only then its time passes
            for duration in (timedelta(), later):
                with suppress(HarnessError):
                    Running.read(folder).advance(duration)
    found.settled()
    return []


async def events_come_much_too_late(found, folder):
    """What was parked is tried again when its time comes, and parked again; then what it waits for arrives."""
    return await events_come_in_the_wrong_order(found, folder, timedelta(seconds=5))


async def sync_begins_anew(found, folder):
    with suppress(HarnessError):
        Running.read(folder).ask("sync", "POST", "/sandbox/reset")
    deadline = time.monotonic() + 15
    while not all(part["ok"] for part in health(folder)["parts"]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await found.sell(0)
    return []


STORIES = {
    "billing.job": a_year_passes,
    "erp.take-now": a_dispute_is_lost,
    "erp.close-dispute": a_dispute_is_lost,
    "erp.void-invoice": an_invoice_is_voided,
    "erp.post-refund": money_goes_back,
    **dict.fromkeys(
        (
            "erp.close-period",
            "erp.dun",
            "erp.forfeit",
            "erp.recognise",
            "erp.promise",
            "erp.reopen-period",
            "erp.revalue",
            "erp.reverse",
            "erp.write-off",
        ),
        an_accountant_works,
    ),
    **dict.fromkeys(("erp.apply-receipt", "erp.set-dunning", "erp.unapply"), cash_is_sorted_out),
    "erp.merge-parties": parties_are_merged,
    "erp.take-posting": a_posting_comes_by_hand,
    "sync.answer": a_closed_period_holds_and_a_replay_frees,
    "sync.hold": a_closed_period_holds_and_a_replay_frees,
    "sync.release": a_closed_period_holds_and_a_replay_frees,
    "sync.put-off": the_ledger_is_away,
    "sync.park": events_come_in_the_wrong_order,
    "sync.turn": events_come_much_too_late,
    "sync.register": sync_begins_anew,
}
# what these stories do to a receivable is the ledger's alone, so that billing does not show the same
LEDGER_ALONE = {a_dispute_is_lost, an_accountant_works, cash_is_sorted_out, money_goes_back}


def test_every_crash_point_has_its_story():
    named = {point.partition(":")[0] for point in COMMON}
    assert named.isdisjoint(STORIES)
    assert named | set(STORIES) == set(crashing.POINTS)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", sorted(STORIES))
def test_a_process_that_dies_in_a_story_changes_nothing_of_its_end(shared_sandbox, reference, name, side):
    folder = shared_sandbox.folder
    reset(folder)
    story = STORIES[name]
    with shop(folder, reference) as found:
        child = arm(folder, f"{name}:{side}")
        wrong = asyncio.run(story(found, folder))
        assert died(folder, child), f"{name}:{side} was never reached"
        parts = found.settled()
    assert wrong == []
    assert parts["sync"]["exceptions"] == 0
    if story not in LEDGER_ALONE:
        assert unaccounted(folder, reference) == []
