"""The gate cases G1 to G20 of the threat model: what a branch can and cannot do to its own gate."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from scratch_repository import (
    CATALOG,
    CONTRACT,
    FIELDS,
    HARNESS_YAML,
    NO_TAX,
    NOW,
    PACT,
    VERSION,
    Scratch,
    invoices,
    landscape,
    pact,
    people,
)

from harness.documents import library
from harness.governance import Event, GateReport
from harness.impact import Hit
from harness.model import Decision, HarnessError, UsageError

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


def test_g1_a_key_added_on_the_branch_signs_nothing_yet(repo):
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICu85+2uVp8Gl8/kTIC9m44l78ghFh3VtmOd0CPF3Sel"
    repo.commit({"catalog/people.yaml": people({"bo": key})})
    report = repo.gate()
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert rules(report) == {"signing-key-added"}


def test_g2_taking_away_the_finance_mark_with_the_field_still_asks_finance(repo):
    objects = CATALOG["catalog/objects.yaml"].replace(
        "{path: tax, owner: billing, sensitivity: financial}", "{path: tax, owner: billing}"
    )
    repo.commit({NEW: invoices(*NO_TAX, VERSION), "catalog/objects.yaml": objects})
    report = repo.gate()
    assert "finance" in roles(report)
    assert "finance-mark-removed" in rules(report)


def test_g3_deleting_the_pact_that_would_break_hides_nobody(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION), PACT: None})
    report = repo.gate()
    assert hits(report)["erp-connector"] is Hit.HIT
    assert "pact-removed" in rules(report)


def test_g3_a_pact_that_reads_less_on_the_branch_hides_nobody(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION), PACT: pact({"id": "in_1"})})
    report = repo.gate()
    assert hits(report)["erp-connector"] is Hit.HIT
    assert "pact-narrowed" in rules(report)


def test_g4_narrowing_the_globs_is_blocked_also_if_the_contract_is_edited_with_it(repo):
    narrow = HARNESS_YAML.replace("apis/*/*", "apis/other/*")
    repo.commit({"harness.yaml": narrow})
    first = repo.gate()
    repo.commit({CONTRACT: invoices(*NO_TAX)})
    for report in (first, repo.gate()):
        assert report.decision is Decision.BLOCKED
        assert "contract-left-watched-set" in rules(report)
    assert "left the watched set" in first.sentence


def test_g4_excluding_a_contract_or_moving_it_out_of_sight_is_blocked_too(repo):
    repo.commit({"harness.yaml": HARNESS_YAML + "exclude: [contracts/apis/invoices/**]\n"})
    assert "contract-left-watched-set" in rules(repo.gate())
    repo.git("reset", "-q", "--hard", "main")
    repo.commit({CONTRACT: None, "attic/openapi.yaml": invoices()})
    report = repo.gate()
    assert report.decision is Decision.BLOCKED
    assert rules(report) & {"contract-left-watched-set", "contract-removed"}


def test_g6_a_higher_waiver_cap_on_the_branch_does_not_count_and_is_named(repo):
    waiver = """waivers:
  - {id: W1, rule: field-withdrawn, scope: {contract: invoices, pointer: /components/schemas/Invoice},
     reason: agreed, approver: user:default/dana, ticket: T-1, expires: "2027-11-01"}
