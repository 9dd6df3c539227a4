"""Turn a fresh Tryton database into the ERP of the landscape: companies, chart, taxes, months, rates, products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from harness.catalog import Catalog, LegalEntity, MappingRow
from harness.catalog.currencies import CURRENCIES
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.tryton.chart import ACCOUNTS, DUNNING_DAYS, TYPES, fiscal_years
from synthetic.sandboxes.tryton.codes import legacy_codes
from synthetic.systems.tryton import Tryton

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_AGO = date(2000, 1, 1)
_INVOICE_FORM = b"${invoice.description or invoice.number} ${invoice.total_amount} ${invoice.currency.code}\n"
"""What Tryton prints whenever it posts an invoice; the document that customers get is billing's."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shared:
    """Records all companies use, by the codes people know."""

    currencies: Mapping[str, int]
    companies: Mapping[str, int]
    sequence_types: Mapping[str, int]
    category: int
    procedure: int


def set_up(tryton: Tryton, catalog: Catalog, rest_key: str, say: Say) -> None:
    """Create everything in a database with activated modules and nothing else; not to be run twice.

    Args:
        tryton: A session as administrator.
        catalog: Legal entities, and the mappings of currencies, taxes, terms and products.
        rest_key: Key by which probes read over REST.
        say: Takes a line of progress.
    """
    entities = list(catalog.legal_entities())
    master = Master(catalog)
    tables = {one.name: one.rows for one in catalog.mappings()}
    say("currencies and companies")
    currencies = _create_currencies(tryton, entities, tables.get("fx-rates", ()))
    companies = _create_companies(tryton, entities, currencies)
    types = {name: tryton.one("ir.sequence.type", [["name", "=", name]]) for name in ("Account Move", "Invoice")}
    _create_terms(tryton, tables.get("terms", ()))
    category = _create_products(tryton, tables.get("skus", ()), companies)
    shared = Shared(currencies, companies, types, category, _create_dunning(tryton))
    for entity in entities:
        say(f"company {entity.name}: chart, taxes, fiscal years")
        _set_up_company(tryton, entity, shared, legacy_codes(master, entity.name), tables.get("tax-codes", ()))
    say("invoice form")
    _print_plainly(tryton)
    tryton.create("res.user.application", {"user": tryton.user_id, "application": "rest", "key": rest_key})


def _create_currencies(tryton: Tryton, entities: Iterable[LegalEntity], rates: Sequence[MappingRow]) -> dict[str, int]:
    """Create currencies with rates counted in the currency documents are written in, so that rates stay exact.

    Tryton keeps one rate a currency and day, its value of one unit of a common measure. The catalog says `1 USD is
    0.92 EUR`, so the measure is the document currency, with rate 1, and each functional currency has the catalog's.
    """
    measures = {row.key[0] for row in rates}
    codes = sorted({one.currency for one in entities} | measures | {row.key[1] for row in rates})
    rows = []
    for code in codes:
        dated = {
            date.fromisoformat(str(row.values["rate_date"])): Decimal(str(row.values["rate"]))
            for row in rates
            if row.key[1] == code
        }
        if code in measures or not dated:
            dated[_LONG_AGO] = Decimal(1)
        digits = CURRENCIES[code]
        rows.append(
            {
                "name": code,
                "code": code,
                "symbol": code,
                "digits": digits,
                "rounding": Decimal(1).scaleb(-digits),
                "rates": [["create", [{"date": day, "rate": rate} for day, rate in sorted(dated.items())]]],
            }
        )
    return dict(zip(codes, tryton.create("currency.currency", *rows), strict=True))


def _create_companies(tryton: Tryton, entities: Sequence[LegalEntity], currencies: Mapping[str, int]) -> dict[str, int]:
    parties = tryton.create("party.party", *({"name": one.title, "code": one.name} for one in entities))
    rows = [
        {"party": party, "currency": currencies[one.currency], "cancel_invoice_out": True, "timezone": one.time_zone}
        for one, party in zip(entities, parties, strict=True)
    ]
    ids = tryton.create("company.company", *rows)
    # without `all`, accounts of every company but the user's current one are silently invisible
    tryton.write(
        "res.user", [tryton.user_id], {"companies": [["add", ids]], "company": ids[0], "company_filter": "all"}
    )
    return dict(zip((one.name for one in entities), ids, strict=True))


def _print_plainly(tryton: Tryton) -> None:
    """Let an invoice be printed as one line of text: the ODT of Tryton takes a quarter of the time of a posting."""
    form = tryton.one("ir.action.report", [["report_name", "=", "account.invoice"]])
    tryton.write("ir.action.report", [form], {"report_content_custom": _INVOICE_FORM, "template_extension": "txt"})


def _create_terms(tryton: Tryton, rows: Iterable[MappingRow]) -> None:
    for row in rows:
        delta = {"days": int(str(row.values["days"]))}
        line = {"type": "remainder", "relativedeltas": [["create", [delta]]]}
        tryton.create("account.invoice.payment_term", {"name": row.key[0], "lines": [["create", [line]]]})


def _create_products(tryton: Tryton, rows: Iterable[MappingRow], companies: Mapping[str, int]) -> int:
    """Create one service per ERP item and return their account category.

    The category is only there because Tryton asks for one: the account is on the invoice line, where the revenue
    class decides.
    """
    context = {"company": next(iter(companies.values()))}
    (category,) = tryton.create("product.category", {"name": "services", "accounting": True}, **context)
    items = sorted({part.item for row in rows for part in row.components})
    unit = tryton.call("model.ir.model.data.get_id", "product", "uom_unit")
    for item in items:
        tryton.create(
            "product.template",
            {
                "name": item,
                "type": "service",
                "default_uom": unit,
                "list_price": Decimal(0),
                "account_category": category,
                "products": [["create", [{"suffix_code": item}]]],
            },
            **context,
        )
    return category


