"""Consumer-driven contracts: who reads which field.

Pact files (JSON, specification versions 2 to 4) become `FieldUse` rows. Nothing of a pact is ever run: one that
names a plugin is refused unless the base branch allows the plugin.
"""

from harness.pacts.files import PactSet, is_pact, read_pact, read_pacts
from harness.pacts.operations import Operations, operations
from harness.pacts.usage import field_uses
from harness.pacts.values import Body, FieldUse, Interaction, Pact

__all__ = [
    "Body",
    "FieldUse",
    "Interaction",
    "Operations",
    "Pact",
    "PactSet",
    "field_uses",
    "is_pact",
    "operations",
    "read_pact",
    "read_pacts",
]
