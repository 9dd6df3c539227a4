"""The one error tree: every error says what, where and what to do, and knows its exit code."""

from __future__ import annotations

from typing import ClassVar

from harness.model.locations import Location


class HarnessError(Exception):
    """Something a person must be told, with the remedy.

    Attributes:
        message: One sentence, what happened.
        location: Where, if there is a place.
        remedy: What to do about it; "" only if nothing can be done.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, location: Location | None = None, remedy: str = "") -> None:
        """Keep the values; rendering is the report room's."""
        super().__init__(message)
        self.message = message
        self.location = location
        self.remedy = remedy


class UsageError(HarnessError):
    """The command was asked wrongly (exit code 2)."""

    exit_code = 2


class NotFoundError(UsageError):
    """A named thing does not exist: revision, contract, rule, catalog entry (exit code 2)."""


class UnreadableError(HarnessError):
    """An input could not be read, so nothing can be said about it (exit code 3)."""
