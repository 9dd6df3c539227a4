"""The messages for the commonest mistakes: what, where, remedy; on standard error; the right exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness.cli.main import run
from harness.documents import parse
from harness.governance.keys import NAMESPACE
from harness.governance.signoffs import signed_bytes

pytestmark = pytest.mark.integration

CONTRACT = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    get:
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
components:
  schemas:
    Order: {type: object, required: [id, total], properties: {id: {type: string}, total: {type: integer}}}
"""
BREAKING = CONTRACT.replace("1.0.0", "2.0.0").replace("[id, total]", "[id]").replace(", total: {type: integer}", "")
TWICE = CONTRACT.replace("      responses:", "      required: 1\n      required: 2\n      responses:", 1)
ENTITY = "apiVersion: backstage.io/v1alpha1\n"
POLICY = """\
policy: v1
repository: scratch
owner: group:default/finance
signoffs:
  breaking: {contract-owner: approve, hit-consumer: approve}
  financial: {group:default/finance: approve}
waivers: {max_days: {error: 90}, approvers: [finance]}
"""
WHERE = "contracts/apis/orders/{}/openapi.yaml"


class Repository:
    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True)
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, who: str = "bo") -> str:
        user = ("-c", f"user.name={who}", "-c", f"user.email={who}@x.example", "-c", "commit.gpgSign=false")
        done = subprocess.run(
            ["git", *user, *arguments], cwd=self.root, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH", "GITHUB_BASE_REF"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit({WHERE.format("1.0.0"): CONTRACT, "harness.yaml": "profile: standard\n"})
    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    return code, captured.out, captured.err


def shallow(repository: Repository, into: Path) -> Path:
    """Clone one branch with one commit, as `actions/checkout` does."""
    repository.git("switch", "-q", "-c", "work")
    repository.commit({WHERE.format("2.0.0"): BREAKING})
    command = ["git", "clone", "-q", "--depth", "1", "--branch", "work", f"file://{repository.root}", str(into)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    subprocess.run(["git", "remote", "set-head", "origin", "--delete"], cwd=into, check=False, capture_output=True)
    return into


@pytest.mark.parametrize("base", [(), ("--base", "origin/main")])
def test_a_shallow_clone_could_not_tell_and_says_how_to_fetch(base, repository, tmp_path: Path, capsys) -> None:
    clone = shallow(repository, tmp_path / "clone")
    code, out, err = said(capsys, "gate", "--repo", clone, *base)
    assert (code, out) == (3, "")
    assert "this clone has only 1 commit." in err
    assert "Fix: git fetch --unshallow, or actions/checkout with fetch-depth: 0." in err


def test_in_a_shallow_clone_of_a_pull_request_the_base_of_the_runner_cannot_be_seen(
    repository, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = shallow(repository, tmp_path / "clone")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    code, _, err = said(capsys, "gate", "--repo", clone, "--head", "HEAD")
    assert code == 3
    assert "fetch-depth: 0" in err


def test_a_mistyped_revision_is_asked_wrongly_and_the_near_one_named(repository, capsys) -> None:
    code, out, err = said(capsys, "gate", "--repo", repository.root, "--base", "mian")
    assert (code, out, err) == (2, "", 'harness: no revision "mian". Did you mean "main"?\n')


def test_a_key_given_twice_stops_the_gate_and_the_other_contracts_are_judged(repository, capsys) -> None:
    repository.git("switch", "-q", "-c", "work")
    broken = WHERE.replace("orders", "tax").format("1.0.0")
    repository.commit({broken: TWICE, WHERE.format("2.0.0"): BREAKING})
    code, out, _ = said(capsys, "gate", "--repo", repository.root, "--base", "main", "--head", "work")
    assert code == 3
    assert f"{broken}:7" in out
    assert '"required" appears twice (first at line 6)' in out
    assert "Remove one." in out
    assert "orders 1.0.0 -> 2.0.0   major declared, major needed" in out


def test_a_key_given_twice_is_found_by_check_and_the_rest_is_checked(repository, capsys) -> None:
    broken = WHERE.replace("orders", "tax").format("1.0.0")
    repository.commit({broken: TWICE, "catalog/a.yaml": f"{ENTITY}kind: Domain\nmetadata: {{name: x}}\nspec: {{}}\n"})
    code, out, _ = said(capsys, "check", "--repo", repository.root)
    assert code == 3
    assert f'{broken}:7:7  "required" appears twice (first at line 6)' in out
    assert "Fix: Which one wins differs between tools, so neither is used. Remove one." in out
    assert "catalog-entity-refused" in out


def test_a_key_given_twice_in_one_operand_of_a_comparison(tmp_path: Path, capsys) -> None:
    (tmp_path / "old.yaml").write_text(CONTRACT, "utf-8")
    (tmp_path / "new.yaml").write_text(TWICE, "utf-8")
    code, out, err = said(capsys, "compare", tmp_path / "old.yaml", tmp_path / "new.yaml")
    assert (code, out) == (3, "")
    assert 'new.yaml:7:7  "required" appears twice (first at line 6)' in err
    assert "Fix:" in err


@pytest.mark.parametrize("name", ["check", "gate"])
def test_a_reference_to_nothing_is_named_with_its_place(name: str, repository, capsys) -> None:
    broken = WHERE.replace("orders", "tax").format("1.0.0")
    repository.commit({broken: CONTRACT})
    repository.git("switch", "-q", "-c", "work")
    path = WHERE.replace("orders", "tax").format("1.1.0")
    repository.commit({path: CONTRACT.replace("1.0.0", "1.1.0").replace("s/Order", "s/Ordr")})
    more = ("--base", "main", "--head", "work") if name == "gate" else ()
    code, out, _ = said(capsys, name, "--repo", repository.root, *more)
    assert code == 3
    assert f"{path}:7" in out
    assert '"#/components/schemas/Ordr" points to nothing' in out


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("bo", "dana", "stranger"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True, timeout=60)
    return folder


def person(name: str, keys: Path) -> str:
    key = (keys / f"{name}.pub").read_text().strip()
    profile = f"{{displayName: {name.title()}, email: {name}@x.example}}"
    return (
        f"{ENTITY}kind: User\nmetadata: {{name: {name}}}\nspec:\n  profile: {profile}\n  memberOf: [finance]\n"
        f"  x-governance: {{signingKeys: ['{key}']}}\n"
    )


def signed_change(repository: Repository, keys: Path, who: str, key: str, capsys) -> str:
    """Publish a breaking major on a branch, signed off by `who` with the key of `key`; return the gate's screen."""
    group = f"{ENTITY}kind: Group\nmetadata: {{name: finance}}\nspec: {{type: team, children: []}}\n"
    api = (
        f"{ENTITY}kind: API\nmetadata: {{name: orders, annotations: {{contract-harness.io/contract: orders}}}}\n"
        "spec: {type: openapi, lifecycle: production, owner: finance, definition: x}\n"
    )
    people = [person("bo", keys), person("dana", keys)]
    repository.commit({"catalog/all.yaml": "---\n".join([group, api, *people]), "catalog/policies.yaml": POLICY})
    repository.git("switch", "-q", "-c", "work")
    repository.commit({WHERE.format("2.0.0"): BREAKING})
    _, out, _ = said(capsys, "gate", "--repo", repository.root, "--base", "main", "--head", "work", "--format", "json")
    report = json.loads(out)
    from harness.governance import gate  # noqa: PLC0415  (the digest in full is not part of the report)

    text = (
        f"signoff: v1\nrepository: scratch\nchange: '{gate(repository.root, 'main', 'work').digest}'\n"
        f"policy: '{report['policy_digest']}'\ncontracts: [{{contract: orders, from: 1.0.0, to: 2.0.0}}]\n"
        "role: group:default/finance\ndecision: approve\nrequired: []\nexpires: '2099-01-01T00:00:00Z'\nnonce: one\n"
        "supersedes: ''\nsigned_at: '2026-01-01T10:00:00Z'\n"
    )
    value = parse(text.encode(), "s.yaml").value
    assert isinstance(value, dict)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / key), "-n", NAMESPACE]
    done = subprocess.run(command, input=signed_bytes(value), capture_output=True, check=True, timeout=60)
    path = f"reports/decisions/{report['change_id']}/{who}.yaml"
    repository.commit({path: text, path + ".sig": done.stdout})
    code, out, _ = said(capsys, "gate", "--repo", repository.root, "--base", "main", "--head", "work")
    assert code == (0 if out.startswith("✓ pass") else 1)
    return out


def test_a_signature_of_a_key_nobody_has_is_named_and_counts_for_nothing(repository, keys, capsys) -> None:
    told = signed_change(repository, keys, "dana", "stranger", capsys)
    assert "no person in the catalog of the base" in told
    assert "✗ contract owner" in told


def test_who_proposes_cannot_approve_and_those_who_may_are_named(repository, keys, capsys) -> None:
    told = signed_change(repository, keys, "bo", "bo", capsys)
    assert "✗ contract owner  Dana" in told


def test_a_sign_off_by_who_proposes_is_named_with_its_reason(repository, keys, capsys) -> None:
    assert "bo proposed this change and cannot approve it" in signed_change(repository, keys, "bo", "bo", capsys)


def test_another_person_may_approve(repository, keys, capsys) -> None:
    told = signed_change(repository, keys, "dana", "dana", capsys)
    assert told.startswith("✓ pass")
    assert "✓ contract owner" in told
