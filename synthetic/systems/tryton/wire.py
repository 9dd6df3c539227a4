"""The wire of Tryton: JSON-RPC for everything, REST for reads; standard library only.

JSON-RPC takes a body of exactly `id`, `method`, `params`, the last parameter always the context. Decimals, dates and
times travel as objects with `__class__`. Errors of the application come back with status 200 and an `error`.
Source: `trytond/protocols/jsonrpc.py`, `dispatcher.py`, `rest.py` of Tryton 8.2.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import itertools
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from harness.model import HarnessError
from synthetic.deeds import UnreachableError

_PORT = "erp"
_PATIENCE = 120.0
_WARNINGS = 6


class TrytonRefusalError(HarnessError):
    """Tryton says no: `kind` is its word (`UserError`, `UserWarning`, `integrity`), the message its sentence."""

    exit_code = 1

    def __init__(self, method: str, kind: str, message: str, name: str = "") -> None:
        """Keep what was asked, the kind of refusal, and for a warning the name by which it is accepted."""
        super().__init__(f"Tryton refused {method}: {message}")
        self.method = method
        self.kind = kind
        self.name = name


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Tryton listens and as whom to log in."""

    host: str
    port: int
    database: str
    user: str
    password: str
    rest_key: str = ""


class Tryton:
    """A session with one database; logs in when needed, and again when the session is gone (as after a reset).

    One connection a thread: the server answers requests of one connection in order.
    """

    def __init__(self, server: Server) -> None:
        """Keep where it is; nothing is asked yet."""
        self.server = server
        self._local = threading.local()
        self._ids = itertools.count(1)
        self._login = threading.Lock()
        self._session = ""
        self.user_id = 0
        self.calls = 0

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """Call one method; a keyword becomes part of the context.

        Raises:
            TrytonRefusalError: An error of the application.
            UnreachableError: Nobody there, too busy, or an error of the server.
        """
        for attempt in (0, 1):
            session = self._logged_in()
            status, body = self._rpc(method, [*params, context], session)
            if status != http.HTTPStatus.UNAUTHORIZED or attempt:
                return _result(method, status, body)
            self._forget(session)
        raise AssertionError  # pragma: no cover  (the second attempt returns or raises)

    def accepting(self, method: str, *params: Any, **context: Any) -> Any:
        """Call a method and consent to its warnings: record the consent, then repeat the same call."""
        for _ in range(_WARNINGS):
            try:
                return self.call(method, *params, **context)
            except TrytonRefusalError as error:
                if error.kind != "UserWarning":
                    raise
                self.consent([error.name])
        return self.call(method, *params, **context)

    def consent(self, names: Iterable[str]) -> None:
        """Accept warnings by their names before they are raised; each consent is used up once."""
        self._logged_in()
        rows = [{"user": self.user_id, "name": name, "always": False} for name in names]
        self.call("model.res.user.warning.create", rows)

    def create(self, model: str, *values: Mapping[str, Any], **context: Any) -> list[int]:
        """Create records and return their ids."""
        found: list[int] = self.call(f"model.{model}.create", list(values), **context)
        return found

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any], **context: Any) -> None:
        """Change records."""
        self.call(f"model.{model}.write", list(ids), dict(values), **context)

    def find(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], order: Any = None, **context: Any
    ) -> list[dict[str, Any]]:
        """Return the fields of the records of a domain, in order of their ids unless `order` says otherwise."""
        found: list[dict[str, Any]] = self.call(
            f"model.{model}.search_read", list(domain), 0, None, order or [["id", "ASC"]], list(fields), **context
        )
        return found

    def one(self, model: str, domain: Sequence[Any], **context: Any) -> int:
        """Return the id of the only record of a domain.

        Raises:
            TrytonRefusalError: There is none, or more than one.
        """
        found: list[int] = self.call(f"model.{model}.search", list(domain), 0, 2, None, **context)
        if len(found) != 1:
            raise TrytonRefusalError(model, "unknown", f"{len(found)} records for {list(domain)}, wanted one")
        return found[0]

    def rest(self, model: str, domain: Sequence[Any], fields: Sequence[str], **context: Any) -> list[dict[str, Any]]:
        """Read records and what hangs on them (`lines.account.code`) in one call over REST.

        Raises:
            TrytonRefusalError: The server refuses the request.
            UnreachableError: Nobody there.
        """
        asked = urlencode([("d", _packed(list(domain))), *(("f", name) for name in fields), ("s", "100000")])
        headers = {"Authorization": f"Bearer {self.server.rest_key}", "X-Tryton-Context": _packed(context)}
        path = f"/{quote(self.server.database)}/rest/model/{model}?{asked}"
        status, body = self._http("GET", path, None, headers)
        if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnreachableError(_PORT, f"status {status} for {model}")
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise TrytonRefusalError(model, f"http-{status}", body.decode(errors="replace")[:300])
        found: list[dict[str, Any]] = json.loads(body, object_hook=_decoded)
        return found

    def version(self) -> str:
        """Return the version of the server, asked without a login."""
        status, body = self._http("POST", "/rpc/", _body(0, "common.server.version", []), _JSON)
        return str(_result("common.server.version", status, body))

    def _logged_in(self) -> str:
        with self._login:
            if not self._session:
                server = self.server
                status, body = self._rpc("common.db.login", [server.user, {"password": server.password}], "")
                answer = _result("common.db.login", status, body)
                if not answer:
                    raise TrytonRefusalError("common.db.login", "login", f"no login as {server.user}")
                self.user_id = answer[0]
                text = f"{server.user}:{answer[0]}:{answer[1]}"
                self._session = base64.b64encode(text.encode()).decode()
            return self._session

    def _forget(self, session: str) -> None:
        with self._login:
            if self._session == session:
                self._session = ""

    def _rpc(self, method: str, params: list[Any], session: str) -> tuple[int, bytes]:
        headers = {**_JSON, "Authorization": f"Session {session}"} if session else dict(_JSON)
        path = f"/{quote(self.server.database)}/rpc/"
        return self._http("POST", path, _body(next(self._ids), method, params), headers)

    def _http(self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.calls += 1
        for attempt in (0, 1):
            connection, is_fresh = self._connection()
            try:
                connection.request(verb, path, body, dict(headers))
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connection = None
                # a kept connection may have been closed by the server between two calls: nothing was taken then
                if is_fresh or attempt or not isinstance(error, http.client.RemoteDisconnected):
                    raise UnreachableError(_PORT, f"{type(error).__name__} at {self.server.port}") from None
        raise AssertionError  # pragma: no cover  (the second attempt returns or raises)

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        known: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known, False
        self._local.connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=_PATIENCE)
        return self._local.connection, True


