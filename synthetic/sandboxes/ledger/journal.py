"""A posting as the canonical journal entry (contracts/canonical/journal-entry)."""

from __future__ import annotations

import re
from typing import Any

from synthetic.sandboxes.ledger.values import Line, Posting

_OBJECTS = frozenset(
    {"invoice", "payment", "credit", "refund", "dispute", "payout", "usage", "contract", "period", "customer"}
)
_KINDS = {
    "dispute-opened": "dispute_opened",
    "dispute-won": "dispute_won",
    "dispute-lost": "dispute_lost",
    "write-off": "write_off",
    "loss": "allowance",
    "termination": "credit",
    "merge": "transfer",
    "unapplication": "reversal",
}
_DATED = re.compile(r"(recognition|revaluation|reversal)-.+")
_RATE = re.compile(r"(\S+) (\S+) (\d{4}-\d{2}-\d{2})")


def journal_entry(one: Posting, functional_currency: str, undone_by: str | None = None) -> dict[str, Any]:
    """Return the entry; `undone_by` is the id of the one that reversed it."""
    shown: dict[str, Any] = {
        "id": entry_id(one),
        "journal_number": one.journal_number,
        "ledger": one.key.ledger,
        "legal_entity": one.legal_entity,
        "posting_key": {
            "source_system": one.key.source_system,
            "object": one.key.object if one.key.object in _OBJECTS else "invoice",
            "object_id": one.key.object_id,
            "posting_kind": _kind(one.key.kind),
            "ledger": one.key.ledger,
        },
        "source_version": one.source_version,
        "text": one.text[:200] or one.key.kind,
        "document_date": str(one.document_date),
        "tax_period": one.tax_period or None,
        "posting_date": str(one.posting_date),
        "posting_period": one.period,
        "currency": one.currency,
        "functional_currency": functional_currency,
        "lines": [_shown_line(number, line, one) for number, line in enumerate(one.lines, 1)],
        "status": "reversed" if undone_by else "posted",
        "reverses": _named(one.reverses) if one.reverses else None,
        "reversed_by": undone_by,
        "late_document": one.late,
        "posted_at": one.posted_at,
        "synthetic": one.synthetic,
    }
    rate = _RATE.fullmatch(one.rate)
    return shown | (
        {"fx_rate": {"rate": rate[1], "rate_date": rate[3], "table_version": f"{rate[2]} {rate[3]}"}} if rate else {}
    )


def _shown_line(number: int, line: Line, posting: Posting) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "line_number": number,
        "account": line.account,
        "side": "debit" if (line.amount or line.functional) >= 0 else "credit",
        "amount": abs(line.amount),
        "functional_amount": abs(line.functional),
    }
    if line.dimension.startswith("pa_"):
        shown["party_id"] = line.dimension
    elif line.dimension:
        shown["item"] = line.dimension[:40]
    if line.tax_code:
        shown |= {"tax_code": line.tax_code, "tax_base": line.tax_base}
    if line.revenue_class:
        shown |= {"revenue_class": line.revenue_class, "contract_id": posting.contract_id or None}
    if line.service:
        shown |= {"service_start": str(line.service[0]), "service_end": str(line.service[1])}
    return shown


def entry_id(one: Posting) -> str:
    """Return the id of an entry, from its journal number."""
    return _named(one.journal_number)


def _named(journal_number: str) -> str:
    return "je_" + re.sub(r"[^A-Za-z0-9]", "_", journal_number)


def _kind(kind: str) -> str:
    dated = _DATED.fullmatch(kind)
    if dated:
        return dated[1]
    return _KINDS.get(kind, kind.replace("-", "_"))
