"""The gate says which conventions a branch breaks anew, as loud as the profile of the base has it."""

import json

import pytest
from scratch_repository import CONTRACT, FIELDS, HARNESS_YAML, invoices, landscape

from harness.cli.main import run as harness
from harness.model import Level

MINOR = "contracts/apis/invoices/2.4.0/openapi.yaml"


def with_field(name, schema):
    return {MINOR: invoices((f"{FIELDS}.{name}", schema), ("info.version", "2.4.0"))}


def brought(report):
    return {one.rule: one.level for one in report.findings if one.rule.startswith(("money-", "pii-", "spectral"))}


@pytest.mark.parametrize(
    ("profile", "loud"), [("starter", Level.INFO), ("standard", Level.WARNING), ("finance", Level.ERROR)]
)
def test_a_field_that_holds_money_as_a_number_is_told_by_profile(tmp_path, profile, loud):
    scratch = landscape(tmp_path)
    scratch.git("checkout", "-q", "main")
    scratch.commit({"harness.yaml": HARNESS_YAML.replace("standard", profile)})
    scratch.git("checkout", "-q", "-B", "work")
    scratch.commit(with_field("fee", {"type": "number"}))
    assert brought(scratch.gate())["money-inexact"] is loud


def test_what_the_old_version_lacked_as_well_is_a_debt_and_no_finding(tmp_path):
    scratch = landscape(tmp_path)
    scratch.commit(with_field("footer", {"type": "string"}))
    assert brought(scratch.gate()) == {}


def test_results_of_spectral_count_for_changed_files_only(tmp_path, capsys):
    repo = tmp_path / "repo"
    repo.mkdir()
    scratch = landscape(repo)
    scratch.commit(with_field("footer", {"type": "string"}))
    rows = [
        {"code": "info-contact", "message": "m", "path": ["info"], "severity": 1, "source": source}
        for source in (MINOR, CONTRACT)
    ]
    (tmp_path / "results.json").write_text(json.dumps(rows), "utf-8")
    results = ["--spectral", str(tmp_path / "results.json")]
    harness(["gate", "--repo", str(scratch.root), "--base", "main", *results, "--format", "json"])
    found = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["rule"] == "spectral-finding"]
    assert len(found) == 1
