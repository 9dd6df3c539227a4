"""How a call ended, in the words of `error.type`: "" for an answer, a status, `timeout` or `connection`."""

from __future__ import annotations

import re

from synthetic.deeds.calls import DeniedError, ExpiredError, RefusedError, UnreachableError

CONTRACT = "4xx"
"""A business no, whose status the adapter does not tell."""
_STATUS = re.compile(r"\b([45]\d\d)\b", re.ASCII)
_LATE = ("timed out", "timeout")


def error_type(error: BaseException | None) -> str:
    """Return the `error.type` of a call, "" if it was answered.

    Source: OpenTelemetry semantic conventions, `http.client.request.duration`.
    """
    if error is None:
        return ""
    if isinstance(error, RefusedError):
        return CONTRACT
    if isinstance(error, ExpiredError):
        return "401"
    why = error.why if isinstance(error, UnreachableError) else str(error)
    status = _STATUS.search(why)
    if status is not None:
        return status.group(1)
    if isinstance(error, TimeoutError) or any(one in why.lower() for one in _LATE):
        return "timeout"
    return "denied" if isinstance(error, DeniedError) else "connection"
