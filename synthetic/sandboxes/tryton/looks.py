"""What a probe sees of Tryton: business state as flat JSON, with the names of the `erp` port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from synthetic.deeds import Answer
from synthetic.sandboxes.ledger.rules_cash import CLEARING, CREDIT_LOSSES, DISPUTED
from synthetic.sandboxes.ledger.rules_sales import CREDIT, RECEIVABLE, REVENUES, TAX, UNBILLED
from synthetic.sandboxes.ledger.shown import line_facts, shown_schedules
from synthetic.sandboxes.ledger.values import period_of
from synthetic.sandboxes.tryton.books import Books, Held
from synthetic.sandboxes.tryton.rows import functional_of, kind_of, read_facts
from synthetic.sandboxes.tryton.schedules import Schedules
from synthetic.systems.tryton.directory import Company
from synthetic.systems.tryton.documents import minor


class Looks:
    """Answers questions; changes nothing."""

    def __init__(self, books: Books, schedules: Schedules) -> None:
        """Look at these books."""
        self._books = books
        self._schedules = schedules

    def party(self, customer: str, entity: str) -> Answer:
        """Show the party of a customer in one company, and how many the company has of his account."""
        rows = self._parties(["code", "=", f"{customer}/{entity}"], entity)
        if not rows:
            return {"count": 0}
        facts = _marks(rows[0])
        account = facts.get("account", "")
        same = self._parties(["contact_mechanisms.value", "like", f"%account: {account}%"], entity) if account else []
        others = [one for one in same if one["id"] != rows[0]["id"] and _marks(one).get("account") == account]
        return {
            "count": len(rows) + len(others),
            "name": rows[0]["name"],
            "entity": entity,
            "currency": facts.get("currency", ""),
            "terms": facts.get("terms", ""),
            "tax_id": facts.get("tax_id", ""),
            "parent": facts.get("parent_id", ""),
            "country": facts.get("country", ""),
            "bill_to": facts.get("bill_to", ""),
            "synthetic": facts.get("synthetic") == "true",
        }

    def _parties(self, which: list[str], entity: str) -> list[dict[str, Any]]:
        return self._books.rest(
            "party.party",
            [which, ["code", "like", f"%/{entity}"]],
            ("name", "contact_mechanisms.name", "contact_mechanisms.value"),
            **self._books.company(entity).context,
        )

    def posting(self, key: str, kind: str, ledger: str) -> Answer:
        """Show what is posted for an invoice or a credit note."""
        found = [one for one in self._books.held(key, ledger) if one.facts.get("kind") == kind]
        return {"count": len(found), **self._posting_facts(found[0])} if found else {"count": 0}

    def schedule(self, invoice: str, ledger: str) -> Answer:
        """Show the deferral schedules of an invoice, summed; `residue` is what rounding left for ever."""
        found = [one for held in self._books.held(invoice, ledger) for one in self._of(held)]
        residue = sum(one.residue for one in found)
        return {**shown_schedules([one.deferral for one in found]), **({"residue": residue} if residue else {})}

    def application(self, payment: str) -> Answer:
        """Show to what a payment was applied."""
        fields = (
            "description",
            "date",
            "company.id",
            "origin",
            "lines.party.code",
            "lines.account.code",
            "lines.debit",
            "lines.credit",
            "lines.amount_second_currency",
        )
        rows = self._books.rest(
            "account.move",
            [["description", "like", f"%/payment/{payment}/payment/%"], ["state", "=", "posted"]],
            fields,
        )
        rows = [row for row in rows if row["description"].split("/")[2] == payment]
        if not rows:
            return {"count": 0}
        row = rows[0]
        company = self._books.company_by_id(row["company"]["id"])
        origin = str(row["origin"] or "").partition(",")[2]
        paid = self._books.tryton.find("account.invoice", [["id", "=", int(origin or 0)]], ["reference", "comment"])
        party = next((one["party"]["code"] for one in row["lines"] if one["party"]), "")
        cash = next(one["account"]["code"] for one in row["lines"] if one["debit"])
        return {
            "count": len(rows),
            "customer": party.rsplit("/", 1)[0],
            "account": cash,
            "source": row["description"].split("/")[0],
            "synthetic": self._is_synthetic(party, paid[0]["comment"] if paid else ""),
            "applied_to": paid[0]["reference"] if paid else "",
            "amount": -self._sum(row["lines"], RECEIVABLE, company),
            "unapplied": -self._sum(row["lines"], CREDIT, company),
            "realised_fx": -sum(
                functional_of(one, company) for one in row["lines"] if one["account"]["code"] == "7100"
            ),
            "applied_on": str(row["date"]),
        }

    def receivable(self, invoice: str, ledger: str) -> Answer:
        """Show what is owed on an invoice."""
        found = [one for one in self._books.held(invoice, ledger) if one.facts.get("kind") == "invoice"]
        if not found:
            return self._cancelled(invoice, ledger)
        item = self._books.open_item(found[0])
        return {
            "count": 1,
            "open": item.open,
            "total": item.total,
            "currency": item.currency,
            "credits_applied": item.credits_applied,
            "cash_applied": item.cash_applied,
            "written_off": item.written_off,
            "due_date": str(item.due_date),
            "dunning_level": item.dunning_level,
            "collected_by": item.collected_by,
        }

    def balances(self, ledger: str, through: str, customer: str = "") -> Answer:
        """Show the trial balance with its control totals, of all or of what one customer brought."""
        company = self._books.company(ledger)
        found = self.trial_balance(ledger, through, customer)
        parties = self._addressed(customer, company) if customer else None
        deferrals = [one.deferral for one in self._schedules.all(company, self._books.today(ledger), parties)]
        return {
            "count": 1,
            "balance": sum(found.values()),
            "receivable": found.get(RECEIVABLE, 0),
            "customer_credit": -found.get(CREDIT, 0),
            "unbilled": found.get(UNBILLED, 0),
            "disputed": found.get(DISPUTED, 0),
            "clearing": found.get(CLEARING, 0),
            "output_tax": -found.get(TAX, 0),
            "deferred": sum(one.remaining for one in deferrals),
            "open_items": self._open_items(company, parties),
            "revenue": -sum(found.get(one, 0) for one in REVENUES),
            "credit_losses": found.get(CREDIT_LOSSES, 0),
        }

    def cash(self, object_id: str, kind: str, ledger: str) -> Answer:
        """Show what is posted for a refund, or for the beginning or end of a dispute."""
        rows = self._moves(object_id, kind, ledger)
        if not rows:
            return {"count": 0}
        row = rows[0]
        company = self._books.company_by_id(row["company"]["id"])
        return {
            "count": len(rows),
            "source": row["description"].split("/")[0],
            "entity": self._books.master.of(company.name).legal_entity,
            "currency": company.currency,
            "amount": sum(minor(line["debit"], company.digits) for line in row["lines"]),
            "accounts": self._books.shown((line["account"]["code"] for line in row["lines"]), company),
            "posting_date": str(row["date"]),
        }

    def marked(self, object_id: str, kind: str, ledger: str, *more: str) -> Answer:
        """Show a move as `cash` does, together with its synthetic mark and `more` of what its lines say."""
        rows = self._moves(object_id, kind, ledger)
        if not rows:
            return {"count": 0}
        marks = [read_facts((line["description"] or "").replace("; ", "\n")) for line in rows[0]["lines"]]
        said = {name: marks[0].get(name, "") for name in more}
        is_synthetic = all(one.get("synthetic") == "true" for one in marks)
        return {**self.cash(object_id, kind, ledger), "synthetic": is_synthetic, **said}

    def _moves(self, object_id: str, kind: str, ledger: str) -> list[dict[str, Any]]:
        """Return the posted moves with the key of an object and a kind, in one company or in any."""
        fields = ("description", "date", "company.id", *(f"lines.{name}" for name in _MOVE_LINE))
        found = self._books.rest(
            "account.move", [["description", "like", f"%/{object_id}/{kind}/%"], ["state", "=", "posted"]], fields
        )
        rows = [row for row in found if row["description"].split("/")[2:4] == [object_id, kind]]
        return [row for row in rows if ledger in {"", self._books.company_by_id(row["company"]["id"]).name}]

    def trial_balance(self, ledger: str, through: str = "", customer: str = "") -> dict[str, int]:
        """Return the balance of every account by the end of a month (YYYY-MM), in minor units."""
        company = self._books.company(ledger)
        domain: list[Any] = [["account.company", "=", company.id], ["move.state", "=", "posted"]]
        if through:
            domain.append(["period.start_date", "<=", date.fromisoformat(f"{through}-01")])
        if customer:
            personal = [company.account(one) for one in (RECEIVABLE, CREDIT)]
            domain.append(_brought(f"{customer}/{ledger}", self._addressed(customer, company), personal))
        rows = self._books.tryton.find(
            "account.move.line", domain, ["account.code", "debit", "credit"], **company.context
        )
        found: dict[str, int] = {}
        for row in rows:
            code = self._books.cloud_code(row["account."]["code"], company)
            found[code] = found.get(code, 0) + functional_of(row, company)
        return found

    def period(self, ledger: str, period: str) -> Answer:
        """Show the state of a period."""
        company = self._books.company(ledger)
        found = self._books.period(ledger, period)
        domain = [["period", "=", found["id"]], ["state", "=", "posted"]]
        moves = self._books.tryton.call("model.account.move.search_count", domain, **company.context)
        changed = found["write_date"] or found["create_date"]
        return {
            "count": 1,
            "state": self._books.period_state(ledger, period),
            "changed_at": f"{changed:%Y-%m-%dT%H:%M:%SZ}",
            "postings": moves,
        }

    def _of(self, held: Held) -> list[Any]:
        return self._schedules.of_invoice(held, self._books.today(held.company.name))

    def _posting_facts(self, held: Held) -> Answer:
        row, facts, company = held.row, held.facts, held.company
        digits = row["currency"]["digits"]
        total, tax = abs(minor(row["total_amount"], digits)), abs(minor(row["tax_amount"], digits))
        codes = sorted({one["name"] for line in row["lines"] for one in line["taxes"]})
        day = date.fromisoformat(facts["document_date"])
        lines = row["move"]["lines"]
        entity = self._books.master.of(company.name).legal_entity
        owed = [one for one in lines if one["account"]["code"] in {RECEIVABLE, CREDIT}]
        return {
            "source": facts["source"],
            "entity": entity,
            "ledger": company.name,
            "currency": row["currency"]["code"],
            "total": total,
            "net": total - tax,
            "tax": tax,
            "tax_code": ",".join(codes),
            "tax_base": abs(sum(minor(one["base"], digits) for one in row["taxes"] if one["amount"])),
            "tax_reason": self._books.master.tax_reason(codes[0], entity, day) if codes else "",
            "functional_total": abs(sum(functional_of(one, company) for one in owed)),
            "rate": facts.get("rate", ""),
            "balance": sum(functional_of(one, company) for one in lines),
            "accounts": self._books.shown((one["account"]["code"] for one in lines), company),
            "document_date": facts["document_date"],
            "posting_date": str(row["move"]["date"]),
            "posting_period": period_of(row["move"]["period"]["start_date"]),
            "tax_period": facts["tax_period"],
            "late": facts["late"] == "true",
            "legal_number": row["description"] or "",
            "contract": facts["contract"],
            "version": int(facts["version"]),
            "synthetic": facts["synthetic"] == "true",
            "reversed_by": None,
            **line_facts(self._sold(held)),
        }

    def _sold(self, held: Held) -> Iterator[tuple[str, int, str]]:
        """Return account, net and tax code of each line of a document, in their order; the net of a credit note too."""
        digits, sign = held.row["currency"]["digits"], -1 if held.facts["kind"] == "credit" else 1
        for one in sorted(held.row["lines"], key=lambda line: int(line["id"])):
            code = next((tax["name"] for tax in one["taxes"]), "")
            account = self._books.shown([one["account"]["code"]], held.company)
            yield account, sign * minor(one["amount"], digits), code

    def _cancelled(self, invoice: str, ledger: str) -> Answer:
        """Show an invoice that was voided: nothing is owed."""
        domain: list[Any] = [["reference", "=", invoice], ["state", "=", "cancelled"]]
        if ledger:
            domain.append(["company", "=", self._books.company(ledger).id])
        fields = ("total_amount", "currency.code", "currency.digits", "payment_term.name", "comment")
        rows = self._books.rest("account.invoice", domain, fields)
        if not rows:
            return {"count": 0}
        day = date.fromisoformat(read_facts(rows[0]["comment"])["document_date"])
        terms = self._books.master.terms(rows[0]["payment_term"]["name"], day)
        total = minor(rows[0]["total_amount"], rows[0]["currency"]["digits"])
        return {
            "count": 1,
            "open": 0,
            "total": total,
            "currency": rows[0]["currency"]["code"],
            "credits_applied": total,
            "cash_applied": 0,
            "written_off": 0,
            "due_date": str(terms.due(day)),
            "dunning_level": 0,
            "collected_by": terms.collected_by,
        }

    def _addressed(self, customer: str, company: Company) -> list[str]:
        """Return the parties whose documents are a customer's: its own and those merged into it; none once merged."""
        into = self._books.documents.merged([["party.code", "like", f"%/{company.name}"]], company)
        found = [f"{customer}/{company.name}"]
        if found[0] in into:
            return []
        for one in found:
            found += [lost for lost, kept in into.items() if kept == one]
        return found

    def _open_items(self, company: Company, parties: list[str] | None) -> int:
        """Return what Tryton itself says is left to pay of invoices in the company's currency.

        A second way to the control account: the sum comes from `amount_to_pay`, not from the lines of 1100.
        """
        domain: list[Any] = [
            ["company", "=", company.id],
            ["state", "=", "posted"],
            ["currency", "=", self._books.directory.currencies[company.currency]],
            ["total_amount", ">", 0],
        ]
        own = [] if parties is None else [["party.code", "in", parties]]
        domain += own
        rows = self._books.tryton.find("account.invoice", domain, ["amount_to_pay"], **company.context)
        reinstated = self._books.tryton.find(
            "account.move.line",
            [["account", "=", company.account(RECEIVABLE)], ["move.description", "like", "%/dispute-lost/%"], *own],
            ["debit", "credit", "move.description"],
            **company.context,
        )
        again = sum(
            functional_of(one, company) for one in reinstated if kind_of(one["move."]["description"]) == "dispute-lost"
        )
        return sum(minor(row["amount_to_pay"], company.digits) for row in rows) + again

    def _is_synthetic(self, party: str, comment: str) -> bool:
        """Return whether a payment is synthetic: as its invoice is, or as the customer who paid."""
        if comment:
            return read_facts(comment).get("synthetic") == "true"
        customer, _, entity = party.rpartition("/")
        return bool(self.party(customer, entity).get("synthetic"))

    def _sum(self, lines: list[Mapping[str, Any]], account: str, company: Company) -> int:
        """Return the sum of lines on an account in the currency of the document."""
        found = 0
        for line in lines:
            if line["account"]["code"] == account:
                second = line["amount_second_currency"]
                found += functional_of(line, company) if second is None else minor(second, company.digits)
        return found


def _brought(party: str, addressed: list[str], personal: list[int]) -> list[Any]:
    """Return the domain of lines that a customer brought: of moves with its party, or of its documents.

    What is owed and credited is only that of the party itself: after a merger lines of the other are in these moves.
    """
    return [
        "OR",
        ["party.code", "=", party],
        [
            ["account", "not in", personal],
            [
                "OR",
                ["move.lines.party.code", "in", addressed],
                ["move.origin.party.code", "in", addressed, "account.invoice"],
                ["move.origin.invoice_line.invoice.party.code", "in", addressed, "account.invoice.deferred"],
            ],
        ],
    ]


def _marks(party: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a party that Tryton has no field for."""
    texts = [one["value"] for one in party["contact_mechanisms"] if one["name"] == "facts"]
    return read_facts("\n".join(texts).replace("; ", "\n"))


_MOVE_LINE = ("account.code", "debit", "credit", "description")
