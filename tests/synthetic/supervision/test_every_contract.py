"""One landscape, started once, and every contract of it: tried out by Schemathesis, and extracted.

What operations are asked of is there: the worked examples do business in the sandbox first.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.conform import EventRules, Messages, check_events, open_target
from harness.conform.sent import sendable
from synthetic.cli.landscape import read_landscape
from synthetic.sandboxes.faces import Contract
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.starting import contract_urls, start_detached
from synthetic.sandboxes.supervision.supervisor import take_down
from synthetic.sandboxes.supervision.surface import contracts_of
from synthetic.sandboxes.worked import worked_examples

schemathesis = pytest.importorskip("schemathesis")
pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
NAMES = sorted(contracts_of(Plan()))
EXAMPLES = 2
"""Generated requests an operation: more of them is `harness conform`."""


class Landscape:
    """A sandbox that is up, and what can be asked of it."""

    def __init__(self, folder):
        self.folder = folder
        self.running = start_detached(Plan(), folder / "sandbox", lambda _: None)
        self.given = worked_examples(self.running, read_landscape())
        self.urls = contract_urls(self.running)
        self.headers = {"authorization": f"Bearer {self.running.token}"}
        (folder / "given.json").write_text(json.dumps(self.given), "utf-8")

    def ask(self, path):
        answer = requests.get(f"{self.running.children['edge'].url}{path}", headers=self.headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer

    def rows(self, contract, path):
        found, cursor = [], ""
        while True:
            answer = requests.get(f"{self.urls[contract]}{path}{cursor}", headers=self.headers, timeout=10).json()
            found += answer["data"]
            if not answer["has_more"]:
                return found
            cursor = f"&cursor={answer['next_cursor']}"


@pytest.fixture(scope="module")
def landscape(tmp_path_factory):
    folder = tmp_path_factory.mktemp("landscape")
    try:
        yield Landscape(folder)
    finally:
        take_down(folder / "sandbox")


def test_the_extract_has_what_billing_finalised_and_the_ledger_posted(landscape):
    billed, held = _billed_and_held(landscape)
    (told,) = [one for one in landscape.ask("/analytics/extracts").json()["extracts"] if one["name"] == "invoices"]
    text = landscape.ask("/analytics/extracts/invoices").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert told["rows"] == len(rows) > 5
    sums = Counter()
    for row in rows:
        place = row["legal_entity"], row["currency"], row["tax_period"]
        sums[(*place, "rows")] += 1
        for name in ("net", "tax", "total"):
            sums[(*place, name)] += int(row[name])
    control = {
        (one["legal_entity"], one["currency"], one["period"], name): one[name]
        for one in told["control_totals"]
        for name in ("rows", "net", "tax", "total")
    }
    assert control == dict(sums)

    posted = [
        one
        for one in landscape.rows("erp-postings", "/postings?limit=200")
        if one["posting_key"]["posting_kind"] == "invoice" and one["ledger"] == one["legal_entity"]
    ]
    by_hand = {one["posting_key"]["object_id"] for one in posted} - {row["invoice_id"] for row in rows}
    assert not {name for name in by_hand if name.startswith("in_")}
    # what the customer owes; a proration has debits that take back deferred revenue as well
    owed = {
        one["posting_key"]["object_id"]: sum(x["amount"] for x in one["lines"] if x["account"] == "1100")
        for one in posted
    }
    assert {row["invoice_id"]: int(row["total"]) for row in rows} == {
        name: total for name, total in owed.items() if name not in by_hand
    }

    for row in rows:
        invoice = billed[row["invoice_id"]]
        assert (int(row["net"]), int(row["tax"]), int(row["total"]), row["number"]) == (
            *(invoice["subtotal"], invoice["tax_amount"], invoice["total"]),
            invoice["number"],
        )
    assert _finalised(billed) - {row["invoice_id"] for row in rows} <= held

    text = landscape.ask("/analytics/extracts/invoice-lines?format=jsonl").text
    lines = [json.loads(line) for line in text.splitlines()]
    assert sum(line["net"] for line in lines) == sum(int(row["net"]) for row in rows)


def _billed_and_held(landscape):
    """Return what billing has and what waits as an exception, once each finalised invoice is posted or held."""
    until = time.monotonic() + 30
    while True:
        landscape.running.ask("edge", "POST", "/sandbox/settle")
        landscape.running.ask("sync", "POST", "/sandbox/settle")
        billed = {one["id"]: one for one in landscape.rows("billing-invoices", "/invoices?limit=200")}
        held = {one["object_key"]["object_id"] for one in landscape.rows("sync-admin", "/exceptions?limit=200")}
        posted = {one["posting_key"]["object_id"] for one in landscape.rows("erp-postings", "/postings?limit=200")}
        if _finalised(billed) <= posted | held or time.monotonic() > until:
            return billed, held
        time.sleep(0.1)


def _finalised(billed):
    return {name for name, one in billed.items() if one["status"] != "draft" and one["total"]}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("crm-events", {"customer.onboarded", "order.accepted", "contract.accepted", "account.merged"}),
        ("entitlement-events", {"tenant.provisioned", "entitlement.changed"}),
    ],
)
def test_what_was_done_through_contracts_is_told_on_the_bus_as_the_contract_of_events_says(landscape, name, kinds):
    # under the keys of the tests below: whichever comes second is given the same answer
    _done(landscape, "crm-accounts", "POST /accounts/{account_id}/merge")
    _done(landscape, "entitlements", "POST /entitlements/courtesy")
    landscape.running.ask("sync", "POST", "/sandbox/settle")
    source = {"crm-events": "/crm", "entitlement-events": "/entitlements"}[name]
    told = [one for one in landscape.running.ask("sync", "GET", "/sandbox/bus") if one["source"] == source]
    assert {one["type"].removeprefix("example.aster.").rpartition(".v")[0] for one in told} >= kinds
    if source == "/entitlements":
        assert {one["data"]["grant_source"] for one in told if "grant_source" in one["data"]} >= {"courtesy"}
    target = open_target(name, ROOT)
    messages = Messages(target.name, target.document, EventRules(at_least_once=False, gapless=False), {})
    found = check_events(messages, [json.dumps(one).encode() for one in told], "the bus")
    assert found.exit_code == 0, [one.detail for one in found.findings]


def test_the_extract_is_parquet_as_well(landscape, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    for name in ("invoices", "forecast"):
        file = tmp_path / f"{name}.parquet"
        answer = landscape.ask(f"/analytics/extracts/{name}?format=parquet")
        file.write_bytes(answer.content)
        (count,) = duckdb.connect().execute("select count(*) from read_parquet(?)", [str(file)]).fetchone()
        assert count == int(answer.headers["x-row-count"]) > 0


def test_status_tells_where_each_contract_is(landscape):
    command = [sys.executable, "-m", "harness.cli", "sandbox", "status", "--folder", str(landscape.folder / "sandbox")]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["contracts"] == landscape.urls
    assert sorted(landscape.urls) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_contract_allows_is_answered_as_it_says(landscape, name):
    values = landscape.given.get(name, {})
    contract = Contract(ROOT, name)
    known = {one.id: one for one in contract.operations()}
    succeeded = set()
    document = sendable(open_target(name, ROOT).document, values)
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        label = operation.definition.raw["operationId"]
        one = known[label]
        answers = [_known(landscape, contract, one, values.get(f"{one.method} {one.path}", {}))]
        answers += _generated(operation, landscape.urls[name], landscape.headers)
        for answer in answers:
            _hold(contract, label, answer)
        succeeded |= {label for answer in answers if answer.status_code < 300}
    assert succeeded == set(known)


def _done(landscape, name, operation):
    contract = Contract(ROOT, name)
    (one,) = [one for one in contract.operations() if f"{one.method} {one.path}" == operation]
    answer = _known(landscape, contract, one, landscape.given[name][operation])
    assert answer.status_code < 300, answer.text


def _known(landscape, contract, operation, values):
    """Ask an operation for what exists, or for the contract's own example."""
    told = contract.document["paths"][operation.path][operation.method.lower()]
    shared = contract.document["paths"][operation.path].get("parameters", ())
    named = {one["name"]: one for one in map(contract.resolved, (*shared, *told.get("parameters", ())))}
    wanted = values.get("parameters", {})
    path, query = operation.path, {}
    for name, one in named.items():
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", str(wanted.get(name, one.get("example"))))
        elif one["in"] == "query" and (name in wanted or one.get("required")):
            query[name] = wanted.get(name, one.get("example"))
    body = values.get("body")
    if body is None and "requestBody" in told:
        (media,) = contract.resolved(told["requestBody"])["content"].values()
        body = contract.resolved(next(iter(media["examples"].values()))).get("value")
    headers = landscape.headers | {"idempotency-key": f"known-{operation.id}"}
    url = landscape.urls[contract.name] + path
    return requests.request(operation.method, url, params=query, json=body, headers=headers, timeout=10)


def _generated(operation, url, headers):
    """Return the answers to what Schemathesis makes up."""
    found = []

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        kwargs = case.as_transport_kwargs(base_url=url)
        kwargs["headers"]["authorization"] = headers["authorization"]
        kwargs.pop("timeout", None)
        found.append(requests.request(**kwargs, timeout=10))

    ask()
    assert found
    return found


def _hold(contract, label, answer):
    said = contract.response(label, answer.status_code)
    asked = f"{answer.request.method} {answer.request.url}"
    assert said is not None, f"{asked} answers {answer.status_code}, which {label} does not know: {answer.text[:300]}"
    assert answer.status_code < 500, asked
    ((media, content),) = said["content"].items()
    assert answer.headers["content-type"] == media, asked
    errors = list(contract.validator(content["schema"]).iter_errors(answer.json()))
    assert not errors, f"{asked}: {[(list(one.instance_path), one.message) for one in errors[:3]]}"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_conform_finds_nothing(landscape, name):
    command = [sys.executable, "-m", "harness.cli", "conform", name, "--url", landscape.urls[name], "--examples", "3"]
    command += ["--header", f"authorization: {landscape.headers['authorization']}"]
    command += ["--given", str(landscape.folder / "given.json"), "--repo", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
