"""Webhooks: endpoints, Stripe's signature, and deliveries that are tried again until somebody takes them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.storage import Delivery

Send = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Posts a body with headers to a URL and returns the status; raises OSError where nobody answers."""

RETRY_AFTER = (60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200)
"""Seconds before each further attempt: about three days in all, as Stripe tries."""


def signature(payload: bytes, secret: str, timestamp: int) -> str:
    """Return the header `Stripe-Signature`: `t=...,v1=` HMAC-SHA256 over `timestamp.payload`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def is_signed(payload: bytes, header: str, secret: str, now: datetime, tolerance: float = 300.0) -> bool:
    """Whether the header `Stripe-Signature` is that of the payload, and no older or newer than `tolerance` seconds."""
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if not secret or len(times) != 1 or not times[0].isdigit():
        return False
    if abs(now.timestamp() - int(times[0])) > tolerance:
        return False
    wanted = signature(payload, secret, int(times[0])).rpartition("v1=")[2]
    return any(hmac.compare_digest(value.encode(), wanted.encode()) for name, _, value in parts if name == "v1")


async def deliver_due(core: BillingCore, send: Send, *, retry_after: Sequence[int] = RETRY_AFTER) -> int:
    """Send every delivery that is due, and return how many were taken.

    A refused one comes again later; after the last attempt it is given up and stays on record.

    Args:
        core: Whose events.
        send: Posts one.
        retry_after: Seconds before each further attempt.
    """
    core.tick()
    desk, taken = core.desk, 0
    for delivery in desk.storage.deliveries(desk.live()):
        endpoint, event = desk.storage.get(delivery.endpoint), desk.storage.get(delivery.event)
        if endpoint is None or event is None or endpoint["status"] != "enabled":
            desk.storage.set_delivery(replace(delivery, state="dropped"))
            continue
        payload = json.dumps(event).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+billing sandbox)",
            "stripe-signature": signature(payload, desk.secret(endpoint["id"]), desk.live()),
        }
        try:
            status = await send(endpoint["url"], headers, payload)
        except OSError:
            status = 0
        with desk.storage.transaction("billing.delivery"):
            desk.storage.set_delivery(_after(delivery, status, desk.live(), retry_after))
            if 200 <= status < 300:
                taken += 1
                current = desk.find("event", event["id"])
                desk.storage.put(current | {"pending_webhooks": max(current["pending_webhooks"] - 1, 0)})
    return taken


def _after(delivery: Delivery, status: int, at: int, retry_after: Sequence[int]) -> Delivery:
    attempts = delivery.attempts + 1
    if 200 <= status < 300:
        return replace(delivery, state="taken", attempts=attempts, status=status)
    if attempts > len(retry_after):
        return replace(delivery, state="given_up", attempts=attempts, status=status)
    return replace(delivery, attempts=attempts, status=status, due=at + retry_after[attempts - 1])


async def keep_delivering(core: BillingCore, send: Send, sleep: Callable[[float], Awaitable[object]]) -> None:
    """Deliver for ever, looking once a second.

    Args:
        core: Whose events.
        send: Posts one.
        sleep: Waits, such as `asyncio.sleep`.
    """
    while True:
        await deliver_due(core, send)
        await sleep(1.0)
