"""What a ledger holds: postings of signed lines, open items, deferrals; and how it refuses.

Amounts are integers of minor units, debit positive, credit negative. Every line carries its amount in the
currency of the document and in the functional currency of the ledger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Self

from harness.model import HarnessError


class RefusedError(HarnessError):
    """The ledger takes no such posting; `code` is the machine's word for why."""

    exit_code = 1

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        """Keep the code beside the sentence."""
        super().__init__(message, remedy=remedy)
        self.code = code


@dataclass(frozen=True, slots=True)
class Line:
    """One leg of a posting.

    Attributes:
        account: Code in the chart of the ledger.
        amount: Document currency, debit positive.
        functional: Functional currency of the ledger, debit positive.
        dimension: ERP item or party of a subledger, "" if none.
        tax_code: For output tax: the code the amount is owed under.
        tax_base: Net the tax was computed on.
        source_line: Id of the document line it comes from.
        revenue_class: Decides the accounts of deferral and revenue.
        service: Half-open service period of a deferred line.
        sold_under: Tax code of the document line it comes from, whatever is owed under it.
    """

    account: str
    amount: int
    functional: int
    dimension: str = ""
    tax_code: str = ""
    tax_base: int = 0
    source_line: str = ""
    revenue_class: str = ""
    service: tuple[date, date] | None = None
    sold_under: str = ""

    def reversed(self) -> Self:
        """Return the leg that undoes this one."""
        return replace(self, amount=-self.amount, functional=-self.functional, tax_base=-self.tax_base)


@dataclass(frozen=True, slots=True)
class PostingKey:
    """What makes a posting one and the same: the source object, the kind of posting, and the ledger it is in."""

    source_system: str
    object: str
    object_id: str
    kind: str
    ledger: str

    def __str__(self) -> str:
        """Return the key as one text, its parts separated by slashes."""
        return f"{self.source_system}/{self.object}/{self.object_id}/{self.kind}/{self.ledger}"


@dataclass(frozen=True, slots=True)
class Posting:
    """One journal entry, before or after it is in the books.

    Attributes:
        key: One per ledger; the books take none twice.
        source_version: Version of the source object; a lower one than the books have is stale.
        legal_entity: The company whose books these are.
        document_date: On the customer's document; `tax_period` (YYYY-MM) follows it or the supply.
        posting_date: Decides the posting period; lies in an open one.
        currency: Of the document.
        rate: Functional per one unit of the document currency and the table it is from; "" for the same currency.
        reverses: Journal number this one undoes, "" if none.
        late: Document dated in a period that was closed when it arrived.
        journal_number: Given by the books, "" before.
        posted_at: When the books took it, ISO 8601 in UTC, "" before.
    """

    key: PostingKey
    source_version: int
    legal_entity: str
    text: str
    document_date: date
    tax_period: str
    posting_date: date
    currency: str
    lines: tuple[Line, ...]
    rate: str = ""
    reference: str = ""
    contract_id: str = ""
    reverses: str = ""
    late: bool = False
    synthetic: bool = False
    journal_number: str = ""
    posted_at: str = ""

    @property
    def period(self) -> str:
        """The posting period, YYYY-MM of the posting date."""
        return period_of(self.posting_date)

    @property
    def total(self) -> int:
        """Sum of the debits in document currency."""
        return sum(line.amount for line in self.lines if line.amount > 0)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What one customer owes on one document: `open` is never below zero, an excess goes to customer credit.

    `credited` is the sum of all credit notes, `credits_applied` the part of it that lowered what was open.
    `promised_on` is the day on which the customer promised to pay (YYYY-MM-DD): until then nobody duns.
    """

    invoice_id: str
    ledger: str
    legal_entity: str
    party: str
    currency: str
    total: int
    booked: int
    document_date: date
    due_date: date
    terms: str
    collected_by: str
    rate: str = ""
    tax_code: str = ""
    number: str = ""
    credited: int = 0
    credits_applied: int = 0
    cash_applied: int = 0
    written_off: int = 0
    reinstated: int = 0
    dunning_level: int = 0
    last_dunned_at: str = ""
    promised_on: str = ""

    @property
    def id(self) -> str:
        """Its id for others: of its invoice, and of the ledger where that is not the company's own."""
        own = f"oi_{plain(self.invoice_id.removeprefix('in_'))}"
        return own if self.ledger == self.legal_entity else f"{own}__{plain(self.ledger)}"

    @property
    def open(self) -> int:
        """What is still owed, document currency."""
        return self.total - self.credits_applied - self.cash_applied - self.written_off + self.reinstated


@dataclass(frozen=True, slots=True)
class Deferral:
    """Revenue that waits: `total` is earned day by day (or in equal months) over the half-open service period.

    Attributes:
        shortened: Taken off by credit notes.
        recognised: Earned so far.
    """

    invoice_id: str
    source_line: str
    ledger: str
    item: str
    deferred_account: str
    revenue_account: str
    total: int
    start: date
    end: date
    method: str = "daily"
    shortened: int = 0
    recognised: int = 0

    @property
    def remaining(self) -> int:
        """What still waits in deferred revenue."""
        return self.total - self.shortened - self.recognised


@dataclass(frozen=True, slots=True)
class Application:
    """One payment applied to one document; amounts in the document's currency.

    Attributes:
        booked: What it took off the receivable, functional currency.
        id: Its own; "" for the first of a payment on a document.
        applied_at: When, ISO 8601 in UTC.
        reversed_at: When it was undone, "" while it counts.
    """

    payment_id: str
    invoice_id: str
    ledger: str
    amount: int
    unapplied: int
    applied_on: date
    realised_fx: int = 0
    booked: int = 0
    id: str = ""
    applied_at: str = ""
    reversed_at: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A customer in the ledger: one per bill-to and legal entity.

    `extra` has what only some callers tell: `account` of CRM, `credit_limit` in minor units, `country`, and `bill_to`,
    the account that invoices go to.
    """

    id: str
    customer_id: str
    legal_entity: str
    name: str
    currency: str
    terms: str
    tax_id: str = ""
    parent: str = ""
    merged_into: str = ""
    synthetic: bool = False
    extra: dict[str, str] = field(default_factory=dict, hash=False, compare=False)


def plain(identifier: str) -> str:
    """Return an id in letters, digits and underscores, as the contracts spell ids."""
    return re.sub(r"[^A-Za-z0-9]", "_", identifier)


def fields_of(row: object) -> dict[str, object]:
    """Return a row as a dictionary, and rows within it as well; what it holds is shared, not copied."""
    kind: Any = type(row)
    return {name: _plain(getattr(row, name)) for name in _names(kind)}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return fields_of(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def period_of(day: date) -> str:
    """Return the fiscal month of a day, YYYY-MM."""
    return f"{day.year:04}-{day.month:02}"
