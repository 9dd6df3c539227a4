"""Contracts as callers give them: values, paths, files of other names; and what has no meaning for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_documents import giving, only

from harness import compare_contracts
from harness.cli.main import run
from harness.model import Verdict

TAX = {"type": "number", "description": "tax in minor units"}
OLD = giving({"type": "object", "properties": {"tax_amount": TAX}})
NEW = giving({"type": "object", "properties": {"tax_total": TAX}})


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "yesterday.json", tmp_path / "today.json"
    for path, value in zip(found, (OLD, NEW), strict=True):
        path.write_text(json.dumps(value), encoding="utf-8")
    return found


def test_a_renamed_field_is_one_change_whatever_the_compared_files_are_called(paths: tuple[Path, Path]) -> None:
    change = only(compare_contracts(*paths))
    assert (change.rule, change.after) == ("field-renamed", "tax_total")


def test_a_document_in_memory_is_judged_like_its_file(paths: tuple[Path, Path]) -> None:
    def told(found: Any) -> list[tuple[str, str]]:
        return [(change.rule, change.fingerprint) for change in found.changes]

    in_memory = compare_contracts(OLD, NEW)
    assert told(in_memory) == told(compare_contracts(*map(str, paths)))
    assert compare_contracts({"type": "integer"}, {"type": "number"}, kind="jsonschema").verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize("option", [("--mode", "full"), ("--format-assertion", "off")])
def test_an_option_without_meaning_for_the_kind_is_refused(
    paths: tuple[Path, Path], option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", *map(str, paths), *option]) == 2
    assert "JSON Schema and Avro" in capsys.readouterr().err


def test_settings_of_oasdiff_become_levels_and_drafts_of_waivers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "levels.txt").write_text("request-parameter-removed warn\n", encoding="utf-8")
    (tmp_path / "ignore.txt").write_text("GET /a removed the success response\n", encoding="utf-8")
    assert run(["rules", "from-oasdiff", str(tmp_path / "levels.txt"), "--ignore", str(tmp_path / "ignore.txt")]) == 0
    told = capsys.readouterr().out
    assert "parameter-removed: warning" in told
    assert 'scope: "GET /a"' in told
    assert run(["rules", "from-oasdiff"]) == 2
