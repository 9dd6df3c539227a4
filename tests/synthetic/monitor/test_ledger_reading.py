"""Facts of real ledgers: read once each, page by page, never with those of probes, and said where nobody could look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from harness.history import cursors_of, facts_since, open_exceptions, open_history
from harness.metrics.counting import families
from harness.metrics.facts import Window
from harness.metrics.figures import figures
from harness.metrics.reading import read_facts
from synthetic.deeds import Attempt, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.monitor.ledgers import Ledgers, read_ledgers
from synthetic.sandboxes.landscape.adapters import in_process
from synthetic.sandboxes.landscape.landscape import Landscape
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.systems.stripe import StripeBilling

ROOT = Path(__file__).parents[3]
START = datetime(2027, 1, 4, 9, tzinfo=UTC)
WALL = datetime(2026, 11, 27, 12, tzinfo=UTC)
FAR = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


class Shop:
    """A landscape of this process with two ways to sell: as a probe does, and as business does."""

    def __init__(self, catalog, history, layers=()):
        self.at = START
        self.world = Landscape(catalog, self, layers)
        prices = CatalogPrices(self.world.ledger.books.master, START.date())
        self.ordinary = StripeBilling(in_process(self.world.core), prices, synthetic=False)
        self.marked = StripeBilling(in_process(self.world.core), prices)
        self.history = history
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.zones: dict[str, ZoneInfo] = {}
        self.held: list[dict[str, object]] | None = None

    def now(self):
        return self.at

    def call(self, attempt):
        if attempt.port in self.down:
            raise UnreachableError(attempt.port, "503 service unavailable")
        self.asked.append(attempt.operation)
        answer = self.world.answer(attempt)
        return answer if self.held is None or attempt.operation != "log_of" else {**answer, "exceptions": self.held}

    def passes(self, **length):
        """Let time pass in steps, so that everything due happens."""
        until = self.at + timedelta(**length)
        while self.at < until:
            self.at = (
                min(self.at + timedelta(seconds=5), until)
                if until - self.at < timedelta(minutes=2)
                else self.at + timedelta(minutes=1)
            )
            self.world.catch_up()

    def sell(self, name, billing=None):
        do = (billing or self.ordinary).call
        key = {"now": self.at, "kind": Kind.DEED}

        def deed(operation, **request):
            self.world.catch_up()
            return do(Attempt("billing", operation, request, key=f"{name}-{operation}", **key))

        made = deed("onboard", account=name, name=name, entity="DE-01", currency="EUR")
        sold = deed("subscribe", customer=made["id"], sku="PRO-ANNUAL", entity="DE-01", currency="EUR",
                    tax_code="DE-S19", contract=f"C-{name}")  # fmt: skip
        self.world.answer(Attempt("crm", "account_of", {"account": name}, Kind.LOOK, "", self.at))
        return sold

    def read(self):
        ports = ("billing", "erp", "sync", "entitlements", "analytics")
        self.asked.clear()
        wall = WALL + (self.at - START)
        return read_ledgers(
            Ledgers("live", dict.fromkeys(ports, self), self.now, lambda: wall, self.zones), self.history
        )

    def figure(self, name):
        now = WALL + (self.at - START) + timedelta(seconds=1)  # whoever asks, asks after the reading
        window = Window(now - timedelta(days=28), now)
        (facts,) = read_facts(self.history, "live", window)
        found = {(one.name, one.source): one for one in figures(families(facts, window)) if one.entity in {"", "DE-01"}}
        one = found.get((name, "ledger"))
        return (one.numerator, one.denominator) if one else (0, 0)


@pytest.fixture
def history(tmp_path):
    with_all = open_history(f"sqlite:///{tmp_path / 'h.sqlite'}", create=True)
    yield with_all
    with_all.close()


@pytest.fixture
def shop(catalog, history):
    return Shop(catalog, history)


def test_ordinary_business_is_counted_and_what_probes_made_is_left_out(shop):
    shop.sell("one")
    shop.sell("two")
    shop.sell("probe", shop.marked)
    shop.passes(minutes=20)
    told = shop.read()
    assert told.problems == {}
    assert told.synthetic >= 3  # its invoice, its payment, its subscription
    assert shop.figure("invoice-posting-success") == (2, 2)
    assert shop.figure("subscription-accuracy") == (2, 2)
    assert shop.figure("reconciliation-match") == (2, 2)
    assert shop.figure("api-error-rate")[0] == 0


def test_a_young_invoice_is_in_neither_set(shop):
    shop.sell("one")
    shop.passes(minutes=5)
    shop.read()
    assert shop.figure("invoice-posting-success") == (0, 0)
    shop.passes(minutes=11)
    shop.read()
    assert shop.figure("invoice-posting-success") == (1, 1)


def test_reading_twice_counts_once_and_reads_only_what_is_new(shop):
    for name in ("one", "two", "three"):
        shop.sell(name)
    shop.passes(minutes=20)
    first = shop.read()
    before = [(one.kind, one.key) for one in facts_since(shop.history, FAR) if one.kind != "call"]
    shop.passes(minutes=2)
    again = shop.read()
    assert [(one.kind, one.key) for one in facts_since(shop.history, FAR) if one.kind != "call"] == before
    assert again.facts < first.facts / 2
    assert shop.figure("reconciliation-match") == (3, 3)
    assert shop.asked.count("journal_of") == 1


def test_books_that_could_not_be_read_are_said_and_make_nothing_missing(shop):
    shop.down.add("erp")
    shop.sell("one")
    shop.world.catch_up()
    shop.passes(minutes=20)
    told = shop.read()
    assert "503" in told.problems["erp"]
    assert {one.name: bool(one.problem) for one in cursors_of(shop.history, "live")}["erp"]
    assert shop.figure("invoice-posting-success") == (0, 0), "nobody looked, so nothing is missing"
    assert shop.figure("api-error-rate")[0] >= 1
    shop.down.clear()
    assert shop.read().problems == {}
    assert shop.figure("invoice-posting-success") == (1, 1)


def _spoiled(operation, change):
    def layer(attempt, forward):
        if (attempt.port, attempt.operation) != ("erp", operation):
            return forward(attempt)
        return change(attempt, forward)

    return layer


def _journal(**changes):
    """The books show postings otherwise than they were sent."""

    def change(_attempt, forward):
        answer = forward(_attempt)
        rows = [row | changes if row["kind"] == "invoice" and not row["is_second"] else row for row in answer["rows"]]
        again = [row | {"journal_number": "JE-again"} for row in rows if row["kind"] == "invoice"]
        return answer | {"rows": rows + (again[:1] if not changes else [])}

    return change


def _never(attempt, _forward):
    return {"journal_number": "JE-0", "replayed": False, "posted_at": f"{attempt.now:%Y-%m-%dT%H:%M:%SZ}"}


@pytest.mark.parametrize(
    ("operation", "change", "category"),
    [
        ("post_invoice", _never, "missing"),
        ("journal_of", _journal(tax=22799), "tax"),
        ("journal_of", _journal(entity="US-01"), "entity"),
        ("journal_of", _journal(currency="USD"), "currency-fx"),
        ("journal_of", _journal(total=142801), "amount"),
        ("journal_of", _journal(), "duplicate"),
    ],
)
def test_what_is_wrong_in_the_books_is_no_success_and_an_exception_until_it_is_right(
    catalog, history, operation, change, category
):
    shop = Shop(catalog, history, [_spoiled(operation, change)])
    shop.sell("one")
    shop.passes(minutes=20)
    assert shop.read().problems == {}
    assert shop.figure("invoice-posting-success") == (0, 1)
    assert shop.figure("reconciliation-match") == (0, 1)
    (found,) = open_exceptions(history)
    assert (found.category, found.entity, found.currency) == (category, "DE-01", "EUR")
    shop.passes(minutes=2)
    shop.read()
    assert shop.figure("reconciliation-match") == (0, 1), "compared once"
    assert len(open_exceptions(history)) == 1


def test_a_backlog_is_read_in_bounded_calls_without_losing_a_row(shop):
    names = [f"c{number}" for number in range(40)]  # some 400 events, a page is 100
    for name in names:
        shop.sell(name)
    shop.passes(minutes=20)
    shop.read()
    assert shop.figure("invoice-posting-success") == (40, 40)
    page = shop.world.answer(Attempt("billing", "events_of", {"since": 0, "until": int(shop.at.timestamp())},
                                     Kind.LOOK, "", shop.at))  # fmt: skip
    assert page["until"] <= int(shop.at.timestamp())
    ids = [one["id"] for one in page["events"]]
    assert len(ids) == len(set(ids))


def test_an_event_delivered_again_is_a_replay_that_changed_nothing(shop):
    sold = shop.sell("one")
    shop.passes(minutes=1)
    request = {"object": sold["invoice"], "kind": "invoice.finalized"}
    shop.world.answer(Attempt("sync", "redeliver", request, Kind.DEED, "again", shop.at))
    shop.passes(minutes=20)
    shop.read()
    assert shop.figure("harmful-replays") == (0, 1)


def test_a_clock_that_is_moved_between_two_readings_makes_no_duration_wrong(shop):
    shop.sell("one")
    shop.passes(minutes=1)
    ports = dict.fromkeys(("billing", "erp", "sync", "entitlements", "analytics"), shop)
    read_ledgers(Ledgers("live", ports, shop.now, lambda: WALL), shop.history)
    shop.passes(hours=30)
    read_ledgers(Ledgers("live", ports, shop.now, lambda: WALL + timedelta(seconds=5)), shop.history)
    window = Window(WALL - timedelta(days=28), WALL + timedelta(seconds=6))
    (facts,) = read_facts(shop.history, "live", window)
    assert all((one.applied_at - one.paid_at).total_seconds() < 60 for one in facts.payments if one.applied_at)
    found = {(one.name): (one.numerator, one.denominator) for one in figures(families(facts, window))}
    assert found["invoice-posting-success"] == (1, 1)


def test_a_chain_is_complete_when_its_cash_is_applied_and_touched_if_an_operator_had_to_help(shop):
    touched, alone = shop.sell("one"), shop.sell("two")
    shop.passes(minutes=1)
    (event,) = [one for one in shop.world.sync.storage.inbound(touched["invoice"]) if one.kind == "invoice.finalized"]
    with shop.world.sync.storage.transaction("test"):  # as if it had been held, and an operator had let it go on
        shop.world.sync.storage.queue.record(shop.at.timestamp(), "replay", event.event_id)
    shop.passes(minutes=20)
    shop.read()
    assert shop.figure("manual-intervention") == (1, 2)
    shop.passes(minutes=5)
    shop.read()
    assert shop.figure("manual-intervention") == (1, 2), "counted once"
    assert alone["invoice"] != touched["invoice"]


def test_a_posting_that_is_reversed_later_is_missing_again(shop):
    sold = shop.sell("one")
    shop.passes(minutes=20)
    shop.read()
    assert shop.figure("invoice-posting-success") == (1, 1)
    (posted,) = [one for one in shop.world.ledger.books.storage.postings(sold["invoice"]) if one.key.ledger == "DE-01"]
    request = {"journal_number": posted.journal_number, "day": "2027-01-04", "who": "a", "reason": "by mistake"}
    shop.world.answer(Attempt("erp", "reverse", request, Kind.DEED, "r", shop.at))
    shop.passes(minutes=2)
    shop.read()
    assert shop.figure("invoice-posting-success") == (0, 1)
    assert [one.category for one in open_exceptions(shop.history)] == ["missing"]


def test_a_receipt_waits_until_it_is_applied_or_taken_out_of_the_books(shop):
    sold = shop.sell("one")
    customer = shop.world.core.desk.storage.all("customer")[0]["id"]
    payment = {"id": "bt-1", "source_system": "bank", "version": 1, "customer_id": customer, "invoice_id": "",
               "legal_entity": "DE-01", "currency": "EUR", "amount": 4200, "method": "bank_transfer",
               "value_date": "2027-01-04", "synthetic": False}  # fmt: skip
    shop.passes(minutes=20)
    shop.world.answer(Attempt("erp", "receive_transfer", {"payment": payment}, Kind.DEED, "t", shop.at))
    shop.read()

    def waiting():
        return [one for one in facts_since(shop.history, FAR) if one.kind == "payment" and one.is_open]

    assert [one.key for one in waiting()] == ["bt-1"]
    booked = next(one for one in shop.world.ledger.books.storage.postings("bt-1") if one.key.ledger == "DE-01")
    request = {"journal_number": booked.journal_number, "day": "2027-01-04", "who": "a", "reason": "not ours"}
    shop.world.answer(Attempt("erp", "reverse", request, Kind.DEED, "r", shop.at))
    shop.read()
    assert waiting() == []
    assert sold["invoice"]


def closes(shop):
    return {one.key: one.body for one in facts_since(shop.history, FAR) if one.kind == "close"}


def test_a_month_is_reconciled_when_somebody_looked_after_its_end_and_not_when_it_is_closed(shop):
    shop.zones = {"DE-01": ZoneInfo("Europe/Berlin")}
    shop.sell("one")
    shop.passes(minutes=20)
    shop.read()
    shop.at = datetime(2027, 1, 31, 23, 5, tzinfo=UTC)  # five minutes into February in Berlin
    shop.read()
    assert closes(shop)["DE-01/2027-01"]["compared"] is False, "an invoice of the last minutes is not due yet"
    assert closes(shop)["DE-01/2027-01"]["reconciled_at"] is None
    shop.at = datetime(2027, 1, 31, 23, 40, tzinfo=UTC)
    shop.read()
    found = closes(shop)["DE-01/2027-01"]
    assert (found["compared"], found["closed_at"]) == (True, None), "reconciled, and still open in the ERP"
    assert _hours_between(found["ended_at"], found["reconciled_at"]) == pytest.approx(40 / 60)
    shop.at = datetime(2027, 2, 3, 9, 0, tzinfo=UTC)
    shop.read()
    again = closes(shop)["DE-01/2027-01"]
    assert _hours_between(again["ended_at"], again["reconciled_at"]) == pytest.approx(40 / 60), "it stays reconciled"


def test_a_month_with_an_invoice_that_is_missing_is_blocked_until_it_is_posted(catalog, history):
    lost = []

    def never_the_second(attempt, forward):
        lost.append(attempt.request["invoice"]["id"])
        return _never(attempt, forward) if lost[0] != lost[-1] else forward(attempt)

    shop = Shop(catalog, history, [_spoiled("post_invoice", never_the_second)])
    shop.zones = {"DE-01": ZoneInfo("Europe/Berlin")}
    shop.sell("one")
    shop.passes(minutes=1)
    shop.sell("two")
    shop.passes(minutes=20)
    shop.read()
    shop.at = datetime(2027, 2, 1, 4, 0, tzinfo=UTC)
    shop.read()
    found = closes(shop)["DE-01/2027-01"]
    assert (found["compared"], found["reconciled_at"], found["category"]) == (True, None, "missing")
    assert float(found["blocked_seconds"]) == pytest.approx(5 * 3600)


def test_a_month_in_which_nothing_was_compared_is_not_said_to_be_reconciled(shop):
    shop.zones = {"DE-01": ZoneInfo("Europe/Berlin")}
    shop.sell("one")
    shop.passes(minutes=2)
    shop.at = datetime(2027, 3, 20, 9, 0, tzinfo=UTC)
    shop.read()  # the first reading: it begins 28 days back, so that nothing of January is known
    assert [one["compared"] for one in closes(shop).values()] in ([False], [])


def test_what_the_middleware_holds_of_probes_stands_apart(shop):
    shop.sell("one")
    shop.read()
    held = [
        {"event_id": name, "object_id": f"in_{name}", "category": "tax", "code": "tax-differs", "amount": 100,
         "opened": shop.at.timestamp(), "currency": "EUR", "legal_entity": "DE-01", "synthetic": synthetic}
        for name, synthetic in (("real", False), ("drill", True))
    ]  # fmt: skip
    shop.held = held
    shop.read()
    found = {one.source: one for one in open_exceptions(shop.history, environment="live")}
    assert {name: one.checkpoint for name, one in found.items()} == {
        "ledger": "live:held-events",
        "probe": "live:held-synthetic-events",
    }
    now = WALL + (shop.at - START) + timedelta(seconds=1)
    window = Window(now - timedelta(days=1), now)
    (facts,) = read_facts(shop.history, "live", window)
    family = next(one for one in families(facts, window) if one.name == "billing_erp.reconciliation.exception.open")
    assert {dict(one.labels)["source"]: one.value for one in family.samples} == {"ledger": 1, "probe": 1}
    shop.held = []
    shop.read()
    assert open_exceptions(shop.history) == ()


def _hours_between(first, second):
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds() / 3600


def test_an_event_that_names_no_company_is_one_of_the_company_it_is_about(shop):
    shop.sell("one")
    shop.passes(minutes=20)
    shop.read()
    events = [one.body for one in facts_since(shop.history, FAR) if one.kind == "event"]
    assert {one["type"] for one in events} >= {"charge.succeeded", "invoice.finalized"}
    assert {one["entity"] for one in events} == {"DE-01"}


def test_an_event_that_the_middleware_was_done_with_had_no_effect_where_the_books_do_not_show_it(catalog, history):
    shop = Shop(catalog, history, [_spoiled("post_invoice", _never)])
    shop.sell("one")
    shop.passes(minutes=20)
    shop.read()
    events = {one.body["type"]: one.body for one in facts_since(history, FAR) if one.kind == "event"}
    assert events["invoice.finalized"]["effect_at"] is None
    assert events["customer.created"]["effect_at"] is not None


def test_events_that_took_effect_are_timed(shop):
    shop.sell("one")
    shop.passes(minutes=20)
    shop.read()
    events = {one.body["type"]: one.body for one in facts_since(shop.history, FAR) if one.kind == "event"}
    assert None not in {events[kind]["effect_at"] for kind in ("invoice.finalized", "charge.succeeded")}
