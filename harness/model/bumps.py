"""Semantic version steps: what a change needs and what a branch declares."""

from __future__ import annotations

from enum import StrEnum


class Bump(StrEnum):
    """A step between two versions (semver.org 2.0.0, items 6 to 8)."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for none up to 3 for major."""
        return list(Bump).index(self)

    def covers(self, needed: Bump) -> bool:
        """Whether declaring this step is enough where `needed` is needed."""
        return self.rank >= needed.rank
