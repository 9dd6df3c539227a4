"""Small closed vocabularies: what a judgement may say."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What the contracts alone prove about a change; never policy."""

    COMPATIBLE = "compatible"
    BREAKING = "breaking"
    UNPROVEN = "unproven"

    @staticmethod
    def worst(verdicts: list[Verdict]) -> Verdict:
        """Breaking beats unproven beats compatible; nothing at all is compatible."""
        for candidate in (Verdict.BREAKING, Verdict.UNPROVEN):
            if candidate in verdicts:
                return candidate
        return Verdict.COMPATIBLE


class Level(StrEnum):
    """How loudly policy reports a change or finding."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: sorts the loudest first."""
        return list(Level).index(self)


class Basis(StrEnum):
    """What the verdict of a change rests on."""

    INCLUSION = "inclusion"
    """Proved on the schemas as written."""
    PROJECTION = "projection"
    """Proved on the writer and reader views of a content model; includes the read witness."""
    RULE = "rule"
    """No JSON instance can exist: an operation was removed, a security scheme added."""


class Direction(StrEnum):
    """Which way the data flows, seen from the provider of the contract."""

    RECEIVED = "received"
    SENT = "sent"

    @property
    def opposite(self) -> Direction:
        """The other direction: callbacks and webhooks swap."""
        return Direction.SENT if self is Direction.RECEIVED else Direction.RECEIVED


class Side(StrEnum):
    """Which of the two compared versions is meant."""

    OLD = "old"
    NEW = "new"


class ContentModel(StrEnum):
    """What a reader and a writer may do with properties nobody declared."""

    OPEN = "open"
    DECLARED = "declared"
    LENIENT = "lenient"


class Decision(StrEnum):
    """What the gate answers."""

    PASS = "pass"  # noqa: S105  (the gate's word, not a password)
    NEEDS_SIGN_OFF = "needs-sign-off"
    BLOCKED = "blocked"
