"""The bus of the landscape on NATS JetStream: every event once, by its id, kept on disk."""

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

from synthetic.deeds import UnreachableError

STREAM = "LANDSCAPE"
_SUBJECTS = ["analytics.>", "billing.>", "crm.>", "entitlements.>", "erp.>", "sync.>", "tax.>"]
_WINDOW = 24 * 3600.0
"""Seconds in which an id that comes again is the same event."""

_PATIENCE = 5.0
_T = TypeVar("_T")


class NatsBus:
    """Publishes from threads that wait; the client lives in a loop of its own.

    Args:
        url: `nats://127.0.0.1:PORT`.
    """

    def __init__(self, url: str) -> None:
        """Keep the address; it connects when the first event is published."""
        self._url = url
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

    def published(self, address: str = ">") -> list[dict[str, Any]]:
        """Return the events of a channel, or all, in the order in which they were published.

        Raises:
            UnreachableError: The server is not there.
        """
        return self._waited(self._read(address))

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
                self._url, allow_reconnect=False, connect_timeout=2, error_cb=_silent, max_reconnect_attempts=1
            )
            self._stream = self._client.jetstream(timeout=_PATIENCE)
            await self._stream.add_stream(
                StreamConfig(name=STREAM, subjects=_SUBJECTS, duplicate_window=_WINDOW, storage=StorageType.FILE)
            )
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
        count = (await stream.stream_info(STREAM)).state.messages
        if not count:
            return []
        found: list[dict[str, Any]] = []
        subscription = await stream.pull_subscribe(address)
        while True:
            try:
                messages = await subscription.fetch(100, timeout=0.5)
            except (nats.errors.TimeoutError, TimeoutError):
                await subscription.unsubscribe()
                return found
            for message in messages:
                await message.ack()
                found.append(json.loads(message.data))

    async def _purged(self) -> None:
        await (await self._connected()).purge_stream(STREAM)


async def _silent(error: Exception) -> None:
    """Say nothing: whoever publishes is told by the error it gets."""
    del error
