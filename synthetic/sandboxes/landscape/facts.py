"""What a system of the landscape did and others must hear of: kept until whoever carries events asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from synthetic.deeds import Answer
from synthetic.sandboxes.landscape.rows import Row


class Facts:
    """Facts in the order in which they came about."""

    def __init__(self, rows: MutableMapping[str, Row], now: Callable[[], datetime]) -> None:
        """Keep them in a table."""
        self._rows = rows
        self._now = now

    def tell(self, kind: str, subject: str, data: Mapping[str, Any], sequence: int) -> None:
        """Note a fact.

        Args:
            kind: Of its event, such as `order.accepted`.
            subject: The aggregate it is of.
            data: As the contract of the event has it.
            sequence: Version of the aggregate.
        """
        at = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        number = len(self._rows) + 1
        found: Row = {"number": number, "kind": kind, "subject": subject, "sequence": sequence}
        self._rows[str(number)] = found | {"data": dict(data), "at": at}

    def after(self, number: int) -> Answer:
        """Return the facts after a number."""
        found = [one for one in self._rows.values() if int(one["number"]) > number]
        return {"count": len(found), "facts": [dict(one) for one in found]}
