"""Objectives: reading OpenSLO, counting in runs, and what other tools get."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from made_facts import DAY, FACTS

from harness.catalog import read_catalog
from harness.cli.check import check
from harness.cli.metrics import metrics, objectives
from harness.documents import FolderTree, Library
from harness.history import open_history
from harness.metrics.checking import check_objectives
from harness.metrics.counting import families
from harness.metrics.exporting import FORMATS, exported, yaml_text
from harness.metrics.objectives import (
    Attained,
    Objective,
    ProbeTarget,
    State,
    attained,
    probe_targets,
    read_objectives,
    selector,
)
from harness.metrics.reading import read_ledger_facts
from harness.metrics.roi import Baseline, Now, worth
from harness.model import HarnessError, Location, UnreadableError
from harness.report.metrics_text import objectives_text

ROOT = Path(__file__).parents[2]
ONE = ROOT / "catalog/objectives/invoice-posting.yaml"


def _read(tmp_path, change=None):
    document = yaml.safe_load(ONE.read_text())
    if change:
        change(document)
    path = tmp_path / "catalog/objectives/one.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return read_objectives(Library(FolderTree(tmp_path)))


def _target(value):
    return lambda document: document["spec"]["objectives"][0].update(target=value)


def test_the_landscapes_objectives_are_read_and_no_entry_of_the_catalog():
    library = Library(FolderTree(ROOT))
    found, problems = read_objectives(library)
    assert problems == []
    assert len(found) == len(list((ROOT / "catalog/objectives").glob("*.yaml"))) >= 8
    assert all(one.good and one.total for one in found)
    catalog = read_catalog(library, ("catalog/**/*.yaml",))
    assert not [one for one in catalog.entities if "objectives" in (one.file or "")]
    names = {family.prometheus for family in families(FACTS, DAY)}
    for one in found:
        assert any(one.total.name.startswith(name) for name in names), one.name
    flows = {flow.name for flow in catalog.workflows()} | {"subscription-to-cash"}
    assert {one.service for one in found} <= flows


def test_no_location_leads_backstage_to_an_objective():
    for entity in read_catalog(Library(FolderTree(ROOT)), ("catalog/*.yaml",)).of_kind("Location"):
        assert not [target for target in entity.spec["targets"] if "objectives" in target or "**" in target]


def test_what_is_attained_is_counted_in_invoices(tmp_path):
    (one,), _ = _read(tmp_path, _target(0.99))
    found = attained(one, families(FACTS, DAY))
    assert (found.good, found.total, found.allowed, found.spent, found.left) == (96, 100, 1, 4, -3)
    assert found.state is State.MISSED
    (lax,), _ = _read(tmp_path, _target(0.96))
    assert attained(lax, families(FACTS, DAY)).state is State.MET


def test_of_nothing_nothing_is_said_and_of_a_few_little(tmp_path):
    (one,), _ = _read(tmp_path, _target(0.995))
    assert attained(one, ()).state is State.NOTHING
    assert Attained(one, 99, 100).state is State.TOO_FEW  # 200 are needed for one


@pytest.mark.parametrize(
    ("bad", "total", "state"),
    [(1, 11, State.TOO_FEW), (3, 11, State.MISSED), (1, 1, State.MISSED), (1, 2, State.MISSED), (1, 3, State.TOO_FEW),
     (0, 3, State.MET), (2, 100, State.TOO_FEW), (4, 100, State.MISSED)],
)  # fmt: skip
def test_a_gross_miss_is_said_with_however_few_events(tmp_path, bad, total, state):
    (one,), _ = _read(tmp_path, _target(0.995))
    found = Attained(one, total - bad, total)
    assert found.state is state
    told = objectives_text([found])
    assert ("no chance" in told) is (state is State.MISSED)


@pytest.mark.parametrize(("bad", "total"), [(0, 7), (1, 7), (3, 11), (11, 11)])
def test_the_chance_is_the_exact_binomial_tail(tmp_path, bad, total):
    (one,), _ = _read(tmp_path, _target(0.9))
    draws = product((True, False), repeat=total)
    tail = sum(
        Fraction(1, 10) ** sum(draw) * Fraction(9, 10) ** (total - sum(draw)) for draw in draws if sum(draw) >= bad
    )
    assert Attained(one, total - bad, total).chance == tail


@given(st.integers(0, 3000), st.integers(0, 50), st.integers(1, 999))
def test_the_budget_is_whole_and_overdrawn_exactly_when_the_share_is_below_the_target(total, bad, permille):

    any_query = selector("x_total")
    place, month = Location("f"), timedelta(days=28)
    made = Objective("o", "O", "", "", Fraction(permille, 1000), month, any_query, any_query, ("x", "x"), place)
    bad = min(bad, total)
    one = Attained(made, total - bad, total)
    if total:
        assert (one.left < 0) == (one.share < made.target)
    if one.state is State.MET:
        assert one.share >= made.target


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_target(1.5), "no objective can be"),
        (_target("1e999"), "no objective can be"),
        (_target("nan"), "no objective can be"),
        (lambda d: d["spec"].update(budgetingMethod="Timeslices"), "only occurrences"),
        (lambda d: d["spec"].update(timeWindow=[{"duration": "1M"}]), "no window of fixed length"),
        (lambda d: d["spec"].pop("indicator"), "queries of a ratio"),
        (lambda d: d.update(apiVersion="openslo/v2"), "is not read"),
        (
            lambda d: d["spec"]["indicator"]["spec"]["ratioMetric"]["total"]["metricSource"]["spec"].update(
                query="billing_erp_invoice_postings_total"
            ),
            "would add synthetic and real",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, change, words):
    found, problems = _read(tmp_path, change)
    assert found == ()
    (problem,) = problems
    assert words in problem.message
    assert problem.location.file.endswith("one.yaml")
    assert problem.remedy


@pytest.mark.parametrize("text", ["sum(rate(x[5m]))", "x{", 'x{a="b"', 'x{a=~"b.*"} or y', 'x{a=~"(a|b)+"}', "", "1x"])
def test_other_queries_are_for_prometheus(text):
    assert selector(text) is None


def test_a_query_selects_as_prometheus_would():
    sample = families(FACTS, DAY)
    assert selector('billing_erp_invoice_postings_total{source="ledger",result!~"posted|late"}').value(sample) == 3
    assert (
        selector('billing_erp_payment_application_duration_seconds_bucket{source="ledger",le="60"}').value(sample) == 1
    )
    assert selector('billing_erp_payment_application_duration_seconds_count{source="ledger"}').value(sample) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_other_tools_get_every_objective_of_the_landscape(form):
    found, _ = read_objectives(Library(FolderTree(ROOT)))
    documents, left_out = exported(found, form)
    assert (len(documents), left_out) == (len(found), [])
    by_name = {one.name: document for one, document in zip(found, documents, strict=True)}
    posting, probes = by_name["invoice-posting"], by_name["probes-cash"]
    if form == "pyrra":
        errors = 'billing_erp_invoice_postings_total{source="ledger",result!="posted"}'
        assert posting["spec"]["indicator"]["ratio"]["errors"]["metric"] == errors
        assert probes["spec"]["indicator"]["ratio"]["errors"]["metric"].endswith('result="failed"}')
    else:
        assert "sum(rate(billing_erp_invoice_postings_total" in json.dumps(posting, default=str)
    if form == "sloth":
        assert probes["slos"][0]["alerting"]["page_alert"] == {"disable": True}
        assert "page_alert" not in posting["slos"][0]["alerting"]
    assert yaml.safe_load(yaml_text(posting))["spec" if form != "sloth" else "slos"]


def _invoke(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


def test_the_commands_answer_and_their_exit_codes_say_how(tmp_path):
    place = tmp_path / "h.sqlite"
    open_history(place).close()
    result = _invoke(objectives, "--repo", ROOT, "--history", place, "--format", "json")
    rows = json.loads(result.output)
    assert result.return_value == 3
    assert {row["state"] for row in rows} == {"nothing compared"}
    facts = tmp_path / "facts.jsonl"
    missing = {"kind": "invoice", "entity": "DE-01", "finalised_at": "", "postings": 0}

    missing["finalised_at"] = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    facts.write_text("\n".join([json.dumps(missing)] * 300))
    assert _invoke(objectives, "--repo", ROOT, "--history", place, "--facts", facts).return_value == 1
    shown = _invoke(metrics, "--repo", ROOT, "--history", place, "--facts", facts)
    assert "0 of 300" in shown.output
    exposition = _invoke(metrics, "--repo", ROOT, "--history", place, "--format", "openmetrics")
    assert exposition.output.endswith("# EOF\n")
    backwards = _invoke(metrics, "--history", place, "--format", "openmetrics", "--window", "24h")
    assert isinstance(backwards.exception, HarnessError)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"kind": "invoice"}',
        '{"kind": "nothing"}',
        '{"kind": "payment", "entity": "X", "paid_at": "yesterday"}',
        '{"kind": "payment", "entity": "X", "paid_at": "2027-01-01T00:00:00"}',
        '{"kind": "payment", "entity": 7, "paid_at": "2027-01-01T00:00:00Z"}',
        '{"kind": "call", "system": "erp", "at": "2027-01-01T00:00:00Z", "count": -1}',
        '{"kind": "call", "system": "erp", "at": "2027-01-01T00:00:00Z", "count": true}',
        '{"kind": "call", "system": "erp", "at": "2027-01-01T00:00:00Z", "count": 1, "colour": "red"}',
        "[" * 5000,
    ],
)
def test_a_line_that_is_no_fact_is_said_with_its_number(line):
    with pytest.raises(UnreadableError) as raised:
        read_ledger_facts("\n\n" + line, "facts.jsonl", FACTS)
    assert raised.value.location.line == 3
    assert raised.value.remedy


def test_a_file_cannot_pass_its_facts_off_as_synthetic():
    line = '{"kind": "payment", "source": "probe", "entity": "X", "paid_at": "2027-01-01T00:00:00Z"}'
    assert read_ledger_facts(line, "f", FACTS).payments[-1].source == "ledger"


def test_worth_is_a_range_with_its_inputs_and_a_loss_is_negative():

    baseline = Baseline("2026-Q2", Decimal(40), (Decimal(6), Decimal(7)), Decimal("0.01"), Decimal(4), Decimal(10))
    hours, close, avoided, _ = worth(baseline, Now(2000, 20, (Decimal(5), Decimal(4), Decimal(5)), 1000, 4))
    assert (hours.low, hours.high) == (Decimal("4.0"), Decimal("10.0"))
    assert (close.low, close.high) == (Decimal("1.0"), Decimal("2.0"))
    assert (avoided.low, avoided.high) == (Decimal("4.0"), Decimal("8.0"))
    assert all(one.inputs for one in (hours, close, avoided))
    worse = worth(baseline, Now(2000, 200, (), 0, 0))
    assert (worse[0].low, worse[0].high) == (Decimal("-20.0"), Decimal("-8.0"))
    assert (worse[1].low, worse[2].low) == (None, None)


def _query(part, text):
    def change(document):
        document["spec"]["indicator"]["spec"]["ratioMetric"][part]["metricSource"]["spec"]["query"] = text

    return change


def _window(text):
    return lambda document: document["spec"]["timeWindow"][0].update(duration=text)


@pytest.mark.parametrize(
    ("change", "said", "pointer"),
    [
        (_query("good", 'billing_erp_invoice_posting_total{source="ledger"}'), "nothing exposes", "/good/"),
        (_query("total", 'http_requests_total{source="ledger"}'), "nothing exposes http_requests_total", "/total/"),
        (
            _query("good", 'billing_erp_invoice_postings_total{source="ledger",result="psoted"}'),
            'never "psoted"',
            "/good/",
        ),
        (
            _query("good", 'billing_erp_invoice_postings_total{source="ledger",reslt="posted"}'),
            'label "reslt"',
            "/good/",
        ),
        (
            _query("good", 'billing_erp_payment_application_duration_seconds_bucket{source="ledger",le="3000"}'),
            'le is never "3000"',
            "/good/",
        ),
        (_target(1.2), "no objective can be 1.2", "/spec/objectives/0/target"),
        (_target(0), "no objective can be 0", "/spec/objectives/0/target"),
        (_target(1), "leaves no budget", "/spec/objectives/0"),
        (_window("1M"), "no window of fixed length", "/spec/timeWindow"),
        (_window("9000d"), "longer than anything is kept", "/spec/objectives/0"),
    ],
)
def test_check_says_what_is_wrong_with_an_objective_and_where(tmp_path, change, said, pointer):
    _read(tmp_path, change)
    (wrong,) = check_objectives(Library(FolderTree(tmp_path)))
    assert said in wrong.message
    assert pointer in (wrong.location.pointer or "")
    assert (wrong.location.file, bool(wrong.location.line), bool(wrong.remedy)) == (
        "catalog/objectives/one.yaml",
        True,
        True,
    )


def test_a_near_name_is_proposed_and_the_landscape_is_right(tmp_path):
    _read(tmp_path, _query("good", 'billing_erp_invoice_posting_total{source="ledger"}'))
    (wrong,) = check_objectives(Library(FolderTree(tmp_path)))
    assert wrong.remedy == "Did you mean billing_erp_invoice_postings_total?"
    assert check_objectives(Library(FolderTree(ROOT))) == ()


def test_the_command_check_looks_at_objectives(tmp_path):
    _read(tmp_path, _target(1.2))
    done = CliRunner().invoke(check, ["--repo", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 3
    assert "no objective can be 1.2" in done.output


def test_a_probe_must_pass_what_the_strictest_objective_that_names_it_says():
    found, _ = read_objectives(Library(FolderTree(ROOT)))
    targets = probe_targets(found)
    assert set(targets) == {"", "invoice-posting", "card-payment", "bank-transfer"}
    stricter = [replace(one, target=Fraction(999, 1000)) for one in found if one.name == "probes-cash"]
    assert probe_targets([*found, *stricter])["card-payment"] == ProbeTarget(Fraction(999, 1000), timedelta(days=28))
    assert probe_targets([*stricter, *found])["card-payment"].share == Fraction(999, 1000)
