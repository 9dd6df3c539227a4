"""People, the groups they are in, and the keys they sign with."""

from __future__ import annotations

from dataclasses import dataclass

from harness.catalog.entities import Entity, mapping, text, texts

KEY_TYPES: tuple[str, ...] = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
"""Key types a sign-off may be made with; RSA and DSA are left out."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may propose or sign a change.

    `groups` are references, also those that name the person as a member. `keys` are lines in the format of
    `authorized_keys`, without options.
    """

    ref: str
    name: str
    display_name: str
    email: str
    groups: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A team or a group of the governance board; `members` are references of users."""

    ref: str
    name: str
    title: str
    type: str
    email: str
    parent: str
    members: tuple[str, ...]


def person(entity: Entity, member_of: tuple[str, ...] = ()) -> Person:
    """Read the view of one `User`; `member_of` are groups that name the user themselves."""
    profile = mapping(entity.spec.get("profile"))
    written = {entity.refer(item, "group") for item in texts(entity.spec.get("memberOf"))}
    return Person(
        ref=entity.ref,
        name=entity.name,
        display_name=text(profile.get("displayName")) or entity.title,
        email=text(profile.get("email")),
        groups=tuple(sorted((written | set(member_of)) - {""})),
        keys=texts(entity.governance.get("signingKeys")),
    )


def group(entity: Entity, members: tuple[str, ...] = ()) -> Group:
    """Read the view of one `Group`; `members` are users who say so themselves."""
    profile = mapping(entity.spec.get("profile"))
    written = {entity.refer(item, "user") for item in texts(entity.spec.get("members"))}
    return Group(
        ref=entity.ref,
        name=entity.name,
        title=text(profile.get("displayName")) or entity.title,
        type=entity.type,
        email=text(profile.get("email")),
        parent=entity.refer(entity.spec.get("parent"), "group"),
        members=tuple(sorted((written | set(members)) - {""})),
    )


def key_identity(line: str) -> tuple[str, str]:
    """Return (type, base64 body) of a public key line: two lines with the same identity are one key."""
    parts = line.split()
    return (parts[0], parts[1]) if len(parts) > 1 else (line.strip(), "")
