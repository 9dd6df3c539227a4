"""The command line: play once, tell, templates, windows; in this process, on the landscape."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner
from tests_time import LONG_AGO, LONG_AHEAD

from harness.history import open_history, runs_since, windows_between
from harness.model import UsageError
from synthetic.cli.monitor import monitor
from synthetic.monitor.templating import templates


def _invoke(*words):
    return CliRunner().invoke(monitor, [str(word) for word in words], standalone_mode=False)


def test_once_plays_what_is_due_and_the_second_time_nothing(tmp_path):
    place = tmp_path / "h.sqlite"
    words = ("once", "--history", place, "--probe", "invoice-posting", "--probe", "card-payment", "--format", "json")
    first = _invoke(*words)
    assert first.return_value == 0, first.output
    rows = json.loads(first.output)
    assert {row["probe"]: row["verdict"] for row in rows} == {"invoice-posting": "passed", "card-payment": "passed"}
    second = _invoke(*words)
    assert (second.return_value, json.loads(second.output)) == (0, [])
    history = open_history(place)
    runs = runs_since(history, LONG_AGO)
    history.close()
    assert sorted(run.id for run in runs) == sorted(row["run"] for row in rows)
    assert all(run.steps and run.entity and run.owner and run.observed for run in runs)
    posted = next(step for run in runs for step in run.steps if step.operation == "posting_of")
    assert posted.evidence["count"] == 1


def test_shards_part_the_probes(tmp_path):
    seen = []
    for shard in ("1/2", "2/2"):
        found = _invoke("once", "--history", tmp_path / "h.sqlite", "--shard", shard, "--format", "json")
        seen += [row["probe"] for row in json.loads(found.output)]
    assert len(seen) == len(set(seen)) >= 13


def test_a_window_needs_an_owner_and_an_end(tmp_path):
    place = tmp_path / "h.sqlite"
    words = ("window", "--history", place, "--environment", "sandbox", "--owner", "Bo", "--reason", "ERP upgrade")
    assert _invoke(*words, "--for", "2h").return_value == 0
    with pytest.raises(UsageError, match="within 7 days"):
        CliRunner().invoke(
            monitor, [str(word) for word in (*words, "--for", "8d")], standalone_mode=False, catch_exceptions=False
        )
    history = open_history(place)
    (window,) = windows_between(history, LONG_AGO, LONG_AHEAD)
    history.close()
    assert (window.owner, window.reason, window.environment) == ("Bo", "ERP upgrade", "sandbox")


@pytest.mark.parametrize(
    "words",
    [
        ("--schedule", "nonsense"),
        ("--schedule", "no-such-probe=5m"),
        ("--schedule", "*=every now and then"),
        ("--shard", "3/2"),
        ("--webhook", "http://hooks.example/x"),
        ("--webhook", "https://hooks.example/x"),
        ("--apprise-env", "HARNESS_NO_SUCH_VARIABLE"),
    ],
)
def test_what_is_asked_wrongly_is_said_before_anything_is_played(words, tmp_path):
    place = tmp_path / "h.sqlite"
    result = _invoke("once", "--history", place, "--probe", "invoice-posting", *words)
    assert isinstance(result.exception, UsageError), result.output
    assert result.exception.remedy
    history = open_history(place)
    assert runs_since(history, LONG_AGO) == ()
    history.close()


def test_status_without_a_live_runner_is_no(tmp_path):
    place = tmp_path / "h.sqlite"
    open_history(place).close()
    result = _invoke("status", "--history", place)
    assert result.return_value == 1
    assert result.output.startswith("✗ 0 live runners")


@pytest.mark.parametrize("kind", ["kubernetes", "github"])
def test_templates_are_yaml_with_every_value_filled_in(kind):
    ((_, text),) = templates(kind, "test-accounts", 3).items()
    found = yaml.safe_load(text)
    assert "test-accounts" in text
    assert "{environment}" not in text
    assert "{shards}" not in text
    if kind == "kubernetes":
        spec = found["spec"]["jobTemplate"]["spec"]
        assert (spec["completions"], spec["parallelism"], spec["completionMode"]) == (3, 3, "Indexed")
    else:
        assert found["jobs"]["probes"]["strategy"]["matrix"]["shard"] == [1, 2, 3]


def test_systemd_gets_a_service_and_a_timer(tmp_path):
    result = _invoke("template", "systemd", "--environment", "sandbox", "--out", tmp_path)
    assert result.return_value == 0
    service = (tmp_path / "contract-harness-monitor.service").read_text()
    assert "monitor once --environment sandbox" in service
    assert "OnCalendar=*:0/5" in (tmp_path / "contract-harness-monitor.timer").read_text()


@pytest.mark.parametrize("name", ["", "sand box", "a;rm -rf /", "$(x)", "Ä", "x" * 80])
def test_no_name_of_an_environment_reaches_a_shell_that_is_none(name):
    with pytest.raises(UsageError):
        templates("kubernetes", name)
