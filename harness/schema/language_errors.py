"""What may go wrong with a pattern; each says what and what to do."""

from __future__ import annotations

from harness.model.errors import HarnessError


class PatternError(HarnessError):
    """A pattern whose language is not known; whatever depends on it is `unproven`."""


class InvalidPattern(PatternError):  # noqa: N818  (names the condition that callers report)
    """The text is no ECMA-262 pattern.

    Attributes:
        pattern: The text.
        position: Index of the character where reading stopped.
        reason: What was wrong there.
    """

    def __init__(self, pattern: str, position: int, reason: str) -> None:
        """Keep the values."""
        super().__init__(
            f"{pattern!r} is not a regular expression of ECMA-262: {reason} at character {position + 1}",
            remedy="correct the pattern; JSON Schema patterns follow ECMA-262, not Perl or Python",
        )
        self.pattern = pattern
        self.position = position
        self.reason = reason


class UnsupportedPattern(PatternError):  # noqa: N818  (names the condition that callers report)
    """The pattern is valid, but no automaton of ours represents it exactly.

    Attributes:
        reason: The construct in question.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(
            f"the pattern cannot be decided: {reason}", remedy="rewrite the pattern without it, or judge by hand"
        )
        self.reason = reason


class TooLarge(PatternError):  # noqa: N818  (names the condition that callers report)
    """Deciding would take more states than the budget allows.

    Attributes:
        reason: What grew.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(
            f"the patterns are too large to decide: {reason}",
            remedy="simplify the pattern or its counted repeats, or judge by hand",
        )
        self.reason = reason
