"""What a sandbox is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Self

from harness.model import UsageError

START = "2027-01-04T09:00:00Z"
"""Where the clock of a sandbox starts: the first working day of the worked examples; from there it runs."""

ERPS = ("ledger", "tryton")
SECOND_ERPS = ("", "ledger", "tryton")
DATABASES = ("sqlite", "postgresql")
_URL = "postgresql://"
"""Begins the address of a server that is there already, as somebody who may make databases in it."""
BUSES = ("memory", "nats")
PROXIES = ("", "on")
BILLINGS = ("stripe", "killbill")


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of one sandbox.

    Attributes:
        erp: The ERP of record.
        second_erp: The legacy ERP of a parallel run, which keeps the second ledgers; "" for none.
        database: Where the ERPs keep their books: `sqlite`, `postgresql` (of the sandbox), or the URL of a server.
        bus: Where the events of the sync middleware go.
        billing: Which billing system.
        start: Time its clock starts with, ISO 8601; "" for the wall's.
        landscape: Folder with `contracts` and `catalog`; "" for the reference landscape.
        seed: Part of every id.
        proxy: `on` for a proxy between billing, middleware and ERP, where faults can be switched on.
    """

    erp: str = "ledger"
    second_erp: str = ""
    database: str = "sqlite"
    bus: str = "memory"
    billing: str = "stripe"
    start: str = START
    landscape: str = ""
    seed: str = "0"
    proxy: str = ""

    def started(self) -> datetime | None:
        """Return the time its clock starts with, None for the wall's."""
        return datetime.fromisoformat(self.start).astimezone(UTC) if self.start else None

    @property
    def keeps_books_in_postgres(self) -> bool:
        """Whether the ERPs keep their books in PostgreSQL."""
        return self.database.startswith("postgresql")

    @property
    def needs_postgres(self) -> bool:
        """Whether a database server is a part of it: Kill Bill keeps its data in one whatever the others do."""
        return self.database == "postgresql" or self.billing == "killbill"

    def checked(self) -> Self:
        """Return the plan if everything in it can be started.

        Raises:
            UsageError: A part that is not there, or a time that is none.
        """
        for name, value, known in (
            ("erp", self.erp, ERPS),
            ("second-erp", self.second_erp, SECOND_ERPS),
            ("database", "postgresql" if self.database.startswith(_URL) else self.database, DATABASES),
            ("bus", self.bus, BUSES),
            ("billing", self.billing, BILLINGS),
            ("proxy", self.proxy, PROXIES),
        ):
            if value not in known:
                raise UsageError(f"no {name} named {value}", remedy=f"Known are {', '.join(filter(None, known))}.")
        try:
            self.started()
        except ValueError:
            raise UsageError(f"no time: {self.start}", remedy=f"Write {START}, or nothing for now.") from None
        return self

    def to_json(self) -> dict[str, str]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: object) -> Self:
        """Read it back; what an older version wrote and this one does not know is left out."""
        known = {name: str(value) for name, value in dict(found).items() if name in cls.__slots__}  # type: ignore[call-overload]
        return replace(cls(), **known)
