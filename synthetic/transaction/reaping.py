"""Takes back what runs left behind: a run that was killed, or whose undo could not get through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from harness.model import JSON
from synthetic.deeds import Boundary, Clock, DeniedError, RefusedError, UnreachableError
from synthetic.deeds.calls import Call, Kind
from synthetic.transaction.durations import seconds

_TRIES = 6
_UNKNOWN = "operation-unknown"


@dataclass(frozen=True, slots=True)
class Reaped:
    """One thing that was left behind.

    Attributes:
        what: Such as `subscription`.
        id: Its id in the system that holds it; "" where the system does not tell.
        done: Whether it is gone (or would be, in a dry run).
        reason: Why not.
    """

    what: str
    id: str
    done: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of things: who tells of them, under which name, and how one is taken back."""

    what: str
    port: str
    listed: str
    operation: str
    argument: str

    def call(self, identifier: str, day: str) -> Call:
        request: dict[str, JSON] = {self.argument: identifier}
        if self.operation == "reverse":
            request |= {"day": day, "who": "reaper", "reason": "left behind by a synthetic transaction"}
        return Call(self.port, self.operation, request, Kind.DEED, f"reap-{identifier}")


_SORTS = (
    _Sort("dispute", "billing", "disputes", "close_dispute", "dispute"),
    _Sort("subscription", "billing", "subscriptions", "cancel", "subscription"),
    _Sort("invoice", "billing", "invoices", "void", "invoice"),
    _Sort("receipt", "erp", "receipts", "reverse", "journal_number"),
)
"""In this order: an open invoice is voided after what may still bill it is cancelled."""


async def reap(
    boundary: Boundary, clock: Clock, older_than: str = "1h", *, dry_run: bool = False
) -> tuple[Reaped, ...]:
    """Take back everything synthetic that is older than a running probe can be.

    Disputes are given in to, subscriptions cancelled, open invoices voided, receipts nobody owed anything for reversed.
    Credit notes and postings follow from that by event; nothing is deleted. A system that does not tell what was left
    behind is one more that is not done.

    Raises:
        UnreachableError: Billing cannot be asked what there is.
        UsageError: `older_than` is no duration.
    """
    before = int((clock.now() - seconds(older_than)).timestamp())
    return tuple([one async for one in _all(boundary, clock, before, dry_run=dry_run)])


async def _all(boundary: Boundary, clock: Clock, before: int, *, dry_run: bool) -> AsyncIterator[Reaped]:
    for port in ("billing", "erp"):
        try:
            found = await boundary.perform(Call(port, "leftovers_of", {"before": before}))
        except RefusedError as error:
            said = f"{port} does not tell what was left behind" if error.code == _UNKNOWN else error.message
            yield Reaped(f"leftovers in {port}", "", done=False, reason=said)
            continue
        except UnreachableError as error:
            if port == "billing":
                raise
            yield Reaped(f"leftovers in {port}", "", done=False, reason=error.message)
            continue
        for sort in (one for one in _SORTS if one.port == port):
            for name in filter(None, str(found.get(sort.listed) or "").split(",")):
                yield await _reaped(boundary, clock, sort, name, dry_run=dry_run)


async def _reaped(boundary: Boundary, clock: Clock, sort: _Sort, name: str, *, dry_run: bool) -> Reaped:
    if dry_run:
        return Reaped(sort.what, name, done=True)
    reason = ""
    for tries in range(_TRIES):
        try:
            await boundary.perform(sort.call(name, str(clock.now().date())))
        except UnreachableError as error:
            reason = str(error)
            await clock.sleep(seconds(f"{2**tries}s"))
        except (RefusedError, DeniedError) as error:
            return Reaped(sort.what, name, done=False, reason=str(error))
        else:
            return Reaped(sort.what, name, done=True)
    return Reaped(sort.what, name, done=False, reason=reason)
