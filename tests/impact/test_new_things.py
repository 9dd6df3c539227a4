"""A new product, company, country, tax rate or partner: what exists, what is missing, with an exit code."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from harness.catalog import Catalog, read_catalog
from harness.cli.impact import impact
from harness.documents import FolderTree, Library, MemoryTree
from harness.impact.new import KINDS, State, readiness
from harness.model import UsageError
from harness.report.new_text import readiness_text, readiness_to_json

ROOT = Path(__file__).parents[2]


@cache
def landscape() -> Catalog:
    return read_catalog(Library(FolderTree(ROOT)), ["catalog/**/*.yaml"])


def missing(kind: str, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for need in readiness(kind, name, landscape()).needs:
        if need.state is State.MISSING:
            found.setdefault(need.area, []).append(need.what)
    return found


def test_a_product_that_is_mapped_lacks_no_mapping_and_a_new_one_lacks_both() -> None:
    assert "mapping" not in missing("sku", "PRO-ANNUAL")
    assert len(missing("sku", "PRO-MONTHLY")["mapping"]) == 2


def test_a_new_country_lacks_its_selling_entity_and_its_tax_registration() -> None:
    found = missing("country", "SE")
    assert found["mapping"] == ["Country of the customer to selling entity has no row whose country is SE"]
    assert found["tax registration"] == ["no legal entity sells to SE"]
    assert missing("country", "CH")["tax registration"] == ["DE-01 names no tax registration that covers CH"]


def test_a_new_company_lacks_entry_calendar_mappings_and_its_place_in_workflows() -> None:
    found = missing("entity", "FR-01")
    assert {"entry", "calendar", "mapping", "workflow"} <= found.keys()
    assert not {"entry", "calendar", "mapping", "currency"} & missing("entity", "DE-01").keys()


def test_a_tax_rate_that_exists_names_probes_checkpoints_and_who_signs() -> None:
    needs = readiness("tax-rate", "DE-S19", landscape()).needs
    assert {"mapping", "entry", "calendar", "currency", "probe", "checkpoint", "approval", "contract"} <= {
        need.area for need in needs if need.state is State.EXISTS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_without_a_name_and_as_its_schema_says(kind: str) -> None:
    found = readiness(kind, "", landscape())
    assert found.exit_code == 1
    schema = json.loads((ROOT / "harness/schemas/impact-new.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(json.loads(json.dumps(readiness_to_json(found))))
    assert f"new {kind}" in readiness_text(found)


def test_a_catalog_that_names_no_subject_cannot_tell() -> None:
    nothing = read_catalog(Library(MemoryTree({})), ["catalog/*.yaml"])
    assert readiness("sku", "X", nothing).exit_code == 3
    with pytest.raises(UsageError):
        readiness("planet", "X", nothing)


def test_the_command_gives_the_code_and_refuses_two_questions() -> None:
    told = CliRunner().invoke(impact, ["--new", "sku", "NOPE", "--repo", str(ROOT)], standalone_mode=False)
    assert told.return_value == 1
    assert "has no row whose billing is NOPE" in told.output
    both = CliRunner().invoke(impact, ["--new", "sku", "--down", "erp", "--repo", str(ROOT)], standalone_mode=False)
    assert isinstance(both.exception, UsageError)
