"""Webhooks and how their calls went."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, delete, insert, select

from harness.history.pact_tables import webhook_calls, webhooks
from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.model.access import Webhook, WebhookCall

_FIELDS = tuple(field.name for field in fields(Webhook) if field.name not in {"uuid", "created"})


def save_webhook(history: History, webhook: Webhook) -> Webhook:
    """Store a webhook, or change the one of its uuid."""
    values = {name: getattr(webhook, name) for name in _FIELDS} | {"events": list(webhook.events)}
    with history.writing() as connection:
        row = insert_into(connection, webhooks).values(uuid=webhook.uuid, created=history.now(connection), **values)
        saved = row.on_conflict_do_update(index_elements=[webhooks.c.uuid], set_=values).returning(webhooks)
        return _webhook(connection.execute(saved).one())


def webhook_of(history: History, uuid: str) -> Webhook | None:
    """Return one webhook."""
    with history.reading() as connection:
        row = connection.execute(select(webhooks).where(webhooks.c.uuid == uuid)).first()
        return None if row is None else _webhook(row)


def all_webhooks(history: History) -> tuple[Webhook, ...]:
    """Return every webhook, oldest first."""
    with history.reading() as connection:
        return tuple(_webhook(row) for row in connection.execute(select(webhooks).order_by(webhooks.c.created)))


def delete_webhook(history: History, uuid: str) -> bool:
    """Drop a webhook with its calls; False if there is none."""
    with history.writing() as connection:
        return connection.execute(delete(webhooks).where(webhooks.c.uuid == uuid)).rowcount > 0


def record_webhook_call(history: History, call: WebhookCall) -> None:
    """Store how a call went."""
    values = {field.name: getattr(call, field.name) for field in fields(WebhookCall)}
    with history.writing() as connection:
        connection.execute(insert(webhook_calls).values(values))


def webhook_calls_of(history: History, uuid: str, count: int = 20) -> tuple[WebhookCall, ...]:
    """Return the last calls of a webhook, newest first."""
    wanted = select(webhook_calls).where(webhook_calls.c.webhook == uuid).order_by(webhook_calls.c.id.desc())
    with history.reading() as connection:
        return tuple(as_value(WebhookCall, row) for row in connection.execute(wanted.limit(count)))


def _webhook(row: Row[Any]) -> Webhook:
    return as_value(Webhook, row, events=tuple(row.events))
