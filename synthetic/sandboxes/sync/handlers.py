"""What each billing event leads to in the other systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from harness.model import JSON
from synthetic.deeds import RefusedError
from synthetic.sandboxes.sync import canonical, canonical_cash
from synthetic.sandboxes.sync.billed import collector_of, sku_of, terms_of
from synthetic.sandboxes.sync.events import fact
from synthetic.sandboxes.sync.facts import customer_data, entitlements, forecast_data, tenant_data, tenant_id
from synthetic.sandboxes.sync.handling import BOOKED_IN, COLLECTOR, RECEIPT, Context, object_of, seen_before
from synthetic.sandboxes.sync.storage import Inbound
from synthetic.sandboxes.sync.taxation import NO_SHIP_TO, sale_of, settled, unlocated


def _customer(context: Context, event: Inbound) -> None:
    """The CRM owns name and seat, so a customer is completed from there."""
    found = object_of(event)
    account = (found.get("metadata") or {}).get("account")
    known = context.ask("crm", "account_of", {"account": account}) if account else {}
    owned = known if known.get("count") else None
    found = _in_entity(context, found, (owned or {}).get("legal_entity"))
    document = context.valid("customer", canonical.customer(found, context.master, event.version, owned))
    context.post("register_party", {"customer": document})
    tenant = str(context.ask("entitlements", "register_tenant", {"customer": document}).get("tenant") or "")
    is_new = context.storage.document(str(document["id"])) is None
    context.sent("customer.onboarded", document)
    kind, entity = "customer.onboarded" if is_new else "customer.updated", str(document["legal_entity"])
    context.news(kind, str(document["id"]), customer_data(document), entity)
    if is_new and tenant:
        context.fact("tenant.provisioned", tenant, fact(tenant_data(document, tenant), 1))


def _invoice(context: Context, event: Inbound) -> None:
    buyer = context.storage.document(object_of(event).get("customer")) or {}
    found = _in_entity(context, object_of(event), buyer.get("legal_entity"))
    document = canonical.invoice(found, context.master, event.version)
    if not document["total"]:
        # nothing to post, and perhaps no line: billing only closed a period
        context.sent("invoice.without_amount", document)
        return
    document = context.valid("invoice", _taxed(context, document))
    _check_collector(context, object_of(event), document)
    for ledger in context.books(document["legal_entity"], date.fromisoformat(str(document["document_date"]))):
        posted = context.post("post_invoice", {"invoice": document, "ledger": ledger})
        context.told("invoice.posted", document, posted, ledger)
    context.sent("invoice.applied", document)
    context.ask("analytics", "record_invoice", {"invoice": document})


def _check_collector(context: Context, found: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Hold the mapping of terms to how billing collects: else both would chase the customer, or nobody.

    Raises:
        RefusedError: `collector-differs`.
    """
    day = date.fromisoformat(str(document["document_date"]))
    terms = context.master.terms(terms_of(found), day)
    if terms.collected_by != collector_of(found):
        both = "both would dun" if terms.collected_by == "erp" else "nobody would dun"
        message = f"{terms.name} is collected by {terms.collected_by}, but {found.get('collection_method')}: {both}"
        raise RefusedError("sync", COLLECTOR, message)


def _updated(context: Context, event: Inbound) -> None:
    """Move the collector of an open invoice with its collection method; other changes lead to nothing."""
    found, known = object_of(event), context.storage.document(event.object_id)
    terms = terms_of(found)
    if known is None or found.get("status") != "open" or terms == known["payment_terms"]:
        return
    _check_collector(context, found, known)
    entity = str(known["legal_entity"])
    for ledger in context.books(entity, context.today(entity)):
        context.post("assign_collection", {"invoice": event.object_id, "terms": terms, "ledger": ledger})
    day = date.fromisoformat(str(known["document_date"]))
    due = str(context.master.terms(terms, day).due(day))
    context.sent("invoice.reassigned", {**known, "payment_terms": terms, "due_date": due})


def _in_entity(context: Context, found: Mapping[str, Any], entity: JSON) -> Mapping[str, Any]:
    """Complete what names no legal entity with the one that sells to its buyer, as CRM or customer say."""
    metadata = found.get("metadata") or {}
    if metadata.get("legal_entity") or not entity:
        return found
    context.notes.append(f"legal entity {entity} is that of its buyer: {found['id']} names none")
    return {**found, "metadata": {**metadata, "legal_entity": entity}}


def _taxed(context: Context, document: dict[str, JSON]) -> dict[str, JSON]:
    """Ask the tax engine, which owns code and rate, and complete the invoice with its answer."""
    customer = seen_before(context, str(document["customer_id"]), "customer")
    try:
        determination = context.ask("tax", "determine", {"sale": sale_of(document, customer)})
    except RefusedError as error:
        if error.code != NO_SHIP_TO:
            raise
        found = unlocated(document, context.master)
    else:
        found = settled(document, determination)
    if found.explained:
        context.notes.append(found.explained)
    return found.document


