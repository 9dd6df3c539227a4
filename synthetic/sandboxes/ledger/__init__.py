"""A small embedded ledger: double entry, several companies, two sets of books where a migration needs them.

`Ledger(catalog, now, database)` takes canonical documents and posts them by the mappings of the catalog. `rules_*`
are the pure rules (document to posting), `sales`, `cash` and `closing` what a caller may do, `books` and `storage`
what makes it durable and unique.
"""

from synthetic.sandboxes.ledger.books import Taken
from synthetic.sandboxes.ledger.ledger import Ledger
from synthetic.sandboxes.ledger.values import (
    Application,
    Deferral,
    Line,
    OpenItem,
    Party,
    Posting,
    PostingKey,
    RefusedError,
)

__all__ = [
    "Application",
    "Deferral",
    "Ledger",
    "Line",
    "OpenItem",
    "Party",
    "Posting",
    "PostingKey",
    "RefusedError",
    "Taken",
]
