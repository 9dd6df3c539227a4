"""Looking at one revision alone, who a CI event names, and the published shapes of policy, waivers and report."""

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
from scratch_repository import CATALOG, CONTRACT, HARNESS_YAML, NO_TAX, PACT, VERSION, invoices, landscape, pact, people

from harness.documents import FolderTree, Library, MemoryTree, parse
from harness.governance import check_repository, read_event
from harness.governance.policy import Kind, Part, read_policy
from harness.model import UnreadableError
from harness.registry import read_config
from harness.report.gate_json import report_to_json

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "harness" / "schemas"
TODAY = date(2026, 11, 22)
FILES = {
    "harness.yaml": HARNESS_YAML,
    CONTRACT: invoices(),
    PACT: pact({"id": "1"}),
    "catalog/people.yaml": people(),
    **CATALOG,
}


def check(**files):
    library = Library(MemoryTree({**FILES, **{name.replace("__", "/"): text for name, text in files.items()}}))
    return check_repository(library, read_config(library), TODAY)


def errors(name, value):
    validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / name).read_text("utf-8")))
    return [f"{error.message} at {error.instance_path}" for error in validator.iter_errors(value)]


def test_a_check_counts_what_it_read():
    report = check()
    assert (report.contracts, report.catalog_entries, report.pacts) == (1, 16, 1)
    assert report.problems == ()


def test_a_broken_file_could_not_tell_and_the_rest_is_checked_all_the_same():
    report = check(
        **{
            "contracts/pacts/bad.json": "{",
            "contracts/pacts/plug.json": pact({}).replace(
                '"interactions"', '"metadata": {"plugins": [{"name": "evil"}]}, "interactions"'
            ),
        }
    )
    assert report.exit_code == 3
    assert report.pacts == 1
    assert any('plugin "evil"' in problem.message for problem in report.problems)


WAIVER = """waivers:
  - {{id: W, rule: r, scope: {{contract: {contract}, pointer: /a}}, reason: x, approver: a, ticket: t,
     expires: '{day}'}}
"""


@pytest.mark.parametrize(
    ("contract", "day", "rule", "code"),
    [
        ("invoices", "2027-06-01", None, None),
        ("invoices", "2026-11-01", "waiver-expired", 1),
        ("invoices", "2026-12-01", "waiver-ends-soon", None),
        ("invoices", "2029-01-01", "waiver-ignored", None),
        ("refunds", "2027-01-01", "waiver-unused", None),
    ],
)
def test_waivers_are_looked_at_without_any_change(contract, day, rule, code):
    report = check(**{"catalog/waivers/w.yaml": WAIVER.format(contract=contract, day=day)})
    found = [finding for finding in report.findings if finding.rule.startswith("waiver-")]
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert all(finding.location.file == "catalog/waivers/w.yaml" and finding.location.line == 2 for finding in found)
    if code is not None:
        assert report.exit_code == code


def test_a_pact_with_nobody_is_named():
    report = check(**{"contracts/pacts/x/y.json": pact({"a": 1}).replace('"invoices"', '"nobody"')})
    assert "pact-provider-unknown" in {finding.rule for finding in report.findings}


def test_the_landscape_has_no_unreadable_pact_or_policy():
    library = Library(FolderTree(ROOT))
    config = read_config(library)
    report = check_repository(library, config, TODAY)
    ours = ("contracts/pacts/", "catalog/policies.yaml", "catalog/waivers/")
    assert [one for one in report.problems if str(one.location).startswith(ours)] == []
    assert report.pacts >= 6
    assert not {finding.rule for finding in report.findings} & {
        "pact-provider-unknown",
        "pact-empty",
        "signing-key-refused",
    }


def test_the_policy_of_the_landscape_follows_its_schema_and_names_groups_that_exist():
    document = Library(FolderTree(ROOT)).load("catalog/policies.yaml")
    assert errors("policy.json", document.value) == []
    policy = read_policy(document)
    assert policy.groups(Kind.FINANCIAL, Part.APPROVE) == ("group:default/finance-systems",)
    text = (ROOT / "catalog" / "groups.yaml").read_text("utf-8")
    named = {row.group for row in policy.rows} | {policy.owner, *policy.waiver_approvers}
    for group in named - {"contract-owner", "hit-consumer"}:
        assert f"name: {group.removeprefix('group:default/')}\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "policies: v1",
        "policy: v2",
        "policy: v1\nsignofs: {}",
        "policy: v1\nsignoffs: {breakin: {}}",
        "policy: v1\nsignoffs: {breaking: {a: allow}}",
        "policy: v1\nquorum: {breaking: 0}",
        "policy: v1\nwaivers: {max_days: {error: forever}}",
        "policy: v1\nowner: [a]",
    ],
)
def test_a_policy_is_never_half_read(text):
    with pytest.raises(UnreadableError, match="policy cannot be used") as caught:
        read_policy(parse(text.encode(), "p.yaml"))
    assert caught.value.remedy
    assert errors("policy.json", parse(text.encode(), "p.yaml").value)


def test_the_report_follows_its_schema(tmp_path):
    repo = landscape(tmp_path)
    repo.commit({"contracts/apis/invoices/3.0.0/openapi.yaml": invoices(*NO_TAX, VERSION), PACT: None})
    value = json.loads(json.dumps(report_to_json(repo.gate()), default=str))
    assert errors("gate.json", value) == []
    assert value["decision"] == "needs-sign-off"


def test_a_github_event_names_author_pusher_and_commits(tmp_path):
    payload = {
        "pull_request": {
            "number": 7,
            "user": {"login": "bo"},
            "base": {"sha": "b" * 40},
            "head": {"sha": "a" * 40},
        },
        "sender": {"login": "ada"},
    }
    path = tmp_path / "event.json"
    path.write_text(json.dumps(payload))
    event = read_event({"GITHUB_EVENT_PATH": str(path)})
    assert (event.author, event.pushers, event.base_commit, event.number) == ("bo", ("ada",), "b" * 40, "7")
    assert event.is_about("a" * 40)
    assert not event.is_about("c" * 40)


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", '{"pull_request": 1}', "[" * 100_000])
def test_an_event_that_says_nothing_names_nobody(tmp_path, content):
    path = tmp_path / "event.json"
    if content is not None:
        path.write_text(content)
    assert read_event({"GITHUB_EVENT_PATH": str(path)}) is None
    assert read_event({}) is None


def test_a_gitlab_job_names_who_started_it():
    event = read_event(
        {"CI_MERGE_REQUEST_IID": "3", "GITLAB_USER_LOGIN": "bo", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "a" * 40}
    )
    assert (event.forge, event.author, event.head_commit) == ("gitlab", "bo", "a" * 40)


def test_a_change_has_one_shape_in_every_output():
    gate, compare = (json.loads((SCHEMAS / name).read_text("utf-8"))["$defs"] for name in ("gate.json", "compare.json"))
    assert {name: gate[name] for name in compare} == compare
