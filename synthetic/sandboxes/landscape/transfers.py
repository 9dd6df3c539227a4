"""Bank transfers: received and applied in the ledger, mirrored back to billing, which else keeps chasing a payer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from harness.model import JSON
from synthetic.deeds import Answer, UnreachableError
from synthetic.sandboxes.ledger.master import Master

Ask = Callable[[str, str, Mapping[str, JSON]], Answer]

_AGAIN = 10.0


class Transfers:
    """Bank lines in the ledger and their way to billing."""

    def __init__(self, ask: Ask, now: Callable[[], datetime], master: Master) -> None:
        """Reach the other systems through `ask`."""
        self._ask = ask
        self._now = now
        self._master = master
        self._waiting: list[tuple[float, str, dict[str, JSON]]] = []

    def receive(self, payment: Mapping[str, JSON], latency: float = 60.0) -> Answer:
        """Book a bank line in the book of record and apply it by its reference; billing is told a little later."""
        entity, day = str(payment["legal_entity"]), date.fromisoformat(str(payment["value_date"]))
        record, *beside = self._master.posted_in(entity, day)
        # every ERP knows a company's own ledger, so that it is not named
        named: dict[str, JSON] = {} if record == entity else {"ledger": record}
        applied = self._ask("erp", "apply_payment", {"payment": dict(payment)} | named)
        for ledger in beside:
            self._ask("erp", "apply_payment", {"payment": dict(payment), "ledger": ledger})
        invoice = payment.get("invoice_id")
        if isinstance(invoice, str) and invoice:
            self._waiting.append((self._now().timestamp() + latency, invoice, named))
        return {"id": payment["id"], **applied}

    def next_due(self) -> float | None:
        """Return when billing must be told next."""
        return min((due for due, *_ in self._waiting), default=None)

    def run_due(self) -> None:
        """Tell billing of every invoice that is settled in the ledger."""
        at = self._now().timestamp()
        for one in [one for one in self._waiting if one[0] <= at]:
            _, invoice, named = one
            self._waiting.remove(one)
            try:
                if self._ask("erp", "receivable_of", {"invoice": invoice, **named}).get("open") == 0:
                    self._ask("billing", "mark_paid", {"invoice": invoice})
            except UnreachableError as error:
                # forgotten, billing would chase a payer for ever
                self._waiting.append((at + max(_AGAIN, error.retry_after), invoice, named))
