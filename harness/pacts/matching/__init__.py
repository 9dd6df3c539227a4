"""Whether a recorded request, response or message matches what a pact expects, for specification versions 1 to 4.

For dry checks, recorded traffic and the field-usage index; the Pact libraries stay the authority for running
verifications. What nobody here can decide (a pattern, a body of an unknown kind) is unknown, never a match.
`match_part(part, expected, actual, version) -> Outcome` loads when it is first used: the gate only needs the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.pacts.matching.parts import match_part
    from harness.pacts.matching.values import Mismatch, Outcome

__all__ = ["Mismatch", "Outcome", "match_part"]

_HOMES = {"match_part": "parts", "Mismatch": "values", "Outcome": "values"}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (start-up)

    return getattr(import_module(f"harness.pacts.matching.{_HOMES[name]}"), name)
