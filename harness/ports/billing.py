"""What the harness needs of a billing system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Fields = Mapping[str, Any]
"""An object as the billing system tells it: Stripe's field names, amounts as integers of minor units."""


class Billing(Protocol):
    """A billing system. Every deed takes an idempotency key: the same key twice does it once."""

    def create_customer(self, request: Fields, *, key: str) -> Fields:
        """Create a customer."""
        ...

    def subscribe(self, request: Fields, *, key: str) -> Fields:
        """Begin a subscription."""
        ...

    def amend(self, subscription: str, request: Fields, *, key: str) -> Fields:
        """Change a subscription."""
        ...

    def cancel(self, subscription: str, request: Fields, *, key: str) -> Fields:
        """End a subscription now."""
        ...

    def use(self, request: Fields, *, key: str) -> Fields:
        """Report usage."""
        ...

    def draft_invoice(self, request: Fields, *, key: str) -> Fields:
        """Draft a one-off invoice; `lines` are its charges."""
        ...

    def finalise(self, invoice: str, *, key: str) -> Fields:
        """Finalise a draft."""
        ...

    def pay(self, invoice: str, request: Fields, *, key: str) -> Fields:
        """Pay an invoice."""
        ...

    def void(self, invoice: str, *, key: str) -> Fields:
        """Void an invoice."""
        ...

    def credit(self, request: Fields, *, key: str) -> Fields:
        """Issue a credit note."""
        ...

    def refund(self, request: Fields, *, key: str) -> Fields:
        """Give money back."""
        ...

    def preview(self, request: Fields) -> Fields:
        """Return the invoice that would come, without side effect."""
        ...

    def invoice(self, invoice: str) -> Fields:
        """Return an invoice."""
        ...

    def subscription(self, subscription: str) -> Fields:
        """Return a subscription."""
        ...

    def invoices(self, *, customer: str = "", subscription: str = "") -> Sequence[Fields]:
        """Return all invoices of a customer or subscription, newest first."""
        ...

    def events(self, *, after: str = "", limit: int = 100) -> Sequence[Fields]:
        """Return events in the order they happened, those after the event with id `after`."""
        ...
