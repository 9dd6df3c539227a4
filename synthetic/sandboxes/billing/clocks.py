"""Test clocks: customers that live by a clock of their own, moved by hand."""

from __future__ import annotations

from collections.abc import Callable

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record

KIND = "test_helpers.test_clock"


class TestClocks:
    """Clocks that stand still until they are advanced.

    Args:
        desk: Where they are kept.
        work: Does all that falls due on a clock up to a time.
    """

    def __init__(self, desk: Desk, work: Callable[[str, int], None]) -> None:
        """Work at a desk."""
        self._desk = desk
        self._work = work

    def create(self, params: Params) -> Record:
        """Create a clock that shows `frozen_time`."""
        record: Record = {
            "id": self._desk.name("clock", params),
            "object": KIND,
            "created": self._desk.live(),
            "deletes_after": self._desk.live() + 30 * 86_400,
            "frozen_time": params.integer("frozen_time"),
            "livemode": False,
            "name": params.text("name") or None,
            "status": "ready",
            "status_details": {},
        }
        return self._desk.save(record, f"{KIND}.created")

    def retrieve(self, params: Params) -> Record:
        """Return a clock."""
        return self._desk.find(KIND, params.required("id"))

    def list(self, params: Params) -> Record:
        """Return a page of clocks."""
        return self._desk.page(KIND, params, "/v1/test_helpers/test_clocks")

    def advance(self, params: Params) -> Record:
        """Move a clock forward; everything that falls due on the way happens at its own time.

        Raises:
            BillingError: The time lies before the clock's.
        """
        record = self.retrieve(params)
        wanted = params.integer("frozen_time")
        if wanted <= record["frozen_time"]:
            raise BillingError("A test clock can only be advanced forward.", param="frozen_time")
        self._desk.emit(f"{KIND}.advancing", record)
        self._work(record["id"], wanted)
        record = self._desk.find(KIND, record["id"]) | {"frozen_time": wanted}
        return self._desk.save(record, f"{KIND}.ready")

    def delete(self, params: Params) -> Record:
        """Delete a clock."""
        record = self.retrieve(params)
        self._desk.emit(f"{KIND}.deleted", record)
        self._desk.storage.drop(record["id"])
        return {"id": record["id"], "object": KIND, "deleted": True}