def _voided(context: Context, event: Inbound) -> None:
    document = seen_before(context, event.object_id, "invoice")
    for ledger in context.books(document["legal_entity"], context.today(str(document["legal_entity"]))):
        context.post("void_invoice", {"invoice": event.object_id, "ledger": ledger})
    context.sent("invoice.voided", {**document, "status": "void"})


def _charge(context: Context, event: Inbound) -> None:
    found = object_of(event)
    of_invoice = seen_before(context, found["invoice"], "invoice")
    document = context.valid("payment", canonical_cash.payment(found, of_invoice, context.master, event.version))
    for ledger in context.books(document["legal_entity"], date.fromisoformat(str(document["value_date"]))):
        context.post("apply_payment", {"payment": document, "ledger": ledger})
    context.sent("payment.applied", document)


def _credit(context: Context, event: Inbound) -> None:
    found = object_of(event)
    of_invoice = seen_before(context, found["invoice"], "invoice")
    document = context.valid("credit", canonical.credit(found, of_invoice, context.master, event.version))
    for ledger in context.books(document["legal_entity"], date.fromisoformat(str(document["document_date"]))):
        posted = context.post("post_credit", {"credit": document, "ledger": ledger})
        context.told("credit.posted", document, posted, ledger)
    context.sent("credit.applied", document)


def _refund(context: Context, event: Inbound) -> None:
    found = object_of(event)
    if found.get("status") != "succeeded":
        return
    document = context.valid(
        "refund", canonical_cash.refund(found, seen_before(context, found["charge"], "payment"), event.version)
    )
    for ledger in context.books(
        document["legal_entity"], context.day_of(document["legal_entity"], document["succeeded_at"])
    ):
        context.post("post_refund", {"refund": document, "ledger": ledger})
    context.sent("refund.posted", document)


def _refunded(context: Context, event: Inbound) -> None:
    """Post every refund that a charge shows, the oldest first: billing tells of refunds by their charge."""
    found = object_of(event)
    of_payment = seen_before(context, found["id"], "payment")
    for one in reversed(found["refunds"]["data"]):
        if one.get("status") == "succeeded" and context.storage.document(one["id"]) is None:
            document = canonical_cash.refund(one, of_payment, event.version)
            for ledger in context.books(
                document["legal_entity"], context.day_of(document["legal_entity"], document["succeeded_at"])
            ):
                context.ask("erp", "post_refund", {"refund": document, "ledger": ledger})
            context.sent("refund.posted", document)


def _dispute(context: Context, event: Inbound) -> None:
    found = object_of(event)
    at = datetime.fromtimestamp(event.version, UTC)
    document = context.valid(
        "dispute", canonical_cash.dispute(found, seen_before(context, found["charge"], "payment"), event.version, at)
    )
    operation = "open_dispute" if document["status"] == "needs_response" else "close_dispute"
    for ledger in context.books(
        document["legal_entity"],
        context.day_of(document["legal_entity"], document["closed_at"] or document["opened_at"]),
    ):
        context.post(operation, {"dispute": document, "ledger": ledger})
    context.sent(f"dispute.{document['status']}", document)


def _payout(context: Context, event: Inbound) -> None:
    """Ask the provider what a payout is made of: its event says only how much arrives."""
    shown = context.ask("billing", "payout_of", {"payout": event.object_id})
    document = context.valid("payout", canonical_cash.payout(object_of(event), event.version, shown))
    # the bank's line is booked once, where the bank is: in the book of record
    record, *_ = context.books(document["legal_entity"], date.fromisoformat(str(document["arrival_date"])))
    context.post("post_payout", {"payout": document} | _named(record, document["legal_entity"]))
    context.sent("payout.posted", document)


def _subscription(context: Context, event: Inbound) -> None:
    """Entitlement and forecast follow the subscription; `CARD` waits for the payment, `NET` for acceptance."""
    found = object_of(event)
    if _is_overtaken(context, event):
        return
    status = {"active": "on", "trialing": "on", "past_due": "on", "unpaid": "suspended", "canceled": "off"}.get(
        str(found["status"])
    )
    request: dict[str, JSON] = {
        "subscription": found["id"],
        "customer": found["customer"],
        "items": [{"sku": sku_of(item), "quantity": item.get("quantity") or 1} for item in found["items"]["data"]],
        "version": event.version,
        "ends": found.get("ended_at") or found.get("current_period_end"),
        "contract": str((found.get("metadata") or {}).get("contract_id", "")),
    }
    if status:
        context.ask("entitlements", "set_entitlement", {**request, "status": status})
        _tell_entitlements(context, found, status, event.version)
    row = context.ask("analytics", "forecast", {"subscription": dict(found), "version": event.version})
    told = forecast_data(found, row, event.version)
    if told:
        context.news("forecast.updated", str(told["contract_id"]), told, str(told["legal_entity"]))
    if opportunity := canonical.renewal(found, context.master, event.version):
        context.ask("crm", "renewal_due", opportunity)
    if status == "off" and (found.get("metadata") or {}).get("refundable") == "false":
        _forfeited(context, event)
    applied = {"version": event.version, "began": found.get("current_period_start") or 0}
    context.sent("subscription.applied", {"id": found["id"], **applied, "has_ended": bool(found.get("ended_at"))})


