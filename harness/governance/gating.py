"""The gate: resolve revisions, answer at once where no data file differs, else judge what changed.

Work grows with what changed: a branch that touches no contract and no rule of the gate is answered from object
ids alone, without parsing a contract or reading the catalog.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.documents import Library
from harness.governance.assembly import assemble
from harness.governance.decision import decide
from harness.governance.event import Event
from harness.governance.facts import Facts
from harness.governance.policy import DEFAULT
from harness.governance.revisions import Revisions, resolve
from harness.governance.values import GateReport
from harness.registry import read_config, read_registry

if TYPE_CHECKING:
    from harness.governance.evidence import Evidence


def gate(  # noqa: PLR0913  (only the first is needed)
    repo_path: Path,
    base: str | None = None,
    head: str = "HEAD",
    *,
    as_of: date | None = None,
    event: Event | None = None,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> GateReport:
    """Decide whether a branch may merge.

    Args:
        repo_path: A folder inside the repository.
        base: Revision of the base branch; None finds it (CI event, else the default branch).
        head: Revision to judge, or `worktree`.
        as_of: Day for sunset rules; None takes the day of the head commit, never later than today.
        event: What the CI system says about the author.
        now: The time by the clock of this machine; expiry goes by it. None asks the clock.
        evidence: What another linter says about a revision; only what it says about changed files counts.

    Raises:
        UsageError: A revision does not exist, or one contract name stands in two places (exit code 2).
        HarnessError: History is missing, the base cannot be read, the clock is wrong (exit code 3).
    """
    moment = now or datetime.now(UTC)
    revisions = resolve(repo_path, base, head, event, moment)
    today = moment.date()
    day = as_of or min(revisions.head_day or today, today)
    if not revisions.changes_data:
        return _unchanged(revisions, day)
    from harness.governance.judge import judged  # noqa: PLC0415  (start-up: only where data differs)

    return judged(revisions, day, moment, event, evidence)


def _unchanged(revisions: Revisions, day: date) -> GateReport:
    """Answer for a branch without any changed data file: nothing is parsed but harness.yaml of the base."""
    config = read_config(Library(revisions.base_tree))
    count = len(read_registry(Library(revisions.head_tree), config).listed)
    facts = Facts(base=revisions.base.ref, contracts_read=count)
    return assemble(revisions, facts, decide(facts, DEFAULT), config.profile, day)
