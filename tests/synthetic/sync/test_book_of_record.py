"""The book of record has a date: who posts, who follows, who collects, one second before a cutover and one after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_sync import Landscape, customer, event, invoice

from harness.catalog import Mapping
from synthetic.deeds import Attempt, RefusedError
from synthetic.deeds.calls import Kind

BERLIN = ZoneInfo("Europe/Berlin")
TAKES_OVER = datetime(2027, 1, 1, tzinfo=BERLIN)
ENDS = datetime(2029, 1, 1, tzinfo=BERLIN)
SECOND = timedelta(seconds=1)
CLOUD, LEGACY = "DE-01", "DE-01-L"


def rows(landscape, *given):
    """Give the landscape another table of books of record: (ledger, parallel, from, to)."""
    tables = landscape.ledger.books.master._tables
    known = tables["book-of-record"]
    made = []
    for ledger, parallel, start, end in given:
        values = {**known.rows[0].values, "ledger": ledger, "parallel": parallel}
        made.append(replace(known.rows[0], values=values, valid_from=start, valid_to=end))
    own = {
        name: getattr(known, name) for name in Mapping.__dataclass_fields__ if Mapping.__dataclass_fields__[name].init
    }
    landscape.ledger.books.master._tables = {**tables, "book-of-record": Mapping(**{**own, "rows": tuple(made)})}


def at(moment):
    landscape = Landscape()
    landscape.time = moment.astimezone(UTC) + timedelta(seconds=30)
    return landscape


def finalised(landscape, moment, name="in_1", **extra):
    """Bill an invoice at a moment, and let the middleware work."""
    seconds = int(moment.timestamp())
    found = invoice(name, created=seconds, status_transitions={"finalized_at": seconds}, **extra)
    line = found["lines"]["data"][0]
    line["period"] = {"start": seconds, "end": seconds + 365 * 86400}
    landscape.sync.receive(event(f"evt-{name}", "invoice.finalized", found, seconds))
    landscape.run(seconds=10)
    return [
        (body["ledger"], body["posted"]["posting_date"])
        for _, kind, _, body, _ in landscape.sync.storage.outbox()
        if kind == "invoice.posted"
    ]


def posted(landscape, ledger, name="in_1"):
    return landscape.erp.posting_of(name, ledger)["count"]


def test_one_second_before_the_cloud_takes_over_the_legacy_ledger_counts_and_one_second_after_the_cloud_does():
    before, after = at(TAKES_OVER - SECOND), at(TAKES_OVER)
    assert finalised(before, TAKES_OVER - SECOND) == [(LEGACY, "2026-12-31"), (CLOUD, "2026-12-31")]
    assert finalised(after, TAKES_OVER) == [(CLOUD, "2027-01-01"), (LEGACY, "2027-01-01")]
    assert after.erp.posting_of("in_1")["ledger"] == before.erp.posting_of("in_1")["ledger"] == CLOUD  # what counts now
    before.time -= timedelta(minutes=1)
    assert before.erp.posting_of("in_1")["ledger"] == LEGACY


def test_one_second_before_the_parallel_run_ends_both_take_it_and_one_second_after_only_the_cloud_does():
    before, after = at(ENDS - SECOND), at(ENDS)
    assert [ledger for ledger, _ in finalised(before, ENDS - SECOND)] == [CLOUD, LEGACY]
    assert [ledger for ledger, _ in finalised(after, ENDS)] == [CLOUD]
    assert (posted(before, LEGACY), posted(after, LEGACY)) == (1, 0)


def test_midnight_in_utc_is_no_cutover():
    landscape = at(datetime(2028, 12, 31, 23, 30, tzinfo=UTC))
    assert [ledger for ledger, _ in finalised(landscape, datetime(2028, 12, 31, 23, 30, tzinfo=UTC))] == [CLOUD]


@pytest.mark.parametrize(("closed", "expected"), [(False, [CLOUD, LEGACY]), (True, [CLOUD])])
def test_a_late_document_goes_where_its_posting_date_belongs(closed, expected):
    """Once December is closed it is posted in January, and then the legacy ledger takes nothing any more."""
    landscape = at(ENDS + timedelta(hours=9))
    if closed:
        landscape.ledger.closing.close_period(CLOUD, "2028-12", "controller")
    found = finalised(landscape, ENDS - timedelta(hours=2))
    assert [ledger for ledger, _ in found] == expected
    dated = {one.posting_date for one in landscape.ledger.books.storage.postings(ledger=LEGACY)}
    assert not [day for day in dated if day >= ENDS.date()]


def test_after_the_cutover_cash_voids_and_credits_of_older_invoices_reach_the_cloud_only():
    landscape = at(ENDS - SECOND)
    for name in ("in_1", "in_2"):
        finalised(landscape, ENDS - SECOND, name)
    landscape.time = (ENDS + timedelta(days=2)).astimezone(UTC)
    now = int(landscape.time.timestamp())
    charge = {"id": "ch_1", "customer": "cus_1", "invoice": "in_1", "amount": 142800, "currency": "eur", "created": now}
    landscape.sync.receive(event("evt_c", "charge.succeeded", charge, now))
    landscape.sync.receive(event("evt_v", "invoice.voided", invoice("in_2"), now))
    landscape.run(seconds=10)
    assert landscape.sync.storage.exceptions() == []
    assert landscape.erp.receivable_of("in_1", CLOUD)["open"] == landscape.erp.receivable_of("in_2", CLOUD)["open"] == 0
    assert landscape.erp.receivable_of("in_1", LEGACY)["open"] == 142800
    late = [one for one in landscape.ledger.books.storage.postings(ledger=LEGACY) if one.posting_date >= ENDS.date()]
    assert late == []


def test_a_switch_without_a_parallel_run_posts_once_and_in_the_right_ledger():
    for moment, ledger in ((TAKES_OVER - SECOND, LEGACY), (TAKES_OVER, CLOUD)):
        landscape = at(moment)
        day = TAKES_OVER.date()
        rows(landscape, (LEGACY, "none", date(2026, 1, 1), day), (CLOUD, "none", day, None))
        assert [found for found, _ in finalised(landscape, moment)] == [ledger]


def test_a_company_without_a_row_posts_in_all_its_ledgers_its_own_first():
    master = Landscape().ledger.books.master
    assert master.posted_in("US-01", date(2027, 1, 1)) == ("US-01",)
    assert master.posted_in(CLOUD, date(2025, 1, 1)) == (CLOUD, LEGACY)


def transfer(landscape, moment, ledger=""):
    day = str(moment.astimezone(BERLIN).date())
    payment = {"id": "bt_1", "source_system": "bank", "version": 1, "customer_id": "cus_1", "invoice_id": "in_1"}
    payment |= {"legal_entity": CLOUD, "currency": "EUR", "amount": 142800, "method": "bank_transfer"}
    payment |= {"value_date": day, "synthetic": True}
    request = {"payment": payment, "ledger": ledger}
    return landscape.erp.call(Attempt("erp", "receive_transfer", request, Kind.DEED, "", landscape.time))


@pytest.mark.parametrize(("moment", "record"), [(TAKES_OVER - SECOND, LEGACY), (TAKES_OVER, CLOUD)])
def test_a_bank_receipt_is_booked_in_the_book_of_record_mirrored_to_billing_and_followed_by_the_shadow(moment, record):
    landscape = at(moment)
    finalised(landscape, moment)
    transfer(landscape, moment)
    assert landscape.sync.fetch_receipts() >= 1
    landscape.run(seconds=10)
    assert {one.ledger for one in landscape.ledger.books.storage.applications("bt_1")} == {CLOUD, LEGACY}
    assert landscape.ledger.books.storage.applications("bt_1")[0].ledger == record
    assert landscape.asked.count(("billing", "mark_paid")) == 1
    assert landscape.erp.receivable_of("in_1")["open"] == 0


def test_a_bank_receipt_of_the_shadow_tells_billing_nothing():
    landscape = at(TAKES_OVER)
    finalised(landscape, TAKES_OVER)
    transfer(landscape, TAKES_OVER, LEGACY)
    landscape.sync.fetch_receipts()
    landscape.run(seconds=10)
    assert ("billing", "mark_paid") not in landscape.asked
    assert landscape.erp.receivable_of("in_1", CLOUD)["open"] == 142800
    notes = [detail for _, what, _, detail in landscape.sync.storage.queue.audit() if what == "explained"]
    assert notes == ["receipt bt_1 of DE-01-L is not told to billing: DE-01 counts"]


def test_what_the_old_ledger_booked_in_its_last_moments_is_fetched_after_the_cutover():
    landscape = at(TAKES_OVER - SECOND)
    rows(landscape, (LEGACY, "none", date(2026, 1, 1), TAKES_OVER.date()), (CLOUD, "none", TAKES_OVER.date(), None))
    finalised(landscape, TAKES_OVER - SECOND)
    transfer(landscape, TAKES_OVER - SECOND)
    landscape.time += timedelta(hours=3)
    landscape.sync.fetch_receipts()
    landscape.run(seconds=10)
    assert landscape.asked.count(("billing", "mark_paid")) == 1


@pytest.mark.parametrize(
    ("day", "record", "shadow"), [(TAKES_OVER - SECOND, LEGACY, CLOUD), (TAKES_OVER, CLOUD, LEGACY)]
)
def test_only_the_book_of_record_sends_dunning_letters(day, record, shadow):
    landscape = at(TAKES_OVER - timedelta(days=60))
    landscape.sync.receive(event("evt_u", "customer.updated", customer(metadata={"legal_entity": CLOUD})))
    finalised(landscape, TAKES_OVER - timedelta(days=60), collection_method="send_invoice", due_date=None)
    today = str(day.date())
    assert landscape.erp.dun(record, today) == {"notices": 1}
    with pytest.raises(RefusedError) as found:
        landscape.erp.call(Attempt("erp", "dun", {"ledger": shadow, "today": today}, Kind.DEED, "", landscape.time))
    assert found.value.code == "not-book-of-record"
    assert landscape.erp.receivable_of("in_1", shadow)["dunning_level"] == 0
