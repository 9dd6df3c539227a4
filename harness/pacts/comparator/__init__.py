"""The static comparison of a pact with a specification: would the provider's documents allow what the consumer expects?

The codes are those of PactFlow's openapi-pact-comparator 2.3.1 (MIT), so that its users recognise them: the same
code as often, for the same interaction. Its behaviour was studied and its results are held against ours in the
tests; nothing was copied. The rule behind it: a request must satisfy the request schema; a response example may use
part of the response schema, but must not expect a field that the schema does not declare.
"""

from harness.pacts.comparator.compare import Comparator
from harness.pacts.comparator.values import Result

__all__ = ["Comparator", "Result"]
