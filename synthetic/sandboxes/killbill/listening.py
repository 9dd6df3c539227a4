"""Where Kill Bill sends its notifications: an inbox, filled by a thread of its own.

Kill Bill waits for the answer before it goes on, and whoever waits for Kill Bill would wait for itself on one thread.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOST = "127.0.0.1"
_LARGEST = 1_000_000


class Inbox:
    """Notifications that nobody looked at yet."""

    def __init__(self, port: int = 0) -> None:
        """Listen on a port, 0 for any that is free."""
        self._waiting: list[dict[str, Any]] = []
        self._listener = ThreadingHTTPServer((_HOST, port), _handler(self._waiting))
        threading.Thread(target=self._listener.serve_forever, name="killbill-events", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """Where Kill Bill sends to."""
        return f"http://{_HOST}:{self.port}/"

    def taken(self) -> list[dict[str, Any]]:
        """Take out what came in, in its order."""
        found = []
        while self._waiting:
            found.append(self._waiting.pop(0))
        return found

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown()
        self._listener.server_close()


def _handler(waiting: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("content-length") or 0), _LARGEST))
            with suppress(ValueError):
                waiting.append(json.loads(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (of the standard library)
            """Say nothing."""

    return Handler
