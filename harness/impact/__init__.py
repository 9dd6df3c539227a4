"""From a set of changes to consumers, workflows, business objects, legal entities and recovery objectives.

`assess(contracts, base, head)` joins what changed with who reads it (pacts) and what it means (catalog), on base
and head together. A consumer is hit, not hit, or unknown; not hit is only said where it is known.
What reads catalogs and documents is loaded on first use, because reports need the values alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from harness.impact.values import (
    BusinessObjectImpact,
    ConsumerImpact,
    Hit,
    Impact,
    WorkflowImpact,
)

if TYPE_CHECKING:
    from harness.impact.hits import Answer, Document, interaction_hit
    from harness.impact.joining import assess
    from harness.impact.landscape import ChangedContract, Landscape
    from harness.impact.question import Dependents, impact_of

_LATER = {
    "Answer": "hits",
    "ChangedContract": "landscape",
    "Dependents": "question",
    "Document": "hits",
    "Landscape": "landscape",
    "assess": "joining",
    "impact_of": "question",
    "interaction_hit": "hits",
}

__all__ = [
    "Answer",
    "BusinessObjectImpact",
    "ChangedContract",
    "ConsumerImpact",
    "Dependents",
    "Document",
    "Hit",
    "Impact",
    "Landscape",
    "WorkflowImpact",
    "assess",
    "impact_of",
    "interaction_hit",
]


def __getattr__(name: str) -> object:
    """Load what reads catalogs and documents on first use."""
    if name not in _LATER:
        raise AttributeError(name)
    found = getattr(import_module(f"harness.impact.{_LATER[name]}"), name)
    globals()[name] = found
    return found
