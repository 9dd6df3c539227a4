"""The ledger as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from harness.catalog import Catalog
from synthetic.sandboxes.ledger.applying import Applying
from synthetic.sandboxes.ledger.books import Books
from synthetic.sandboxes.ledger.cash import Cash
from synthetic.sandboxes.ledger.closing import Closing
from synthetic.sandboxes.ledger.rates import Feed
from synthetic.sandboxes.ledger.sales import Sales


class Ledger:
    """A double-entry ledger of several companies; deterministic, its only clock is the one given to it.

    The books take no posting key twice, so a caller may repeat whatever it is unsure of.

    Args:
        catalog: Legal entities and the mappings by which documents become postings.
        now: The clock, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        feed: Rates of exchange of the days that the mapping has no row for.

    Attributes:
        sales: Parties, invoices, credit notes, terminations, accruals.
        cash: Payments, payouts, refunds, disputes, write-offs, dunning.
        applying: What was received and not applied, applied later; what was applied wrongly, undone; parties merged.
        closing: Recognition, revaluation, reversal, periods.
        books: Master data and storage behind them.
    """

    def __init__(
        self, catalog: Catalog, now: Callable[[], datetime], database: str = ":memory:", feed: Feed | None = None
    ) -> None:
        """Open the books."""
        self.books = Books(catalog, now, database, feed)
        self.sales = Sales(self.books)
        self.cash = Cash(self.books)
        self.applying = Applying(self.books)
        self.closing = Closing(self.books)
