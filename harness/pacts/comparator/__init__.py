"""The static comparison of a pact with a specification: would the provider's documents allow what the consumer expects?

The codes are those of PactFlow's openapi-pact-comparator 2.3.1 (MIT), so that its users recognise them: the same
code as often, for the same interaction. Its behaviour was studied and its results are held against ours in the
tests; nothing was copied. The rule behind it: a request must satisfy the request schema; a response example may use
part of the response schema, but must not expect a field that the schema does not declare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.pacts.comparator.compare import Comparator
    from harness.pacts.comparator.values import Result

__all__ = ["Comparator", "Result"]

_HOMES = {"Comparator": "compare", "Result": "values"}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used: reading pacts needs no comparison."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (start-up)

    return getattr(import_module(f"harness.pacts.comparator.{_HOMES[name]}"), name)
