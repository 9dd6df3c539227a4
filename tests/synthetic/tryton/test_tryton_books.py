"""What a Tryton sandbox promises besides numbers: keys taken once, a reset, recovery, and a residue with a name."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from tryton_books import credit
from worked_documents import d1, d2, invoice, line, payment

from synthetic.clock import VirtualClock
from synthetic.deeds import Attempt, Boundary, RefusedError
from synthetic.deeds.calls import Kind
from synthetic.deeds.ports import ports
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.tryton import Recognition, TrytonPort
from synthetic.systems.tryton import TrytonRefusalError
from synthetic.transaction import Categories, probe, run_probe

pytestmark = pytest.mark.tryton


def asked(port, operation, **request):
    return port.call(Attempt("erp", operation, request, Kind.DEED, "", datetime(2027, 2, 4, tzinfo=UTC)))


def test_a_document_is_posted_once_however_many_send_it_at_a_time(server, catalog, port):
    def send(_):
        mine = TrytonPort(server.session(), Master(catalog), lambda: datetime(2027, 1, 2, 12, tzinfo=UTC))
        mine.post_invoice(d1())
        return mine.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))["journal_number"]

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(send, range(4)))
    assert len(numbers) == 1
    assert (port.posting_of("in_D1")["count"], port.application_of("py_D1")["count"]) == (1, 1)
    assert port.receivable_of("in_D1")["open"] == 0
    assert {a: b for a, b in port._looks.trial_balance("DE-01").items() if b} == {
        "1050": 142800,
        "2200": -22800,
        "2400": -120000,
    }


def test_the_database_itself_refuses_a_key_twice(server, port):
    port.post_invoice(d1())
    tryton = server.session()
    row = tryton.find("account.invoice", [["reference", "=", "in_D1"]], ["company", "party", "account", "journal"])[0]
    address = tryton.find("party.address", [["party", "=", row["party"]]], ["id"])[0]["id"]
    values = {name: row[name] for name in ("company", "party", "account", "journal")}
    with pytest.raises(TrytonRefusalError) as refused:
        tryton.create(
            "account.invoice",
            {**values, "type": "out", "invoice_address": address, "reference": "in_D1", "currency": 1},
            company=row["company"],
        )
    assert refused.value.kind == "integrity"


def test_a_draft_that_a_crash_left_is_posted_by_the_retry(server, catalog):
    server.reset()

    class Dies(Exception):  # noqa: N818  (a stand-in for the end of a process)
        pass

    dying = server.session()
    port = TrytonPort(dying, Master(catalog), lambda: datetime(2027, 1, 2, 12, tzinfo=UTC))

    def call(method, *params, **context):
        if method == "model.account.invoice.post":
            raise Dies
        return type(dying).call(dying, method, *params, **context)

    dying.call = call
    with pytest.raises(Dies):
        port.post_invoice(d1())
    again = TrytonPort(server.session(), Master(catalog), lambda: datetime(2027, 1, 2, 12, tzinfo=UTC))
    assert again.posting_of("in_D1") == {"count": 0}
    assert again.post_invoice(d1())["replayed"] is False
    assert again.posting_of("in_D1")["count"] == 1


def test_a_credit_note_sent_again_takes_no_more_than_it_took_at_first(port):
    """Not even after the rest was given up in between: that a retry comes late must not make an excess of it."""
    note = credit("D1", "D1", "DE-01", "2027-02-01", net=100000, tax=19000, code="DE-S19", unearned=100000)
    port.post_invoice(d1(payment_terms="NET30"))
    port.post_credit(note)
    port.post_credit(note)
    assert port.receivable_of("in_D1")["open"] == 142800 - 119000
    given_up = {"invoice_id": "in_D1", "legal_entity": "DE-01", "id": "in_D1", "posting_date": "2027-02-01"}
    port.write_off({**given_up, "allowance": 20000, "requested_by": "ar", "approved_by": "finance"})
    port.post_credit(note)
    shown = port.receivable_of("in_D1")
    assert (shown["open"], shown["credits_applied"], shown["written_off"]) == (0, 119000, 23800)
    assert port.balances_of("DE-01")["customer_credit"] == 0


def test_a_credit_note_over_what_is_open_sent_again_owes_the_customer_once(port):
    note = credit("D1", "D1", "DE-01", "2027-02-01", net=100000, tax=19000, code="DE-S19", unearned=100000)
    port.post_invoice(d1())
    port.apply_payment(payment("D1", "DE-01", "EUR", 100000, "2027-01-20"))
    for _ in range(2):
        port.post_credit(note)
        assert port.receivable_of("in_D1")["open"] == 0
        assert port.balances_of("DE-01")["customer_credit"] == 119000 - 42800


def test_what_a_killed_server_had_taken_is_there_after_its_restart(server, port):
    port.post_invoice(d1())
    server.kill()
    assert not server.is_running
    server.restart()
    assert port.posting_of("in_D1")["total"] == 142800
    assert port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))["replayed"] is False


def test_a_reset_empties_the_books_and_the_same_chain_runs_again(server, port):
    def chain():
        port.post_invoice(d1())
        port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-01-02"))
        port.recognise("DE-01", "2027-01-31")
        port.close_period("DE-01", "2027-01", "controller")
        return port.posting_of("in_D1"), port.schedule_of("in_D1"), port.balances_of("DE-01")

    first = chain()
    server.reset()
    assert port.posting_of("in_D1") == {"count": 0}
    assert port.period_of("DE-01", "2027-01")["state"] == "open"
    assert chain() == first


def test_refusals_have_the_words_of_the_port(port):
    with pytest.raises(RefusedError) as refused:
        asked(port, "apply_payment", payment=payment("D1", "FR-01", "EUR", 1, "2027-01-02"))
    assert refused.value.code == "entity-unknown"
    port.post_invoice(d1())
    with pytest.raises(RefusedError) as refused:
        asked(port, "post_invoice", invoice=d1(version=1))
    assert refused.value.code == "stale-version"
    changed = invoice("D1", "DE-01", "EUR", "2027-01-01", [line(1000, "DE-S19", "19")], 190)
    with pytest.raises(RefusedError) as refused:
        asked(port, "post_invoice", invoice=changed)
    assert refused.value.code == "key-reused"
    port.close_period("DE-01", "2027-01", "controller")
    with pytest.raises(RefusedError) as refused:
        asked(port, "recognise", ledger="DE-01", through="2027-01-31")
    assert refused.value.code == "period-closed"


def test_a_document_dated_before_a_numbered_one_is_taken_and_keeps_its_date(port):
    port.post_invoice(d2())
    port.post_invoice(d1())
    found = port.posting_of("in_D1")
    assert (found["document_date"], found["posting_date"], found["total"]) == ("2027-01-01", "2027-01-01", 142800)
    assert port.receivable_of("in_D1")["due_date"] == "2027-01-01"


def test_collections_raise_one_level_at_a_time_and_only_what_the_erp_collects(port):
    port.post_invoice(d1(payment_terms="NET30"))
    port.post_invoice(d1("D9"))
    for day, level in (("2027-02-01", 1), ("2027-02-20", 2), ("2027-02-21", 2), ("2027-03-10", 3)):
        port.dun("DE-01", day)
        assert port.receivable_of("in_D1")["dunning_level"] == level, day
    assert port.receivable_of("in_D9")["dunning_level"] == 0
    port.apply_payment(payment("D1", "DE-01", "EUR", 142800, "2027-03-11"))
    assert port.receivable_of("in_D1")["dunning_level"] == 0


def test_bank_lines_come_back_as_receipts(port):
    port.post_invoice(d1(payment_terms="NET30"))
    sent = payment("D1", "DE-01", "EUR", 142800, "2027-01-20", "bank_transfer")
    port.receive_transfer(sent)
    found = port.receipts_of()
    assert found["receipts"][0]["payment"] == sent
    assert port.receipts_of(after=found["receipts"][0]["number"])["count"] == 0


@pytest.mark.parametrize(
    ("recognition", "verdict", "category"),
    [(Recognition.NATIVE, "failed", "deferral"), (Recognition.DAILY, "passed", "")],
)
def test_the_residue_of_the_defer_module_is_found_and_called_deferral(
    port_of, catalog, clock, recognition, verdict, category
):
    """Tryton leaves two cents of a year's 1200.00 in 2400; by the cumulative rule nothing is left."""
    clock["now"] = datetime(2028, 1, 2, 12, tzinfo=UTC)
    erp_port = port_of(recognition)

    @probe("recognition-runs-out")
    async def runs_out(tx, erp):
        """Nothing waits in deferred revenue after the term."""
        await tx.do("Post", erp.post_invoice(invoice=d1(), ledger="DE-01", key="in_D1"))
        for month in range(1, 13):
            end = f"2027-{month:02}-{[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]}"
            await tx.do("Recognise", erp.recognise(ledger="DE-01", through=end, key=end))
        await tx.see("Nothing is left", erp.schedule_of(invoice="in_D1"), fixed={"remaining": 0})

    time = VirtualClock(clock["now"])
    boundary = Boundary({"erp": erp_port}, time)
    run = asyncio.run(
        run_probe(
            runs_out, ports(), boundary, time, categories=Categories(catalog.categories()), slot="1", environment="test"
        )
    )
    assert (run.verdict.value, run.category) == (verdict, category), run.failed_step
    shown = erp_port.schedule_of("in_D1")
    assert shown.get("residue", 0) == shown["remaining"] == (-2 if recognition is Recognition.NATIVE else 0)


