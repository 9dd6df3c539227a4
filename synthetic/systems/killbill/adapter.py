"""The adapter: deeds and looks behind one `call`; what Kill Bill cannot do is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from synthetic.deeds import UNSUPPORTED, Answer, Attempt
from synthetic.systems.billing import PriceList, answered, operations_of
from synthetic.systems.killbill.books import KillBillBooks
from synthetic.systems.killbill.deeds import KillBillDeeds
from synthetic.systems.killbill.events import KillBillPast
from synthetic.systems.killbill.looks import KillBillLooks
from synthetic.systems.killbill.tenant import KillBill


class KillBillBilling:
    """Adapter of one tenant.

    Attributes:
        books: What is read there.
        deeds: What is done there.
        looks: What is seen there.
    """

    def __init__(self, tenant: KillBill, prices: PriceList, now: Callable[[], datetime]) -> None:
        """Keep them; nothing is asked yet."""
        self.books = KillBillBooks(tenant, prices, now)
        self.deeds = KillBillDeeds(self.books)
        self.looks = KillBillLooks(self.books)
        self._operations = operations_of(self.deeds, self.looks, KillBillPast(self.books))
        for inside in ("finalise", "finalise_drafts"):
            del self._operations[inside]

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call."""
        self.books.key = attempt.key
        return answered(self._operations, attempt, UNSUPPORTED, "Kill Bill 0.22 has no")
