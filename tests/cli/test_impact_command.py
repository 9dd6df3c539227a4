from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli.main import run

ROOT = str(Path(__file__).parents[2])


def test_a_field_names_who_reads_it_who_does_not_and_who_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    ref = "billing-invoices@2.3.0#/Invoice/tax_amount"
    assert run(["impact", ref, "--repo", ROOT, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    hits = {consumer["name"]: consumer["hit"] for consumer in found["consumers"]}
    assert hits["erp-connector"] == "hit"
    assert hits["analytics"] == "not-hit"
    assert hits["support"] == "unknown"
    assert [f"{o['name']}.{o['field']}" for o in found["business_objects"]] == ["invoice.tax"]


def test_a_component_that_is_down_names_the_workflows_and_their_procedures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "--down", "component:erp", "--repo", ROOT]) == 0
    told = capsys.readouterr().out
    assert "If erp is down" in told
    assert "catalog/recovery/w03-invoice-posting.md" in told
    assert "bank, which it needs itself" in told


def test_an_unknown_name_is_asked_wrongly_and_the_near_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "component:erp-conector", "--repo", ROOT]) == 2
    assert "erp-connector" in capsys.readouterr().err


def test_one_thing_is_asked_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "component:erp", "--down", "component:crm", "--repo", ROOT]) == 2
    assert "one REF" in capsys.readouterr().err
