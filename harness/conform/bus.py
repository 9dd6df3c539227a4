"""Messages of a NATS server, as they come, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.model import UnreadableError, UsageError

_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Capture:
    """What to listen to.

    Attributes:
        url: `nats://HOST:PORT/SUBJECT`; the subject may hold wildcards, `>` is all.
        seconds: How long at most.
        count: How many messages at most, 0 for no bound.
    """

    url: str
    seconds: float = 10
    count: int = 0


async def capture(asked: Capture, ready: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    """Yield payloads until time or count is reached; `ready` is set when the server knows of the subscription.

    Raises:
        UsageError: No such address, or nats-py is not installed.
        UnreadableError: The server cannot be reached.
    """
    try:
        import nats  # noqa: PLC0415  (an extra)
        from nats.errors import Error as NatsError  # noqa: PLC0415  (an extra)
    except ImportError:
        raise UsageError("listening to NATS needs nats-py", remedy="pip install 'contract-harness[nats]'") from None
    server, subject = _address(asked.url)
    try:
        async with asyncio.timeout(_PATIENCE):  # the client would ask for ever
            client = await nats.connect(server, allow_reconnect=False, connect_timeout=2, error_cb=_quiet)
    except (OSError, NatsError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        raise UnreadableError(f"{server} does not answer: {why}", remedy="Is the server up?") from error
    try:
        subscription = await client.subscribe(subject)
        await client.flush()
        if ready is not None:
            ready.set()
        async for payload in _payloads(subscription, asked):
            yield payload
    finally:
        await client.close()


async def _quiet(_error: Exception) -> None:
    """Leave telling to us; the client would print a traceback of its own."""


async def _payloads(subscription: object, asked: Capture) -> AsyncIterator[bytes]:
    end = asyncio.get_running_loop().time() + asked.seconds
    taken = 0
    while not asked.count or taken < asked.count:
        left = end - asyncio.get_running_loop().time()
        if left <= 0:
            return
        try:
            message = await subscription.next_msg(timeout=left)  # type: ignore[attr-defined]
        except TimeoutError:
            return
        taken += 1
        yield bytes(message.data)


def _address(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    subject = parts.path.strip("/")
    if parts.scheme not in ("nats", "tls") or not parts.hostname or not subject:
        raise UsageError(
            f"{url} names no server and subject", remedy="Write nats://HOST:PORT/SUBJECT, such as /billing.>"
        )
    return f"{parts.scheme}://{parts.netloc}", subject
