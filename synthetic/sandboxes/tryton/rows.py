"""How rows of Tryton are read: their fields, the key in a description, amounts in minor units, facts in a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import minor

LINE_FIELDS = (
    "debit",
    "credit",
    "amount_second_currency",
    "maturity_date",
    "reconciliation.id",
    "move.id",
    "move.description",
    "move.date",
)
CREDIT_FIELDS = (
    "amount",
    "note",
    "account.code",
    "origin",
    "invoice.id",
    "invoice.total_amount",
    "invoice.account.code",
    "invoice.reference",
)
INVOICE_FIELDS = (
    "number",
    "reference",
    "description",
    "state",
    "comment",
    "invoice_date",
    "accounting_date",
    "total_amount",
    "untaxed_amount",
    "tax_amount",
    "amount_to_pay",
    "company.id",
    "currency.code",
    "currency.digits",
    "party.code",
    "account.code",
    "payment_term.name",
    "taxes.tax.name",
    "taxes.amount",
    "taxes.base",
    "lines.note",
    "lines.amount",
    "lines.account.code",
    "lines.description",
    "lines.taxes.name",
    "move.id",
    "move.number",
    "move.date",
    "move.period.start_date",
    "move.lines.account.code",
    "move.lines.debit",
    "move.lines.credit",
    "move.lines.amount_second_currency",
)


def kind_of(description: str | None) -> str:
    """Return the kind in a posting key, "own" for the move of the invoice itself."""
    parts = (description or "").split("/")
    return parts[3] if len(parts) > 4 else "own"


def functional_of(line: Mapping[str, Any], company: Company) -> int:
    """Return what a line debits, in minor units of the company's currency."""
    return minor(line["debit"] - line["credit"], company.digits)


def facts_text(**facts: str) -> str:
    """Return facts Tryton has no field for, a `name: value` line each."""
    return "\n".join(f"{name}: {value}" for name, value in facts.items())


def read_facts(text: str | None) -> dict[str, str]:
    """Return the facts of a document."""
    pairs = (line.partition(": ") for line in (text or "").splitlines())
    return {name: value for name, _, value in pairs}


def is_of(description: str | None, object_id: str, kind: str) -> bool:
    """Tell whether a move is of an object and a kind, by the posting key in its description."""
    return (description or "").split("/")[2:4] == [object_id, kind]


def document_amount(line: Mapping[str, Any], digits: int) -> int:
    """Return what a line debits, in minor units of the document's currency."""
    second = line["amount_second_currency"]
    return minor(line["debit"] - line["credit"] if second is None else second, digits)
