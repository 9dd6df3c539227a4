"""The page of figures for finance: the sentence about money, tables that say what is missing, nothing added wrongly."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from harness.documents import FolderTree, Library
from harness.metrics.counting import families
from harness.metrics.facts import CloseFact, Facts, InvoiceFact
from harness.metrics.figures import figures, payment_latency
from harness.metrics.objectives import attained, read_objectives
from harness.model.facts import Cursor
from harness.report.figures_page import figures_html, figures_page, money
from harness.report.metrics_text import metrics_text

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "metrics"))
from made_facts import DAY, FACTS, ago  # noqa: E402  (of the tests of the metrics)

READ = (Cursor("sandbox", "billing", "1", ago(minutes=2)), Cursor("sandbox", "erp", "", ago(minutes=2), "503"))


def _page(facts=FACTS, read=READ):
    counted = families(facts, DAY)
    found, _ = read_objectives(Library(FolderTree(ROOT)))
    return figures_page(
        [facts],
        DAY,
        figures(counted),
        payment_latency(facts, DAY),
        [attained(one, counted) for one in found],
        read,
        counted,
    )


def _table(page, title):
    return next(part for part in page.parts if part.title == title)


def _texts(part):
    return [[cell.text for cell in row] for row in part.rows]


def test_the_sentence_is_about_the_money_that_is_open():
    page = _page()
    assert (page.kind, page.sentence) == ("no", "1 exception open over 1,190.00 EUR in DE-01.")


@pytest.mark.parametrize(
    ("invoices", "kind", "words"),
    [
        ((), "look", "No real invoice was compared in 1 d"),
        (
            (InvoiceFact("ledger", "DE-01", ago(hours=2), 1, ago(hours=2)),),
            "yes",
            "The one invoice of 1 d is",
        ),
        ((InvoiceFact("ledger", "DE-01", ago(hours=2), 0),), "no", "1 of 1 invoices"),
        ((InvoiceFact("probe", "DE-01", ago(hours=2), 0),), "look", "No real invoice"),
    ],
)
def test_without_exceptions_it_is_about_invoices_of_real_ledgers(invoices, kind, words):
    page = _page(Facts("sandbox", invoices=invoices))
    assert page.kind == kind
    assert words in page.sentence


def test_synthetic_and_real_figures_stand_apart():
    real = _texts(_table(_page(), "Real business by company"))
    synthetic = _texts(_table(_page(), "Synthetic transactions"))
    posted = "Invoices posted once, right, in time"
    assert ["DE-01", posted, "✗ 95.9 %", "95 of 99"] in real
    assert [row[3] for row in synthetic if row[1] == posted] == ["1 of 1"]
    assert not [row for row in real if "probe" in row[1].lower()]


def test_nothing_is_said_in_words_and_never_as_a_full_share():
    page = _page(Facts())
    assert all(part.empty for part in page.parts)
    html = figures_html(page)
    assert "Nothing compared." in html
    assert "100 %</td>" not in html
    states = {row[1].text for row in _table(page, "Targets").rows}
    assert states == {"? nothing compared"}


def test_what_could_not_be_read_and_what_is_old_is_said():
    rows = _texts(_table(_page(), "Where this comes from"))
    assert ["sandbox", "erp", "2 min ago", "? not read: 503"] in rows
    assert _page().stale == ""
    old = tuple(replace(one, at=ago(hours=3)) for one in READ)
    assert _page(read=old).stale.startswith("The ledgers were read 3 h ago")
    assert 'class="stale"' in figures_html(_page(read=old))


def test_money_is_written_by_the_places_of_its_currency():
    assert [money(142800, "EUR"), money(-5, "USD"), money(120000, "JPY"), money(1234, "KWD")] == [
        "1,428.00 EUR",
        "-0.05 USD",
        "120,000 JPY",
        "1.234 KWD",
    ]


def test_the_page_is_one_file_without_script_and_hostile_names_stay_text():
    alert = replace(FACTS.alerts[1], details={"sentence": "<script>alert(1)</script>"})
    html = figures_html(_page(replace(FACTS, alerts=(alert,))))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html.replace("http-equiv", "")
    assert html.count("<caption>") == html.count("<table>") > 3
    assert DAY.until - timedelta(hours=1) > DAY.since


@pytest.mark.parametrize(
    ("close", "closed", "said"),
    [
        (CloseFact("ledger", "DE-01", "2026-12", ago(days=10), ago(days=8)), "open", "✓ after 2 d"),
        (CloseFact("ledger", "DE-01", "2026-12", ago(days=10)), "open", "✗ not yet, 10 d after its end"),
        (
            CloseFact("ledger", "DE-01", "2026-12", ago(days=10), compared=False, closed_at=ago(days=9)),
            "after 1 d",
            "? not known: nothing was compared after its end",
        ),
    ],
)
def test_a_month_is_said_to_be_reconciled_only_where_somebody_looked(close, closed, said):
    (row,) = _texts(_table(_page(replace(FACTS, closes=(close,))), "Month-end close"))
    assert row[0:2] == ["DE-01", "2026-12"]
    assert row[3:5] == [closed, said]


def test_what_waits_of_synthetic_documents_is_in_no_sentence_about_money():
    drill = replace(FACTS.exceptions[0], key="drill", source="probe", amount=999_00)
    page = _page(replace(FACTS, exceptions=(*FACTS.exceptions, drill)))
    assert page.sentence == "1 exception open over 1,190.00 EUR in DE-01."
    assert len(_table(page, "Exceptions open now").rows) == 1


def test_events_and_alerts_are_timed_by_kind_and_category():
    page = _page()
    assert [row[0] for row in _texts(_table(page, "Events until they took effect"))]
    rows = {row[0]: row[1:] for row in _texts(_table(page, "How fast alerts were answered"))}
    assert rows["tax"] == ["42 s, 1 alert", "10 min, 1 alert", "1 h, 1 alert"]


def test_the_screen_tells_real_from_synthetic_and_money_as_money():
    drill = replace(FACTS.exceptions[0], key="drill", source="probe", amount=999_00)
    counted = families(replace(FACTS, exceptions=(*FACTS.exceptions, drill)), DAY)
    told = metrics_text("sandbox", DAY, (), (), counted)
    amounts = [line.split() for line in told.splitlines() if line.startswith("  Amount at risk")]
    assert {(line[3], line[5]) for line in amounts} == {("real", "1,190.00"), ("synthetic", "999.00")}
    assert "billing_erp." not in told, "names of metrics are for machines"
    assert "1 probes last looked" in told or "probes last looked and saw" in told
