"""The bus of the landscape on NATS JetStream: every event once, by its id, kept on disk (adapter `nats`)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig

from synthetic.deeds import Adapter, UnreachableError
from synthetic.systems.bus import CHANNELS, BusPort
from synthetic.systems.opening import Opening

STREAM = "LANDSCAPE"
_SUBJECTS = [f"{one}.>" for one in CHANNELS]
_WINDOW = 24 * 3600.0
"""Seconds in which an id that comes again is the same event."""

_STREAM = StreamConfig(name=STREAM, subjects=_SUBJECTS, duplicate_window=_WINDOW, storage=StorageType.FILE)
_PATIENCE = 5.0
_T = TypeVar("_T")


class NatsBus:
    """Publishes from threads that wait; the client lives in a loop of its own.

    Args:
        url: `nats://127.0.0.1:PORT`, or `tls://HOST:PORT`.
        token: That the server asks for, "" if none.
    """

    def __init__(self, url: str, token: str = "") -> None:
        """Keep the address; it connects when the first event is published."""
        self._url = url
        self._token = token
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def publish(self, address: str, event: Mapping[str, Any]) -> None:
        """Publish one event; durable when this returns, and an id that is there already changes nothing.

        Raises:
            UnreachableError: The server is not there, or does not take it in time.
        """
        self._waited(self._published(address, json.dumps(event).encode(), str(event["id"])))

    def published(self, address: str = "") -> list[dict[str, Any]]:
        """Return the events of a channel, or all, in the order in which they were published.

        Raises:
            UnreachableError: The server is not there.
        """
        return self._waited(self._read(address or ">"))

    def after(self, place: int, address: str = "") -> tuple[int, str, dict[str, Any]] | None:
        """Return the next event of a channel, or of all, after a place: its place, address and body.

        Raises:
            UnreachableError: The server is not there.
        """
        return self._waited(self._next(place, address or ">"))

    def clear(self) -> None:
        """Forget every event.

        Raises:
            UnreachableError: The server is not there.
        """
        self._waited(self._purged())

    def close(self) -> None:
        """Leave the server."""
        if self._client is not None:
            asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def _waited(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE * 2)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise UnreachableError("bus", str(error) or type(error).__name__) from None

    async def _connected(self) -> JetStreamContext:
        if self._client is None or not self._client.is_connected:
            if self._client is not None:
                await self._client.close()
            self._client = await nats.connect(
                self._url,
                allow_reconnect=False,
                connect_timeout=2,
                error_cb=_silent,
                max_reconnect_attempts=1,
                token=self._token or None,
            )
            self._stream = self._client.jetstream(timeout=_PATIENCE)
            await self._stream.add_stream(_STREAM)
        if self._stream is None:
            raise UnreachableError("bus", "no stream")
        return self._stream

    async def _published(self, address: str, body: bytes, identifier: str) -> None:
        stream = await self._connected()
        headers = {
            "Nats-Msg-Id": identifier,
            "content-type": "application/cloudevents+json; charset=UTF-8",
            "ce_id": identifier,
        }
        await stream.publish(address, body, headers=headers)

    async def _read(self, address: str) -> list[dict[str, Any]]:
        stream = await self._connected()
        found: list[dict[str, Any]] = []
        if not (await stream.stream_info(STREAM)).state.messages:
            return found
        subscription = await stream.pull_subscribe(address)
        try:
            while (await subscription.consumer_info()).num_pending:
                for message in await subscription.fetch(100, timeout=_PATIENCE):
                    await message.ack()
                    found.append(json.loads(message.data))
        finally:
            await subscription.unsubscribe()
        return found

    async def _next(self, place: int, address: str) -> tuple[int, str, dict[str, Any]] | None:
        stream = await self._connected()
        try:
            found = await stream.get_msg(STREAM, place + 1, address, next=True)
        except nats.js.errors.NotFoundError:
            return None
        return int(found.seq or 0), str(found.subject), json.loads(found.data or b"{}")

    async def _purged(self) -> None:
        # a purge would keep the ids of the window, and what is published anew under them would be swallowed
        stream = await self._connected()
        await stream.delete_stream(STREAM)
        await stream.add_stream(_STREAM)


async def _silent(error: Exception) -> None:
    """Say nothing: whoever publishes is told by the error it gets."""
    del error


def open_nats(opening: Opening) -> Adapter:
    """Open the bus at `url`; the key, if there is one, is the token of the server."""
    return BusPort(NatsBus(opening.setting("url"), opening.secret))
