"""The pytest layer for consumer tests: what it writes, what it compares, and what it refuses to write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model import UsageError
from harness.pacts.writing import merge, render, with_references

ROOT = Path(__file__).parents[2]

TEST = """
import httpx
from pact import match

def test_reads(pact_between):
    pact = pact_between("shop", "billing")
    (pact.upon_receiving("one invoice").given("it exists").with_request("GET", "/invoices/in_1")
     .will_respond_with(200).with_body({"id": match.type("in_1")}, "application/json"))
    with pact.serve() as url:
        assert httpx.get(url + "/invoices/in_1", trust_env=False).json() == {"id": "in_1"}
"""
OPENAPI = """
openapi: 3.1.0
info: {title: billing, version: 1.0.0}
paths:
  /invoices/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getInvoice, responses: {"200": {description: it}}}
"""


def run(folder, *options):
    plugins = ["harness.pacts.pytest", "no:cacheprovider", *(["xdist.plugin"] if "-n" in options else [])]
    command = [sys.executable, "-m", "pytest", "-q", *(word for name in plugins for word in ("-p", name)), *options]
    # nothing but the layer: the plug-ins of the libraries under test would cost each run seconds
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def repository(tmp_path):
    contract = tmp_path / "contracts/apis/billing/1.0.0/openapi.yaml"
    contract.parent.mkdir(parents=True)
    contract.write_text(OPENAPI, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tmp_path / "test_shop.py").write_text(TEST, "utf-8")
    return tmp_path


@pytest.mark.integration
def test_the_committed_pacts_are_what_the_consumer_tests_write():
    # the repository's own settings name plug-ins that are not loaded here
    done = run(ROOT, "-c", os.devnull, "--rootdir", ".", "tests/consumers", "--pact-check", "contracts/pacts")
    assert done.returncode == 0, f"{done.stdout}\nwrite them again with --pact-write contracts/pacts"


@pytest.mark.integration
def test_a_run_writes_a_canonical_file_with_references_and_a_second_run_finds_it_equal(repository):
    assert run(repository, "--pact-write", "pacts").returncode == 0
    pact = json.loads((repository / "pacts/billing/shop.json").read_text("utf-8"))
    assert pact["interactions"][0]["comments"] == {"references": {"OpenAPI": {"operationId": "getInvoice"}}}
    assert pact["metadata"] == {"pactSpecification": {"version": "4.0"}}
    assert run(repository, "--pact-check", "pacts").returncode == 0


@pytest.mark.integration
def test_two_processes_write_what_one_writes(repository):
    again = TEST.replace("one invoice", "the other").replace("test_reads", "test_reads_again")
    (repository / "test_more.py").write_text(again, "utf-8")
    assert run(repository, "--pact-write", "pacts", "-n", "2").returncode == 0
    assert run(repository, "--pact-check", "pacts").returncode == 0
    assert len(json.loads((repository / "pacts/billing/shop.json").read_text("utf-8"))["interactions"]) == 2


@pytest.mark.integration
@pytest.mark.parametrize(
    ("broken", "code", "words"),
    [
        (TEST.replace('"/invoices/in_1", trust', '"/invoices/in_2", trust'), 1, "since a test failed"),
        (TEST.replace('== {"id": "in_1"}', '== {"id": "in_2"}'), 1, "AssertionError"),
        (TEST[: TEST.index("    with")], 1, "declared and never tried"),
        (TEST + "\ndef test_other(): pass\n", 0, "left out"),
        ("def test_nothing(): pass\n", 1, "no test declared"),
    ],
    ids=["asks for something else", "reads something else", "never asks", "not all tests", "no interaction"],
)
def test_nothing_is_written_where_the_consumer_was_not_seen_doing_it(repository, broken, code, words):
    (repository / "test_shop.py").write_text(broken, "utf-8")
    options = ("-k", "reads") if "other" in broken else ()
    done = run(repository, "--pact-write", "pacts", *options)
    assert done.returncode == code, done.stdout
    assert words in done.stdout
    assert not (repository / "pacts").exists()


@pytest.mark.integration
def test_a_file_that_differs_or_that_no_test_writes_fails_the_check(repository):
    run(repository, "--pact-write", "pacts")
    (repository / "pacts/billing/old.json").write_text("{}", "utf-8")
    pact = repository / "pacts/billing/shop.json"
    pact.write_text(pact.read_text("utf-8").replace("one invoice", "an invoice"), "utf-8")
    done = run(repository, "--pact-check", "pacts")
    assert done.returncode == 1
    assert "billing/shop.json is not what the tests write" in done.stdout
    assert "billing/old.json is written by no test" in done.stdout


def part(description="d", body=1, state="s"):
    response = {"status": 200, "body": {"content": body, "contentType": "application/json"}}
    interaction = {
        "type": "Synchronous/HTTP",
        "description": description,
        "providerStates": [{"name": state}],
        "request": {"method": "GET", "path": "/x"},
        "response": response,
    }
    return {"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [interaction]}


def test_the_order_of_parts_changes_nothing_and_the_same_part_twice_counts_once():
    parts = [part("b"), part("a"), part("b"), part("a", state="t")]
    one, two = ({pair.path: render(pact) for pair, pact in merge(given).items()} for given in (parts, parts[::-1]))
    assert one == two
    assert [item["description"] for item in json.loads(one["p/c.json"])["interactions"]] == ["a", "a", "b"]


def test_one_interaction_with_two_contents_is_refused():
    with pytest.raises(UsageError, match="differently"):
        merge([part(body=1), part(body=2)])


def test_a_reference_is_kept_added_or_left_out():
    document = {"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "getX"}}}}
    [pact] = merge([part()]).values()
    assert with_references(pact, document, "openapi")["interactions"][0]["comments"] == {
        "references": {"OpenAPI": {"operationId": "getX"}}
    }
    assert with_references(pact, {"openapi": "3.1.0", "paths": {}}, "openapi") == pact
    pact["interactions"][0]["comments"] = {"references": {"OpenAPI": {"operationId": "mine"}}}
    assert with_references(pact, document, "openapi") == pact
