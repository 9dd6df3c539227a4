"""Which category an exception is of, by the code of the refusal that made it."""

from __future__ import annotations

from synthetic.sandboxes.sync.handling import COLLECTOR, NOT_YET
from synthetic.sandboxes.sync.taxation import DIFFERS, UNDETERMINED

DEFECT = "defect"
"""Code of an exception that our own code raised: the event waits in the queue, and its lane with it."""

_CATEGORIES = {
    "sku-unmapped": "mapping",
    "account-unmapped": "mapping",
    "class-unmapped": "mapping",
    "terms-unmapped": "mapping",
    "tax-code-unmapped": "tax",
    DIFFERS: "tax",
    COLLECTOR: "collections",
    UNDETERMINED: "tax",
    "rate-missing": "currency-fx",
    "entity-unknown": "entity",
    "period-closed": "period",
    "unbalanced": "imbalance",
    "lines-differ": "amount",
    "total-differs": "amount",
    "amount-invalid": "amount",
    "entity-differs": "entity",
    "tax-parts-differ": "tax",
    "tax-code-differs": "tax",
    "not-final": "state",
    "date-missing": "period",
    "credit-exceeds": "amount",
    "refund-exceeds": "duplicate",  # nothing is owed any more: it was given back before
    "key-reused": "duplicate",
    "stale-version": "order",
    "currency-differs": "currency-fx",
    NOT_YET: "order",
    "payload-invalid": "mapping",
    "request-malformed": "mapping",
    DEFECT: "control",
}


def category_of(code: str) -> str:
    """Return the category of a code; `state` for one that the table does not know."""
    return _CATEGORIES.get(code, "state")
