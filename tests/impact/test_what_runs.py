"""A breaking change names the versions of consumers that run, from the history, and where."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.history import (
    open_history,
    publish_pact,
    record_deployment,
    record_environment,
    record_release,
    record_version,
)
from harness.impact import Hit
from harness.impact.running import running_pacts

pytestmark = pytest.mark.integration
_ROOT = Path(__file__).parents[2]


def _pact(consumer: str, *fields: str) -> dict:
    body = {"content": dict.fromkeys(fields, 1), "contentType": "application/json"}
    one = {
        "type": "Synchronous/HTTP",
        "description": "an invoice",
        "request": {"method": "GET", "path": "/v1/invoices/in_1"},
        "response": {"status": 200, "body": body},
    }
    return {
        "consumer": {"name": consumer},
        "provider": {"name": "billing-invoices"},
        "interactions": [one],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


@pytest.fixture
def landscape(tmp_path):
    """Return a folder with two versions of a contract: the second loses `tax`."""
    for version, fields in (("1.0.0", ("id", "tax")), ("2.0.0", ("id",))):
        folder = tmp_path / "contracts" / "apis" / "billing-invoices" / version
        folder.mkdir(parents=True)
        properties = {name: {"type": "integer"} for name in fields}
        schema = {"type": "object", "properties": properties, "required": list(fields)}
        answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
        paths = {"/v1/invoices/{id}": {"get": {"operationId": "getInvoice", "responses": {"200": answer}}}}
        document = {"openapi": "3.1.0", "info": {"title": "Invoices", "version": version}, "paths": paths}
        (folder / "openapi.yaml").write_text(json.dumps(document))
    pacts = tmp_path / "contracts" / "pacts" / "billing-invoices"
    pacts.mkdir(parents=True)
    (pacts / "erp.json").write_text(json.dumps(_pact("erp", "id")))
    (pacts / "crm.json").write_text(json.dumps(_pact("crm", "tax")))
    return tmp_path


@pytest.fixture
def store(landscape):
    """Return a history in which erp 1.0 runs in production, 1.1 in test, and crm 3.0 is released."""
    history = open_history(landscape / "h.sqlite")
    for name in ("production", "test"):
        record_environment(history, name)
    for consumer, version, field in (("erp", "1.0", "tax"), ("erp", "1.1", "id"), ("crm", "3.0", "id")):
        publish_pact(history, _pact(consumer, field), version)
    record_deployment(history, "erp", "1.0", "production")
    record_deployment(history, "erp", "1.1", "test")
    record_release(history, "crm", "3.0", "production")
    yield history
    history.close()


def _impact(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "impact", *more, "--repo", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=_ROOT)


@pytest.mark.usefixtures("store")
def test_each_running_version_is_hit_or_not_by_what_it_asks(landscape):
    found = _impact(
        landscape,
        *("billing-invoices@1.0.0", "billing-invoices@2.0.0"),
        *("--history", str(landscape / "h.sqlite"), "--format", "json"),
    )
    assert found.returncode == 0, found.stderr
    rows = [
        (one["name"], one["version"], one["environments"], one["hit"]) for one in json.loads(found.stdout)["consumers"]
    ]
    assert rows == [
        ("crm", "", [], Hit.HIT.value),
        ("erp", "1.0", ["production"], Hit.HIT.value),
        ("crm", "3.0", ["production"], Hit.NOT_HIT.value),
        ("erp", "1.1", ["test"], Hit.NOT_HIT.value),
    ]


def test_without_a_history_the_pacts_of_the_repository_speak(landscape):
    found = _impact(landscape, "billing-invoices@1.0.0", "billing-invoices@2.0.0", "--format", "json")
    rows = [(one["name"], one["hit"]) for one in json.loads(found.stdout)["consumers"]]
    assert rows == [("crm", "hit"), ("erp", "not-hit")]


def test_a_history_goes_with_two_versions(landscape, store):
    refused = _impact(landscape, "billing-invoices", "--history", str(landscape / "h.sqlite"))
    assert refused.returncode == 2
    assert "two versions of a contract" in refused.stderr
    assert [(one.version, one.environments) for one in running_pacts(store)] == [
        ("3.0", ("production",)),
        ("1.0", ("production",)),
        ("1.1", ("test",)),
    ]
    shutil.rmtree(landscape / "contracts")


@pytest.mark.parametrize(("version", "words"), [("1.0", "do not fit"), ("1.1", "every example fits")])
def test_an_unverified_pair_tells_what_the_contracts_say_and_stays_unknown(landscape, store, version, words):
    record_version(store, "billing-invoices", "2.0.0")
    record_deployment(store, "billing-invoices", "2.0.0", "test")
    command = [sys.executable, "-m", "harness.cli", "can-i-deploy", "--component", "erp", "--version", version]
    more = ("--to", "test", "--static", "--history", str(landscape / "h.sqlite"), "--repo", str(landscape))
    asked = subprocess.run([*command, *more], capture_output=True, text=True, check=False, timeout=60, cwd=_ROOT)
    assert asked.returncode == 3, asked.stdout + asked.stderr
    assert "checked statically against billing-invoices 2.0.0, not verified" in asked.stdout
    assert words in asked.stdout
