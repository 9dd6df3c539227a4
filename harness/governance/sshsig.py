"""Verify one SSH signature (PROTOCOL.sshsig of OpenSSH), and say which of the many reasons it fails for.

ssh-keygen prints `Could not verify signature.` for a wrong key and an unknown person alike, and accepts text
after the armour. So the armour is decoded here first: key, namespace and hash are read from the signature itself,
and what ssh-keygen gets is the armour emitted anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.governance.keys import NAMESPACE, KeyRing
from harness.model import HarnessError

_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]{1,20000}?)\r?\n-----END SSH SIGNATURE-----"
)
_HASHES = (b"sha256", b"sha512")


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed, or why that cannot be said. `person` is "" exactly if `reason` is not."""

    person: str
    reason: str = ""
    fingerprint: str = ""


Verifier = Callable[[bytes, bytes], Verified]
"""(signed bytes, signature file) -> who. The gate takes this as a value, so that decisions are tested without keys."""


def verifier(ring: KeyRing, now: datetime) -> Verifier:
    """Return a verifier that trusts exactly the keys of `ring`, at the time `now`."""
    return lambda signed, signature: verify(signed, signature, ring, now)


def verify(  # noqa: PLR0911  (one return a reason reads best)
    signed: bytes, signature: bytes, ring: KeyRing, now: datetime
) -> Verified:
    """Say who signed `signed`.

    Raises:
        HarnessError: ssh-keygen is not installed or did not answer (exit code 3).
    """
    found = _ARMOUR.search(signature[:65536])
    if found is None:
        return Verified("", "the signature file holds no SSH signature")
    try:
        blob = base64.b64decode(b"".join(found.group(1).split()), validate=True)
        public, namespace, algorithm = _read(blob)
    except (binascii.Error, ValueError):
        return Verified("", "the signature is damaged")
    fingerprint = _fingerprint(public)
    if namespace != NAMESPACE.encode():
        shown = namespace[:40].decode("ascii", "replace")
        return Verified("", f'the signature was made for "{shown}", not for {NAMESPACE}', fingerprint)
    if algorithm not in _HASHES:
        return Verified("", "the signature uses an unknown hash", fingerprint)
    key = ring.owner_of(public)
    if key is None:
        return Verified("", f"no person in the catalog of the base has the key {fingerprint}", fingerprint)
    if not _ask(signed, _armour(blob), key.person, ring, now):
        expired = " or the key is not valid today" if key.options else ""
        return Verified("", f"the text was changed after signing{expired}", fingerprint)
    return Verified(key.person, "", fingerprint)


def _read(blob: bytes) -> tuple[bytes, bytes, bytes]:
    """Return public key, namespace and hash name of an SSHSIG value."""
    if blob[:6] != b"SSHSIG" or int.from_bytes(blob[6:10], "big") != 1:
        raise ValueError
    fields, rest = [], blob[10:]
    for _ in range(5):
        size = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + size:
            raise ValueError
        fields.append(rest[4 : 4 + size])
        rest = rest[4 + size :]
    if rest:
        raise ValueError
    return fields[0], fields[1], fields[3]


def _fingerprint(public: bytes) -> str:

    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")


def _armour(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return b"\n".join((b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""))


def _ask(signed: bytes, armour: bytes, principal: str, ring: KeyRing, now: datetime) -> bool:
    """Run `ssh-keygen -Y verify` in an environment that holds nothing of the caller's."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise HarnessError(
            "cannot verify sign-offs: ssh-keygen is not installed here",
            remedy="Install the OpenSSH client (package openssh-client), then run the gate again.",
        )
    with tempfile.TemporaryDirectory(prefix="harness-signoff-") as folder:
        signers, signature = Path(folder, "allowed_signers"), Path(folder, "signature")
        signers.write_text(ring.allowed_signers(), encoding="ascii")
        signature.write_bytes(armour)
        moment = now.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
        command = [program, "-Y", "verify", "-f", str(signers), "-I", principal, "-n", NAMESPACE]
        command += ["-s", str(signature), f"-Overify-time={moment}"]
        environment = {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C", "HOME": folder}
        try:
            done = subprocess.run(  # noqa: S603  (fixed program; only generated file names and a checked principal)
                command, input=signed, env=environment, capture_output=True, timeout=20, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise HarnessError(
                f"cannot verify sign-offs: ssh-keygen did not answer ({type(failure).__name__})",
                remedy="Check that `ssh-keygen -Y verify` works on this machine.",
            ) from failure
    return done.returncode == 0
