"""Sign-offs: files of the head that count only by keys, roles and policy of the base.

A sign-off is `reports/decisions/<change id>/<name>.yaml` with an SSH signature beside it in `<name>.yaml.sig`.
What is signed is not the file but what it says (`signed_bytes`), so whitespace, order and notation are free:

    signoff: v1
    repository: aster-cloud/contracts       # as in the policy
    change: 7c1e...                         # 64 hex digits: the change-set digest
    policy: 90ab...                         # 64 hex digits: the digest of the base policy
    contracts: [{contract: billing-invoices, from: 2.3.0, to: 3.0.0}]
    role: group:default/board-finance-systems
    decision: approve                       # or reject
    required: [group:default/board-finance-systems, ...]
    expires: "2026-12-22T00:00:00Z"
    nonce: 5f2b...                          # random; names this sign-off
    supersedes: ""                          # nonce of an earlier sign-off of the same person and role
    signed_at: "2026-11-22T10:02:00Z"       # as the signer says; shown, never relied on

Anything else in the file is not signed and is shown as unverified, if at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.documents import Library
from harness.governance.digest import canonical
from harness.governance.sshsig import Verifier
from harness.model import JSON, HarnessError, Location

FOLDER = "reports/decisions/"
_HEADER = "contract-harness signoff v1\n"
_TEXTS = ("repository", "change", "policy", "role", "decision", "expires", "nonce", "supersedes", "signed_at")
_LISTS = ("contracts", "required")


@dataclass(frozen=True, slots=True)
class Signoff:
    """What one sign-off says, and who signed it ("" with a reason where that could not be verified)."""

    repository: str
    change: str
    policy: str
    contracts: JSON
    role: str
    decision: str
    required: JSON
    expires: str
    nonce: str
    supersedes: str
    signed_at: str
    location: Location
    person: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a sign-off must be bound to."""

    repository: str
    change: str
    policy: str
    now: datetime


def signed_bytes(value: Mapping[str, JSON]) -> bytes:
    """Return the bytes a sign-off signs: the header and its signed members as canonical JSON."""
    members: dict[str, JSON] = {key: value.get(key, "") for key in _TEXTS}
    members.update({key: value.get(key, []) for key in _LISTS})
    return (_HEADER + canonical(members)).encode("utf-8", "surrogatepass")


def read_signoffs(library: Library, change_id: str, verify: Verifier) -> tuple[Signoff, ...]:
    """Return every sign-off for one change id, verified or with the reason why not, sorted by file.

    Raises:
        HarnessError: ssh-keygen is missing although there is something to verify (exit code 3).
    """
    entries = library.tree.entries()
    prefix = f"{FOLDER}{change_id}/"
    found = []
    for path in sorted(entry for entry in entries if entry.startswith(prefix)):
        if path.endswith((".yaml", ".yml", ".json")):
            signature = library.tree.read(path + ".sig") if path + ".sig" in entries else b""
            found.append(_read(library, path, signature, verify))
    return tuple(found)


def _read(library: Library, path: str, signature: bytes, verify: Verifier) -> Signoff:
    try:
        value = library.load(path).value
    except HarnessError as problem:
        return _signoff({}, path, "", problem.message)
    if not isinstance(value, dict) or value.get("signoff") != "v1":
        return _signoff({}, path, "", 'the file does not start with "signoff: v1"')
    if not signature:
        return _signoff(value, path, "", "it is not signed: the file with .sig is missing")
    verified = verify(signed_bytes(value), signature)
    return _signoff(value, path, verified.person, verified.reason)


def _signoff(value: Mapping[str, JSON], path: str, person: str, reason: str) -> Signoff:
    texts = {key: value[key] if isinstance(value.get(key), str) else "" for key in _TEXTS}
    return Signoff(
        **{key: str(text) for key, text in texts.items()},
        contracts=value.get("contracts"),
        required=value.get("required"),
        location=Location(path, "", 1, 1),
        person=person,
        reason=reason,
    )


def refusal(signoff: Signoff, expected: Expected) -> str:  # noqa: PLR0911  (one return a reason reads best)
    """Say why a sign-off does not count for this change; "" if it does."""
    if signoff.reason:
        return signoff.reason
    if signoff.repository != expected.repository:
        return f'it was made for the repository "{signoff.repository}"'
    if signoff.change != expected.change:
        return "the change was edited after signing"
    if signoff.policy != expected.policy:
        return "the policy of the base changed after signing"
    if signoff.decision not in {"approve", "reject"}:
        return f'its decision is "{signoff.decision}", neither approve nor reject'
    expires = moment(signoff.expires)
    if expires is None:
        return "its expiry is no time with zone"
    return f"it expired on {expires.date()}" if expires <= expected.now else ""


def moment(text: str) -> datetime | None:
    """Return an ISO 8601 time with zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def standing(signoffs: Iterable[Signoff]) -> tuple[Signoff, ...]:
    """Return what each person last said about each role.

    The chain of nonces says which came last, never a date: dates are free text. Where an approval and a rejection
    stand side by side unchained, the rejection stands.
    """
    listed = tuple(signoffs)
    replaced = {(signoff.person, signoff.role, signoff.supersedes) for signoff in listed if signoff.supersedes}
    kept: dict[tuple[str, str], Signoff] = {}
    for signoff in listed:
        if (signoff.person, signoff.role, signoff.nonce) in replaced:
            continue
        key = (signoff.person, signoff.role)
        if key not in kept or signoff.decision == "reject":
            kept[key] = signoff
    return tuple(kept.values())