def _create_dunning(tryton: Tryton) -> int:
    levels = [{"sequence": number, "overdue": timedelta(days=days)} for number, days in enumerate(DUNNING_DAYS, 1)]
    (procedure,) = tryton.create("account.dunning.procedure", {"name": "collections", "levels": [["create", levels]]})
    return procedure


def _set_up_company(
    tryton: Tryton, entity: LegalEntity, shared: Shared, codes: Mapping[str, str], taxes: Iterable[MappingRow]
) -> None:
    company = shared.companies[entity.name]
    context = {"company": company}
    accounts = _create_accounts(tryton, entity, company, codes)
    scope = "line" if entity.tax_rounding.startswith("per line") else "document"
    exchange = tryton.one("account.journal", [["type", "=", "write-off"], ["code", "=", "EXC"]])
    tryton.write(
        "account.configuration",
        [1],
        {
            "default_account_receivable": accounts["1100"],
            "tax_rounding": scope,
            "deferred_account_revenue": accounts["2400"],
            "currency_exchange_journal": exchange,
            "currency_exchange_credit_account": accounts["7100"],
            "currency_exchange_debit_account": accounts["7100"],
            "default_dunning_procedure": shared.procedure,
        },
        **context,
    )
    tryton.write("product.category", [shared.category], {"account_revenue": accounts["4000"]}, **context)
    _create_taxes(tryton, entity, company, accounts["2200"], taxes)
    _create_years(tryton, entity, company, shared.sequence_types)


def _create_accounts(tryton: Tryton, entity: LegalEntity, company: int, codes: Mapping[str, str]) -> dict[str, int]:
    """Create the chart under the codes that the company has for it; return ids by the codes of the cloud chart."""
    context = {"company": company}
    types = [
        {
            "name": one.name,
            "company": company,
            "statement": one.statement,
            "assets": one.is_asset,
            **dict.fromkeys(one.flags, True),
        }
        for one in TYPES
    ]
    kinds = dict(zip(TYPES, tryton.create("account.account.type", *types, **context), strict=True))
    (root,) = tryton.create("account.account", {"name": entity.title, "company": company}, **context)
    rows = [
        {
            "code": codes[one.code],
            "name": one.name,
            "company": company,
            "parent": root,
            "type": kinds[one.kind],
            "reconcile": one.is_reconciled,
            "party_required": one.needs_party,
        }
        for one in ACCOUNTS
    ]
    ids = tryton.create("account.account", *rows, **context)
    return dict(zip((one.code for one in ACCOUNTS), ids, strict=True))


def _create_taxes(tryton: Tryton, entity: LegalEntity, company: int, account: int, rows: Iterable[MappingRow]) -> None:
    """Create a tax per code and day it is valid from, and a tax code that reports base and tax of each.

    Inclusive prices reach the ERP as net lines (billing takes the tax out), so every tax here is exclusive.
    """
    for row in rows:
        if row.values["legal_entity"] != (entity.book_of or entity.name):
            continue
        values = {
            "name": row.key[0],
            "description": str(row.values["erp"]),
            "legal_notice": str(row.values["reason"]),
            "company": company,
            "type": "percentage",
            "rate": Decimal(str(row.values["rate"])) / 100,
            "invoice_account": account,
            "credit_note_account": account,
        }
        (tax,) = tryton.create("account.tax", values, company=company)
        codes = [
            {
                "name": f"{row.key[0]} {amount}",
                "code": f"{row.key[0]}-{amount}",
                "company": company,
                "lines": [
                    [
                        "create",
                        [
                            {"operator": sign, "tax": tax, "amount": amount, "type": kind}
                            for sign, kind in (("+", "invoice"), ("-", "credit"))
                        ],
                    ]
                ],
            }
            for amount in ("base", "tax")
        ]
        tryton.create("account.tax.code", *codes, company=company)


def _create_years(tryton: Tryton, entity: LegalEntity, company: int, types: Mapping[str, int]) -> None:
    """Open fiscal years with one move and one invoice sequence each, and their months.

    Invoices come with the legal number billing gave them; the sequence is for what has none.
    """
    context = {"company": company}
    first = _MONTHS.index(entity.fiscal_year[:3]) + 1
    for name, start, end in fiscal_years(first):
        moves, invoices = tryton.create(
            "ir.sequence.strict",
            {"name": f"Moves {name}", "sequence_type": types["Account Move"], "company": company},
            {
                "name": f"Documents {name}",
                "sequence_type": types["Invoice"],
                "company": company,
                "prefix": f"{entity.name}-{name}-",
            },
            **context,
        )
        sequences = {
            "company": company,
            **{f"{way}_{kind}_sequence": invoices for way in ("out", "in") for kind in ("invoice", "credit_note")},
        }
        (year,) = tryton.create(
            "account.fiscalyear",
            {
                "name": name,
                "company": company,
                "start_date": start,
                "end_date": end,
                "move_sequence": moves,
                "invoice_sequences": [["create", [sequences]]],
            },
            **context,
        )
        tryton.call("model.account.fiscalyear.create_period", [year], **context)
