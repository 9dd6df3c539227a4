"""Credit notes of the worked examples, and how to read back what Tryton made of any document."""

from __future__ import annotations

from collections import Counter
from datetime import date

_TAX = {"2200", "1776"}
_LINES = (
    "account.code",
    "debit",
    "credit",
    "tax_lines.tax.name",
    "tax_lines.type",
    "move.date",
    "move.company.party.code",
)


def credit(name, invoice_name, entity, day, *, net, tax, code, currency="EUR", earned=0, unearned=0):
    return {
        "id": f"cn_{name}",
        "invoice_id": f"in_{invoice_name}",
        "customer_id": f"cus_{invoice_name}",
        "legal_entity": entity,
        "currency": currency,
        "document_date": day,
        "lines": [
            {
                "invoice_line_id": "1",
                "net": net,
                "earned_net": earned,
                "unearned_net": unearned,
                "tax": tax,
                "tax_code": code,
            }
        ],
        "net": net,
        "tax": tax,
        "total": net + tax,
    }


def posted(tryton, *, key="", document=""):
    """Return what a move, found by its key or by its document, posted: Counter of (account, side, tax code)."""
    domain = (
        [["move.description", "like", f"{key}%"]]
        if key
        else [["move.origin.reference", "=", document, "account.invoice"], ["move.description", "=", None]]
    )
    rows = tryton.rest("account.move.line", domain, _LINES)
    assert rows, f"nothing is posted for {key or document}"
    digits = 0 if rows[0]["move"]["company"]["party"]["code"] == "JP-01" else 2
    found = Counter()
    for row in rows:
        amount = int((row["debit"] - row["credit"]).scaleb(digits))
        codes = {one["tax"]["name"] for one in row["tax_lines"] if one["type"] == "tax"}
        code = ",".join(codes) if row["account"]["code"] in _TAX else ""
        found[row["account"]["code"], 1 if amount > 0 else -1, code] += abs(amount)
    dates = {row["move"]["date"] for row in rows}
    return found, dates, rows[0]["move"]["company"]["party"]["code"]


def of_oracle(oracle):
    wanted = Counter()
    for one in oracle["lines"]:
        code = (one["tax_code"] or "") if one["account"] in _TAX else ""
        wanted[one["account"], 1 if one["side"] == "Dr" else -1, code] += one["amount"]
    return wanted, {date.fromisoformat(oracle["date"])}, oracle["entity"]
