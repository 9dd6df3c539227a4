"""The ports and their operations: what a probe may do and see, and what a fault may meet."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from harness.model import JSON, UsageError
from synthetic.deeds.calls import Call, Kind

DEEDS: Mapping[str, tuple[str, ...]] = {
    # nothing is changed by a determination, but what is posted is decided by its answer: it is an order between systems
    "tax": ("determine", "file_certificate"),
    "crm": ("accept_account", "accept_order", "won", "renewal_due"),
    "billing": (
        "onboard",
        "change_method",
        "subscribe",
        "amend",
        "plan_renewal",
        "cancel",
        "pay",
        "mark_paid",
        "bill",
        "void",
        "credit",
        "refund",
        "report_usage",
        "answer_dispute",
        "close_dispute",
        "pay_out",
    ),
    "erp": (
        "register_party",
        "merge_parties",
        "post_invoice",
        "void_invoice",
        "post_credit",
        "forfeit",
        "accrue_usage",
        "apply_payment",
        "receive_transfer",
        "post_payout",
        "post_refund",
        "open_dispute",
        "close_dispute",
        "expect_loss",
        "write_off",
        "recognise",
        "revalue",
        "reverse",
        "close_period",
        "reopen_period",
        "dun",
        "assign_collection",
    ),
    "entitlements": ("register_tenant", "set_entitlement"),
    "analytics": ("forecast", "record_invoice"),
    "sync": ("redeliver", "replay"),
    "bus": ("deliver", "publish"),
}
"""Operations that change something; `bus.deliver` carries an event from billing to the sync middleware."""

LOOKS: Mapping[str, tuple[str, ...]] = {
    "crm": ("account_of", "order_of", "orders_of", "renewal_of"),
    "tax": ("certificate_of", "tax_id_of"),
    "billing": (
        "customer_of",
        "subscription_of",
        "invoice_of",
        "invoices_of",
        "preview_of",
        "payment_of",
        "credit_of",
        "usage_of",
        "refund_of",
        "dispute_of",
        "payout_of",
        "leftovers_of",
    ),
    "erp": (
        "party_of",
        "merge_of",
        "posting_of",
        "credit_posting_of",
        "refund_posting_of",
        "dispute_posting_of",
        "payout_posting_of",
        "termination_posting_of",
        "loss_posting_of",
        "write_off_posting_of",
        "accrual_posting_of",
        "revaluation_of",
        "rate_of",
        "schedule_of",
        "application_of",
        "receivable_of",
        "balances_of",
        "period_of",
    ),
    "entitlements": ("tenant_of", "entitlement_of"),
    "analytics": ("forecast_of", "invoice_of"),
    "sync": ("exceptions_of", "deliveries_of"),
    "bus": ("event_of", "next_of"),
}
"""Operations that only show; each answers with `count`, 0 for nothing there."""

BETWEEN: frozenset[tuple[str, str]] = frozenset(
    {
        ("bus", "deliver"),
        ("billing", "mark_paid"),
        ("tax", "determine"),
        ("crm", "renewal_due"),
        ("entitlements", "register_tenant"),
        ("entitlements", "set_entitlement"),
        ("analytics", "forecast"),
        ("analytics", "record_invoice"),
        *(
            ("erp", name)
            for name in (
                "register_party",
                "post_invoice",
                "void_invoice",
                "post_credit",
                "forfeit",
                "apply_payment",
                "post_payout",
                "post_refund",
                "open_dispute",
                "close_dispute",
                "assign_collection",
            )
        ),
    }
)
"""What systems order of each other while a probe only watches: here business facts are lost, doubled or changed."""

TAKES_BACK: frozenset[tuple[str, str]] = frozenset({("billing", "cancel"), ("erp", "reopen_period")})
"""What probes end with: where it is down for good, they leave something behind, whatever they do."""


class Port:
    """One port, as a probe writes it: `erp.posting_of(invoice=...)` is a call, not yet an answer."""

    def __init__(self, name: str) -> None:
        """Name the port; its operations are those of DEEDS and LOOKS."""
        self._name = name

    def __getattr__(self, operation: str) -> Callable[..., Call]:
        """Return a maker of calls to one operation.

        Raises:
            UsageError: The port has no such operation.
        """
        if operation.startswith("__"):
            raise AttributeError(operation)
        is_deed = operation in DEEDS[self._name]
        if not is_deed and operation not in LOOKS[self._name]:
            near = difflib.get_close_matches(operation, (*DEEDS[self._name], *LOOKS[self._name]), 1)
            raise UsageError(
                f"port {self._name} has no operation {operation}",
                remedy=f"Did you mean {near[0]}?" if near else "See docs/probes.md for the operations of each port.",
            )

        def call(*, key: str = "", **request: JSON) -> Call:
            return Call(self._name, operation, request, Kind.DEED if is_deed else Kind.LOOK, key)

        return call


def ports() -> dict[str, Port]:
    """Return every port by name."""
    return {name: Port(name) for name in DEEDS}
