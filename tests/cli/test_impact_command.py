"""`harness impact X` on the landscape: who, which money, how one gets back, and what nobody knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli.main import run

ROOT = Path(__file__).parents[2]


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    return run(["impact", "--repo", str(ROOT), *arguments]), capsys.readouterr().out


def test_a_field_names_its_reader_its_money_and_whom_nobody_knows(capsys) -> None:
    code, told = ask(capsys, "billing-invoices@2.3.0#/Invoice/tax_amount")
    assert code == 0
    assert told.startswith("erp-connector uses billing-invoices@2.3.0#/components/schemas/Invoice/properties/tax_am")
    for words in ("invoice.tax (sox-key)", "Invoice finalised to posted (RTO 4 h, RPO 0)", "support 4.0.3 (no pact)"):
        assert words in told
    assert told.splitlines()[-1].startswith("Next: harness gate")


def test_the_pointer_may_be_given_as_an_option(capsys) -> None:
    written = ask(capsys, "billing-invoices#/Invoice/tax_amount")
    assert ask(capsys, "billing-invoices", "--field", "/Invoice/tax_amount") == written


@pytest.mark.parametrize(
    ("name", "kind"),
    [("component:erp", "component"), ("invoice.tax", "business-object"), ("production", "resource")],
)
def test_catalog_entries_and_business_fields_are_asked_for_in_the_same_way(name: str, kind: str, capsys) -> None:
    code, told = ask(capsys, name, "--format", "json")
    assert (code, json.loads(told)["kind"], json.loads(told)["unreadable"]) == (0, kind, [])


def test_what_a_component_stands_on_is_shown_on_request(capsys) -> None:
    assert "Depends on" not in ask(capsys, "component:erp-connector")[1]
    assert "Depends on" in ask(capsys, "component:erp-connector", "--down")[1]


def test_a_name_nobody_has_is_asked_wrongly(capsys) -> None:
    assert run(["impact", "--repo", str(ROOT), "billing-invoces"]) == 2
    assert "billing-invoices" in capsys.readouterr().err


def test_an_unreadable_pact_makes_the_answer_incomplete_and_says_so(tmp_path: Path, capsys) -> None:
    (tmp_path / "contracts/pacts").mkdir(parents=True)
    (tmp_path / "contracts/pacts/a.json").write_text('{"consumer": {', "utf-8")
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: t, version: 1.0.0}\npaths: {/a: {get: {responses: {}}}}\n", "utf-8"
    )
    assert run(["impact", "--repo", str(tmp_path), "openapi"]) == 3
    captured = capsys.readouterr()
    assert "contracts/pacts/a.json:1" in captured.err
    assert "no consumer of openapi@1.0.0 is known" in captured.out
