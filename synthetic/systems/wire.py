"""HTTP to one system: kept-alive connections, capped answers, no redirects, no proxies, plain text only on loopback."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.model import UsageError
from synthetic.deeds import Adapter, Answer, Attempt, UnreachableError

LARGEST = 4_000_000
_SECONDS = 10.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers with lower-case names, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self, port: str) -> Any:
        """Return the body as JSON; NaN and infinities are none.

        Raises:
            UnreachableError: It is no JSON, so nothing is known.
        """
        try:
            return json.loads(self.body or b"null", parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise UnreachableError(port, f"it answered {self.status} with something that is no JSON") from None


def _no_number(name: str) -> object:
    raise ValueError(name)


class Wire:
    """One base URL; connections are kept, and any thread may use it.

    Args:
        port: Whose name errors carry.
        url: `https://...`, or `http://` on loopback.
        headers: Sent with every request.
        patience: Seconds to wait for an answer.
    """

    def __init__(
        self, port: str, url: str, headers: Mapping[str, str] | None = None, *, patience: float = _SECONDS
    ) -> None:
        """Check the URL; nothing is connected yet.

        Raises:
            UsageError: Plain text to another machine, or no URL at all.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{port} has no usable address: {url}", remedy="Write https://HOST, or http://127.0.0.1.")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise UsageError(f"{port} would be asked in plain text at {parts.hostname}", remedy="Use https.")
        self._port = port
        self._parts = parts
        self._headers = dict(headers or {})
        self._patience = patience
        self._idle: list[http.client.HTTPConnection] = []

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send one request and return the answer, whatever its status.

        Raises:
            UnreachableError: Nobody answered in time, or with more than we read.
        """
        while (kept := self._kept()) is not None:
            try:
                return self._sent(kept, method, path, body, headers or {})
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # a kept connection that the other side closed says nothing about the system; what is asked here
                # carries a key or changes nothing, so that asking again is safe
                continue
            except (OSError, http.client.HTTPException) as error:
                raise UnreachableError(self._port, _why(error)) from None
        try:
            return self._sent(self._new(), method, path, body, headers or {})
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(self._port, _why(error)) from None

    def close(self) -> None:
        """Close every connection that nobody uses."""
        while (kept := self._kept()) is not None:
            kept.close()

    def _sent(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        try:
            connection.request(method, self._parts.path.rstrip("/") + path, body or None, {**self._headers, **headers})
            answer = connection.getresponse()
            taken = self._read(answer)
            found = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, taken)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        taken = answer.read(LARGEST + 1)
        if len(taken) > LARGEST:
            raise UnreachableError(self._port, f"it answered with more than {LARGEST:,} bytes")
        return taken

    def _kept(self) -> http.client.HTTPConnection | None:
        # list.pop is one step even with several threads, asking first whether it is empty would be two
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _new(self) -> http.client.HTTPConnection:
        host, port = str(self._parts.hostname), self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._patience, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._patience)


def _why(error: Exception) -> str:
    return "nobody answers there" if isinstance(error, ConnectionRefusedError) else (str(error) or type(error).__name__)


class PerThread:
    """An adapter that is made anew for each thread, because it remembers the call it is answering.

    Args:
        make: Makes one.
        close: Closes what they share.
    """

    def __init__(self, make: Callable[[], Adapter], close: Callable[[], None]) -> None:
        """Keep them; nothing is made yet."""
        self._make = make
        self.close = close
        self._own = threading.local()

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call.

        Raises:
            UnreachableError: The adapter answers later, and threads do not wait for it.
        """
        found: Adapter | None = getattr(self._own, "adapter", None)
        if found is None:
            found = self._own.adapter = self._make()
        answer = found.call(attempt)
        if not isinstance(answer, dict):
            raise UnreachableError(attempt.port, "it answers later, and nobody waits here")
        return answer
