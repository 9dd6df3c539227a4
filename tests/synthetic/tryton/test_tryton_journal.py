"""The journal of Tryton, page by page from a cursor, and what the figures make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from test_ledger_reading import Shop
from tryton_books import credit
from worked_documents import d1, d2, payment

from harness.history import open_history
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.landscape.adapters import in_process
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.tryton import TrytonPort
from synthetic.sandboxes.tryton.books import Books
from synthetic.sandboxes.tryton.journal import Journal
from synthetic.systems.stripe import StripeBilling

pytestmark = pytest.mark.tryton


def _rows(port, after=0, limit=200):
    return port.journal_of(after, limit)["rows"]


def test_what_was_posted_is_listed_once_in_order_and_from_where_the_last_page_ended(port):
    port.post_invoice({**d1(), "synthetic": True})
    port.post_invoice(d2())
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    port.apply_payment(
        payment("x", "DE-01", "EUR", 50000, "2027-01-03", "bank_transfer", invoice_id="", synthetic=True)
    )
    port.post_credit(credit("E91", "D1", "DE-01", "2027-01-05", net=30000, tax=5700, code="DE-S19", earned=30000))
    everything = _rows(port)
    names = ("kind", "object", "currency", "total", "tax", "synthetic", "is_second", "entity", "reverses")
    assert [tuple(row[name] for name in names) for row in everything] == [
        ("invoice", "in_D1", "EUR", 142800, 22800, True, False, "DE-01", ""),
        ("invoice", "in_D2", "USD", 100000, 0, False, False, "DE-01", ""),
        ("payment", "py_D1", "EUR", 142800, 0, False, False, "DE-01", ""),
        ("payment", "py_x", "EUR", 50000, 0, True, False, "DE-01", ""),
        ("credit", "cn_E91", "EUR", 35700, 5700, False, False, "DE-01", ""),
    ]
    # the time is that of the books, whose clock is not that of Tryton's server
    assert {row["posted_at"] for row in everything} == {"2027-02-04T12:00:00Z"}
    cash = [(row["invoice"], row["unapplied"]) for row in everything if row["kind"] == "payment"]
    assert cash == [("in_D1", 0), ("", 50000)]
    paged = []
    while rows := _rows(port, paged[-1]["number"] if paged else 0, 2):
        paged += rows
    assert paged == everything


def test_a_reversal_and_a_void_say_what_they_undo(port):
    port.post_invoice(d1())
    port.post_invoice(d1("D6"))
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
    booked, voided, paid = _rows(port)
    port.void_invoice("in_D6", "DE-01")
    port.reverse(paid["journal_number"], "2027-02-04", "mara", "wrong")
    void, reversal = _rows(port, paid["number"])
    assert (void["kind"], void["object"], void["reverses"]) == ("void", "in_D6", voided["journal_number"])
    assert (reversal["object"], reversal["reverses"]) == ("py_D1", paid["journal_number"])
    port.reverse(booked["journal_number"], "2027-02-04", "mara", "wrong")
    (again,) = _rows(port, reversal["number"])
    assert (again["object"], again["reverses"]) == ("in_D1", booked["journal_number"])


def test_a_page_ends_before_what_may_still_be_posted(server, catalog, port):
    tryton, wall = server.session(), datetime.now(UTC)
    port.post_invoice(d1())
    (first,) = _rows(port)
    journal = tryton.find("account.journal", [["code", "=", "MISC"]], ["id"])[0]["id"]
    company = tryton.find("company.company", [["party.code", "=", "DE-01"]], ["id"])[0]["id"]
    domain = [["company", "=", company], ["start_date", "=", date(2027, 2, 1)]]
    period = tryton.find("account.period", domain, ["id"], company=company)[0]["id"]
    values = {"company": company, "journal": journal, "period": period, "date": date(2027, 2, 4)}
    tryton.create("account.move", {**values, "description": "billing/payment/py_slow/payment/DE-01"}, company=company)
    port.post_invoice(d1("D6"))
    assert [row["number"] for row in _rows(port)] == [first["number"]]
    # a minute later it is what a crash left behind, and holds nobody up
    later = Journal(Books(tryton, Master(catalog), lambda: wall), lambda: wall + timedelta(minutes=2))
    assert [row["object"] for row in later.after(0, 200)["rows"]] == ["in_D1", "in_D6"]


def test_receipts_of_probes_that_nobody_owed_anything_for_are_listed_until_they_are_reversed(port):
    for name, synthetic in (("left", True), ("real", False)):
        transfer = payment(
            name, "DE-01", "EUR", 50000, "2027-01-03", "bank_transfer", invoice_id="", synthetic=synthetic
        )
        port.apply_payment(transfer)
    port.post_invoice({**d1(), "synthetic": True})
    port.apply_payment({**payment("D1", "DE-01", "EUR", 142800, "2027-01-02"), "synthetic": True})
    after = int(datetime(2027, 2, 4, 13, tzinfo=UTC).timestamp())
    left = port.leftovers_of(after)
    assert (left["count"], left["receipts"]) == (1, _rows(port)[0]["journal_number"])
    assert port.leftovers_of(after - 7200)["count"] == 0
    port.reverse(left["receipts"], "2027-02-04", "reaper", "left behind")
    assert port.leftovers_of(after) == {"count": 0, "receipts": ""}


class TrytonShop(Shop):
    """The same business, with another ERP."""

    def __init__(self, catalog, history, tryton):
        super().__init__(catalog, history)
        master = Master(catalog, daily)
        self.world = Landscape(catalog, self, erp=lambda now: TrytonPort(tryton, master, now))
        prices = CatalogPrices(master, self.at.date())
        self.ordinary = StripeBilling(in_process(self.world.core), prices, synthetic=False)
        self.marked = StripeBilling(in_process(self.world.core), prices)


def test_figures_are_counted_from_a_landscape_whose_erp_is_tryton(server, catalog, tmp_path):
    server.reset()
    history = open_history(f"sqlite:///{tmp_path / 'h.sqlite'}", create=True)
    shop = TrytonShop(catalog, history, server.session())
    shop.sell("one")
    shop.sell("probe", shop.marked)
    shop.passes(minutes=20)
    told = shop.read()
    assert (told.problems, told.synthetic >= 3) == ({}, True)
    for name in ("invoice-posting-success", "subscription-accuracy", "reconciliation-match"):
        assert (name, *shop.figure(name)) == (name, 1, 1)
    assert shop.figure("manual-intervention") == (0, 1)
    shop.passes(minutes=2)
    shop.read()
    assert shop.asked.count("journal_of") == 1
    history.close()
