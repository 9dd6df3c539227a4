"""Public keys of people, as the trusted catalog states them: which may sign, and the file ssh-keygen is given.

OpenSSH is lenient where a gate may not be (threats.md 4.7, measured): a `*` principal accepts anybody, a key
without `namespaces=` accepts a signature made for git, dates without `Z` are local time, 1024-bit RSA passes.
So nothing a person wrote reaches ssh-keygen: the file is generated from parsed keys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

NAMESPACE = "signoff@contract-harness"

_PRINCIPAL = re.compile(r"[A-Za-z][A-Za-z0-9._:/+@-]{0,200}\Z")
_OPTION = re.compile(r'(valid-after|valid-before)="(\d{8}(?:\d{4}(?:\d{2})?)?)Z"\Z')
_TYPES = frozenset(
    {
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "ssh-rsa",
    }
)
_SMALLEST_RSA = 3072


@dataclass(frozen=True, slots=True)
class Key:
    """One public key of one person.

    Attributes:
        person: Catalog reference, such as `user:default/dana.ruiz`.
        kind: `ssh-ed25519`, ...
        blob: The key in base64, as in `authorized_keys`.
        options: `valid-after="20260101Z"` and `valid-before=...`, always in UTC.
    """

    person: str
    kind: str
    blob: str
    options: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """`SHA256:...` as ssh-keygen prints it."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that may sign, and why others may not."""

    keys: tuple[Key, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """(person, reason) of each key that is not accepted."""

    def owner_of(self, blob: bytes) -> Key | None:
        """Return the key with these bytes."""
        wanted = base64.b64encode(blob).decode()
        return next((key for key in self.keys if key.blob == wanted), None)

    def allowed_signers(self) -> str:
        """Return the file for `ssh-keygen -Y verify -f`: literal principals, one namespace, dates with Z."""
        lines = []
        for key in self.keys:
            options = ",".join((f'namespaces="{NAMESPACE}"', *key.options))
            lines.append(f"{key.person} {options} {key.kind} {key.blob}\n")
        return "".join(lines)


def key_ring(people: Iterable[tuple[str, Iterable[str]]]) -> KeyRing:
    """Return the keys of `people`, given as (reference, key lines of the catalog).

    A key held by two people proves nothing about either, so it is refused for both.
    """
    keys: list[Key] = []
    refused: list[tuple[str, str]] = []
    for person, lines in people:
        for line in lines:
            found = _parse(person, line)
            if isinstance(found, Key):
                keys.append(found)
            else:
                refused.append((person, found))
    holders = Counter(blob for blob, _ in {(key.blob, key.person) for key in keys})
    refused.extend((key.person, "shares a key with somebody else") for key in keys if holders[key.blob] > 1)
    accepted = sorted(
        {key for key in keys if holders[key.blob] == 1}, key=lambda key: (key.person, key.blob, key.options)
    )
    return KeyRing(tuple(accepted), tuple(sorted(set(refused))))


def _parse(person: str, line: str) -> Key | str:  # noqa: PLR0911  (one return a reason reads best)
    """Return the key of one line, or why it is refused."""
    if not _PRINCIPAL.match(person):
        return "a name with wildcards or blanks cannot be a signer"
    words = line.split()
    options: tuple[str, ...] = ()
    if words and words[0] not in _TYPES and words[0].startswith("valid-"):
        options = tuple(words[0].split(","))
        words = words[1:]
        if not all(_OPTION.match(option) for option in options):
            return 'validity must read valid-before="20270101Z", in UTC with Z'
    if len(words) < 2 or words[0] not in _TYPES:
        return f"key type {words[0] if words else 'missing'} is not accepted"
    try:
        blob = base64.b64decode(words[1], validate=True)
        fields = _fields(blob)
    except (binascii.Error, ValueError):
        return "the key is damaged"
    if not fields or fields[0] != words[0].encode():
        return "the key says another type than its line"
    if words[0] == "ssh-rsa" and (len(fields) < 3 or int.from_bytes(fields[2], "big").bit_length() < _SMALLEST_RSA):
        return f"an RSA key needs {_SMALLEST_RSA} bits"
    return Key(person, words[0], base64.b64encode(blob).decode(), options)


def _fields(blob: bytes) -> list[bytes]:
    """Split an SSH wire value into its length-prefixed strings (RFC 4251, section 5)."""
    found = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            raise ValueError
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return found
