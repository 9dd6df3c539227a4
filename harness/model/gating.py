"""What the gate said of a change set, as the history keeps it: no secret, no payload, no name of a person.

Imported as `harness.model.gating`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from harness.model.verdicts import Decision, Verdict

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """One answer of `harness gate`.

    Attributes:
        repository: Stable name of the repository.
        digest: Of the normalised change set: the same change judged again has the same.
        decision: Pass, needs sign-off, or blocked.
        verdict: Proof over all contracts: breaking, unproven or compatible.
        base: Commit of the trusted revision.
        head: Commit that was judged, "" for a working tree.
        request: Number of the pull or merge request, "" if the CI system named none.
        profile: `starter`, `standard` or `finance`.
        contracts: Names of the contracts that differ.
        rules: Rules that spoke as errors, and those of breaking changes.
        refused_by: Roles whose signature is missing; empty where a rule blocked.
        consumers: Consumers that are known to read what breaks.
        unreadable: How many contracts could not be read.
        at: When, by the clock of the store; set when it is stored.
        id: Row of the store, 0 before it is stored.
    """

    repository: str
    digest: str
    decision: Decision
    verdict: Verdict
    base: str
    head: str
    request: str = ""
    profile: str = ""
    contracts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    unreadable: int = 0
    at: datetime = _NEVER
    id: int = 0

    @property
    def is_refusal(self) -> bool:
        """Whether the change could not merge as it was."""
        return self.decision is not Decision.PASS