def warning_name(name: str, model: str, identifier: int) -> str:
    """Return the name under which Tryton raises a warning about one record, so that consent can come first."""
    digest = hashlib.md5(f"{model},{identifier}".encode(), usedforsecurity=False).hexdigest()
    return f"{digest}.{name}"


_JSON = {"Content-Type": "application/json"}


def _body(number: int, method: str, params: list[Any]) -> bytes:
    return json.dumps({"id": number, "method": method, "params": params}, default=_encoded).encode()


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=_encoded).encode()).decode()


def _result(method: str, status: int, body: bytes) -> Any:
    if status == http.HTTPStatus.UNAUTHORIZED:
        raise TrytonRefusalError(method, "login", "the session is not valid")
    if status == http.HTTPStatus.FORBIDDEN:
        raise TrytonRefusalError(method, "method", "the method is not for callers")
    if status != http.HTTPStatus.OK:
        raise UnreachableError(_PORT, f"status {status} for {method}: {body.decode(errors='replace')[:200]}")
    answer = json.loads(body, object_hook=_decoded)
    if error := answer.get("error"):
        raise _refusal(method, error)
    return answer["result"]


def _refusal(method: str, error: Any) -> HarnessError:
    """Return the error of the application as one of ours; a broken unique key has no class of its own there."""
    if not isinstance(error, list) or not error:
        return UnreachableError(_PORT, f"{method}: {error}")
    kind, args = str(error[0]), error[1] if len(error) > 1 else []
    said = [str(one) for one in args] if isinstance(args, list) else [str(args)]
    if "UNIQUE constraint" in " ".join([kind, *said]) or "unique constraint" in " ".join([kind, *said]):
        return TrytonRefusalError(method, "integrity", " ".join([kind, *said])[:300])
    if kind == "UserWarning":
        return TrytonRefusalError(method, kind, said[1] if len(said) > 1 else kind, said[0] if said else "")
    if kind in {"UserError", "ConcurrencyException", "LoginException"}:
        return TrytonRefusalError(method, kind, ". ".join(one for one in said[:2] if one))
    return UnreachableError(_PORT, f"{method}: {kind} {' '.join(said)[:200]}")


def _encoded(value: Any) -> Any:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
        case bytes():
            return {"__class__": "bytes", "base64": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def _decoded(found: dict[str, Any]) -> Any:
    match found.get("__class__"):
        case "Decimal":
            return Decimal(found["decimal"])
        case "date":
            return date(found["year"], found["month"], found["day"])
        case "datetime":
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return datetime(*(found.get(name, 0) for name in names))  # noqa: DTZ001  (Tryton's times are naive UTC)
        case "timedelta":
            return timedelta(seconds=found["seconds"])
        case "bytes":
            return base64.b64decode(found["base64"])
    return found