def _is_overtaken(context: Context, event: Inbound) -> bool:
    """Whether what came before says more: billing may tell twice of a subscription in one second, in any order.

    Versions are seconds, so such events have one version; the later one has the later term, or has ended.
    """
    found, known = object_of(event), context.storage.document(event.object_id)
    if known is None or known.get("version") != event.version:
        return False
    has_ended = bool(known.get("has_ended")) and not found.get("ended_at")
    return has_ended or int(found.get("current_period_start") or 0) < int(known.get("began") or 0)


def _tell_entitlements(context: Context, found: Mapping[str, Any], status: str, version: int) -> None:
    """Tell what may be used from now on; an event that changes nothing of it is no news."""
    metadata = found.get("metadata") or {}
    for one in entitlements(found, status, context.master, version, tenant_id(str(found["customer"]))):
        context.news("entitlement.changed", str(found["id"]), one, str(metadata.get("legal_entity") or ""), one["id"])


def _forfeited(context: Context, event: Inbound) -> None:
    """Nothing is given back: what was not used is revenue on the day the contract ends, in every ledger."""
    document = canonical.termination(object_of(event), context.master, event.version)
    for ledger in context.books(document["legal_entity"], date.fromisoformat(str(document["effective_date"]))):
        context.post("forfeit", {"termination": document, "ledger": ledger})


def _receipt(context: Context, event: Inbound) -> None:
    """A bank receipt in the ledger: billing is told once the invoice is settled, or it would keep chasing a payer.

    Only that of the book of record counts: a shadow sends no payment. Ledgers that run beside it follow.
    """
    payment, invoice = dict(object_of(event)), object_of(event).get("invoice_id")
    entity = payment["legal_entity"]
    booked_in = str(payment.pop(BOOKED_IN, "") or entity)
    record, *beside = context.books(entity, date.fromisoformat(str(payment["value_date"])))
    if booked_in != record:
        context.notes.append(f"receipt {payment['id']} of {booked_in} is not told to billing: {record} counts")
        return
    for ledger in beside:
        context.post("apply_payment", {"payment": payment, "ledger": ledger})
    asked: dict[str, JSON] = {"invoice": invoice}
    if invoice and context.ask("erp", "receivable_of", asked | _named(record, entity)).get("open") == 0:
        context.ask("billing", "mark_paid", asked)


def _named(ledger: str, entity: JSON) -> dict[str, JSON]:
    """Return how a request names its ledger: not at all where it is the company's own, as every ERP knows that."""
    return {} if ledger == entity else {"ledger": ledger}


HANDLERS: Mapping[str, Callable[[Context, Inbound], None]] = {
    "customer.created": _customer,
    "customer.updated": _customer,
    "invoice.finalized": _invoice,
    "invoice.updated": _updated,
    "invoice.voided": _voided,
    "charge.succeeded": _charge,
    "credit_note.created": _credit,
    "charge.refunded": _refunded,
    "refund.created": _refund,
    "refund.updated": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.closed": _dispute,
    "payout.paid": _payout,
    RECEIPT: _receipt,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
}
"""Event type -> what it leads to; other types are taken in and need nothing."""

OBJECTS: Mapping[str, tuple[str, str]] = {
    "customer.created": ("customer", "customer"),
    "customer.updated": ("customer", "customer"),
    "invoice.finalized": ("invoice", "invoice"),
    "invoice.updated": ("invoice", "invoice"),
    "invoice.voided": ("invoice", "invoice"),
    "charge.succeeded": ("payment", "payment"),
    "credit_note.created": ("credit", "credit"),
    "refund.created": ("refund", "refund"),
    "refund.updated": ("refund", "refund"),
    "charge.dispute.created": ("dispute", "payment"),
    "charge.dispute.closed": ("dispute", "payment"),
    "payout.paid": ("payout", "payment"),
    RECEIPT: ("payment", "payment"),
    "customer.subscription.created": ("contract", "subscription"),
    "customer.subscription.updated": ("contract", "subscription"),
    "customer.subscription.deleted": ("contract", "subscription"),
}
"""Event type -> the kind of object its exceptions name, and that of the queue an operator may pause."""
