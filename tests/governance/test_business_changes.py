"""Rows of mappings, periods and steps are changes of their own: old and new, since when, and what they reach."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
from scratch_repository import ENTITY, Scratch, landscape

from harness.catalog import Catalog, read_catalog
from harness.documents import Library, MemoryTree
from harness.governance import GateReport, business
from harness.governance.business import business_changes
from harness.governance.values import BusinessChange
from harness.model import Decision, Level, Verdict
from harness.report.gate_json import gate_json
from harness.report.gate_text import gate_text
from harness.report.markdown import gate_markdown

RATES = f"""{ENTITY}kind: Resource
metadata: {{name: mapping-tax-codes, title: Tax codes}}
spec:
  type: mapping
  owner: finance
  x-governance:
    systems: [billing]
    objects: [business-object-invoice]
    key: [tax_code]
    columns: [tax_code, rate, legal_entity]
    legalEntityColumn: legal_entity
    rows:
      - {{tax_code: DE-S19, rate: "19", legal_entity: DE-01, valid_from: "2026-01-01", valid_to: null, owner: finance}}
---
{ENTITY}kind: Resource
metadata: {{name: checkpoint-c1}}
spec:
  type: reconciliation-checkpoint
  owner: finance
  x-governance: {{id: C1, systems: [billing], objects: [business-object-invoice], every: PT1H}}
---
{ENTITY}kind: Resource
metadata: {{name: close-calendar-de-01, title: Close calendar of DE-01}}
spec:
  type: close-calendar
  owner: finance
  x-governance:
    legalEntity: DE-01
    periods:
      - {{period: "2026-09", start: "2026-09-01", end: "2026-10-01", softClose: "2026-10-05", hardClose: "2026-10-08"}}
      - {{period: "2026-10", start: "2026-10-01", end: "2026-11-01", softClose: "2026-11-05", hardClose: "2026-11-10"}}
      - {{period: "2026-11", start: "2026-11-01", end: "2026-12-01", softClose: "2026-12-05", hardClose: "2026-12-08"}}
