"""What was read of systems outside, as the history keeps it: facts by their key, and how far reading has come.

Imported as `harness.model.facts`: the gate needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.model.json import JSON


@dataclass(frozen=True, slots=True)
class KeptFact:
    """One fact; read again, it takes the place of what was known of it.

    Attributes:
        environment: Where.
        kind: `invoice`, `payment`, `event`, `call`, `subscription`, `workflow`, `close` (docs/metrics.md).
        key: Unique among facts of a kind and environment, such as the id of the invoice.
        source: `probe` or `ledger`; the two are never added.
        at: What a window counts it by, aware UTC.
        body: The fact with the fields that docs/metrics.md names.
        is_open: Whether it may still change: it is read again, and shown however old it is.
    """

    environment: str
    kind: str
    key: str
    source: str
    at: datetime
    body: JSON
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far reading of one list of one environment has come.

    Attributes:
        environment: Where.
        name: Of the list, such as `billing.events`.
        value: Where the next reading begins; what it means is the list's own.
        at: When it was read.
        problem: Why it could not be read, "" if it could.
    """

    environment: str
    name: str
    value: str
    at: datetime
    problem: str = ""