"""
    repo.git("checkout", "-q", "main")
    repo.commit({"catalog/waivers/w.yaml": waiver})
    repo.git("checkout", "-q", "-B", "work")
    policy = CATALOG["catalog/policies.yaml"].replace("error: 90", "error: 900")
    repo.commit({"catalog/policies.yaml": policy, NEW: invoices(*NO_TAX, ("info.version", "3.0.0"))})
    report = repo.gate()
    assert {"policy-loosened", "waiver-ignored"} <= rules(report)
    assert report.waived == ()


def test_g7_a_plugin_named_by_the_branch_is_not_loaded(repo, tmp_path):
    sentinel = tmp_path / "sentinel"
    repo.commit(
        {
            "harness.yaml": HARNESS_YAML + "plugins: [evil]\n",
            "evil.py": f"open({str(sentinel)!r}, 'w')\n",
        }
    )
    report = repo.gate()
    assert rules(report) == {"plugin-named"}
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert not sentinel.exists()


def test_g8_code_lying_in_the_branch_is_not_run(repo, tmp_path):
    sentinel = tmp_path / "sentinel"
    code = f"open({str(sentinel)!r}, 'w')\n"
    repo.commit(dict.fromkeys(("yaml.py", "sitecustomize.py", "conftest.py", "json.py", "evil.pth"), code))
    program = (
        "from pathlib import Path; from datetime import datetime, UTC; from harness.governance import gate;"
        "print(gate(Path('.'), 'main', 'HEAD').decision)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=repo.root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "pass", done.stderr
    assert not sentinel.exists()


def test_g9_without_a_configuration_on_the_base_nothing_passes(tmp_path):
    scratch = Scratch(tmp_path)
    scratch.commit({CONTRACT: invoices()})
    scratch.git("checkout", "-q", "-b", "work")
    scratch.commit({"harness.yaml": "profile: starter\n"})
    report = scratch.gate()
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert "no trusted base" in report.sentence
    assert roles(report) == {"repository owner": False}
    scratch.commit({MINOR: invoices(("info.version", "2.4.0"), (f"{FIELDS}.footer", {"type": "string"}))})
    assert scratch.gate().decision is Decision.NEEDS_SIGN_OFF


def test_g10_g12_unrelated_histories_could_not_tell_and_name_the_remedy(repo):
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({}, "other root")
    with pytest.raises(HarnessError) as caught:
        repo.gate()
    assert caught.value.exit_code == 3
    assert "fetch" in caught.value.remedy


def test_g11_a_shallow_clone_could_not_tell_and_names_the_remedy(repo, tmp_path_factory):
    repo.commit({"README.md": "two\n"})
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", "--branch=work", f"file://{repo.root}", str(clone))
    shallow = Scratch.__new__(Scratch)
    shallow.root = clone
    with pytest.raises(HarnessError) as caught:
        shallow.gate("origin/main")
    assert caught.value.exit_code == 3
    assert "unshallow" in caught.value.remedy


def test_g13_an_octopus_merge_has_the_digest_of_its_tree(repo):
    change = {NEW: invoices(*NO_TAX, VERSION)}
    repo.commit(change)
    plain = repo.gate().change_id
    repo.git("checkout", "-q", "-b", "one", "main")
    repo.commit(change)
    for name in ("two", "three"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit({f"{name}.md": name})
    repo.git("checkout", "-q", "one")
    repo.git("merge", "-q", "-m", "octopus", "two", "three")
    assert repo.gate().change_id == plain


def test_g14_a_renamed_and_changed_contract_is_one_change_with_the_consumers_of_the_old_name(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"harness.yaml": "profile: standard\n", CONTRACT: None, "apis/invoices.yaml": invoices()})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({"apis/invoices.yaml": None, "apis/bills.yaml": invoices(*NO_TAX, VERSION)})
    report = repo.gate()
    assert [(one.name, one.old_path, one.new_path) for one in report.contracts] == [
        ("invoices", "apis/invoices.yaml", "apis/bills.yaml")
    ]
    assert hits(report)["erp-connector"] is Hit.HIT


def test_g15_one_contract_name_in_two_folders_is_asked_wrongly(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"harness.yaml": "profile: standard\n"})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({"other/invoices/2.3.0/openapi.yaml": invoices()})
    with pytest.raises(UsageError, match="invoices") as caught:
        repo.gate()
    assert caught.value.exit_code == 2


def test_g16_a_rename_in_case_alone_is_a_finding(repo):
    repo.commit({CONTRACT: None, CONTRACT.replace("openapi", "OpenAPI"): invoices()})
    report = repo.gate()
    assert "case-only-rename" in rules(report)
    assert report.decision is Decision.BLOCKED


def test_g17_a_forged_author_is_not_believed_and_finance_needs_two_people(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION)}, who="dana")
    report = repo.gate()
    assert (report.author, report.author_verified) == ("Dana", False)
    assert "author-unverified" in rules(report)
    (finance,) = (row for row in report.required_signoffs if row.role == "finance")
    assert finance.quorum == 2


def test_g17_the_event_of_the_ci_system_names_the_author_if_it_is_about_this_commit(repo):
    commit = repo.commit({NEW: invoices(*NO_TAX, VERSION)}, who="dana")
    known = repo.gate(event=Event("github", "bo", ("bo",), head_commit=commit))
    assert (known.author, known.author_verified) == ("bo", True)
    (finance,) = (row for row in known.required_signoffs if row.role == "finance")
    assert finance.quorum == 1
    assert repo.gate(event=Event("github", "bo", head_commit="0" * 40)).author_verified is False


def test_g18_a_commit_date_revives_no_expired_waiver(repo):
    waiver = """waivers:
  - {id: W1, rule: field-withdrawn, scope: {contract: invoices, pointer: /components/schemas/Invoice},
     reason: agreed, approver: user:default/dana, ticket: T-1, expires: "2026-11-01"}
