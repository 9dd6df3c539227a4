"""Figures of a running sandbox: ordinary business and probes, each told by whoever knows, never added."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def told(shared_sandbox, tmp_path_factory):
    """Trade, play two probes, and ask for figures, as a person does."""
    place = tmp_path_factory.mktemp("history") / "h.sqlite"
    repo = shared_sandbox.folder.parents[0]

    def harness(*arguments, code=0):
        command = [sys.executable, "-m", "harness.cli", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=repo, timeout=120, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout

    (repo / ".harness").mkdir(exist_ok=True)
    (repo / ".harness" / "sandbox").symlink_to(shared_sandbox.folder)
    shutil.copytree(ROOT / "catalog", repo / "catalog")
    harness("sandbox", "trade", "--customers", 8)
    for probe in ("invoice-posting", "card-payment"):
        harness("probe", "run", probe, "--environment", "sandbox", "--history", place)
    return harness, place


def test_every_objective_has_a_figure(told):
    harness, place = told
    rows = json.loads(harness("objectives", "--environment", "sandbox", "--history", place, "--format", "json"))
    assert len(rows) == 8
    assert {one["name"]: one["state"] for one in rows if one["total"] == 0} == {}
    by_name = {one["name"]: one for one in rows}
    assert by_name["invoice-posting"]["total"] == 8, "probes sold as well, and are not counted here"
    assert by_name["probes-all"]["total"] == 2


def test_figures_say_when_the_ledgers_were_read(told):
    harness, place = told
    text = harness("metrics", "--environment", "sandbox", "--history", place)
    assert "✓ ledgers of sandbox read" in text
    assert "Invoices posted once, right, in time" in text
    still = harness("metrics", "--environment", "sandbox", "--history", place, "--no-read")
    assert "ledgers of sandbox read" in still


def test_an_environment_that_cannot_be_read_is_said_and_shows_what_was(told):
    _, place = told
    command = [sys.executable, "-m", "harness.cli", "metrics", "--environment", "test-accounts", "--history", place]
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "ledgers of test-accounts not read now" in done.stderr


def test_durations_of_calls_are_exposed_by_how_they_ended(told):
    harness, place = told
    text = harness("metrics", "--environment", "sandbox", "--history", place, "--format", "openmetrics")
    line = next(one for one in text.splitlines() if one.startswith("http_client_request_duration_seconds_count"))
    assert 'source="ledger"' in line
    assert int(line.rsplit(" ", 1)[1]) > 0
