"""Whether a recorded request, response or message matches what a pact expects, for specification versions 1 to 4.

For dry checks, recorded traffic and the field-usage index; the Pact libraries stay the authority for running
verifications. What nobody here can decide (a pattern, a body of an unknown kind) is unknown, never a match.
"""

from harness.pacts.matching.parts import match_part
from harness.pacts.matching.values import Mismatch, Outcome

__all__ = ["Mismatch", "Outcome", "match_part"]
