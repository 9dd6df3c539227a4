"""`gate --history` keeps what it said: who and what refused; what it says does not depend on being kept."""

import json
from datetime import UTC, datetime

import pytest
from scratch_repository import CONTRACT, NO_TAX, invoices, landscape

from harness.cli.main import run as harness
from harness.history import open_history, verdicts_since
from harness.model import Decision, Verdict

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "HARNESS_HISTORY"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "repo"
    root.mkdir()
    made = landscape(root)
    made.commit({CONTRACT: invoices(*NO_TAX)})
    return made


def judged(scratch, store, *more):
    return harness(["gate", "--repo", str(scratch.root), "--base", "main", "--history", str(store), *more])


def kept(store):
    history = open_history(store, create=False)
    found = verdicts_since(history, BEGINNING)
    history.close()
    return found


def test_a_refusal_is_kept_with_contract_rules_and_who_is_hit(scratch, tmp_path, capsys):
    store = tmp_path / "history.sqlite"
    assert judged(scratch, store, "--head", "HEAD", "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    (one,) = kept(store)
    assert one.decision.value == told["decision"]
    assert one.verdict is Verdict.BREAKING
    assert one.is_refusal
    assert one.contracts == ("invoices",)
    assert one.consumers == ("erp-connector",)
    assert one.rules
    assert {one.base, one.head} == {scratch.git("rev-parse", "main"), scratch.git("rev-parse", "HEAD")}
    assert one.digest.startswith(told["change_id"])


def test_a_change_that_may_merge_is_kept_as_such_and_a_working_tree_has_no_commit(scratch, tmp_path):
    store = tmp_path / "history.sqlite"
    scratch.commit({CONTRACT: invoices()})
    assert judged(scratch, store, "--head", "HEAD") == 0
    assert judged(scratch, store) == 0
    first, second = kept(store)
    assert (first.decision, first.is_refusal, bool(first.head)) == (Decision.PASS, False, True)
    assert second.head == ""


def test_the_number_of_the_request_comes_from_the_event(scratch, tmp_path, monkeypatch):
    event = {"pull_request": {"number": 17, "user": {"login": "bo"}, "head": {"sha": "x"}, "base": {"sha": "y"}}}
    (tmp_path / "event.json").write_text(json.dumps(event), "utf-8")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    store = tmp_path / "history.sqlite"
    judged(scratch, store, "--head", "HEAD")
    assert [one.request for one in kept(store)] == ["17"]


def test_a_store_that_is_away_is_told_and_changes_no_answer(scratch, tmp_path, capsys):
    (tmp_path / "file").write_text("no folder", "utf-8")
    assert judged(scratch, tmp_path / "file" / "h.sqlite", "--head", "HEAD") == 1
    assert "the verdict was not kept" in capsys.readouterr().err


def test_without_the_option_nothing_is_kept(scratch):
    assert harness(["gate", "--repo", str(scratch.root), "--base", "main", "--head", "HEAD"]) == 1
    assert list(scratch.root.rglob("*.sqlite")) == []