"""
ROW = RATES[RATES.index("      - {tax_code") : RATES.index("---")]
ENDED = ROW.replace("valid_to: null", 'valid_to: "2026-12-01"')
REASON = ", change_reason: Act of 2026}"


def follower(rate: str, since: str = "2026-12-01", tail: str = "}") -> str:
    text = ROW.replace('"19"', f'"{rate}"').replace("2026-01-01", since)
    return text.replace("}\n", f"{tail}\n")


def catalog(text: str) -> Catalog:
    return read_catalog(Library(MemoryTree({"catalog/money.yaml": text})), ["catalog/*.yaml"])


def changes(new: str, old: str = RATES) -> tuple[BusinessChange, ...]:
    return business_changes(catalog(old), catalog(new), date(2026, 11, 22))


def repository(tmp_path: Path) -> Scratch:
    repo = landscape(tmp_path)
    repo.git("checkout", "-q", "main")
    repo.commit({"catalog/money.yaml": RATES})
    repo.git("checkout", "-q", "-B", "work")
    return repo


def found(report: GateReport, rule: str) -> list[Level]:
    return [finding.level for finding in report.findings if finding.rule == rule]


def test_an_equal_catalog_and_another_order_of_rows_are_no_change() -> None:
    other = ROW.replace("DE-S19", "DE-S7")
    assert changes(RATES) == ()
    assert changes(RATES.replace(ROW, other + ROW), RATES.replace(ROW, ROW + other)) == ()


def test_a_follower_counts_from_its_own_day_and_touches_no_closed_period() -> None:
    ended, added = sorted(changes(RATES.replace(ROW, ENDED + follower("16"))), key=lambda one: one.status, reverse=True)
    assert {ended.status, added.status} == {"changed", "added"}
    assert {ended.effective, added.effective} == {"2026-12-01"}
    assert {ended.verdict, added.verdict} == {Verdict.COMPATIBLE}
    assert added.unreasoned != ended.unreasoned


def test_a_rate_changed_in_place_reaches_back_into_the_last_closed_period_and_is_breaking() -> None:
    (change,) = changes(RATES.replace('"19"', '"16"'))
    assert (change.key, change.effective, change.closed_period) == ("DE-S19", "2026-01-01", "DE-01 2026-10")
    assert change.verdict is Verdict.BREAKING
    assert [(cell.column, cell.old, cell.new) for cell in change.cells] == [("rate", "19", "16")]
    assert change.location.line == RATES.split(ROW, maxsplit=1)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("since", "closed"),
    [("2026-11-01", ""), ("2026-10-31", "DE-01 2026-10"), ("2026-09-30", "DE-01 2026-10"), ("2026-12-01", "")],
)
def test_one_day_decides_whether_a_row_reaches_closed_books(since: str, closed: str) -> None:
    new = RATES.replace(ROW, ROW + follower("16", since).replace("DE-S19", "DE-S16"))
    assert [change.closed_period for change in changes(new)] == [closed]


def test_a_branch_cannot_reopen_a_period_for_itself() -> None:
    reopened = RATES.replace('hardClose: "2026-11-10"', 'hardClose: "2027-11-10"').replace('"19"', '"16"')
    row = next(change for change in changes(reopened) if change.kind == "mapping")
    period = next(change for change in changes(reopened) if change.kind == "close-calendar")
    assert (row.closed_period, period.closed_period) == ("DE-01 2026-10", "DE-01 2026-10")


def test_a_mapping_that_is_new_as_a_whole_changes_nothing_that_is_booked() -> None:
    without = "---".join(part for part in RATES.split("---") if "tax-codes" not in part).lstrip("\n")
    assert {change.verdict for change in changes(RATES, without)} == {Verdict.COMPATIBLE}


def test_the_gate_refuses_a_backdated_row_and_shows_it_beside_contracts(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.commit({"catalog/money.yaml": RATES.replace('"19", legal_entity: DE-01', '"16", legal_entity: DE-01')})
    report = repo.gate()
    assert report.decision is Decision.BLOCKED
    assert found(report, "mapping-backdated") == [Level.ERROR]
    (change,) = report.business_changes
    assert (change.objects, change.probes, change.checkpoints) == (
        ("resource:default/business-object-invoice",),
        ("invoice-posting",),
        ("resource:default/checkpoint-c1",),
    )
    assert report.impact.probes == ("invoice-posting",)
    assert "rate 19 -> 16" in gate_text(report)
    assert "rate 19" in gate_markdown(report)
    assert "Invoice posting" in gate_text(report)
    told = json.loads(gate_json(report))
    schema = json.loads((Path(__file__).parents[2] / "harness/schemas/gate.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(told)
    assert told["business_changes"][0]["closed_period"] == "DE-01 2026-10"


@pytest.mark.parametrize(("profile", "level"), [("standard", Level.WARNING), ("finance", Level.ERROR)])
def test_a_rate_without_reason_is_refused_by_level(tmp_path: Path, profile: str, level: Level) -> None:
    repo = repository(tmp_path)
    config = (repo.root / "harness.yaml").read_text("utf-8") if (repo.root / "harness.yaml").is_file() else ""
    kept = "".join(line for line in config.splitlines(keepends=True) if not line.startswith("profile:"))
    files = {"harness.yaml": f"profile: {profile}\n{kept}"}
    repo.commit(files | {"catalog/money.yaml": RATES.replace(ROW, ENDED + follower("16"))})
    assert found(repo.gate(), "mapping-rate-unreasoned") == [level]
    repo.commit({"catalog/money.yaml": RATES.replace(ROW, ENDED + follower("16", tail=REASON))})
    assert found(repo.gate(), "mapping-rate-unreasoned") == []


def test_a_changed_workflow_step_needs_finance_and_an_exercise_does_not(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    text = (repo.root / "catalog/objects.yaml").read_text("utf-8")
    repo.commit({"catalog/objects.yaml": text.replace("2026-09-30", "2026-11-01")})
    assert repo.gate().decision is Decision.PASS
    repo.commit({"catalog/objects.yaml": text.replace("title: Posted", "title: Posted later")})
    report = repo.gate()
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert found(report, "business-definition-changed") == [Level.WARNING]
    assert [(one.kind, one.key) for one in report.business_changes] == [("critical-workflow", "post")]


def test_what_lies_before_the_calendar_is_closed() -> None:
    only_open = "\n".join(line for line in RATES.splitlines() if "2026-09" not in line and '"2026-10"' not in line)
    (change,) = changes(only_open.replace('"19"', '"16"'), only_open)
    assert change.closed_period == "DE-01 before 2026-11-01"


@pytest.mark.parametrize(
    ("old", "new", "cells"),
    [
        (
            [{"item": "IT-PRO", "weight": "2"}, {"item": "IT-HELP", "weight": "1"}],
            [{"item": "IT-PRO", "weight": "2"}, {"item": "IT-HELP", "weight": "3"}],
            [("erp IT-HELP weight", "1", "3")],
        ),
        (
            [{"item": "IT-PRO", "weight": "2"}],
            [{"item": "IT-PRO", "weight": "2"}, {"item": "IT-HELP", "weight": "3"}],
            [("erp IT-HELP", "", '{"weight":"3"}')],
        ),
        ({"USD": "1", "EUR": "2"}, {"USD": "1", "EUR": "3"}, [("erp EUR", "2", "3")]),
        ([{"item": "A"}, {"item": "B"}], [{"item": "B"}, {"item": "A"}], None),
        ([{"item": "A"}, {"item": "A"}], [{"item": "A"}], None),
        (["a"], ["b"], None),
    ],
)
def test_of_a_bundle_only_the_part_that_differs_is_told(old, new, cells) -> None:
    found = [(one.column, one.old, one.new) for one in business._cells({"erp": old}, {"erp": new})]
    assert found == cells or (cells is None and [column for column, _, _ in found] == ["erp"])
