"""The rate of a day in Tryton's own table, where the treasury of the sandbox gave one and the template has no row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from synthetic.sandboxes.ledger.values import Posting
from synthetic.sandboxes.tryton.books import Books

_FEED = "fx-feed"


def keep_rate(books: Books, posting: Posting) -> None:
    """Write the rate that a posting in a foreign currency was made at, once a day and currency.

    Tryton converts an invoice by its own table; rows of the mapping are in the template, those of the feed are not.
    Rates are counted in the document currency, as in the template (see `setup`).
    """
    value, _, source = posting.rate.partition(" ")
    table, _, day = source.partition(" ")
    if table != _FEED:
        return
    currency = books.directory.currencies[books.company(posting.key.ledger).currency]
    dated = {"currency": currency, "date": date.fromisoformat(day)}
    model, domain = "currency.currency.rate", [[name, "=", value] for name, value in dated.items()]
    if not books.tryton.find(model, domain, ["rate"]):
        books.tryton.create(model, {**dated, "rate": Decimal(value)})
