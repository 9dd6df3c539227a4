"""The database of one Kill Bill in a PostgreSQL of the sandbox: made once, with a user of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from synthetic.sandboxes.killbill.installation import Installed
from synthetic.sandboxes.supervision.postgres import Postgres, connected

_NAME = "killbill"
_CONNECTIONS = 30
"""Of each of its two pools; by itself it would take all that PostgreSQL has."""


@dataclass(frozen=True, slots=True)
class KillBillDatabase:
    """Where Kill Bill keeps its data, on 127.0.0.1.

    Attributes:
        port: Of PostgreSQL.
        password: Of its user, who is named as the database.
    """

    port: int
    password: str = field(repr=False)

    def settings(self, part: str) -> dict[str, str]:
        """Return the properties by which a part of Kill Bill reaches it."""
        place = f"jdbc:postgresql://127.0.0.1:{self.port}/{_NAME}"
        pool = {f"{part}.maxActive": str(_CONNECTIONS), f"{part}.minIdle": "1"}
        return {f"{part}.url": place, f"{part}.user": _NAME, f"{part}.password": self.password, **pool}


def make_database(server: Postgres, installed: Installed) -> KillBillDatabase:
    """Make the user, the database and its tables."""
    made = KillBillDatabase(server.port, secrets.token_urlsafe(24))
    with connected(server.url) as found:
        # what was begun and cut off is begun again
        found.execute(f"drop database if exists {_NAME}".encode())
        found.execute(f"drop role if exists {_NAME}".encode())
        # a password is no parameter of a statement; this one is of letters, digits, - and _
        found.execute(f"create role {_NAME} login password '{made.password}'".encode())
        found.execute(f"create database {_NAME} owner {_NAME}".encode())
    with connected(server.url.replace("/postgres?", f"/{_NAME}?")) as found:
        found.execute(installed.prelude.read_bytes())
    with connected(f"postgresql://{_NAME}:{made.password}@127.0.0.1:{made.port}/{_NAME}") as found:
        found.execute(installed.tables.read_bytes())
    return made
