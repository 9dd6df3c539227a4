"""From a set of changes to consumers, workflows, business objects, legal entities and recovery objectives.

`assess(contracts, base, head)` joins what changed with who reads it (pacts) and what it means (catalog), on base
and head together. A consumer is hit, not hit, or unknown; not hit is only said where it is known.
"""

from harness.impact.assess import assess
from harness.impact.hits import Answer, Document, interaction_hit
from harness.impact.landscape import ChangedContract, Landscape
from harness.impact.values import (
    BusinessObjectImpact,
    ConsumerImpact,
    Hit,
    Impact,
    WorkflowImpact,
)

__all__ = [
    "Answer",
    "BusinessObjectImpact",
    "ChangedContract",
    "ConsumerImpact",
    "Document",
    "Hit",
    "Impact",
    "Landscape",
    "WorkflowImpact",
    "assess",
    "interaction_hit",
]
