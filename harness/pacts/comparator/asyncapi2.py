"""AsyncAPI 2 in the form of version 3, as far as a comparison of messages needs it."""

from __future__ import annotations

from typing import Any

from harness.model import escape
from harness.pacts.comparator.javascript import listed, mapping, resolved


def as_version_3(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of version 3: one of version 2 gets its operations by `operationId`.

    What a provider offers to subscribers it sends, what others may publish it receives. An operation without
    `operationId` cannot be named by a pact and is left out.
    """
    if str(document.get("asyncapi", "")).startswith("3"):
        return document
    operations: dict[str, Any] = {}
    for name, channel in mapping(document.get("channels")).items():
        for word, action in (("subscribe", "send"), ("publish", "receive")):
            operation = mapping(mapping(resolved(channel, document)).get(word))
            key = operation.get("operationId")
            if isinstance(key, str) and key:
                operations[key] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{escape(name)}"},
                    "messages": _messages(operation.get("message")),
                }
    return {**document, "operations": operations}


def _messages(message: Any) -> list[Any]:
    branches = listed(mapping(message).get("oneOf"))
    return branches or ([message] if isinstance(message, dict) and message else [])
