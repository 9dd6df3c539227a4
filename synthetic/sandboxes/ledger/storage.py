"""The books on disk: append-only postings, one transaction per business fact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from synthetic.sandboxes.durable import transaction
from synthetic.sandboxes.ledger.database import opened
from synthetic.sandboxes.ledger.values import (
    Application,
    Deferral,
    Line,
    OpenItem,
    Party,
    Posting,
    PostingKey,
    fields_of,
)

_SCHEMA = """
create table if not exists posting (
    {number}, journal_number text not null unique, key text not null unique, ledger text not null,
    object_id text not null, period text not null, posting_date text not null, body text not null);
create table if not exists line (
    posting integer not null references posting, ledger text not null, period text not null, account text not null,
    amount integer not null, functional integer not null, dimension text not null, tax_code text not null,
    tax_base integer not null, tax_period text not null, currency text not null, synthetic integer not null);
create index if not exists line_by_account on line (ledger, account, period);
create index if not exists posting_by_object on posting (object_id);
create table if not exists open_item (
    {number}, invoice_id text, ledger text, body text not null, unique (invoice_id, ledger));
create table if not exists deferral (
    {number}, invoice_id text, source_line text, item text, ledger text, body text not null,
    unique (invoice_id, source_line, item, ledger));
create table if not exists application (
    {number}, payment_id text, invoice_id text, ledger text, id text not null, body text not null,
    unique (payment_id, invoice_id, ledger, id));
create table if not exists party (
    {number}, id text unique, customer_id text not null, legal_entity text not null, body text not null);
create table if not exists period (ledger text, period text, state text not null, changed_by text not null,
    at text not null, primary key (ledger, period));
create table if not exists receipt ({number}, payment_id text not null unique, body text not null);
create table if not exists fact ({number}, kind text not null, ledger text not null, subject text not null,
    sequence bigint not null, body text not null, at text not null);
create index if not exists fact_by_subject on fact (subject);
create table if not exists audit ({number}, at text not null, what text not null, who text not null,
    reason text not null);
