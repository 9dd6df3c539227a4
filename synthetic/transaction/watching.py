"""What one look-until has seen so far, and how long it naps between looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from synthetic.deeds import Answer
from synthetic.transaction.values import Difference

FIRST_NAP = timedelta(seconds=0.5)
LONGEST_NAP = timedelta(seconds=15)
_DOUBLINGS = 8
CONFIRM_NAP = timedelta(seconds=1)
FLOOR = timedelta(seconds=3)


@dataclass(slots=True)
class Watch:
    """What one look-until has seen so far."""

    looks: int = 0
    retries: int = 0
    agreeing: int = 0
    last: tuple[Difference, ...] = ()
    answer: Answer | None = None
    unreachable: str = ""


def longest_nap(duration: timedelta) -> timedelta:
    """Return the longest nap while waiting: 15 s, less in a short wait, more in one of hours."""
    return max(min(max(LONGEST_NAP, duration / 96), duration / 8), FIRST_NAP)


def pause(tries: int, asked: float = 0) -> timedelta:
    """Return how long to wait before a call is tried again: doubling, capped, and at least what the system asked for.

    Args:
        tries: How often it was tried.
        asked: Seconds of a Retry-After.
    """
    wanted = max(FIRST_NAP * float(2 ** min(tries - 1, _DOUBLINGS)), timedelta(seconds=asked))
    return min(wanted, max(LONGEST_NAP, timedelta(seconds=asked)))


def until_deadline(nap: timedelta, left: timedelta) -> timedelta:
    """Return how long to nap so that the last look falls on the deadline; past it looks follow each other quickly."""
    return min(nap, left) if left > timedelta() else CONFIRM_NAP


def grace(allowed: timedelta) -> timedelta:
    """Return how long to try past the deadline before "nobody answered" is the verdict."""
    return max(FLOOR * 4, allowed / 8)
