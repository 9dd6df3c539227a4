"""The policy: who must sign what, how many, and how long a waiver may last. A value, read from one file.

Format: `harness/schemas/policy.json`; the reference file is `catalog/policies.yaml`. Without a file the built-in
policy applies: the owner of a contract signs what breaks, the owner of the repository signs loosenings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.documents import Document
from harness.governance.digest import canonical
from harness.model import JSON, Level, UnreadableError

CONTRACT_OWNER = "contract-owner"
"""Stands for the group that owns the changed contract."""
HIT_CONSUMER = "hit-consumer"
"""Stands for the owners of the consumers that read what breaks."""


class Part(StrEnum):
    """What a group does about a kind of change."""

    APPROVE = "approve"
    CONSULT = "consult"
    INFORM = "inform"


class Kind(StrEnum):
    """Kinds of change the table has rows for; one change may be of several kinds."""

    BREAKING = "breaking"
    UNPROVEN = "unproven"
    COMPATIBLE = "compatible"
    NEW_CONTRACT = "new-contract"
    REMOVED_CONTRACT = "removed-contract"
    FINANCIAL = "financial"
    SOX_KEY = "sox-key"
    UNPROVEN_FINANCIAL = "unproven-financial"
    SECURITY = "security"
    LOOSENING = "loosening"


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the table: for this kind of change, this group does that."""

    kind: Kind
    group: str
    part: Part


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy.

    Attributes:
        repository: Stable name of the repository; a sign-off made for another one does not count.
        owner: Group that signs loosenings and whatever has no owner; "" if nobody is named.
        rows: The table kind of change by group.
        quorum: How many different people of a group must approve, where more than one.
        waiver_days: Longest time a waiver may still run, by level of what it waives.
        waiver_approvers: Groups whose members may approve a waiver; empty: the owner alone.
        unknown_consumers: Whether the owner of a consumer without pact must sign a breaking change too.
        found: Whether a file said so, or this is the built-in policy.
        file: The file, "" if built in.
    """

    repository: str = ""
    owner: str = ""
    rows: tuple[Row, ...] = ()
    quorum: tuple[tuple[Kind, int], ...] = ()
    waiver_days: tuple[tuple[Level, int], ...] = ()
    waiver_approvers: tuple[str, ...] = ()
    unknown_consumers: bool = False
    found: bool = False
    file: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of what the policy says: reformatting does not void sign-offs, any change of meaning does."""
        value: JSON = [
            self.repository,
            self.owner,
            [[row.kind.value, row.group, row.part.value] for row in self.rows],
            [[kind.value, number] for kind, number in self.quorum],
            [[level.value, days] for level, days in self.waiver_days],
            list(self.waiver_approvers),
            self.unknown_consumers,
        ]
        return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()

    def groups(self, kind: Kind, part: Part) -> tuple[str, ...]:
        """Return the groups that play `part` for `kind`, as written."""
        return tuple(row.group for row in self.rows if row.kind is kind and row.part is part)

    def quorum_of(self, kind: Kind) -> int:
        """How many people of each approving group must sign."""
        return dict(self.quorum).get(kind, 1)

    def days_of(self, level: Level) -> int:
        """How many days a waiver of a change of this level may still run."""
        return dict(self.waiver_days).get(level, 0)


def _rows(*cells: tuple[Kind, str, Part]) -> tuple[Row, ...]:
    return tuple(sorted((Row(*cell) for cell in cells), key=lambda row: (row.kind, row.part, row.group)))


DEFAULT = Policy(
    rows=_rows(
        (Kind.BREAKING, CONTRACT_OWNER, Part.APPROVE),
        (Kind.BREAKING, HIT_CONSUMER, Part.APPROVE),
        (Kind.REMOVED_CONTRACT, CONTRACT_OWNER, Part.APPROVE),
        (Kind.REMOVED_CONTRACT, HIT_CONSUMER, Part.APPROVE),
        (Kind.FINANCIAL, CONTRACT_OWNER, Part.APPROVE),
        (Kind.SOX_KEY, CONTRACT_OWNER, Part.APPROVE),
        (Kind.UNPROVEN_FINANCIAL, CONTRACT_OWNER, Part.APPROVE),
    ),
    waiver_days=((Level.ERROR, 90), (Level.WARNING, 180), (Level.INFO, 365)),
)
"""What holds where no policy file is found. Loosenings always go to the owner of the repository."""


