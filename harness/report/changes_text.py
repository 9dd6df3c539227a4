"""Merged contract changes with what was traced to them: the inputs of failure rate, lead and recovery time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from harness.metrics.facts import ChangeFact
from harness.metrics.figures import spoken
from harness.model import JSON
from harness.report.printable import printable
from harness.report.words import columns

_MOST = 10
_NAMES = 3


def changes_text(changes: Sequence[ChangeFact]) -> str:
    """Return the part of `harness metrics` about contract changes; "" if none was merged in the window."""
    if not changes:
        return ""
    failed = [one for one in changes if one.failed_at is not None]
    lead = [one.merged_at - one.began_at for one in changes if one.began_at is not None]
    back = [one.recovered_at - one.failed_at for one in failed if one.recovered_at and one.failed_at]
    waiting = len(failed) - len(back)
    said = [
        f"{len(failed)} of {len(changes)} followed within 7 d by a failure traced to them",
        f"lead time {_middle(lead)}" if lead else "lead time not known",
        f"recovery time {_middle(back)}" if back else "no recovery to time",
        *([f"{waiting} not recovered"] if waiting else []),
    ]
    newest = sorted(changes, key=lambda one: one.merged_at, reverse=True)[:_MOST]
    more = [f"  and {len(changes) - _MOST} more"] if len(changes) > _MOST else []
    return (
        "\n".join(["", "Contract changes", f"  {'; '.join(said)}", *columns([_row(one) for one in newest]), *more])
        + "\n"
    )


def changes_json(changes: Sequence[ChangeFact]) -> list[JSON]:
    """Return the same as JSON."""
    return [
        {
            "commit": one.commit,
            "contracts": list(one.contracts),
            "merged_at": one.merged_at.isoformat(),
            "began_at": one.began_at.isoformat() if one.began_at else None,
            "failed_by": one.failed_by,
            "failed_at": one.failed_at.isoformat() if one.failed_at else None,
            "recovered_at": one.recovered_at.isoformat() if one.recovered_at else None,
        }
        for one in changes
    ]


def _row(one: ChangeFact) -> tuple[str, ...]:
    if one.failed_at is None:
        told = "no failure traced to it"
    else:
        told = f"{printable(one.failed_by)} failed {spoken((one.failed_at - one.merged_at).total_seconds())} later"
        if one.recovered_at:
            told += f", over after {spoken((one.recovered_at - one.failed_at).total_seconds())}"
    rest = len(one.contracts) - _NAMES
    names = ", ".join(map(printable, one.contracts[:_NAMES])) + (f" and {rest} more" if rest > 0 else "")
    return f"  {one.merged_at:%d %b %H:%M}", printable(one.commit), names, told


def _middle(lengths: Sequence[timedelta]) -> str:
    return f"{spoken(median(one.total_seconds() for one in lengths))} (median of {len(lengths)})"