"""
    repo.git("checkout", "-q", "main")
    repo.commit({"catalog/waivers/w.yaml": waiver})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({NEW: invoices(*NO_TAX, VERSION)}, day="2020-01-01")
    report = repo.gate()
    assert report.as_of == date(2020, 1, 1)
    assert "waiver-expired" in rules(report)
    assert report.decision is Decision.BLOCKED
    assert "waiver-expired" in rules(repo.gate(as_of=date(2020, 1, 1)))


def test_g18_a_commit_date_in_the_future_lets_no_sunset_pass(repo):
    sunset = (("info.x-lifecycle", "deprecated"), ("info.x-sunset", "2027-06-30"))
    repo.git("checkout", "-q", "main")
    repo.commit({CONTRACT: invoices(*sunset)})
    repo.git("checkout", "-q", "-B", "work")
    repo.commit({CONTRACT: None}, day="2035-01-01")
    assert "contract-removed" in rules(repo.gate())
    assert "contract-removed" not in rules(repo.gate(as_of=date(2027, 7, 1)))


def test_g19_a_clock_before_the_base_commit_could_not_tell(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION)})
    with pytest.raises(HarnessError, match="clock") as caught:
        repo.gate(now=datetime(2026, 11, 1, tzinfo=UTC))
    assert caught.value.exit_code == 3


def test_g20_a_base_equal_to_the_head_is_no_change(repo):
    report = repo.gate("work")
    assert (report.decision, report.exit_code, report.contracts) == (Decision.PASS, 0, ())
    assert report.sentence == "no contract changed since work (1 contract)"


def test_trust_comes_from_the_tip_of_the_base_and_the_difference_from_the_merge_base(repo):
    repo.commit({NEW: invoices(*NO_TAX, VERSION)})
    repo.git("checkout", "-q", "main")
    tighter = CATALOG["catalog/policies.yaml"].replace("breaking: {", "breaking: {group:default/board: approve, ")
    other = "contracts/apis/refunds/1.0.0/openapi.yaml"
    repo.commit({"catalog/policies.yaml": tighter, other: invoices(("info.version", "1.0.0"))})
    repo.git("checkout", "-q", "work")
    report = repo.gate()
    assert "board" in roles(report)
    assert [one.name for one in report.contracts] == ["invoices"]
    assert "policy-loosened" not in rules(report)


def test_a_branch_may_tighten_its_own_gate_at_once(repo):
    tighter = CATALOG["catalog/policies.yaml"].replace("breaking: {", "breaking: {group:default/board: approve, ")
    repo.commit({NEW: invoices(*NO_TAX, VERSION), "catalog/policies.yaml": tighter})
    report = repo.gate()
    assert "board" in roles(report)
    assert not rules(report) & {"policy-loosened"}


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("catalog/policies.yaml", "hit-consumer: approve", "hit-consumer: consult", "policy-loosened"),
        ("catalog/policies.yaml", "policy: v1", "policy: v1\nunknown_consumers: approve", ""),
        ("harness.yaml", "standard", "starter", "profile-lowered"),
        ("harness.yaml", "standard", "finance", ""),
        ("harness.yaml", "profile", "levels: {field-withdrawn: info}\nprofile", "policy-loosened"),
        ("catalog/components.yaml", "consumesApis: [invoices],", "", "consumer-removed"),
        ("catalog/objects.yaml", "contracts: [invoices], ", "", "workflow-removed"),
        ("catalog/people.yaml", "memberOf: [board]", "memberOf: [board, finance]", "approver-added"),
        ("catalog/apis.yaml", "owner: team-billing", "owner: team-erp", "owner-changed"),
    ],
)
def test_each_loosening_is_named_and_needs_the_owner_of_the_repository(repo, file, old, new, rule):
    text = {**CATALOG, "harness.yaml": HARNESS_YAML, "catalog/people.yaml": people()}[file]
    assert old in text
    repo.commit({file: text.replace(old, new, 1)})
    report = repo.gate()
    assert rules(report) == ({rule} if rule else set())
    assert roles(report) == ({"board": False} if rule else {})
    assert report.decision is (Decision.NEEDS_SIGN_OFF if rule else Decision.PASS)


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
