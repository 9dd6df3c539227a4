"""The chart of accounts, the master data and the months that a Tryton company is set up with.

Tryton's own chart has none of our codes (1000 to 7200), so a small one is created. Three choices are Tryton's, not
ours: an invoice may only be owed on an account of type receivable, which must be an asset (so 2100, what customers
are owed, stands among the assets as a negative receivable); an invoice line may only post to revenue or to a
customer deposit, which is a liability (so 1150 and 2400 are deposits); and there are no days in a period, only months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MODULES = (
    "account_invoice",
    "account_invoice_defer",
    "account_product",
    "account_dunning",
    "account_deposit",
)
"""Modules that are activated, beside those they need."""

FIRST_YEAR, LAST_YEAR = 2026, 2029
"""Fiscal years that are opened; documents outside of them are refused as in a closed period."""

DUNNING_DAYS = (1, 14, 30)
"""Days overdue at which the first, second and third notice goes out, as the embedded ledger does."""


@dataclass(frozen=True, slots=True)
class AccountType:
    """A kind of account of the balance sheet or the income statement, with what Tryton lets post to it."""

    name: str
    statement: str
    is_asset: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One account of every company."""

    code: str
    name: str
    kind: AccountType
    is_reconciled: bool = False
    needs_party: bool = False


_CURRENT = AccountType("Current assets", "balance", is_asset=True)
_OWED = AccountType("Receivables", "balance", is_asset=True, flags=("receivable",))
_WAITING = AccountType("Deferred and unbilled", "balance", flags=("deposit",))
_TAX = AccountType("Tax payable", "balance")
_REVENUE = AccountType("Revenue", "income", flags=("revenue",))
_EXPENSE = AccountType("Expense", "income", flags=("expense",))
TYPES = (_CURRENT, _OWED, _WAITING, _TAX, _REVENUE, _EXPENSE)

ACCOUNTS = (
    Account("1000", "Bank", _CURRENT),
    Account("1050", "PSP clearing", _CURRENT),
    Account("1060", "Disputed receipts", _CURRENT),
    Account("1100", "Receivables (control)", _OWED, is_reconciled=True, needs_party=True),
    Account("1150", "Unbilled receivable", _WAITING, needs_party=True),
    Account("1190", "Allowance for credit losses", _CURRENT),
    Account("2100", "Customer credit, unapplied cash", _OWED, is_reconciled=True, needs_party=True),
    Account("2200", "Output tax payable", _TAX),
    Account("2400", "Deferred revenue", _WAITING),
    Account("4000", "Subscription revenue", _REVENUE),
    Account("4100", "Usage revenue", _REVENUE),
    Account("4200", "Service revenue", _REVENUE),
    Account("4300", "Termination revenue", _REVENUE),
    Account("6100", "PSP fees", _EXPENSE),
    Account("6200", "Credit losses", _EXPENSE),
    Account("7100", "Realised FX", _EXPENSE),
    Account("7150", "Unrealised FX", _EXPENSE),
    Account("7200", "Rounding differences", _EXPENSE),
)


def fiscal_years(first_month: int) -> Iterator[tuple[str, date, date]]:
    """Return name, first and last day of each fiscal year, for a company whose year begins in a month."""
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        start = date(year, first_month, 1)
        end = date(year + 1, first_month, 1) - timedelta(days=1)
        yield (f"{year}" if first_month == 1 else f"{year}/{(year + 1) % 100:02}"), start, end
