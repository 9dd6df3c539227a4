"""SSH signatures, made by the real ssh-keygen: which count, and the reason for each that does not."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from harness.documents import Library, MemoryTree
from harness.governance.keys import NAMESPACE, key_ring
from harness.governance.signoffs import Expected, Signoff, read_signoffs, refusal, signed_bytes, standing
from harness.governance.sshsig import verifier, verify
from harness.model import HarnessError, Location

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DANA, BO = "user:default/dana", "user:default/bo"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Key pairs by name, made once: (path of the private key, line of the public one)."""
    folder = tmp_path_factory.mktemp("keys")
    found = {}
    for name, kind in (("dana", ("ed25519",)), ("bo", ("ed25519",)), ("weak", ("rsa", "-b", "2048"))):
        path = folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", *kind, "-N", "", "-C", name, "-f", path], check=True)
        found[name] = (path, (folder / f"{name}.pub").read_text())
    return found


def sign(key, data, namespace=NAMESPACE):
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def ring(keys, **people):
    return key_ring((f"user:default/{name}", [keys[name][1]]) for name in people or {"dana": 1, "bo": 1})


def test_a_signature_names_the_person_whose_key_made_it(keys):
    found = verify(b"text", sign(keys["dana"][0], b"text"), ring(keys), NOW)
    assert (found.person, found.reason) == (DANA, "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text, sig: (text + b"!", sig), "changed after signing"),
        (lambda text, _: (text, b"nothing"), "no SSH signature"),
        (lambda text, sig: (text, sig.replace(b"U1NI", b"AAAA")), "damaged"),
    ],
)
def test_a_tampered_signature_says_why_it_does_not_count(keys, change, reason):
    text, signature = change(b"text", sign(keys["dana"][0], b"text"))
    found = verify(text, signature, ring(keys), NOW)
    assert found.person == ""
    assert reason in found.reason


@pytest.mark.parametrize("namespace", ["git", "file"])
def test_a_signature_made_for_something_else_does_not_count(keys, namespace):
    found = verify(b"text", sign(keys["dana"][0], b"text", namespace), ring(keys), NOW)
    assert f'made for "{namespace}"' in found.reason


def test_a_key_that_nobody_in_the_base_has_is_named_by_its_fingerprint(keys):
    found = verify(b"text", sign(keys["bo"][0], b"text"), ring(keys, dana=1), NOW)
    assert found.person == ""
    assert "no person" in found.reason
    assert found.fingerprint.startswith("SHA256:")


def test_text_after_the_armour_changes_nothing(keys):
    signature = sign(keys["dana"][0], b"text")
    assert verify(b"text", signature + b"junk\n", ring(keys), NOW).person == DANA
    assert verify(b"text", b"junk\n" + signature, ring(keys), NOW).person == DANA


def test_an_expired_key_does_not_count_whatever_the_zone_of_the_machine(keys, monkeypatch):
    line = 'valid-before="20261122Z" ' + keys["dana"][1]
    signature = sign(keys["dana"][0], b"text")
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        assert verify(b"text", signature, key_ring([(DANA, [line])]), NOW).person == ""
        assert verify(b"text", signature, key_ring([(DANA, [line])]), NOW - timedelta(days=2)).person == DANA


def test_a_missing_ssh_keygen_is_could_not_tell(keys, monkeypatch):
    signature = sign(keys["dana"][0], b"text")
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(HarnessError, match="ssh-keygen is not installed") as caught:
        verify(b"text", signature, ring(keys), NOW)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("person", "line", "reason"),
    [
        (DANA, "weak", "3072 bits"),
        (DANA, "ssh-dss AAAAB3NzaC1kc3MAAACB", "not accepted"),
        (DANA, "ssh-ed25519 %%%", "damaged"),
        ("*", "dana", "wildcards"),
        ("a,b", "dana", "wildcards"),
        (DANA, 'valid-before="20261122" dana', "UTC with Z"),
    ],
)
def test_keys_that_prove_too_little_are_refused_with_a_reason(keys, person, line, reason):
    for name, (_, public) in keys.items():
        line = line.replace(name, public) if line.split()[-1] == name else line
    found = key_ring([(person, [line])])
    assert found.keys == ()
    assert reason in found.refused[0][1]


