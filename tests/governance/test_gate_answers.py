"""What the gate answers on real repositories: what passes, what waits, what is blocked, what could not be told."""

import json

import pytest
from scratch_repository import (
    CONTRACT,
    FIELDS,
    HARNESS_YAML,
    NO_TAX,
    NOW,
    VERSION,
    Scratch,
    invoices,
    landscape,
)

from harness.documents import library
from harness.governance import GateReport
from harness.impact import Hit
from harness.model import Decision

NEW = "contracts/apis/invoices/3.0.0/openapi.yaml"
MINOR = "contracts/apis/invoices/2.4.0/openapi.yaml"


def rules(report: GateReport) -> set[str]:
    return {finding.rule for finding in report.findings}


def roles(report: GateReport) -> dict[str, bool]:
    return {row.role: row.settled for row in report.required_signoffs}


def hits(report: GateReport) -> dict[str, Hit]:
    return {row.name: row.hit for row in report.impact.consumers}


@pytest.fixture
def repo(tmp_path):
    return landscape(tmp_path)


def test_a_safe_additive_change_with_a_minor_step_passes(repo):
    repo.commit({MINOR: invoices((f"{FIELDS}.footer", {"type": "string"}), ("info.version", "2.4.0"))})
    report = repo.gate()
    assert (report.decision, report.exit_code) == (Decision.PASS, 0)
    assert report.sentence == "1 change, compatible. invoices 2.3.0 -> 2.4.0, minor as declared."
    assert [(item.subject, item.reason) for item in report.not_checked] == [("crm", "has no pact")]


def test_removing_a_field_that_a_consumer_reads_under_a_patch_step_is_blocked_and_says_who_is_hurt(repo):
    repo.commit({"contracts/apis/invoices/2.3.1/openapi.yaml": invoices(*NO_TAX, ("info.version", "2.3.1"))})
    report = repo.gate()
    assert (report.decision, report.exit_code) == (Decision.BLOCKED, 1)
    assert "tax_amount" in report.sentence
    assert "erp-connector 1.4.0 (production) reads it" in report.sentence
    assert hits(report) == {"erp-connector": Hit.HIT, "crm": Hit.UNKNOWN}
    assert any("publish invoices as 3.0.0" in way for way in report.way_out)


def test_a_finance_sensitive_change_under_a_major_step_needs_everybody_it_concerns(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION)})
    report = repo.gate()
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert set(roles(report)) == {"contract owner", "erp-connector", "finance"}
    assert set(report.impact.legal_entities) == {"US-01", "DE-01"}
    assert [(flow.rto, flow.rpo) for flow in report.impact.workflows] == [("PT4H", "PT15M")]
    assert any(found.field == "tax" and found.sensitivity == "financial" for found in report.impact.business_objects)


def test_a_broken_contract_could_not_tell_and_the_others_are_still_judged(repo):
    repo.commit(
        {
            NEW: invoices(*NO_TAX, VERSION),
            "contracts/apis/refunds/1.0.0/openapi.yaml": "openapi: 3.1.0\npaths: {a: 1, a: 2}\ninfo: {}\n",
        }
    )
    report = repo.gate()
    assert report.exit_code == 3
    assert report.decision is Decision.BLOCKED
    assert [one.location.file for one in report.unreadable] == ["contracts/apis/refunds/1.0.0/openapi.yaml"]
    assert report.unreadable[0].location.line
    assert hits(report)["erp-connector"] is Hit.HIT


def test_a_released_version_may_not_be_edited_in_place_but_its_words_may(repo):
    repo.commit({CONTRACT: invoices((f"{FIELDS}.footer", {"type": "string"}))})
    assert rules(repo.gate()) == {"released-version-edited"}
    assert repo.gate().decision is Decision.BLOCKED
    repo.commit({CONTRACT: invoices(("info.description", "Invoices of all entities."))})
    assert repo.gate().decision is Decision.PASS


def test_reformatting_and_renaming_are_no_change(repo):
    repo.commit({CONTRACT: json.dumps(json.loads(invoices()), sort_keys=True)})
    report = repo.gate()
    assert (report.decision, report.contracts) == (Decision.PASS, ())


def test_a_profile_that_advises_lets_a_major_step_pass_and_says_whom_to_ask(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"harness.yaml": HARNESS_YAML.replace("standard", "starter")})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({NEW: invoices(*NO_TAX, VERSION)})
    report = repo.gate()
    assert report.decision is Decision.PASS
    assert all(row.advised for row in report.required_signoffs)
    assert "advised" in report.sentence


def test_the_working_tree_is_judged_with_untracked_and_without_ignored_files(repo):
    repo.commit({".gitignore": "ignored/\n"})
    repo.write({NEW: invoices(*NO_TAX, VERSION), "ignored/x.yaml": "a: ["})
    report = repo.gate(head="worktree")
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert report.head.short == "worktree"


