"""The ERP as a process: the ledger behind the `erp` port and its contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from harness.model import JSON
from synthetic.deeds import Adapter, Answer, Attempt
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.services.files import fresh
from synthetic.sandboxes.services.service import Surroundings


class LedgerService:
    """One ledger, on disk."""

    def __init__(self, around: Surroundings) -> None:
        """Open the books."""
        self._around = around
        self._file = around.data / f"{around.name}.sqlite"
        self._open()

    def _open(self) -> None:
        self.ledger = Ledger(self._around.catalog, self._around.clock.now, str(self._file))
        self._port = LedgerPort(self.ledger)

    def ports(self) -> Mapping[str, Adapter]:
        """Return the `erp` port."""
        return {"erp": _Current(self)}

    def routes(self) -> Sequence[BaseRoute]:
        """Return nothing more yet."""
        return ()

    def answer(self, attempt: Attempt) -> Answer:
        """Answer one call from the books that are open now."""
        return self._port.call(attempt)

    def health(self) -> dict[str, JSON]:
        """Count what is in the books."""
        return {"ok": True, "postings": self.ledger.books.storage.count()}

    async def work(self) -> None:
        """Do nothing by itself: the books change only when asked."""
        await asyncio.Event().wait()

    def woken(self) -> None:
        """Nothing waits here."""

    async def settle(self) -> dict[str, JSON]:
        """Nothing is ever due here."""
        return {"next": None}

    def pause(self) -> None:
        """Nothing is under way here."""

    def reset(self) -> None:
        """Begin with empty books."""
        self.close()
        fresh(self._file)
        self._open()

    def close(self) -> None:
        """Close the books."""
        self.ledger.books.storage.close()


class _Current:
    """The port of whatever books are open."""

    def __init__(self, service: LedgerService) -> None:
        self._service = service

    def call(self, attempt: Attempt) -> Answer:
        return self._service.answer(attempt)
