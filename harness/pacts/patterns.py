"""Whether a pattern of a document matches a text, without ever giving it to Python's `re` (threats.md 4.1).

The automaton of `harness.schema` decides in time linear in the text; a pattern that is no regular language is tried
by the bounded engine of jsonschema-rs. What neither can decide is unknown, never a match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from harness.model import UnreadableError
from harness.schema.evaluate import Unusable, language
from harness.schema.language import PatternError

LONGEST: Final = 100_000


def matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern matches somewhere in a text; None where nobody can tell."""
    if len(text) > LONGEST:
        return None
    try:
        return language(pattern).matches(text)
    except (Unusable, PatternError, RecursionError):
        return _bounded(pattern, text)


def _bounded(pattern: str, text: str) -> bool | None:
    validator = _validator(pattern)
    if validator is None:
        return None
    try:
        failure = validator.error(text)
    except (UnreadableError, ValueError):
        return None
    if failure is None:
        return True
    return None if "backtrack" in failure.lower() else False


@lru_cache(maxsize=2048)
def _validator(pattern: str) -> Any:
    from harness.schema.validation import Validator  # noqa: PLC0415  (start-up: only for patterns of no automaton)

    try:
        return Validator({"pattern": pattern})
    except UnreadableError:
        return None
