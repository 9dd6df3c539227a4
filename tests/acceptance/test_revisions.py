"""Revisions as they come: octopus merges, renames of case alone, the base itself, names that are options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_messages import BREAKING, CONTRACT, WHERE, Repository

from harness.cli.main import run

pytestmark = pytest.mark.integration

TAX = WHERE.replace("orders", "tax")


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    files = {WHERE.format("1.0.0"): CONTRACT, TAX.format("1.0.0"): CONTRACT, "harness.yaml": "profile: standard\n"}
    made.commit({**files, "notes.txt": "one\n"})
    return made


def gate(repository: Repository, capsys: pytest.CaptureFixture[str], head: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = run(["gate", "--repo", str(repository.root), "--base", "main", "--head", head, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_g13_an_octopus_merge_is_judged_as_the_tree_it_is(repository: Repository, capsys) -> None:
    """Three branches merged at once give the change that the same files give in one commit."""
    for branch, files in {
        "one": {WHERE.format("2.0.0"): BREAKING},
        "two": {TAX.format("2.0.0"): BREAKING},
        "three": {"more.txt": "three\n"},
    }.items():
        repository.git("switch", "-q", "-c", branch, "main")
        repository.commit(files)
    repository.git("switch", "-q", "-c", "octopus", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "all three", "one", "two", "three")
    assert len(repository.git("rev-list", "--parents", "-1", "octopus").split()) == 5
    repository.git("switch", "-q", "-c", "plain", "main")
    repository.commit({WHERE.format("2.0.0"): BREAKING, TAX.format("2.0.0"): BREAKING, "more.txt": "three\n"})
    merged, plain = gate(repository, capsys, "octopus")[1], gate(repository, capsys, "plain")[1]
    assert merged["change_id"] == plain["change_id"] != ""
    assert merged["decision"] == plain["decision"]
    assert [row["name"] for row in merged["contracts"]] == ["orders", "tax"]
    assert merged["contracts"] == plain["contracts"]


def test_g16_a_rename_of_case_alone_is_found(repository: Repository, capsys) -> None:
    """On a disk that ignores case the two are one folder, and who checks out next loses one of them."""
    repository.git("switch", "-q", "-c", "work")
    repository.git("mv", "contracts/apis/tax", "contracts/apis/tmp")
    repository.git("mv", "contracts/apis/tmp", "contracts/apis/Tax")
    repository.git("commit", "-q", "-m", "rename")
    _, report = gate(repository, capsys, "work")
    found = [finding for finding in report["findings"] if "case" in finding["rule"]]
    assert [finding["location"]["file"] for finding in found] == ["contracts/apis/Tax/1.0.0/openapi.yaml"]
    assert found[0]["remedy"]


def test_g20_the_base_itself_is_no_change(repository: Repository, capsys) -> None:
    code, report = gate(repository, capsys, "main")
    assert (code, report["decision"], report["contracts"], report["findings"]) == (0, "pass", [], [])


@pytest.mark.parametrize("option", ["--base", "--head"])
@pytest.mark.parametrize(
    "name", ["--output=written", "-x", "", "a\nb", "main\0", "..", "@{-1}", "HEAD^{/x}", ":/x", "^main"]
)
def test_v1_a_revision_that_is_an_option_or_nothing_is_asked_wrongly(
    option: str, name: str, repository: Repository, capsys
) -> None:
    assert run(["gate", "--repo", str(repository.root), f"{option}={name}"]) in {2, 3} or not name
    told = capsys.readouterr()
    assert "our bug" not in told.err
    assert not (repository.root / "written").exists()
