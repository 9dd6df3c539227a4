"""How the consumers of the landscape declare what they read: examples, of which the type counts and not the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pact import match

JSON_TYPE = "application/json"
EVENT_TYPE = "application/cloudevents+json"


def typed(value: Any) -> Any:
    """Return matchers for an example: integers stay integers, a list has at least one such item, null is null."""
    if isinstance(value, dict):
        return {name: typed(each) for name, each in value.items()}
    if isinstance(value, list):
        return match.each_like(typed(value[0]), min=1)
    if value is None:
        return match.type(None)
    if isinstance(value, bool):
        return match.bool(value)
    return match.int(value) if isinstance(value, int) else match.type(value)


def event(kind: str, source: str, data: Mapping[str, Any], **exact: Any) -> dict[str, Any]:
    """Return a CloudEvent as a consumer reads it: its type decides, its id and time may be any."""
    return {
        "specversion": "1.0",
        "id": match.type("evt_01HZX3"),
        "source": source,
        "type": kind,
        "time": match.type("2027-01-01T09:00:00Z"),
        "datacontenttype": JSON_TYPE,
        "data": typed(dict(data)) | exact,
    }


def declare_event(pact: Any, description: str, *, state: str, key: str, body: Mapping[str, Any]) -> None:
    """Declare a message of an event contract."""
    declared = pact.upon_receiving(description, "Async").given(state).set_key(key)
    declared.with_body(dict(body), EVENT_TYPE)


def get(url: str, path: str, **query: str) -> Any:
    """Ask as every consumer of the landscape asks: JSON, five seconds, refusals are errors."""
    answer = httpx.get(f"{url}{path}", params=query or None, headers={"Accept": JSON_TYPE}, timeout=5, trust_env=False)
    return answer.raise_for_status().json()
