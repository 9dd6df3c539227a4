"""Webhooks: entering, listing, trying and calling them."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from harness.history import (
    History,
    all_webhooks,
    delete_webhook,
    record_webhook_call,
    save_webhook,
    webhook_calls_of,
    webhook_of,
)
from harness.model import JSON, HarnessError, NotFoundError, UsageError
from harness.model.access import Webhook, WebhookCall
from harness.serve.call import Answer, Call, Event
from harness.serve.calling import send

EVENTS = frozenset(
    {
        *("contract_published", "contract_content_changed", "contract_requiring_verification_published"),
        *("provider_verification_published", "provider_verification_succeeded", "provider_verification_failed"),
    }
)
_HIDDEN = ("authorization", "token", "secret", "password", "key", "cookie")


def list_webhooks(call: Call) -> Answer:
    """Answer every webhook, what is secret in it hidden."""
    found: list[JSON] = [webhook_body(call, one) for one in all_webhooks(call.history)]
    links: list[JSON] = [call.link("webhooks", one.uuid, title=one.description) for one in all_webhooks(call.history)]
    return Answer({"_embedded": {"webhooks": found}, "_links": {"self": call.link("webhooks"), "pb:webhooks": links}})


def show_webhook(call: Call) -> Answer:
    """Answer one webhook."""
    return Answer(webhook_body(call, _known(call)))


def create_webhook(call: Call) -> Answer:
    """Enter a webhook."""
    call.check_operate()
    return Answer(webhook_body(call, save_webhook(call.history, _read(call, str(uuid.uuid4())))), 201)


def put_webhook(call: Call) -> Answer:
    """Enter a webhook under a uuid, or change it."""
    call.check_operate()
    known = webhook_of(call.history, call.params["uuid"]) is not None
    stored = save_webhook(call.history, _read(call, call.params["uuid"]))
    return Answer(webhook_body(call, stored), 200 if known else 201)


def drop_webhook(call: Call) -> Answer:
    """Drop a webhook."""
    call.check_operate()
    if not delete_webhook(call.history, call.params["uuid"]):
        raise NotFoundError("there is no such webhook", remedy="List them: /webhooks")
    return Answer(None, 204)


def webhook_body(call: Call, one: Webhook) -> dict[str, JSON]:
    """Return a webhook as HAL, with its last calls."""
    shown = _hidden(one.request)
    calls: list[JSON] = [
        {
            "event": made.event,
            "at": made.at.isoformat(),
            "success": made.success,
            "status": made.status,
            "reason": made.reason,
        }
        for made in webhook_calls_of(call.history, one.uuid)
    ]
    return {
        "uuid": one.uuid,
        "description": one.description or f"{shown['method']} {shown['url']}",
        "enabled": one.enabled,
        "consumer": {"name": one.consumer} if one.consumer else None,
        "provider": {"name": one.provider} if one.provider else None,
        "events": [{"name": name} for name in one.events],
        "request": shown,
        "calls": calls,
        "createdAt": one.created.isoformat() if one.created else None,
        "_links": {
            "self": call.link("webhooks", one.uuid, title=one.description),
            "pb:execute": call.link("webhooks", one.uuid, "execute"),
        },
    }


def known_webhook(call: Call) -> Webhook:
    """Return the webhook of the path, for an operator.

    Raises:
        NotFoundError: There is none.
        NoTokenError: Nobody says who calls.
        ForbiddenError: The token does not operate.
    """
    call.check_operate()
    return _known(call)


def call_webhooks(history: History, events: Iterable[Event], allowed: frozenset[str]) -> int:
    """Call every enabled webhook that waits for one of the events, each once; return how many were called."""
    found = [one for one in all_webhooks(history) if one.enabled]
    made = 0
    for event in events:
        for webhook in found:
            if event.name in webhook.events and _concerns(webhook, event):
                execute(history, webhook, event, allowed)
                made += 1
    return made


def execute(history: History, webhook: Webhook, event: Event, allowed: frozenset[str]) -> WebhookCall:
    """Call one webhook and store how it went; nothing that a far server does stops this one."""
    call = WebhookCall(webhook.uuid, event.name, datetime.now(UTC), success=False)
    try:
        status = send(webhook, dict(event.values) | {"eventName": event.name}, allowed)
        call = replace(call, status=status, success=200 <= status < 300)
    except HarnessError as refused:
        call = replace(call, reason=refused.message)
    except (OSError, http.client.HTTPException) as error:
        call = replace(call, reason=f"{type(error).__name__}: {error}"[:300])
    record_webhook_call(history, call)
    return call


def _concerns(webhook: Webhook, event: Event) -> bool:
    return webhook.consumer in {"", event.consumer} and webhook.provider in {"", event.provider}


def _known(call: Call) -> Webhook:
    found = webhook_of(call.history, call.params["uuid"])
    if found is None:
        raise NotFoundError("there is no such webhook", remedy="List them: /webhooks")
    return found


def _read(call: Call, number: str) -> Webhook:
    members = call.members()
    listed = members.get("events")
    names = [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    unknown = sorted(str(name) for name in names if name not in EVENTS)
    if unknown or not names:
        raise UsageError(f'no event "{unknown[0] if unknown else ""}"', remedy=f"Known: {', '.join(sorted(EVENTS))}.")
    request = members.get("request")
    if not isinstance(request, dict) or not str(request.get("url") or "").startswith(("http://", "https://")):
        raise UsageError("a webhook needs a request with an url", remedy="Name https://HOST/PATH.")
    return Webhook(
        uuid=number,
        events=tuple(dict.fromkeys(str(name) for name in names)),
        request=request,
        consumer=call.params.get("consumer") or _name(members.get("consumer")),
        provider=call.params.get("provider") or _name(members.get("provider")),
        description=call.text("description"),
        enabled=members.get("enabled") is not False,
    )


def _name(value: JSON) -> str:
    return str(value.get("name") or "") if isinstance(value, dict) else ""


def _hidden(request: dict[str, JSON]) -> dict[str, JSON]:
    """Return a request without what opens another system; the body may hold anything, so it is not shown."""
    headers = request.get("headers")
    shown: dict[str, JSON] = {}
    for name, value in (headers if isinstance(headers, dict) else {}).items():
        secret = any(word in name.lower() for word in _HIDDEN)
        shown[name] = "**********" if secret else value
    url = str(request.get("url") or "").partition("?")[0]
    return {"method": request.get("method"), "url": url, "headers": shown}
