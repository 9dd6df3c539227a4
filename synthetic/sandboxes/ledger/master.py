"""The master data a ledger works by, read from the mappings of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from harness.catalog import Catalog, MappingRow
from harness.catalog import Mapping as IdMapping
from harness.catalog.currencies import CURRENCIES
from harness.model.money import converted, cumulative
from synthetic.sandboxes.ledger.rates import Feed
from synthetic.sandboxes.ledger.values import RefusedError

_RATE_AGE = timedelta(days=3)
_CLOUD = "cloud"
_NONE = "none"
"""Written where no ledger runs beside the book of record."""


@dataclass(frozen=True, slots=True)
class Books:
    """One set of books: a ledger id, the company, its currency and its time zone."""

    ledger: str
    legal_entity: str
    currency: str
    zone: ZoneInfo
    is_second: bool

    @property
    def digits(self) -> int:
        """Minor-unit digits of the functional currency."""
        return CURRENCIES[self.currency]


@dataclass(frozen=True, slots=True)
class Terms:
    """When a document is due and who collects it."""

    name: str
    days: int
    collected_by: str

    def due(self, document_date: date) -> date:
        """Return the due date of a document."""
        return document_date + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of exchange with the day and table it was taken from."""

    value: Fraction
    day: date
    text: str


class Master:
    """Accounts, classes, bundles, tax codes, terms and rates, each looked up on a day."""

    def __init__(self, catalog: Catalog, feed: Feed | None = None) -> None:
        """Read the mappings by their names; nothing is looked up yet.

        Args:
            catalog: The mappings.
            feed: Rates of exchange of the days that the mapping has no row for.
        """
        self._feed = feed
        self._tables: Mapping[str, IdMapping] = {one.name: one for one in catalog.mappings()}
        self.books = {
            one.name: Books(one.name, one.book_of or one.name, one.currency, ZoneInfo(one.time_zone), bool(one.book_of))
            for one in catalog.legal_entities()
        }

    def ledgers_of(self, legal_entity: str) -> tuple[str, ...]:
        """Return the ledgers of a company, the company's own first."""
        found = [one.ledger for one in self.books.values() if one.legal_entity == legal_entity]
        return tuple(sorted(found, key=lambda name: (name != legal_entity, name)))

    def of(self, ledger: str) -> Books:
        """Return one set of books.

        Raises:
            RefusedError: The catalog knows no such ledger.
        """
        if ledger not in self.books:
            raise RefusedError("entity-unknown", f"no ledger {ledger}", f"Known: {', '.join(sorted(self.books))}.")
        return self.books[ledger]

    def book_of_record(self, legal_entity: str, day: date) -> str:
        """Return the ledger that counts on a day; the company's own where no row says otherwise."""
        row = self._row("book-of-record", day, legal_entity)
        return str(row.values["ledger"]) if row else legal_entity

    def posted_in(self, legal_entity: str, day: date) -> tuple[str, ...]:
        """Return the ledgers that take what is dated `day`: the book of record first, then those that run beside it.

        A row of `book-of-record` names them; where none does, all other ledgers of the company run beside its own.
        """
        record = self.book_of_record(legal_entity, day)
        row = self._row("book-of-record", day, legal_entity)
        named = str(row.values.get("parallel", "")) if row else ""
        if named:
            return record, *(one.strip() for one in named.split(",") if one.strip() != _NONE)
        return record, *(one for one in self.ledgers_of(legal_entity) if one != record)

    def records(self, since: date, until: date) -> tuple[str, ...]:
        """Return every ledger that is a book of record on some day from `since` to `until`, companies' own first."""
        table = self._tables.get("book-of-record")
        own = [one.legal_entity for one in self.books.values() if not one.is_second]
        dated = [
            str(row.values["ledger"])
            for row in (table.rows if table else ())
            if row.covers(since) or row.covers(until) or (row.valid_from and since <= row.valid_from <= until)
        ]
        return tuple(dict.fromkeys([*own, *sorted(dated)]))

    def account(self, cloud: str, ledger: str, day: date) -> str:
        """Return the code of an account in one ledger (a legacy ledger has its own chart)."""
        if not self.of(ledger).is_second:
            return cloud
        row = self._row("accounts", day, cloud, ledger)
        if row is None:
            raise RefusedError(
                "account-unmapped", f"account {cloud} has no code in ledger {ledger} on {day}", "Add a mapping row."
            )
        return str(row.values["legacy"])

    def revenue_accounts(self, revenue_class: str, ledger: str, day: date) -> tuple[str, str]:
        """Return where revenue of a class waits ("" if it does not) and where it is earned."""
        chart = ledger if self.of(ledger).is_second else _CLOUD
        table = self._tables.get("revenue-classes")
        row = next(
            (
                row
                for row in (table.rows if table else ())
                if revenue_class in row.key[0].split(" or ") and row.key[1] == chart and row.covers(day)
            ),
            None,
        )
        if row is None:
            raise RefusedError(
                "class-unmapped", f"revenue class {revenue_class} has no accounts in {ledger}", "Add a mapping row."
            )
        deferred = str(row.values["deferred"])
        return ("" if deferred == "none" else deferred), str(row.values["revenue"])

    def parts(self, sku: str, net: int, day: date, channel: str = "direct") -> tuple[tuple[str, int], ...]:
        """Split a net amount over the ERP items of a SKU; the parts sum to it exactly."""
        row = self._row("skus", day, sku, channel)
        if row is None:
            raise RefusedError("sku-unmapped", f"SKU {sku} has no ERP item on {day}", "Add a mapping row.")
        weights = [part.weight or Decimal(0) for part in row.components]
        return tuple(zip((part.item for part in row.components), cumulative(net, weights), strict=True))

    def revenue_class(self, sku: str, day: date, channel: str = "direct") -> str:
        """Return the revenue class of a SKU."""
        row = self._row("skus", day, sku, channel)
        if row is None:
            raise RefusedError("sku-unmapped", f"SKU {sku} has no ERP item on {day}", "Add a mapping row.")
        return str(row.values["class"])

    def tax(self, code: str, legal_entity: str, day: date) -> MappingRow:
        """Return the row of a tax code; refuses a code of another company."""
        row = self._row("tax-codes", day, code)
        if row is None or row.values["legal_entity"] != legal_entity:
            raise RefusedError(
                "tax-code-unmapped", f"tax code {code} is not one of {legal_entity} on {day}", "Add a mapping row."
            )
        return row

    def list_price(self, sku: str, currency: str, day: date, channel: str = "direct") -> int:
        """Return the list price of one unit in minor units."""
        row = self._row("skus", day, sku, channel)
        prices = row.values.get("list_price") if row else None
        if not isinstance(prices, dict) or currency not in prices:
            raise RefusedError("price-missing", f"{sku} has no price in {currency} on {day}", "Add it to the row.")
        return int(str(prices[currency]))

    def tiers(self, sku: str, currency: str, day: date, channel: str = "direct") -> list[tuple[int | None, str]]:
        """Return graduated tiers as (up to, price of one unit in major units); empty for a flat price.

        Written in the catalog as `0 to 10000: 0; to 50000: 0.0125; above: 0.0080`.
        """
        row = self._row("skus", day, sku, channel)
        prices = row.values.get("list_price") if row else None
        written = str(prices.get(currency, "")) if isinstance(prices, dict) else ""
        if ":" not in written:
            return []
        found: list[tuple[int | None, str]] = []
        for part in written.split(";"):
            reach, _, price = part.partition(":")
            found.append((None if "above" in reach else int(reach.rsplit("to", 1)[-1]), price.strip()))
        return found

    def tax_rate(self, code: str, day: date) -> tuple[str, bool]:
        """Return the percentage of a tax code and whether prices include it."""
        row = self._row("tax-codes", day, code)
        if row is None:
            raise RefusedError("tax-code-unmapped", f"tax code {code} is unknown on {day}", "Add a mapping row.")
        return str(row.values["rate"]), row.values["price"] == "inclusive"

    def selling_entity(self, country: str, kind: str, day: date) -> dict[str, str] | None:
        """Return who sells to a country's customers, in which currency and on which terms; None if nobody does."""
        row = self._row("selling-entities", day, country, kind)
        return {name: str(row.values[name]) for name in ("legal_entity", "currency", "terms")} if row else None

    def features(self, sku: str, day: date) -> str:
        """Return the features a SKU grants, "" if it is not on sale."""
        row = self._row("product-list", day, sku)
        return str(row.values["feature_set"]) if row else ""

    def tax_reason(self, code: str, legal_entity: str, day: date) -> str:
        """Return why a code has its rate, as the contracts spell it: `reverse_charge`, `exemption_certificate`."""
        reason = str(self.tax(code, legal_entity, day).values["reason"])
        return reason.split(",", maxsplit=1)[0].split(" on file", maxsplit=1)[0].strip().replace(" ", "_")

    def terms(self, name: str, day: date) -> Terms:
        """Return payment terms."""
        row = self._row("terms", day, name)
        if row is None:
            raise RefusedError("terms-unmapped", f"payment terms {name} are unknown on {day}", "Add a mapping row.")
        owner = str(row.values["collected_by"]).removeprefix("component:")
        return Terms(name, int(str(row.values["days"])), owner)

    def rate(self, currency: str, functional: str, day: date) -> Rate:
        """Return the newest rate dated at most three calendar days before `day`."""
        if currency == functional:
            return Rate(Fraction(1), day, "")
        rows = self._tables["fx-rates"].rows if "fx-rates" in self._tables else ()
        dated = [
            (date.fromisoformat(str(row.values["rate_date"])), str(row.values["rate"]))
            for row in rows
            if row.key == (currency, functional)
        ]
        fresh = [one for one in dated if day - _RATE_AGE <= one[0] <= day]
        fed = self._feed(dated, day) if self._feed and not fresh else None
        if fed:
            return Rate(Fraction(fed), day, f"{fed} fx-feed {day}")
        if not fresh:
            raise RefusedError(
                "rate-missing",
                f"no rate {currency} to {functional} dated within 3 days before {day}",
                "Add a row to the rates of exchange.",
            )
        newest, value = max(fresh)
        return Rate(Fraction(value), newest, f"{value} fx-rates {newest}")

    def functional(self, amounts: tuple[int, ...], currency: str, books: Books, rate: Fraction) -> tuple[int, ...]:
        """Convert amounts that belong together: their sum is converted once and shared by the cumulative rule."""
        total = converted(sum(amounts), rate, CURRENCIES[currency], books.digits)
        return cumulative(total, amounts) if sum(amounts) else tuple(0 for _ in amounts)

    def _row(self, name: str, day: date, *key: str) -> MappingRow | None:
        table = self._tables.get(name)
        return table.lookup(day, *key) if table else None
