"""A running API against its contract: real defects are found, and a run that proves nothing is not green."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from harness.cli.conform import conform as command
from harness.conform.api import Failed, Tried
from harness.conform.api_judging import Accepted, baseline_text, judge, read_baseline
from harness.conform.contracts import Target, open_target
from harness.model import UnreadableError
from synthetic.sandboxes.loopback import served

ROOT = Path(__file__).parents[2]
INVOICE = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {"id": {"type": "string"}, "total": {"type": "integer"}, "status": {"enum": ["open", "paid"]}},
}
IDENTIFIER = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "in_1"}


def answers(schema, *others):
    content = {"application/json": {"schema": schema}}
    return {"200": {"description": "it", "content": content}} | {str(code): {"description": "no"} for code in others}


def document(**operations):
    get = {"operationId": "getInvoice", "parameters": [IDENTIFIER], "responses": answers(INVOICE, 404)}
    paths = {"/invoices/{id}": {"get": get}, **operations}
    return {"openapi": "3.1.0", "info": {"title": "billing", "version": "1.0.0"}, "paths": paths}


GOOD = {"id": "in_1", "total": 5, "status": "open"}
DEFECTS = {
    "invoices": (200, GOOD),
    "field-removed": (200, {"id": "in_1"}),
    "type-changed": (200, {**GOOD, "total": "5"}),
    "enum-grown": (200, {**GOOD, "status": "disputed"}),
    "null": (200, {**GOOD, "total": None}),
    "wrong-status": (202, GOOD),
    "server-error": (500, {}),
    "never-there": (404, {}),
}


async def answer(request):
    if request.path_params["id"] != "in_1":
        return JSONResponse({}, 404)
    status, body = DEFECTS[request.path_params["kind"]]
    return JSONResponse(body, status)


APP = Starlette(routes=[Route("/{kind}/{id}", answer)])


@pytest.fixture
def repository(tmp_path):
    contract = tmp_path / "contracts/apis/billing/1.0.0/openapi.json"
    contract.parent.mkdir(parents=True)
    contract.write_text(json.dumps(document()), "utf-8")
    pact = tmp_path / "contracts/pacts/billing/shop.json"
    pact.parent.mkdir(parents=True)
    interaction = {
        "description": "one",
        "request": {"method": "GET", "path": "/invoices/in_1"},
        "response": {"status": 200, "body": {"total": 5}},
    }
    pact.write_text(
        json.dumps({"consumer": {"name": "shop"}, "provider": {"name": "billing"}, "interactions": [interaction]}),
        "utf-8",
    )
    return tmp_path


def run(repository, *options):
    with served(APP) as url:
        words = ["billing", "--url", url, "--repo", str(repository), "--examples", "3", "--format", "json", *options]
        done = CliRunner().invoke(command, words, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.return_value, json.loads(done.output)


@pytest.mark.integration
def test_a_server_that_keeps_its_contract_is_green(repository):
    code, told = run(repository)
    assert told["findings"] == []
    assert code == 0
    assert told["operations"]["GET /invoices/{id}"]["200"] > 0


@pytest.mark.integration
def test_each_planted_defect_is_found_names_its_consumer_and_may_be_accepted(repository):
    get = document()["paths"]["/invoices/{id}"]["get"]
    others = {f"/{kind}/{{id}}": {"get": {**get, "operationId": kind}} for kind in DEFECTS if kind != "invoices"}
    contract = repository / "contracts/apis/billing/1.0.0/openapi.json"
    contract.write_text(json.dumps(document(**others)), "utf-8")
    pact = repository / "contracts/pacts/billing/shop.json"
    value = json.loads(pact.read_text("utf-8"))
    one = value["interactions"][0]
    value["interactions"] = [
        {**one, "description": kind, "request": {"method": "GET", "path": f"/{kind}/in_1"}} for kind in DEFECTS
    ]
    pact.write_text(json.dumps(value), "utf-8")
    baseline = repository / "accepted.json"

    code, told = run(repository, "--baseline", str(baseline), "--baseline-update")
    assert code == 1
    found = {}
    for finding in told["findings"]:
        assert "Used by shop" in finding["detail"]
        found.setdefault(finding["values"][0], set()).add(finding["rule"])
    assert found.keys() == {f"GET /{kind}/{{id}}" for kind in DEFECTS if kind != "invoices"}
    assert "conform-operation-never-succeeded" in found["GET /never-there/{id}"]
    assert "conform-failure" in found["GET /enum-grown/{id}"]

    code, told = run(repository, "--baseline", str(baseline))
    assert (code, told["findings"]) == (0, [])
    assert len(told["accepted"]) >= 7


@pytest.mark.integration
def test_a_server_that_is_not_there_is_no_answer(repository):
    done = CliRunner().invoke(
        command, ["billing", "--url", "http://127.0.0.1:1", "--repo", str(repository)], standalone_mode=False
    )
    assert done.return_value == 3, done.output


def target(**operations):
    return Target("billing", "openapi", "openapi.json", document(**operations))


SEEN = {"GET /invoices/{id}": Counter({200: 3, 404: 5})}


def rules_of(found):
    return [finding.rule for finding in found.findings]


def test_only_seen_successes_make_a_run_green():
    assert judge(target(), "u", Tried(statuses=SEEN)).exit_code == 0
    assert judge(target(), "u", Tried()).exit_code == 1
    assert rules_of(judge(target(), "u", Tried())) == ["conform-operation-never-succeeded"]
    missing = judge(target(), "u", Tried(statuses=SEEN, without_data=("GET /invoices/{id}",)))
    assert rules_of(missing) == ["conform-test-data-missing"]
    stopped = judge(target(), "u", Tried(statuses=SEEN, stopped="out of time"))
    assert stopped.exit_code == 3


def test_a_sequence_that_never_began_is_told():
    link = {"pay": {"operationId": "payInvoice", "parameters": {"id": "$response.body#/id"}}}
    created = {"201": {"description": "made", "links": link}}
    linked = target(**{"/invoices": {"post": {"operationId": "createInvoice", "responses": created}}})
    statuses = {**SEEN, "POST /invoices": Counter({201: 4})}
    lost = judge(linked, "u", Tried(statuses=statuses, chained={"GET /invoices/{id}": Counter({404: 600})}))
    assert rules_of(lost) == ["conform-sequence-not-begun"]
    begun = judge(linked, "u", Tried(statuses=statuses, chained={"POST /invoices": Counter({201: 4})}))
    assert rules_of(begun) == []


def test_a_baseline_keeps_reasons_and_is_read_strictly(tmp_path):
    failed = Failed("GET /invoices/{id}", "ST103", "Undocumented status code", "Received: 418", "GET /x")
    before = (Accepted(failed.operation, failed.code, "known since May"),)
    found = judge(target(), "u", Tried(statuses=SEEN, failures=[failed]), before)
    assert found.exit_code == 0
    path = tmp_path / "b.json"
    path.write_text(baseline_text(found, before), "utf-8")
    assert read_baseline(path) == before
    path.write_text("[]", "utf-8")
    with pytest.raises(UnreadableError):
        read_baseline(path)


def test_a_bare_name_is_the_newest_version():
    assert open_target("billing-invoices", ROOT).path == "contracts/apis/billing-invoices/2.3.0/openapi.yaml"
    assert open_target("billing-invoices@1.4.0", ROOT).path.startswith("contracts/apis/billing-invoices/1.4.0")