def test_every_look_shows_what_the_embedded_ledger_shows(port, catalog, clock):
    """The same chain through both adapters of the port: the same names and the same values."""
    ledger = LedgerPort(Ledger(catalog, lambda: clock["now"]))
    customer = {
        "id": "cus_D1",
        "legal_entity": "DE-01",
        "legal_name": "One",
        "currency": "EUR",
        "payment_terms": "NET30",
        "tax_profile": {"tax_id": "DE129273398"},
    }
    sent = d1(payment_terms="NET30", contract_id="C-1", synthetic=True)
    note = credit("D1", "D1", "DE-01", "2027-02-01", net=10000, tax=1900, code="DE-S19", unearned=10000)
    shown = []
    for one in (ledger, port):
        one.register_party(customer=customer)
        one.post_invoice(sent)
        one.apply_payment(payment("D1", "DE-01", "EUR", 100000, "2027-01-20", synthetic=True))
        one.recognise("DE-01", "2027-01-31")
        one.post_credit(note)
        one.close_period("DE-01", "2027-01", "controller")
        shown.append(
            {
                "party": one.party_of("cus_D1", "DE-01"),
                "posting": one.posting_of("in_D1"),
                "credit": one.credit_posting_of("cn_D1"),
                "schedule": one.schedule_of("in_D1"),
                "application": one.application_of("py_D1"),
                "receivable": one.receivable_of("in_D1"),
                "balances": one.balances_of("DE-01"),
                "of-customer": one.balances_of("DE-01", customer="cus_D1"),
                "period": dict.fromkeys(one.period_of("DE-01", "2027-01"), ""),
            }
        )
    for name, wanted in shown[0].items():
        assert shown[1][name] == wanted, name
