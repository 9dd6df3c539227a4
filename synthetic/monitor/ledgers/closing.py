"""When a period was reconciled: by what was compared of it after its end, not by when the ERP closed it.

A period may be closed with exceptions open, and be reconciled before it is closed. Where nothing was compared after its
end, when it was reconciled is not known, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException

CLOCK = "clock"
"""Under which control totals of the monitor keep the time of the environment: seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What is known of the reconciliation of a period; times are seconds since 1970, by the environment's clock.

    Attributes:
        known: Whether every checkpoint that looked at the period looked again after its end.
        at: Since when no exception is open, None while one is.
        blocked: Seconds after the end in which one exception alone was open.
        category: Of that exception, "" if there was none.
    """

    known: bool
    at: float | None
    blocked: float = 0
    category: str = ""


def reconciled(
    compared: Iterable[Comparison],
    exceptions: Iterable[ReconciliationException],
    ended: float,
    now: float,
    clock: Callable[[datetime], float],
) -> Reconciled:
    """Return when a period was reconciled: when the last of its checkpoints had nothing open, for good.

    Args:
        compared: Comparisons of the period, oldest first.
        exceptions: Exceptions of the period.
        ended: End of the period.
        now: The time.
        clock: From a time of the history to that of the environment.
    """
    checkpoints: dict[str, list[tuple[float, int]]] = {}
    for one in compared:
        checkpoints.setdefault(one.checkpoint, []).append((when(one, clock), one.open))
    since = [_since(rows, ended) for rows in checkpoints.values()]
    if not since or any(not known for known, _ in since):
        return Reconciled(known=False, at=None)
    ends = [at for _, at in since]
    blocked, category = _blocked(exceptions, ended, now, clock)
    done = [at for at in ends if at is not None]
    return Reconciled(known=True, at=max(done) if len(done) == len(ends) else None, blocked=blocked, category=category)


def _since(rows: Sequence[tuple[float, int]], ended: float) -> tuple[bool, float | None]:
    """Return whether a checkpoint looked after the end, and since when it has nothing open; None while it has."""
    later = [(at, left) for at, left in rows if at >= ended]
    if not later:
        return False, None
    last_open = max((place for place, (_, left) in enumerate(later) if left), default=-1)
    return True, later[last_open + 1][0] if last_open + 1 < len(later) else None


def _blocked(
    exceptions: Iterable[ReconciliationException], ended: float, now: float, clock: Callable[[datetime], float]
) -> tuple[float, str]:
    """Return how long the last exception was the only one open after the end, and what it is called."""
    ends = sorted(
        (clock(one.closed_at) if one.closed_at is not None else now, one.category)
        for one in exceptions
        if one.state is not ExceptionState.ACCEPTED
    )
    late = [(at, category) for at, category in ends if at > ended]
    if not late:
        return 0, ""
    before = late[-2][0] if len(late) > 1 else ended
    return late[-1][0] - before, late[-1][1]


def when(one: Comparison, clock: Callable[[datetime], float]) -> float:
    """Return when a comparison was made by the environment's clock: as the monitor noted it, else by the history's."""
    noted = one.totals.get(CLOCK) if isinstance(one.totals, dict) else None
    return float(noted) if isinstance(noted, int | Decimal) else clock(one.at)
