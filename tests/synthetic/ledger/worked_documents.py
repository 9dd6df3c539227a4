"""Canonical documents of the worked examples, for whatever ERP posts them."""

from __future__ import annotations


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


def d1(name="D1", **extra):
    return invoice(name, "DE-01", "EUR", "2027-01-01", [line(120000, "DE-S19", "19")], 22800, **extra)


def d2():
    lines = [line(100000, "DE-OS", "0", "ONBOARDING", "SERVICE-POINT", ("2027-01-04", "2027-01-05"))]
    return invoice("D2", "DE-01", "USD", "2027-01-04", lines, 0, payment_terms="NET60")


def yearly(name, entity, currency, day, until, *, net, tax, code, rate, sku="PRO-ANNUAL"):
    return invoice(name, entity, currency, day, [line(net, code, rate, sku, service=(day, until))], tax)
