"""What is rightly said where systems send each other something wrong: it follows from what the field means to finance.

A wrong field has the name that the (object, field) table of the catalog gives it. Whoever receives it may refuse it:
then the fact is `missing`. What the receiver takes, it builds other facts from: the open item of an invoice, the
application of a payment, what a customer is owed. Where such a fact shows the fault first, its own name is right too,
and so is `imbalance` where it is a sum. Nothing else is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_ABSENT = frozenset({"missing", "late"})
_BEHIND: dict[str, frozenset[str]] = {
    "invoice": frozenset({"application", "deferral", "tax"}),
    "payment": frozenset({"application", "unapplied"}),
    "credit": frozenset({"application", "unapplied", "deferral", "tax"}),
    "refund": frozenset({"unapplied"}),
    "dispute": frozenset({"application", "state"}),
    "payout": frozenset({"amount"}),
    "termination": frozenset({"deferral"}),
    "subscription": frozenset({"entitlement", "state", "amount"}),
    "customer": frozenset({"identity"}),
    "sale": frozenset({"tax"}),
}
"""Document -> the categories of the facts that are built from it."""
_DOCUMENTS = {
    "set_entitlement": "subscription",
    "forecast": "subscription",
    "renewal_due": "subscription",
    "mark_paid": "payment",
    "forfeit": "termination",
    "register_party": "customer",
    "register_tenant": "customer",
}
"""Orders whose name does not end in the document whose facts they change."""
_SAID: dict[str, frozenset[str]] = {
    "mark_paid": frozenset({"collections"}),
    "void_invoice": frozenset({"state"}),
    "invoice.voided": frozenset({"state"}),
    # whatever is asked of the tax engine, its answer is what the invoice is held to
    "determine": frozenset({"tax"}),
}
"""Orders and events -> what workflows.md calls it where they do not take place: a payer chased, a void not undone."""
_EVENTS = (
    ("customer.subscription", "subscription"),
    ("customer", "customer"),
    ("invoice", "invoice"),
    ("charge.dispute", "dispute"),
    ("charge.refunded", "refund"),
    ("charge", "payment"),
    ("payment", "payment"),
    ("credit_note", "credit"),
    ("payout", "payout"),
)
"""Beginning of a kind of event -> the document it becomes."""
COPIED = frozenset({"invoice", "payment", "credit", "refund"})
"""Documents that count twice where they come twice under two ids."""

_SUMS = frozenset({"net", "tax", "total", "amount", "open", "unit_price", "quantity", "fee", "fees", "base"})
_DATES = ("_date", "_period", "_at")
_SERVICE = ("_start", "_end")
_REFERENCES = frozenset({"customer", "invoice", "subscription", "payment"})

_MEANINGS: tuple[tuple[Callable[[str], bool], frozenset[str]], ...] = (
    (lambda name: name in _SUMS or name.endswith("_net"), frozenset({"amount", "tax", "imbalance"})),
    (lambda name: name.endswith(_DATES), frozenset({"period", "currency-fx"})),
    (lambda name: name.endswith(_SERVICE), frozenset({"period", "deferral"})),
    (lambda name: name.endswith("id") or name in _REFERENCES, frozenset({"identity", "duplicate", "imbalance"})),
    (lambda name: name == "ledger", frozenset({"entity", "divergence", "imbalance", "period"})),
    (lambda name: name == "method", frozenset({"account"})),
    (lambda name: name == "legal_entity", frozenset({"entity", "currency-fx"})),
    (lambda name: name == "currency", frozenset({"currency-fx", "imbalance"})),
    (lambda name: name in {"sku", "revenue_class"}, frozenset({"account", "mapping", "amount"})),
    (lambda name: name in {"tax_code", "tax_rate", "tax_reason"}, frozenset({"tax"})),
    (lambda name: name in {"payment_terms", "terms"}, frozenset({"mapping", "collections", "period"})),
    (lambda name: name == "source_system", frozenset({"identity"})),
    (lambda name: name in {"version", "created"}, frozenset({"order"})),
    (lambda name: name in {"status", "type", "kind", "cancel_at_period_end"}, frozenset({"state"})),
)
_BUILT_FROM = (
    *(("_net", "_date", "_at", "_start", "_end", "_id")),
    *sorted(_SUMS | _REFERENCES | {"id", "ledger", "currency", "status", "revenue_class", "sku"}),
)
"""Ends of the names of fields that facts are built from; a word such as a name or a mark builds nothing."""


def sent_wrong(operation: str, path: str, table: str) -> frozenset[str]:
    """Return what is rightly said where a field is sent wrong.

    Args:
        operation: The order that carries it.
        path: To the field, the document first.
        table: The field's own category; `state`, if the table says nothing of it, is none.
    """
    head, _, rest = path.partition(".")
    name = (rest or head).rsplit(".", 1)[-1]
    found = _ABSENT.union(*(names for applies, names in _MEANINGS if applies(name)))
    found |= {table} if table != "state" or not found - _ABSENT else set()
    found |= _SAID.get(operation, frozenset())
    document = head if head in _BEHIND else _document(operation)
    return found | behind(document) if name.endswith(_BUILT_FROM) else found


def lost(operation: str, kind: str) -> frozenset[str]:
    """Return what is rightly said, beside `missing`, where an order or an event of a kind is lost."""
    document = _document(operation)
    if kind:
        document = next((document for start, document in _EVENTS if kind.startswith(start)), "")
    names = behind(document) | _SAID.get(operation, frozenset()) | _SAID.get(kind, frozenset())
    if document == "payment":
        names |= {"collections", "state"}  # who has paid is chased, or is not active
    return names | {"imbalance"} if names else names


def copied(document: str) -> frozenset[str]:
    """Return what is rightly said where a document is posted a second time under another id."""
    return behind(document) | _ABSENT | {"duplicate", "imbalance", "divergence"}


def _document(operation: str) -> str:
    return _DOCUMENTS.get(operation, operation.split("_", 1)[-1])


def behind(document: str) -> frozenset[str]:
    """Return the categories of the facts that are built from a document."""
    return _BEHIND.get(document, frozenset())


def document_of(paths: Iterable[str]) -> str:
    """Return the document that a request carries, by the paths into it; "" for none."""
    return next((name for path in paths if (name := path.split(".", 1)[0]) in _BEHIND), "")