def read_policy(document: Document) -> Policy:
    """Return the policy of one file.

    Raises:
        UnreadableError: The file does not follow `harness/schemas/policy.json`; a policy is never half read.
    """
    value = document.value
    if not isinstance(value, dict) or value.get("policy") != "v1":
        raise _wrong(document, "", 'a policy file starts with "policy: v1"')
    known = {"policy", "repository", "owner", "signoffs", "quorum", "waivers", "unknown_consumers", "description"}
    for key in value:
        if key not in known and not key.startswith("x-"):
            raise _wrong(document, f"/{key}", f'"{key}" is not a part of a policy')
    waivers = _mapping(document, "/waivers", value.get("waivers"))
    return Policy(
        repository=_text(document, "/repository", value.get("repository", "")),
        owner=_group(_text(document, "/owner", value.get("owner", ""))),
        rows=_table(document, _mapping(document, "/signoffs", value.get("signoffs"))),
        quorum=tuple(
            sorted(
                (_kind(document, f"/quorum/{key}", key), _count(document, f"/quorum/{key}", item, 1))
                for key, item in _mapping(document, "/quorum", value.get("quorum")).items()
            )
        ),
        waiver_days=_days(document, _mapping(document, "/waivers/max_days", waivers.get("max_days"))),
        waiver_approvers=tuple(map(_group, _texts(document, "/waivers/approvers", waivers.get("approvers", [])))),
        unknown_consumers=value.get("unknown_consumers") == Part.APPROVE.value,
        found=True,
        file=document.path,
    )


def _table(document: Document, table: Mapping[str, JSON]) -> tuple[Row, ...]:
    cells = []
    for key, groups in table.items():
        kind = _kind(document, f"/signoffs/{key}", key)
        for group, part in _mapping(document, f"/signoffs/{key}", groups).items():
            if part not in set(Part):
                raise _wrong(document, f"/signoffs/{key}", f'"{part}" is none of {", ".join(Part)}')
            cells.append((kind, _group(group), Part(str(part))))
    return _rows(*cells)


def _group(written: str) -> str:
    """Return the normal form of a group, such as `group:default/finance-systems`; stand-ins stay as they are."""
    from harness.catalog.references import normal_ref  # noqa: PLC0415  (start-up: the room of the catalog is large)

    return written if written in {"", CONTRACT_OWNER, HIT_CONSUMER} else normal_ref(written, "group", "default")


def _days(document: Document, table: Mapping[str, JSON]) -> tuple[tuple[Level, int], ...]:
    days = dict(DEFAULT.waiver_days)
    for key, item in table.items():
        if key not in set(Level):
            raise _wrong(document, f"/waivers/max_days/{key}", f'"{key}" is none of {", ".join(Level)}')
        days[Level(key)] = _count(document, f"/waivers/max_days/{key}", item, 0)
    return tuple(sorted(days.items(), key=lambda entry: entry[0].rank))


def _kind(document: Document, pointer: str, key: str) -> Kind:
    if key not in set(Kind):
        raise _wrong(document, pointer, f'"{key}" is none of {", ".join(Kind)}')
    return Kind(key)


def _count(document: Document, pointer: str, value: JSON, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10_000:
        raise _wrong(document, pointer, f"a whole number from {least} is needed here")
    return value


def _mapping(document: Document, pointer: str, value: JSON) -> Mapping[str, JSON]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(document, pointer, "names and values are needed here")
    return value


def _text(document: Document, pointer: str, value: JSON) -> str:
    if not isinstance(value, str):
        raise _wrong(document, pointer, "a text is needed here")
    return value


def _texts(document: Document, pointer: str, value: JSON) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(document, pointer, "a list of texts is needed here")
    return tuple(str(item) for item in value)


def _wrong(document: Document, pointer: str, message: str) -> UnreadableError:
    return UnreadableError(
        f"the policy cannot be used: {message}",
        location=document.location(pointer),
        remedy="Correct it by harness/schemas/policy.json; nothing is decided by half a policy.",
    )
