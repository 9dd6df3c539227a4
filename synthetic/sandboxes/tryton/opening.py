"""Opens a Tryton that somebody else runs, from the catalog entry of an environment."""

from __future__ import annotations

from urllib.parse import urlsplit

from harness.model import UsageError
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.tryton.books import Recognition
from synthetic.sandboxes.tryton.port import TrytonPort
from synthetic.systems.opening import Opening
from synthetic.systems.tryton import Tryton
from synthetic.systems.tryton.wire import Server


def open_tryton(opening: Opening) -> TrytonPort:
    """Open the Tryton at `url` (`http://HOST:PORT/DATABASE/`) as `user`; `recognition` is `daily` or `native`.

    The secret is `PASSWORD:KEY`, KEY that of a REST application of the user (Tryton reads over REST). Its companies
    must carry the ids of the legal entities as codes of their parties, and its chart those of the catalog.

    Raises:
        UsageError: The settings name no such place.
        UnreachableError: Nobody there.
    """
    place = urlsplit(opening.setting("url"))
    password, _, key = opening.secret.rpartition(":")
    if place.scheme != "http" or not place.port or not place.path.strip("/"):
        raise UsageError(f"no Tryton at {opening.setting('url')}", remedy="Write url as http://HOST:PORT/DATABASE/.")
    if not password or not key:
        raise UsageError("the key of Tryton has two parts", remedy="Set the variable to PASSWORD:REST-KEY.")
    database = place.path.strip("/")
    server = Server(place.hostname or "", place.port, database, opening.settings.get("user", "admin"), password, key)
    recognition = Recognition(opening.settings.get("recognition", Recognition.DAILY.value))
    return TrytonPort(Tryton(server), Master(opening.catalog, daily), opening.now, recognition)
