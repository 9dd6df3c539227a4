"""A port over HTTP: what a system of the sandbox serves, asked from another process.

`POST /ports/PORT/OPERATION` with `{"request": {...}, "kind": "deed", "key": "..."}`; 200 is the answer, 422
`{"refused": CODE, "message": ...}` a no, 503 `{"unreachable": WHY, "retry_after": SECONDS}` an outage.
"""

from __future__ import annotations

import json

from synthetic.deeds import Adapter, Answer, Attempt, RefusedError, UnreachableError
from synthetic.systems.opening import Opening
from synthetic.systems.wire import Reply, Wire


class RemotePort:
    """Adapter of one port of a system in another process; safe to use from several threads."""

    def __init__(self, port: str, url: str, token: str = "") -> None:
        """Ask at `url`."""
        self._port = port
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        self._wire = Wire(port, url, headers)

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call.

        Raises:
            UnreachableError: Nobody there, too busy, or an answer that says nothing.
            RefusedError: The system says no.
        """
        asked = {"request": dict(attempt.request), "kind": attempt.kind.value, "key": attempt.key}
        path = f"/ports/{attempt.port}/{attempt.operation}"
        return self._answer(self._wire.ask("POST", path, json.dumps(asked).encode()))

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def _answer(self, reply: Reply) -> Answer:
        body = reply.json(self._port)
        if not isinstance(body, dict):
            raise UnreachableError(self._port, f"it answered {reply.status} without an object")
        if reply.status == 422 and "refused" in body:
            raise RefusedError(self._port, str(body["refused"]), str(body.get("message", "")))
        if reply.status != 200:
            why = str(body.get("unreachable") or f"it answered {reply.status}")
            raise UnreachableError(self._port, why, retry_after=_seconds(body.get("retry_after")))
        return body


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def open_remote(opening: Opening) -> Adapter:
    """Open a port of a running sandbox (adapter `sandbox`)."""
    return RemotePort(opening.port, opening.setting("url"), opening.secret)
