"""Documents of customers: parties, invoices, credit notes, terminations, usage that is not billed yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from harness.model.money import cumulative, share
from synthetic.sandboxes.ledger import contradictions, rules_cash, rules_close, rules_sales
from synthetic.sandboxes.ledger.books import Books, Taken
from synthetic.sandboxes.ledger.rules_sales import Document, day_of, rows, text, whole
from synthetic.sandboxes.ledger.values import Deferral, OpenItem, Party, Posting, RefusedError


class Sales:
    """What customers are, are billed and are credited; every operation is one transaction and may be repeated."""

    def __init__(self, books: Books) -> None:
        """Work on these books."""
        self._books = books

    def register_party(self, document: Document) -> Party:
        """Take a customer: one party per customer and legal entity, however often it is sent."""
        customer, entity = text(document, "id"), text(document, "legal_entity")
        self._books.master.of(entity)
        with self._books.storage.transaction("erp.register-party"):
            known = self._survivor(customer, entity)
            party = Party(
                id=known.id if known else f"pa_{customer}_{entity}",
                customer_id=customer,
                legal_entity=entity,
                name=text(document, "legal_name"),
                currency=text(document, "currency"),
                terms=text(document, "payment_terms"),
                tax_id=_tax_id(document),
                parent=text(document, "parent_id"),
                synthetic=bool(document.get("synthetic")),
                extra=_extra(document) or (known.extra if known else {}),
            )
            self._books.storage.put(party)
            if known is None:
                self._books.telling.party(party, self._books.stamp())
        return party

    def merge_parties(self, loser: str, survivor: str, posting_date: date) -> Taken:
        """Mark a party as merged into another and move its credit and open items; nothing is deleted.

        What comes for the loser from now on is the survivor's.

        Raises:
            RefusedError: `party-unknown`.
        """
        with self._books.storage.transaction("erp.merge-parties"):
            lost, kept = self._books.storage.party(loser), self._books.storage.party(survivor)
            if lost is None or kept is None or lost.legal_entity != kept.legal_entity:
                raise RefusedError("party-unknown", f"no two parties {loser} and {survivor} of one company")
            entity = kept.legal_entity
            account = self._books.master.account(rules_sales.CREDIT, entity, posting_date)
            items = [one for one in self._books.storage.open_items(entity) if one.party == lost.customer_id]
            document: Document = {
                "id": loser,
                "source_system": "erp",
                "currency": self._books.master.of(entity).currency,
                "amount": -self._books.storage.credit_of(entity, lost.customer_id, account),
                "receivable": sum(share(one.booked, one.open, one.total) for one in items),
                "from_party": lost.customer_id,
                "to_party": kept.customer_id,
                "synthetic": lost.synthetic,
            }
            self._books.storage.put(replace(lost, merged_into=survivor))
            for item in items:
                self._books.storage.put(replace(item, party=kept.customer_id))
            return self._books.take(
                rules_cash.reapplied(self._books.master, document, entity, posting_date), compare=False
            )

    def post_invoice(self, document: Document, ledger: str = "", *, accrued: bool | None = None) -> Taken:
        """Post a finalised invoice with its open item and deferral schedules, in one transaction.

        Usage that was `accrued` is settled where it waits; None looks whether as much waits for this customer.
        """
        ledger = ledger or text(document, "legal_entity")
        day = day_of(document, "document_date")
        contradictions.check_company(self._books.master, document, ledger)
        contradictions.check_finished(document)
        contradictions.check_invoice(document)
        with self._books.storage.transaction("erp.post-invoice"):
            document = self._addressed(document, ledger)
            waits = self._is_accrued(document, ledger, day) if accrued is None else accrued
            known = self._books.storage.posting(rules_sales.key_of(document, "invoice", "invoice", ledger))
            if known is not None:
                # settled the first time: asked again, nothing waits any more, and it is the same posting
                unbilled = self._books.master.account(rules_sales.UNBILLED, ledger, day)
                waits = any(line.account == unbilled for line in known.lines)
            posting = self._books.in_open_period(
                lambda on: rules_sales.invoice(self._books.master, document, ledger, on, accrued=waits), ledger, day
            )
            taken = self._books.take(posting)
            if not taken.is_replay:
                self._books.storage.put(self._open_item(document, taken.posting))
                for deferral in self._deferrals(taken.posting):
                    self._books.storage.put(deferral)
        return taken

    def _addressed(self, document: Document, ledger: str) -> Document:
        """Return an invoice with the party that has it: what is sent again after a merge is what was posted before."""
        known = self._books.storage.posting(rules_sales.key_of(document, "invoice", "invoice", ledger))
        is_as_posted = known is not None and known.lines[0].dimension == text(document, "customer_id")
        return document if is_as_posted else self._books.addressed(document)

    def _is_accrued(self, document: Document, ledger: str, day: date) -> bool:
        usage = sum(whole(line, "net") for line in rows(document, "lines") if text(line, "revenue_class") == "USAGE")
        unbilled = self._books.master.account(rules_sales.UNBILLED, ledger, day)
        waiting = self._books.storage.credit_of(ledger, text(document, "customer_id"), unbilled)
        return 0 < usage <= waiting

    def void_invoice(self, invoice_id: str, ledger: str, day: date) -> Taken:
        """Reverse the posting of an invoice that was voided; nothing is owed and nothing waits any more."""
        with self._books.storage.transaction("erp.void-invoice"):
            item = self._books.item(invoice_id, ledger)
            posted = next(one for one in self._books.storage.postings(invoice_id, ledger) if one.key.kind == "invoice")
            taken = self._books.take_now(lambda on: rules_close.undone(posted, on), ledger, day)
            if not taken.is_replay:
                self._books.telling.reversed(taken.posting)
                self._books.storage.put(replace(item, credits_applied=item.credits_applied + item.open))
                for one in self._books.storage.deferrals(invoice_id, ledger):
                    self._books.storage.put(replace(one, shortened=one.shortened + one.remaining))
        return taken

    def post_credit(self, document: Document, ledger: str = "") -> Taken:
        """Post a credit note: never more than the invoice had, the schedule shortened, the open amount first.

        Raises:
            RefusedError: `credit-exceeds`, `invoice-unknown`.
        """
        ledger = ledger or text(document, "legal_entity")
        invoice_id, total = text(document, "invoice_id"), whole(document, "total")
        contradictions.check_company(self._books.master, document, ledger)
        contradictions.check_finished(document)
        contradictions.check_credit(document)
        with self._books.storage.transaction("erp.post-credit"):
            item = self._books.item(invoice_id, ledger)
            key = rules_sales.key_of(document, "credit", "credit", ledger)
            if self._books.storage.posting(key) is None and item.credited + total > item.total:
                raise RefusedError(
                    "credit-exceeds",
                    f"credits of {item.credited + total} on an invoice of {item.total}",
                    "Credit less.",
                )
            posting = self._books.in_open_period(
                lambda on: rules_sales.credit_note(self._books.master, document, ledger, on, open_amount=item.open),
                ledger,
                day_of(document, "document_date"),
            )
            taken = self._books.take(posting, compare=False)
            if not taken.is_replay:
                against = min(total, item.open)
                self._books.storage.put(
                    replace(item, credited=item.credited + total, credits_applied=item.credits_applied + against)
                )
                self._shorten(document, ledger)
        return taken

    def forfeit(self, document: Document, ledger: str = "") -> Taken:
        """Close what is left of an invoice's schedules as termination revenue (not refundable)."""
        ledger = ledger or text(document, "legal_entity")
        invoice_id, day = text(document, "invoice_id"), day_of(document, "effective_date")
        with self._books.storage.transaction("erp.forfeit"):
            self._books.item(invoice_id, ledger)  # nothing is given up of what is not posted
            left = 0
            for one in self._books.storage.deferrals(invoice_id, ledger):
                earned = rules_sales.earned(one.total, one.start, one.end, day)
                unearned = one.total - one.shortened - max(earned, one.recognised)
                left += unearned
                self._books.storage.put(replace(one, shortened=one.shortened + unearned))
            return self._books.take(
                rules_sales.forfeited(self._books.master, document, ledger, day, left), compare=False
            )

    def accrue_usage(self, document: Document, ledger: str = "") -> Taken:
        """Post rated usage that is not billed yet, on the last day of its period."""
        ledger = ledger or text(document, "legal_entity")
        day = day_of(document, "posting_date")
        return self._books.take_now(
            lambda on: rules_sales.accrual(self._books.master, document, ledger, on), ledger, day
        )

    def _survivor(self, customer: str, entity: str) -> Party | None:
        found = self._books.storage.parties(customer, entity)
        return next((party for party in found if not party.merged_into), None)

    def _open_item(self, document: Document, posting: Posting) -> OpenItem:
        terms = self._books.master.terms(text(document, "payment_terms") or "CARD", posting.document_date)
        receivable = posting.lines[0]
        codes = [line.tax_code for line in posting.lines if line.tax_base]
        return OpenItem(
            invoice_id=text(document, "id"),
            ledger=posting.key.ledger,
            legal_entity=posting.legal_entity,
            party=text(document, "customer_id"),
            currency=posting.currency,
            total=receivable.amount,
            booked=receivable.functional,
            document_date=posting.document_date,
            due_date=terms.due(posting.document_date),
            terms=terms.name,
            collected_by=terms.collected_by,
            rate=posting.rate,
            tax_code=codes[0] if codes else "",
            number=text(document, "number"),
        )

    def _deferrals(self, posting: Posting) -> list[Deferral]:
        ledger = posting.key.ledger
        found = []
        for line in posting.lines:
            if line.service is None:
                continue
            chart = self._books.master.of(ledger).legal_entity
            _, revenue = self._books.master.revenue_accounts(line.revenue_class, chart, posting.document_date)
            found.append(
                Deferral(
                    invoice_id=posting.key.object_id,
                    source_line=line.source_line,
                    ledger=ledger,
                    item=line.dimension,
                    deferred_account=line.account,
                    revenue_account=self._books.master.account(revenue, ledger, posting.posting_date),
                    total=-line.functional,
                    start=line.service[0],
                    end=line.service[1],
                    method="months" if self._books.master.of(ledger).is_second else "daily",
                )
            )
        return found

    def _shorten(self, document: Document, ledger: str) -> None:
        """Take the unearned net of a credit note off the schedules of its lines, the parts of a bundle by weight."""
        for line in rows(document, "lines"):
            unearned = whole(line, "unearned_net")
            found = [
                one
                for one in self._books.storage.deferrals(text(document, "invoice_id"), ledger)
                if one.source_line == text(line, "invoice_line_id")
            ]
            if not unearned or not found:
                continue
            parts = cumulative(unearned, [one.total for one in found])
            for one, part in zip(found, parts, strict=True):
                self._books.storage.put(replace(one, shortened=one.shortened + part))


def _tax_id(document: Document) -> str:
    """Return the tax id of a customer, "" if none is known."""
    profile = document.get("tax_profile")
    return text(profile, "tax_id") if isinstance(profile, dict) else ""


def _extra(document: Document) -> dict[str, str]:
    """Return what only some callers tell of a customer."""
    limit = whole(document, "credit_limit")
    told = {
        "account": account_of(document),
        "credit_limit": str(limit or ""),
        "country": text(document, "country"),
        "bill_to": bill_to_of(document),
    }
    return {name: value for name, value in told.items() if value}


def bill_to_of(document: Document) -> str:
    """Return the account of the CRM that invoices of a customer go to, "" if none is told."""
    seat = document.get("bill_to")
    return text(seat, "account_id") if isinstance(seat, dict) else ""


def account_of(document: Document) -> str:
    """Return the account of the CRM that a customer belongs to, "" if none is told."""
    seat = document.get("sold_to")
    own = text(seat, "account_id") if isinstance(seat, dict) else ""
    return text(document, "account") or text(document, "account_id") or own
