"""Bank transfers: received and applied in the ledger, mirrored back to billing, which else keeps chasing a payer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from harness.model import JSON
from synthetic.deeds import Answer, UnreachableError

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]

_AGAIN = 10.0


class Transfers:
    """Bank lines in the ledger and their way to billing."""

    def __init__(self, ask: Ask, now: Callable[[], datetime]) -> None:
        """Reach the other systems through `ask`."""
        self._ask = ask
        self._now = now
        self._waiting: list[tuple[float, str]] = []

    def receive(self, payment: Mapping[str, JSON], latency: float = 60.0) -> Answer:
        """Book a bank line and apply it by its reference; billing is told a little later."""
        applied = self._ask("erp", "apply_payment", {"payment": dict(payment)})
        invoice = payment.get("invoice_id")
        if isinstance(invoice, str) and invoice:
            self._waiting.append((self._now().timestamp() + latency, invoice))
        return {"id": payment["id"], **applied}

    def next_due(self) -> float | None:
        """Return when billing must be told next."""
        return min((due for due, _ in self._waiting), default=None)

    def run_due(self) -> None:
        """Tell billing of every invoice that is settled in the ledger."""
        at = self._now().timestamp()
        for due, invoice in [one for one in self._waiting if one[0] <= at]:
            self._waiting.remove((due, invoice))
            try:
                if self._ask("erp", "receivable_of", {"invoice": invoice}).get("open") == 0:
                    self._ask("billing", "mark_paid", {"invoice": invoice})
            except UnreachableError as error:
                # forgotten, billing would chase a payer for ever
                self._waiting.append((at + max(_AGAIN, error.retry_after), invoice))
