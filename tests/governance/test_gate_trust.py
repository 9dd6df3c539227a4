"""The gate cases G1 to G20 of the threat model: what a branch can and cannot do to its own gate."""

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
    PACT,
    VERSION,
    Scratch,
    invoices,
    landscape,
    pact,
    people,
)

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
    money = rule == "workflow-removed"  # the definition of a workflow is finance's as well
    assert rules(report) == (
        {rule, *(("business-definition-changed", "author-unverified") if money else ())} if rule else set()
    )
    assert roles(report) == ({"board": False, **({"finance": False} if money else {})} if rule else {})
    assert report.decision is (Decision.NEEDS_SIGN_OFF if rule else Decision.PASS)
