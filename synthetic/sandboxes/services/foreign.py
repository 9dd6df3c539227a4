"""A billing system with a clock of its own, as whoever moves the clock of the sandbox asks it to follow."""

from __future__ import annotations

import asyncio

from synthetic.deeds import UnreachableError
from synthetic.sandboxes.services.service import Surroundings
from synthetic.systems.wire import Wire

_CHILD = "killbill"
_PATIENCE = 100.0


class ForeignBilling:
    """That child, or nothing where a sandbox has none.

    Attributes:
        next_due: When something happens there by itself, seconds since 1970, as it said when it last settled.
    """

    def __init__(self, around: Surroundings) -> None:
        """Keep where it is."""
        url = around.addresses.get(_CHILD, "")
        token = {"authorization": f"Bearer {around.token}"}
        self._wire = Wire("billing", url, token, patience=_PATIENCE) if url else None
        self.next_due: float | None = None

    async def settle(self) -> None:
        """Let it do what is due by the clock of the sandbox; one that is away catches up when it is back."""
        if self._wire is not None:
            try:
                reply = await asyncio.to_thread(self._wire.ask, "POST", "/sandbox/settle")
                due = reply.json(_CHILD).get("next")
            except UnreachableError:
                due = None
            self.next_due = None if due is None else float(due)
