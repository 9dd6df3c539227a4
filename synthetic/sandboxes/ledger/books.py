"""The books of all companies: what they take, once, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from harness.catalog import Catalog
from harness.model import JSON
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rates import Feed
from synthetic.sandboxes.ledger.storage import Storage
from synthetic.sandboxes.ledger.telling import Telling
from synthetic.sandboxes.ledger.values import OpenItem, Posting, RefusedError, period_of


@dataclass(frozen=True, slots=True)
class Taken:
    """A posting in the books, and whether it was there before."""

    posting: Posting
    is_replay: bool = False


class Books:
    """Master data, storage and clock, and the one way a posting gets in.

    Args:
        catalog: Legal entities and the mappings by which documents become postings.
        now: The clock, aware UTC.
        database: Path of an SQLite file, or ":memory:".
        feed: Rates of exchange of the days that the mapping has no row for.
    """

    def __init__(
        self, catalog: Catalog, now: Callable[[], datetime], database: str = ":memory:", feed: Feed | None = None
    ) -> None:
        """Open the books."""
        self.master = Master(catalog, feed)
        self.storage = Storage(database)
        self.telling = Telling(self.master, self.storage)
        self._now = now

    def today(self, ledger: str) -> date:
        """Return the day it is where the company of a ledger is."""
        return self._now().astimezone(self.master.of(ledger).zone).date()

    def take_now(self, make: Callable[[date], Posting], ledger: str, day: date) -> Taken:
        """Put a posting made for `day` into the first open period, once."""
        with self.storage.transaction("erp.take-now"):
            return self.take(self.in_open_period(make, ledger, day), compare=False)

    def in_open_period(self, make: Callable[[date], Posting], ledger: str, day: date) -> Posting:
        """Post on `day`, or if its period is closed today: late, with document date and tax period kept."""
        if self.storage.period_state(ledger, period_of(day)) == "open":
            return make(day)
        today = self.today(ledger)
        if self.storage.period_state(ledger, period_of(today)) != "open":
            raise RefusedError("period-closed", f"no open period for {ledger} on {today}", "Ask the controller.")
        return replace(make(today), late=True, document_date=day, tax_period=make(day).tax_period)

    def take(self, posting: Posting, *, compare: bool = True) -> Taken:
        """Put a posting into the books, once.

        Raises:
            RefusedError: `unbalanced`, `period-closed`, `stale-version`, or `key-reused` (only if `compare`).
        """
        if over := sum(line.functional for line in posting.lines):
            raise RefusedError("unbalanced", f"{posting.key}: functional debits and credits differ by {over}")
        known = self.storage.posting(posting.key)
        if known is None:
            if self.storage.period_state(posting.key.ledger, posting.period) == "locked":
                raise RefusedError("period-closed", f"period {posting.period} of {posting.key.ledger} is locked")
            return Taken(self.storage.add(posting, self.stamp()))
        if posting.source_version < known.source_version:
            raise RefusedError(
                "stale-version", f"version {posting.source_version} after version {known.source_version} was posted"
            )
        if compare and _content(known) != _content(posting):
            raise RefusedError(
                "key-reused", f"{posting.key} is in the books as {known.journal_number} with other content"
            )
        return Taken(known, is_replay=True)

    def item(self, invoice_id: str, ledger: str) -> OpenItem:
        """Return the open item of a document that must be in the books."""
        item = self.storage.open_item(invoice_id, ledger)
        if item is None:
            raise RefusedError(
                "invoice-unknown", f"invoice {invoice_id} is not in {ledger}", "Post the invoice first, then retry."
            )
        return item

    def addressed(self, document: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Return a document addressed to the party that takes it: the survivor, where its customer was merged."""
        customer, entity = str(document.get("customer_id") or ""), str(document.get("legal_entity") or "")
        found = self.storage.parties(customer, entity) if customer else []
        into = next((one.merged_into for one in found if one.merged_into), "")
        kept = self.storage.party(into) if into and all(one.merged_into for one in found) else None
        return {**document, "customer_id": kept.customer_id} if kept else document

    def stamp(self) -> str:
        """Return the time of the clock as text."""
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _content(posting: Posting) -> tuple[object, ...]:
    return posting.lines, posting.currency, posting.document_date, posting.tax_period
