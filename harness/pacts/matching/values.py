"""What a match says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where what came is not what was expected.

    Attributes:
        aspect: `method`, `path`, `query`, `headers`, `status`, `metadata` or `body`.
        place: Path expression of the place, such as `$.lines[0].net`; a name for headers and parameters.
        message: What is wrong.
        certain: False where nobody could decide whether it matches.
    """

    aspect: str
    place: str
    message: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """All mismatches of one part."""

    mismatches: tuple[Mismatch, ...] = ()

    @property
    def match(self) -> bool | None:
        """Whether the part matches; None where nothing is wrong for certain but something could not be decided."""
        if not self.mismatches:
            return True
        return False if any(mismatch.certain for mismatch in self.mismatches) else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One matcher: its name and its parameters as the pact writes them."""

    name: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleList:
    """The matchers of one path expression.

    Attributes:
        rules: In file order.
        any_of: Whether one of them is enough (`combine: OR`).
        cascaded: Whether they stand at a parent of the place they are applied to.
    """

    rules: tuple[Rule, ...]
    any_of: bool = False
    cascaded: bool = False
