"""Places at which a process of the sandbox can be made to die: before and after each thing it makes durable.

A system that writes in two places can be ended between the two; whether anything is then lost or done twice is only
known by ending it there. `POINTS` names every transaction of billing, sync, ledger and the small systems at the edge;
each has a side `before` (all is written and nothing of it durable) and `after` (durable, and nobody was told). A test
holds the list against the code, another ends a process at every one.
"""

from __future__ import annotations

import os
import signal

_ERP = (
    "apply-payment",
    "apply-receipt",
    "close-dispute",
    "close-period",
    "dun",
    "forfeit",
    "merge-parties",
    "post-credit",
    "post-invoice",
    "post-refund",
    "promise",
    "receive-transfer",
    "recognise",
    "register-party",
    "reopen-period",
    "revalue",
    "reverse",
    "set-dunning",
    "take-now",
    "take-posting",
    "unapply",
    "void-invoice",
    "write-off",
)

POINTS: tuple[str, ...] = (
    "billing.delivery",
    "billing.job",
    "billing.request",
    "edge.row",
    *(f"erp.{name}" for name in _ERP),
    "sync.answer",
    "sync.asked",
    "sync.finish",
    "sync.hold",
    "sync.outbox",
    "sync.park",
    "sync.put-off",
    "sync.register",
    "sync.release",
    "sync.take-in",
    "sync.turn",
)
"""Every transaction, and `sync.asked`: another system has done what it was asked, and sync has not yet noted it."""

BEFORE, AFTER = "before", "after"

_armed: dict[str, int] = {}


def arm(point: str, passes: int = 0) -> None:
    """End this process when it comes to a place for the time after `passes` times.

    Args:
        point: A name of POINTS with its side, such as `sync.finish:after`; "" disarms.
        passes: How often it goes by unharmed first.

    Raises:
        ValueError: There is no such place.
    """
    name, _, side = point.partition(":")
    if point and (name not in POINTS or side not in (BEFORE, AFTER)):
        raise ValueError(f"no crash point {point}")
    _armed.clear()
    if point:
        _armed[point] = passes


def crash_point(name: str, side: str) -> None:
    """Die here if asked to, as a process does that is killed: nothing is closed, written or said."""
    if not _armed:
        return
    point = f"{name}:{side}"
    left = _armed.get(point)
    if left is None:
        return
    if left:
        _armed[point] = left - 1
        return
    os.kill(os.getpid(), signal.SIGKILL)
