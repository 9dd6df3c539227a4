"""Extracts of the analytics system: rows for reconciliation, with row counts and control totals beside them.

Amounts are integers of minor units beside their currency. A manifest says of each extract how many rows it has, what
they sum to by legal entity, currency and period, up to when, and the SHA-256 of its CSV: a file that lost its tail
does not match any more.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.model import UsageError
from synthetic.sandboxes.landscape.analytics import Analytics

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Extract:
    """One extract.

    Attributes:
        name: Of the extract.
        key: Columns that name a row.
        columns: Name and SQL type of each column, in order.
        period: Column whose first seven characters are the period (YYYY-MM).
        totals: Columns that are summed.
        rows: Takes them from the analytics system, in the order of their keys.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    period: str
    totals: tuple[str, ...]
    rows: Callable[[Analytics], Rows]


def manifest(analytics: Analytics, at: datetime) -> list[dict[str, Any]]:
    """Return what each extract holds as of now.

    Args:
        analytics: The system.
        at: The cut-off that is written down: the moment of asking.
    """
    found = []
    for one in EXTRACTS.values():
        rows = one.rows(analytics)
        found.append(
            {
                "name": one.name,
                "key": list(one.key),
                "columns": [name for name, _ in one.columns],
                "cut_off": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "rows": len(rows),
                "control_totals": control_totals(one, rows),
                "sha256": hashlib.sha256(as_csv(one, rows)).hexdigest(),
            }
        )
    return found


def control_totals(one: Extract, rows: Rows) -> list[dict[str, Any]]:
    """Return count and sums by legal entity, currency and period; currencies are never added."""
    sums: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        place = (str(row["legal_entity"]), str(row["currency"]), str(row[one.period] or "")[:7])
        group = sums.setdefault(place, dict.fromkeys(("rows", *one.totals), 0))
        group["rows"] += 1
        for name in one.totals:
            group[name] += int(row[name])
    named = ("legal_entity", "currency", "period")
    return [dict(zip(named, place, strict=True)) | group for place, group in sorted(sums.items())]


def as_csv(one: Extract, rows: Rows) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8, a header, nothing for null)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [name for name, _ in one.columns], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json_lines(one: Extract, rows: Rows) -> bytes:
    """Return rows as JSON Lines."""
    del one
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_parquet(one: Extract, rows: Rows) -> bytes:
    """Return rows as Parquet, written by DuckDB.

    Raises:
        UsageError: DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415  (an extra that few runs need)
    except ImportError:
        raise UsageError("Parquet needs DuckDB", remedy="pip install 'contract-harness[analysis]'") from None
    columns = ", ".join(f'"{name}" {kind}' for name, kind in one.columns)
    with TemporaryDirectory(prefix="extract-") as folder, duckdb.connect() as db:
        file = Path(folder) / "rows.parquet"
        db.execute(f"create table extract ({columns})")
        if rows:
            marks = ", ".join("?" * len(one.columns))
            values = [[row[name] for name, _ in one.columns] for row in rows]
            db.executemany(f"insert into extract values ({marks})", values)  # noqa: S608  (own names)
        db.execute(f"copy extract to '{file}' (format parquet)")
        return file.read_bytes()


FORMATS: Mapping[str, tuple[str, Callable[[Extract, Rows], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl", as_json_lines),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}
"""By the name of a format: its content type, and what writes it."""


def _invoices(analytics: Analytics) -> Rows:
    return [_row(_INVOICE_COLUMNS, {**one, "invoice_id": name}) for name, one in sorted(analytics.invoices.items())]


def _lines(analytics: Analytics) -> Rows:
    return [
        _row(
            _LINE_COLUMNS,
            {**{name: one.get(name) for name in _OF_INVOICE}, **line, "invoice_id": key, "line_id": line["id"]},
        )
        for key, one in sorted(analytics.invoices.items())
        for line in one.get("lines", ())
    ]


def _forecast(analytics: Analytics) -> Rows:
    return [
        _row(
            _FORECAST_COLUMNS,
            {**one, "subscription_id": name, "contract_id": one["contract"], "renews_on": one["renews"]},
        )
        for name, one in sorted(analytics.forecasts.items())
    ]


def _row(columns: Iterable[tuple[str, str]], found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found.get(name) for name, _ in columns}


_OF_INVOICE = ("legal_entity", "currency", "document_date", "tax_period")
_INVOICE_COLUMNS = (
    ("invoice_id", "varchar"),
    ("number", "varchar"),
    ("customer_id", "varchar"),
    ("contract_id", "varchar"),
    ("legal_entity", "varchar"),
    ("currency", "varchar"),
    ("document_date", "varchar"),
    ("tax_period", "varchar"),
    ("net", "bigint"),
    ("tax", "bigint"),
    ("total", "bigint"),
)
_LINE_COLUMNS = (
    ("invoice_id", "varchar"),
    ("line_id", "varchar"),
    ("sku", "varchar"),
    ("legal_entity", "varchar"),
    ("currency", "varchar"),
    ("document_date", "varchar"),
    ("tax_period", "varchar"),
    ("tax_code", "varchar"),
    ("revenue_class", "varchar"),
    ("service_start", "varchar"),
    ("service_end", "varchar"),
    ("net", "bigint"),
    ("tax", "bigint"),
)
_FORECAST_COLUMNS = (
    ("subscription_id", "varchar"),
    ("contract_id", "varchar"),
    ("legal_entity", "varchar"),
    ("currency", "varchar"),
    ("status", "varchar"),
    ("renews_on", "varchar"),
    ("arr", "bigint"),
)
EXTRACTS: Mapping[str, Extract] = {
    one.name: one
    for one in (
        Extract("invoices", ("invoice_id",), _INVOICE_COLUMNS, "tax_period", ("net", "tax", "total"), _invoices),
        Extract("invoice-lines", ("invoice_id", "line_id"), _LINE_COLUMNS, "tax_period", ("net", "tax"), _lines),
        Extract("forecast", ("subscription_id",), _FORECAST_COLUMNS, "renews_on", ("arr",), _forecast),
    )
}
"""What the analytics system gives, by name."""
