"""Sign-offs and waivers that arrive with the change, with real keys: whose count, and for what."""

import subprocess

import pytest
from scratch_repository import NO_TAX, VERSION, invoices, landscape

from harness.documents import parse
from harness.governance import Event
from harness.governance.keys import NAMESPACE
from harness.governance.signoffs import signed_bytes
from harness.governance.waivers import signed_bytes as waiver_bytes
from harness.model import Decision

NEW = "contracts/apis/invoices/3.0.0/openapi.yaml"
GROUPS = {"ada": "team-billing", "dana": "finance", "ines": "finance", "kai": "team-erp", "bo": "team-billing"}
SMALL = "contracts/apis/invoices/2.3.1/openapi.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One private key a person, made once."""
    found = tmp_path_factory.mktemp("keys")
    for name in (*GROUPS, "stranger"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", found / name]
        subprocess.run(command, check=True)
    return found


@pytest.fixture
def repo(tmp_path, folder):
    keys = {name: (folder / f"{name}.pub").read_text() for name in GROUPS}
    scratch = landscape(tmp_path, keys=keys)
    scratch.commit({NEW: invoices(*NO_TAX, VERSION)})
    return scratch


def signed(folder, who, data):
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", folder / who, "-n", NAMESPACE]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def sign_off(repo, folder, who, role="", key="", **more):
    """Write and sign one sign-off on the branch."""
    digest = repo.gate().digest
    value = {
        "signoff": "v1",
        "repository": "scratch",
        "change": digest,
        "policy": repo.gate().policy_digest,
        "contracts": [{"contract": "invoices", "from": "2.3.0", "to": "3.0.0"}],
        "role": role or f"group:default/{GROUPS[who]}",
        "decision": "approve",
        "required": [],
        "expires": "2027-01-01T00:00:00Z",
        "nonce": f"{who}-{role}",
        "supersedes": "",
        "signed_at": "2026-11-22T10:00:00Z",
        **more,
    }
    text = "\n".join(f"{name}: {_scalar(item)}" for name, item in value.items())
    path = f"reports/decisions/{digest[:12]}/{who}{len(role)}.yaml"
    repo.commit({path: text, path + ".sig": signed(folder, key or who, signed_bytes(value))}, "sign off", who="root")


def _scalar(item):
    if isinstance(item, list):
        return "[" + ", ".join("{" + ", ".join(f'{k}: "{v}"' for k, v in row.items()) + "}" for row in item) + "]"
    return f'"{item}"'


def known(repo):
    return Event("github", "bo", ("bo",), head_commit=repo.git("rev-parse", "HEAD"))


def settled(repo, **more):
    report = repo.gate(event=known(repo), **more)
    return report, {row.role: row.settled for row in report.required_signoffs}


def test_everybody_who_must_sign_has_signed_and_the_change_passes(repo, folder):
    for who in ("ada", "dana", "kai"):
        sign_off(repo, folder, who)
    report, rows = settled(repo)
    assert rows == {"contract owner": True, "erp-connector": True, "finance": True}
    assert report.decision is Decision.PASS
    assert [row.signed_by for row in report.required_signoffs if row.role == "finance"] == ["Dana"]


def test_signatures_do_not_change_what_they_sign_and_survive_a_rebase(repo, folder):
    before = repo.gate().change_id
    for who in ("ada", "dana", "kai"):
        sign_off(repo, folder, who)
    repo.git("checkout", "-q", "main")
    repo.commit({"README.md": "main moves on\n"})
    repo.git("checkout", "-q", "work")
    repo.git("rebase", "-q", "main")
    report, _ = settled(repo)
    assert report.change_id == before
    assert report.decision is Decision.PASS


def test_any_further_change_voids_them(repo, folder):
    for who in ("ada", "dana", "kai"):
        sign_off(repo, folder, who)
    repo.commit({NEW: invoices(*NO_TAX, VERSION, ("components.schemas.Invoice.properties.memo", None))})
    report, rows = settled(repo)
    assert report.decision is Decision.NEEDS_SIGN_OFF
    assert not any(rows.values())


def test_who_proposes_cannot_approve(repo, folder):
    sign_off(repo, folder, "bo")
    _, rows = settled(repo)
    assert rows["contract owner"] is False


def test_who_committed_under_another_login_cannot_approve_either(repo, folder):
    repo.commit({"README.md": "by ada\n"}, who="ada")
    sign_off(repo, folder, "ada")
    _, rows = settled(repo)
    assert rows["contract owner"] is False


@pytest.mark.parametrize(
    ("who", "more", "reason"),
    [
        ("dana", {"key": "stranger"}, "no person in the catalog of the base"),
        ("dana", {"repository": "elsewhere"}, "repository"),
        ("dana", {"policy": "0"}, "policy of the base changed"),
        ("dana", {"expires": "2026-11-01T00:00:00Z"}, "expired"),
        ("dana", {"change": "0" * 64}, "edited after signing"),
    ],
)
def test_a_sign_off_that_does_not_count_is_named_with_its_reason(repo, folder, who, more, reason):
    sign_off(repo, folder, who, **more)
    report, rows = settled(repo)
    (finding,) = (found for found in report.findings if found.rule == "signoff-ignored")
    assert reason in finding.title
    assert rows["finance"] is False


def test_a_role_the_person_does_not_have_settles_nothing(repo, folder):
    sign_off(repo, folder, "kai", role="group:default/finance")
    _, rows = settled(repo)
    assert rows["finance"] is False


def test_without_a_verified_author_finance_needs_two_different_people(repo, folder):
    sign_off(repo, folder, "dana")
    report = repo.gate()
    assert {row.role: row.settled for row in report.required_signoffs}["finance"] is False
    sign_off(repo, folder, "ines")
    report = repo.gate()
    assert {row.role: row.settled for row in report.required_signoffs}["finance"] is True


def test_a_rejection_blocks(repo, folder):
    sign_off(repo, folder, "dana", decision="reject")
    report, _ = settled(repo)
    assert report.decision is Decision.BLOCKED
    assert "rejected this change" in report.sentence


WAIVER = """waivers:
  - id: W1
    rule: field-withdrawn
    scope: {{contract: invoices, pointer: /components/schemas/Invoice/properties/tax_amount}}
    reason: agreed with everybody
    approver: user:default/{approver}
    ticket: T-1
    expires: "{expires}"
"""


@pytest.mark.parametrize(
    ("signer", "approver", "expires", "reason"),
    [
        ("dana", "dana", "2027-01-01", ""),
        ("", "dana", "2027-01-01", "not signed"),
        ("kai", "kai", "2027-01-01", "may not approve waivers"),
        ("stranger", "dana", "2027-01-01", "no person in the catalog"),
        ("dana", "ines", "2027-01-01", "names user:default/ines and is signed by user:default/dana"),
        ("dana", "dana", "2027-01-01", "changed after signing"),
        ("dana", "dana", "2028-01-01", "the policy allows 90 days"),
        ("dana", "dana", "2026-11-01", "expired on 2026-11-01"),
    ],
)
def test_g5_a_waiver_of_the_branch_counts_only_with_the_signature_of_an_approver(
    tmp_path, folder, signer, approver, expires, reason
):
    keys = {name: (folder / f"{name}.pub").read_text() for name in GROUPS}
    repo = landscape(tmp_path, keys=keys)
    text = WAIVER.format(approver=approver, expires=expires)
    files = {SMALL: invoices(*NO_TAX, ("info.version", "2.3.1")), "catalog/waivers/w.yaml": text}
    if signer:
        value = parse(text.encode(), "w.yaml").value
        files["catalog/waivers/w.yaml.sig"] = signed(
            folder, signer, waiver_bytes(value, "elsewhere" if reason == "changed after signing" else "scratch")
        )
    repo.commit(files)
    report = repo.gate()
    assert bool(report.waived) is not bool(reason)
    said = [found.title for found in report.findings if found.rule in {"waiver-ignored", "waiver-expired"}]
    assert any(reason in title for title in said) if reason else said == []
    # what is waived no longer blocks; the money it touches is signed for all the same
    assert report.decision is (Decision.BLOCKED if reason else Decision.NEEDS_SIGN_OFF)
