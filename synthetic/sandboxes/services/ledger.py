"""The ERP as a process: the ledger behind the `erp` port and its contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from harness.model import JSON
from synthetic.deeds import Adapter, Answer, Attempt
from synthetic.sandboxes.faces import Asked, Contract, Face
from synthetic.sandboxes.faces.erp_collections import ErpCollections
from synthetic.sandboxes.faces.erp_legacy_postings import ErpLegacyPostings
from synthetic.sandboxes.faces.erp_open_items import ErpOpenItems
from synthetic.sandboxes.faces.erp_periods import ErpPeriods
from synthetic.sandboxes.faces.erp_postings import ErpPostings
from synthetic.sandboxes.faces.face import Answer as Answered
from synthetic.sandboxes.landscape.rows import Store
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.database import PostgresqlDatabase
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.services.files import fresh
from synthetic.sandboxes.services.service import Surroundings


class LedgerService:
    """One ledger, on disk."""

    def __init__(self, around: Surroundings) -> None:
        """Open the books."""
        self._around = around
        # the database server is told to every child as an address, like the other children
        server = around.addresses.get("books", "")
        self._place = f"{server}#{around.name.replace('-', '_')}" if server else ""
        self._file = around.data / f"{around.name}.sqlite"
        self._answers_file = around.data / f"{around.name}-answers.sqlite"
        self._open()

    def _open(self) -> None:
        self.ledger = Ledger(self._around.catalog, self._around.clock.now, self._place or str(self._file), daily)
        self._port = LedgerPort(self.ledger)
        self._rows = Store(str(self._answers_file))
        self._kept = self._rows.table("answer")
        self._faces: dict[str, Mapping[str, Answered]] = {
            "erp-postings": ErpPostings(self.ledger).answers(),
            "erp-periods": ErpPeriods(self.ledger, self._around.catalog).answers(),
            "erp-open-items": ErpOpenItems(self.ledger).answers(),
            "erp-collections": ErpCollections(self.ledger, self._rows.table("write-off")).answers(),
            "erp-legacy-postings": ErpLegacyPostings(self.ledger).answers(),
        }

    def ports(self) -> Mapping[str, Adapter]:
        """Return the `erp` port."""
        return {"erp": _Current(self)}

    def routes(self) -> Sequence[BaseRoute]:
        """Return its contracts."""
        around = self._around
        return tuple(
            Face(
                name,
                partial(Contract, around.landscape, name),
                {operation: self._later(name, operation) for operation in self._faces[name]},
                around.token,
                lambda: self._kept,
            ).route()
            for name in self._faces
        )

    def _later(self, name: str, operation: str) -> Callable[[Asked], Any]:
        """Answer an operation from the books that are open now."""
        return lambda asked: self._faces[name][operation](asked)  # noqa: PLW0108  (a reset opens other books)

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
        if self._place:
            database = PostgresqlDatabase(self._place)
            database.clear()
            database.close()
        fresh(self._answers_file)
        self._open()

    def close(self) -> None:
        """Close the books."""
        self.ledger.books.storage.close()
        self._rows.close()


class _Current:
    """The port of whatever books are open."""

    def __init__(self, service: LedgerService) -> None:
        self._service = service

    def call(self, attempt: Attempt) -> Answer:
        return self._service.answer(attempt)