def test_a_branch_without_changed_data_parses_no_contract_and_no_catalog(repo, monkeypatch):
    parsed = []
    original = library.parse
    monkeypatch.setattr(library, "parse", lambda data, path: parsed.append(path) or original(data, path))
    repo.commit({"README.md": "other words\n", "src/app.py": "print()\n"})
    report = repo.gate()
    assert (report.decision, report.contracts_read) == (Decision.PASS, 1)
    assert set(parsed) <= {"harness.yaml"}


def test_two_runs_give_equal_reports(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION)})
    assert repo.gate() == repo.gate()
    assert repo.gate(now=NOW).change_id


MAPPING = """apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: mapping-tax-codes, title: Tax codes}
spec: {type: mapping, owner: finance, x-governance: {rows: [{from: DE-S19, to: T-DE19}]}}
"""


def test_a_changed_mapping_row_goes_through_the_gate_as_finance_sensitive(tmp_path):
    repo = landscape(tmp_path, catalog__mapping=None)
    repo.git("checkout", "-q", "main")
    repo.commit({"catalog/mapping.yaml": MAPPING})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({"catalog/mapping.yaml": "# a remark changes nothing\n" + MAPPING})
    assert repo.gate().decision is Decision.PASS
    repo.commit({"catalog/mapping.yaml": MAPPING.replace("T-DE19", "T-DE7")})
    report = repo.gate()
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert rules(report) == {"mapping-changed", "author-unverified"}
    assert set(roles(report)) == {"finance"}
    assert "Tax codes changes" in report.sentence


def test_a_contract_kept_in_place_passes_a_safe_change_and_is_told_to_raise_its_version(tmp_path):
    scratch = Scratch(tmp_path)
    silent = ("info.x-lifecycle", None)
    scratch.commit({"harness.yaml": "profile: starter\n", "openapi.yaml": invoices(silent)})
    scratch.git("checkout", "-q", "-b", "work")
    scratch.commit({"openapi.yaml": invoices(silent, (f"{FIELDS}.footer", {"type": "string"}))})
    report = scratch.gate()
    assert (report.decision, rules(report)) == (Decision.PASS, {"version-not-bumped"})
    scratch.commit({"openapi.yaml": invoices(silent, *NO_TAX)})
    assert scratch.gate().decision is Decision.BLOCKED
    scratch.commit({"openapi.yaml": invoices(silent, *NO_TAX, VERSION)})
    assert scratch.gate().decision is Decision.PASS


@pytest.mark.parametrize(
    ("file", "text"),
    [("harness.yaml", "profile: ["), ("harness.yaml", "profil: x\n"), ("catalog/policies.yaml", "policy: 9")],
)
def test_a_broken_configuration_on_the_branch_could_not_tell_and_the_base_still_judges(repo, file, text):
    repo.commit({file: text, NEW: invoices(*NO_TAX, VERSION)})
    report = repo.gate()
    assert report.exit_code == 3
    assert [found.location.file for found in report.unreadable] == [file]
    assert set(roles(report)) == {"contract owner", "erp-connector", "finance"}


def test_an_event_that_changes_hits_who_reads_its_payload(tmp_path):
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "e", "version": "1.0.0", "x-lifecycle": "active"},
        "channels": {"c": {"address": "c", "messages": {"Done": {"$ref": "#/components/messages/Done"}}}},
        "operations": {"send": {"action": "send", "channel": {"$ref": "#/channels/c"}}},
        "components": {
            "messages": {
                "Done": {
                    "name": "invoice.done",
                    "payload": {
                        "type": "object",
                        "required": ["type", "data"],
                        "properties": {
                            "type": {"const": "x.invoice.done.v1"},
                            "data": {
                                "type": "object",
                                "x-business-object": "invoice",
                                "required": ["tax", "memo"],
                                "properties": {"tax": {"type": "integer"}, "memo": {"type": "string"}},
                            },
                        },
                    },
                }
            }
        },
    }
    event = {"specversion": "1.0", "type": "x.invoice.done.v1", "data": {"tax": 1}}
    reader = {
        "consumer": {"name": "erp-connector"},
        "provider": {"name": "events"},
        "interactions": [
            {"type": "Asynchronous/Messages", "description": "d", "contents": {"content": event, "encoded": False}}
        ],
    }
    repo = landscape(
        tmp_path,
        **{
            "harness.yaml": "profile: finance\n",
            "contracts/events/events/1.0.0/asyncapi.yaml": json.dumps(document),
            "contracts/pacts/events/erp-connector.json": json.dumps(reader),
        },
    )
    data = document["components"]["messages"]["Done"]["payload"]["properties"]["data"]
    for gone, expected in (("memo", Hit.NOT_HIT), ("tax", Hit.HIT)):
        data["properties"].pop(gone)
        data["required"].remove(gone)
        document["info"]["version"] = "2.0.0"
        repo.commit({"contracts/events/events/2.0.0/asyncapi.yaml": json.dumps(document)})
        report = repo.gate()
        assert hits(report)["erp-connector"] is expected
    assert report.impact.business_objects[0].field == "tax"
