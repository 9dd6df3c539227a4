"""Canonical documents of the worked examples, and how to read back what Tryton made of them."""

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


def line(net, code, rate, sku="PRO-ANNUAL", kind="SUB-RATABLE", service=("2027-01-01", "2028-01-01"), *, line_id="1"):
    return {
        "id": line_id,
        "sku": sku,
        "net": net,
        "tax_code": code,
        "tax_rate": rate,
        "revenue_class": kind,
        "service_start": service[0],
        "service_end": service[1],
    }


def invoice(name, entity, currency, day, lines, tax, **extra):
    net = sum(one["net"] for one in lines)
    return {
        "id": f"in_{name}",
        "number": f"{entity[:2]}-{name}",
        "version": 2,
        "customer_id": f"cus_{name}",
        "legal_entity": entity,
        "currency": currency,
        "payment_terms": "CARD",
        "lines": lines,
        "net": net,
        "tax": tax,
        "total": net + tax,
        "document_date": day,
        "tax_breakdown": [{"tax_code": lines[0]["tax_code"], "base": net, "tax": tax}],
        **extra,
    }


def payment(name, entity, currency, amount, day, method="card", **extra):
    return {
        "id": f"py_{name}",
        "customer_id": f"cus_{name}",
        "invoice_id": f"in_{name}",
        "legal_entity": entity,
        "currency": currency,
        "amount": amount,
        "method": method,
        "value_date": day,
        **extra,
    }


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


def d1(name="D1", **extra):
    return invoice(name, "DE-01", "EUR", "2027-01-01", [line(120000, "DE-S19", "19")], 22800, **extra)


def d2():
    lines = [line(100000, "DE-OS", "0", "ONBOARDING", "SERVICE-POINT", ("2027-01-04", "2027-01-05"))]
    return invoice("D2", "DE-01", "USD", "2027-01-04", lines, 0, payment_terms="NET60")


def yearly(name, entity, currency, day, until, *, net, tax, code, rate, sku="PRO-ANNUAL"):
    return invoice(name, entity, currency, day, [line(net, code, rate, sku, service=(day, until))], tax)


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