"""

_Row = TypeVar("_Row", OpenItem, Deferral, Application, Party)
_DATES = {"document_date", "due_date", "start", "end", "applied_on"}


class Storage:
    """One SQLite database; every change happens inside `transaction`."""

    def __init__(self, database: str = ":memory:") -> None:
        """Open or create the books at `database`: a path, ":memory:" or a PostgreSQL URL."""
        self._db = opened(database)
        self._db.create(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """Make everything inside durable together, or nothing of it; nested ones join the outer one.

        Args:
            name: Of its crash points.
        """
        if self._db.in_transaction:
            yield
            return
        with transaction(name, self._db.begin, self._db.end):
            yield

    def add(self, posting: Posting, posted_at: str) -> Posting:
        """Append a posting and return it with its journal number."""
        (count,) = self._db.execute("select count(*) from posting where ledger = ?", (posting.key.ledger,)).fetchone()
        numbered = replace(posting, journal_number=f"JE-{posting.key.ledger}-{count + 1:06}", posted_at=posted_at)
        (number,) = self._db.execute(
            "insert into posting (journal_number, key, ledger, object_id, period, posting_date, body)"
            " values (?, ?, ?, ?, ?, ?, ?) returning number",
            (
                numbered.journal_number,
                str(numbered.key),
                numbered.key.ledger,
                numbered.key.object_id,
                numbered.period,
                str(numbered.posting_date),
                json.dumps(fields_of(numbered), default=str),
            ),
        ).fetchone()
        self._db.executemany(
            "insert into line values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    numbered.key.ledger,
                    numbered.period,
                    line.account,
                    line.amount,
                    line.functional,
                    line.dimension,
                    line.tax_code,
                    line.tax_base,
                    numbered.tax_period,
                    numbered.currency,
                    int(numbered.synthetic),
                )
                for line in numbered.lines
            ],
        )
        return numbered

    def posting(self, key: PostingKey) -> Posting | None:
        """Return the posting under a key."""
        found = self._db.execute("select body from posting where key = ?", (str(key),)).fetchone()
        return _posting(found[0]) if found else None

    def postings(self, object_id: str = "", ledger: str = "", period: str = "") -> list[Posting]:
        """Return postings in the order they were taken; an empty filter takes all."""
        found = self._db.execute(
            "select body from posting where (? = '' or object_id = ?) and (? = '' or ledger = ?)"
            " and (? = '' or period = ?) order by number",
            (object_id, object_id, ledger, ledger, period, period),
        )
        return [_posting(body) for (body,) in found]

    def postings_after(self, number: int, limit: int) -> list[tuple[int, Posting]]:
        """Return postings with a number above one, in the order they were taken, at most `limit`."""
        found = self._db.execute(
            "select number, body from posting where number > ? order by number limit ?", (number, limit)
        )
        return [(int(place), _posting(body)) for place, body in found]

    def count(self) -> int:
        """Return how many postings there are."""
        (found,) = self._db.execute("select count(*) from posting").fetchone()
        return int(found)

    def add_receipt(self, payment_id: str, body: dict[str, Any]) -> None:
        """Note a bank receipt, once, for those who must hear of it."""
        self._db.execute(
            "insert into receipt (payment_id, body) values (?, ?) on conflict (payment_id) do nothing",
            (payment_id, json.dumps(body)),
        )

    def receipts(self, after: int = 0) -> list[tuple[int, dict[str, Any]]]:
        """Return bank receipts with a number above `after`, in the order in which they came."""
        found = self._db.execute("select number, body from receipt where number > ? order by number", (after,))
        return [(int(number), json.loads(body)) for number, body in found]

    def tell(  # noqa: PLR0913  (a fact has these parts)
        self,
        kind: str,
        ledger: str,
        subject: str,
        body: dict[str, Any],
        at: str,
        least: int = 1,
        *,
        versioned: bool = False,
    ) -> None:
        """Keep a fact that others must hear of, under the next sequence of its subject.

        Args:
            kind: Such as `payment.applied`.
            ledger: Whose fact it is.
            subject: Id of the aggregate.
            body: The data of the event.
            at: When it came about.
            least: The least sequence it may have.
            versioned: Whether its data names the sequence as `version`.
        """
        found = self._db.execute("select max(sequence) from fact where subject = ?", (subject,)).fetchone()
        sequence = max(least, (found[0] or 0) + 1)
        told = body | ({"version": sequence} if versioned else {})
        self._db.execute(
            "insert into fact (kind, ledger, subject, sequence, body, at) values (?, ?, ?, ?, ?, ?)",
            (kind, ledger, subject, sequence, json.dumps(told), at),
        )

    def facts(self, after: int = 0) -> list[tuple[int, str, str, str, int, dict[str, Any], str]]:
        """Return facts with a number above `after`: number, kind, ledger, subject, sequence, data, time."""
        found = self._db.execute(
            "select number, kind, ledger, subject, sequence, body, at from fact where number > ? order by number",
            (after,),
        )
        return [(*row[:5], json.loads(row[5]), row[6]) for row in found]

    def balances(self, ledger: str, through: str = "", since: str = "") -> dict[str, int]:
        """Return the functional balance per account, periods `since` to `through` (YYYY-MM, "" for no bound)."""
        found = self._db.execute(
            "select account, sum(functional) from line where ledger = ? and (? = '' or period <= ?)"
            " and (? = '' or period >= ?) group by account order by account",
            (ledger, through, through, since, since),
        )
        return {account: int(balance) for account, balance in found}

    def tax_by_code(self, ledger: str, tax_period: str) -> dict[str, int]:
        """Return output tax owed per code for one tax period (positive is owed)."""
        found = self._db.execute(
            "select tax_code, -sum(functional) from line where ledger = ? and tax_period = ? and tax_code <> ''"
            " group by tax_code order by tax_code",
            (ledger, tax_period),
        )
        return {code: int(owed) for code, owed in found}

    def credit_of(self, ledger: str, party: str, account: str) -> int:
        """Return what a party has in one account, debit positive, functional currency."""
        (found,) = self._db.execute(
            "select coalesce(sum(functional), 0) from line where ledger = ? and account = ? and dimension = ?",
            (ledger, account, party),
        ).fetchone()
        return int(found)

    def put(self, row: OpenItem | Deferral | Application | Party) -> None:
        """Store a row under its own key, in place of an earlier one."""
        body = json.dumps(fields_of(row), default=str)
        table, columns, key = _table_and_key(row)
        marks = ", ".join("?" * (len(columns) + 1))
        kept = ", ".join(f"{name} = excluded.{name}" for name in (*columns, "body"))
        self._db.execute(
            f"insert into {table} ({', '.join(columns)}, body) values ({marks})"  # noqa: S608  (own names)
            f" on conflict ({', '.join(_UNIQUE[table])}) do update set {kept}",
            (*key, body),
        )

    def open_item(self, invoice_id: str, ledger: str) -> OpenItem | None:
        """Return the open item of a document in one ledger."""
        return next(iter(self._rows(OpenItem, "open_item", invoice_id=invoice_id, ledger=ledger)), None)

    def open_items(self, ledger: str = "") -> list[OpenItem]:
        """Return all open items, those of one ledger if named."""
        return self._rows(OpenItem, "open_item", ledger=ledger)

    def deferrals(self, invoice_id: str = "", ledger: str = "") -> list[Deferral]:
        """Return deferral schedules."""
        return self._rows(Deferral, "deferral", invoice_id=invoice_id, ledger=ledger)

    def applications(self, payment_id: str = "", invoice_id: str = "") -> list[Application]:
        """Return applications of payments."""
        return self._rows(Application, "application", payment_id=payment_id, invoice_id=invoice_id)

    def parties(self, customer_id: str = "", legal_entity: str = "") -> list[Party]:
        """Return parties, merged ones as well."""
        return self._rows(Party, "party", customer_id=customer_id, legal_entity=legal_entity)

    def party(self, party_id: str) -> Party | None:
        """Return one party."""
        return next(iter(self._rows(Party, "party", id=party_id)), None)

    def period_state(self, ledger: str, period: str) -> str:
        """Return `open`, `soft-closed` or `locked`."""
        found = self._db.execute(
            "select state from period where ledger = ? and period = ?", (ledger, period)
        ).fetchone()
        return str(found[0]) if found else "open"

    def set_period(self, ledger: str, period: str, state: str, who: str, at: str) -> None:
        """Change the state of a period."""
        self._db.execute(
            "insert into period values (?, ?, ?, ?, ?) on conflict (ledger, period) do update"
            " set state = excluded.state, changed_by = excluded.changed_by, at = excluded.at",
            (ledger, period, state, who, at),
        )

    def periods(self, ledger: str) -> list[str]:
        """Return the periods of a ledger whose state was ever changed."""
        return [one for (one,) in self._db.execute("select period from period where ledger = ?", (ledger,))]

    def period_changed_at(self, ledger: str, period: str) -> str:
        """Return when the state of a period last changed, "" if never."""
        found = self._db.execute("select at from period where ledger = ? and period = ?", (ledger, period)).fetchone()
        return str(found[0]) if found else ""

    def record(self, at: str, what: str, who: str, reason: str) -> None:
        """Write one line of the audit trail."""
        self._db.execute("insert into audit (at, what, who, reason) values (?, ?, ?, ?)", (at, what, who, reason))

    def audit(self) -> list[tuple[str, str, str, str]]:
        """Return the audit trail."""
        return list(self._db.execute("select at, what, who, reason from audit order by number"))

    def _rows(self, kind: type[_Row], table: str, **wanted: str) -> list[_Row]:
        named = {name: value for name, value in wanted.items() if value}
        where = " and ".join(f"{name} = ?" for name in named) or "1 = 1"
        found = self._db.execute(
            f"select body from {table} where {where} order by number",  # noqa: S608  (own names)
            tuple(named.values()),
        )
        return [_row(kind, body) for (body,) in found]


_UNIQUE = {
    "open_item": ("invoice_id", "ledger"),
    "deferral": ("invoice_id", "source_line", "item", "ledger"),
    "application": ("payment_id", "invoice_id", "ledger", "id"),
    "party": ("id",),
}


def _table_and_key(row: OpenItem | Deferral | Application | Party) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return where a row is kept: table, columns, and the values in them."""
    match row:
        case OpenItem():
            return "open_item", _UNIQUE["open_item"], (row.invoice_id, row.ledger)
        case Deferral():
            return "deferral", _UNIQUE["deferral"], (row.invoice_id, row.source_line, row.item, row.ledger)
        case Application():
            return "application", _UNIQUE["application"], (row.payment_id, row.invoice_id, row.ledger, row.id)
        case Party():
            return "party", ("id", "customer_id", "legal_entity"), (row.id, row.customer_id, row.legal_entity)


def _row(kind: type[_Row], body: str) -> _Row:
    values: dict[str, Any] = json.loads(body)
    values |= {name: date.fromisoformat(value) for name, value in values.items() if name in _DATES}
    return kind(**values)


def _posting(body: str) -> Posting:
    values = json.loads(body)
    values["key"] = PostingKey(**values["key"])
    values["lines"] = tuple(_line(line) for line in values["lines"])
    for name in ("document_date", "posting_date"):
        values[name] = date.fromisoformat(values[name])
    return Posting(**values)


def _line(values: dict[str, object]) -> Line:
    service = values.pop("service")
    days = tuple(date.fromisoformat(str(day)) for day in service) if isinstance(service, list) else None
    return Line(**values, service=days)  # type: ignore[arg-type]
