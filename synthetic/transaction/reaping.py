"""Takes back what runs left behind: a run that was killed, or whose undo could not get through."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic.deeds import Boundary, Clock, RefusedError, UnreachableError
from synthetic.deeds.calls import Call, Kind
from synthetic.transaction.durations import seconds

_TRIES = 6


@dataclass(frozen=True, slots=True)
class Reaped:
    """One thing that was left behind.

    Attributes:
        what: Such as `subscription`.
        id: Its id in the system that holds it.
        done: Whether it is gone (or would be, in a dry run).
        reason: Why not.
    """

    what: str
    id: str
    done: bool
    reason: str = ""


async def reap(
    boundary: Boundary, clock: Clock, older_than: str = "1h", *, dry_run: bool = False
) -> tuple[Reaped, ...]:
    """Cancel every subscription of a synthetic customer that is older than a running probe can be.

    Reversal and credit notes follow from that by event; nothing is deleted.

    Raises:
        UnreachableError: Billing cannot be asked what there is.
        UsageError: `older_than` is no duration.
    """
    before = int((clock.now() - seconds(older_than)).timestamp())
    found = await boundary.perform(Call("billing", "leftovers_of", {"before": before}))
    names = [name for name in str(found.get("subscriptions", "")).split(",") if name]
    return tuple([await _reaped(boundary, clock, name, dry_run=dry_run) for name in names])


async def _reaped(boundary: Boundary, clock: Clock, name: str, *, dry_run: bool) -> Reaped:
    if dry_run:
        return Reaped("subscription", name, done=True)
    reason = ""
    for tries in range(_TRIES):
        try:
            await boundary.perform(Call("billing", "cancel", {"subscription": name}, Kind.DEED, f"reap-{name}"))
        except UnreachableError as error:
            reason = str(error)
            await clock.sleep(seconds(f"{2**tries}s"))
        except RefusedError as error:
            return Reaped("subscription", name, done=False, reason=str(error))
        else:
            return Reaped("subscription", name, done=True)
    return Reaped("subscription", name, done=False, reason=reason)
