"""The frozen vocabulary that every room shares, and the one error tree.

Nothing here does I/O, and nothing here imports another room.
"""

from harness.model.bumps import Bump
from harness.model.changes import Change, ContractComparison, Witness, fingerprint
from harness.model.contracts import Contract, ContractKind
from harness.model.errors import (
    HarnessError,
    NotFoundError,
    UnreadableError,
    UsageError,
)
from harness.model.findings import Finding, NotChecked
from harness.model.json import JSON, escape, join, json_equal, split
from harness.model.locations import Location
from harness.model.verdicts import (
    Basis,
    ContentModel,
    Decision,
    Direction,
    Level,
    Side,
    Verdict,
)

__all__ = [
    "JSON",
    "Basis",
    "Bump",
    "Change",
    "ContentModel",
    "Contract",
    "ContractComparison",
    "ContractKind",
    "Decision",
    "Direction",
    "Finding",
    "HarnessError",
    "Level",
    "Location",
    "NotChecked",
    "NotFoundError",
    "Side",
    "UnreadableError",
    "UsageError",
    "Verdict",
    "Witness",
    "escape",
    "fingerprint",
    "join",
    "json_equal",
    "split",
]