def test_a_key_of_two_people_proves_nothing_about_either(keys):
    found = key_ring([(DANA, [keys["dana"][1]]), (BO, [keys["dana"][1]])])
    assert found.keys == ()
    assert {person for person, _ in found.refused} == {DANA, BO}


def test_the_generated_file_names_people_literally_and_one_namespace(keys):
    (line,) = ring(keys, dana=1).allowed_signers().splitlines()
    assert line.startswith(f'{DANA} namespaces="{NAMESPACE}" ssh-ed25519 AAAA')


SAID = {
    "signoff": "v1",
    "repository": "repo",
    "change": "c" * 64,
    "policy": "p",
    "contracts": [{"contract": "billing", "from": "2.3.0", "to": "3.0.0"}],
    "role": "group:default/finance",
    "decision": "approve",
    "required": ["group:default/finance"],
    "expires": "2026-12-22T00:00:00Z",
    "nonce": "n1",
    "supersedes": "",
    "signed_at": "2026-11-22T10:00:00Z",
}
YAML = """# reordered, with a remark, in another notation
decision: approve
change: {change}
signoff: v1
repository: "repo"
policy: p
contracts:
  - {{to: 3.0.0, from: 2.3.0, contract: billing}}
role: group:default/finance
required: [group:default/finance]
expires: "2026-12-22T00:00:00Z"
nonce: n1
signed_at: "2026-11-22T10:00:00Z"
remark: not signed
""".format(change="c" * 64)


def test_a_sign_off_survives_another_notation_and_not_another_word(keys):
    signature = sign(keys["dana"][0], signed_bytes(SAID))
    tree = MemoryTree(
        {
            "reports/decisions/cccc/good.yaml": YAML,
            "reports/decisions/cccc/good.yaml.sig": signature,
            "reports/decisions/cccc/edited.yaml": YAML.replace("approve", "reject"),
            "reports/decisions/cccc/edited.yaml.sig": signature,
            "reports/decisions/cccc/unsigned.yaml": YAML,
            "reports/decisions/other/good.yaml": YAML,
        }
    )
    found = {
        one.location.file.rsplit("/")[-1]: one
        for one in read_signoffs(Library(tree), "cccc", verifier(ring(keys), NOW))
    }
    assert found["good.yaml"].person == DANA
    assert "changed after signing" in found["edited.yaml"].reason
    assert "not signed" in found["unsigned.yaml"].reason
    assert len(found) == 3


EXPECTED = Expected("repo", "c" * 64, "p", NOW)


def signoff(**more):
    texts = {key: value for key, value in SAID.items() if key != "signoff"}
    return Signoff(**{**texts, "location": Location("f"), "person": DANA, **more})


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"repository": "elsewhere"}, "repository"),
        ({"change": "d" * 64}, "edited after signing"),
        ({"policy": "q"}, "policy of the base changed"),
        ({"expires": "2026-11-21T00:00:00Z"}, "expired on 2026-11-21"),
        ({"expires": "2026-12-22"}, "no time with zone"),
        ({"decision": "perhaps"}, "neither approve nor reject"),
        ({"reason": "it is not signed"}, "not signed"),
    ],
)
def test_a_sign_off_counts_for_one_change_one_policy_one_repository_and_a_time(more, reason):
    assert reason in refusal(signoff(**more), EXPECTED)
    assert bool(reason) is bool(refusal(signoff(**more), EXPECTED))


def test_the_chain_of_nonces_says_what_somebody_said_last_and_never_a_date():
    reject = signoff(decision="reject", nonce="n0", signed_at="2030-01-01T00:00:00Z")
    approve = signoff(nonce="n1", supersedes="n0")
    assert [one.decision for one in standing([reject, approve])] == ["approve"]
    assert [one.decision for one in standing([signoff(nonce="n1"), reject])] == ["reject"]
