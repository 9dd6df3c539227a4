"""Small AsyncAPI documents for tests, in both generations of the language."""

from __future__ import annotations

import json

from harness.compat import compare_nodes
from harness.documents import Library, MemoryTree
from harness.model import ContractComparison


def compare(old: dict, new: dict, files: dict | None = None, **more) -> ContractComparison:
    libraries = [Library(MemoryTree({"asyncapi.json": json.dumps(side), **(files or {})})) for side in (old, new)]
    return compare_nodes(*(library.node("asyncapi.json") for library in libraries), *libraries, **more)


def obj(required=(), **properties) -> dict:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
INVOICE = obj(["id"], id=TEXT, total=WHOLE)


def v3(payload=None, *, action="send", channel=None, message=None, **more) -> dict:
    carried = {"name": "invoice.finalised", "payload": payload or INVOICE, **(message or {})}
    place = {"address": "billing.invoice", "messages": {"finalised": carried}, "x-retention": "none", **(channel or {})}
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Billing events", "version": "1.0.0"},
        "channels": {"invoice": place},
        "operations": {"tell": {"action": action, "channel": {"$ref": "#/channels/invoice"}}},
    }
    if action is None:
        del document["operations"]
    return {**document, **more}


def v2(payload=None, *, action="subscribe", **message) -> dict:
    carried = {"name": "invoice.finalised", "payload": payload or INVOICE, **message}
    item = {action: {"operationId": "tell", "message": carried}, "x-retention": "none"}
    return {
        "asyncapi": "2.6.0",
        "info": {"title": "Billing events", "version": "1.0.0"},
        "channels": {"billing.invoice": item},
    }


def only(found: ContractComparison, rule: str):
    (change,) = [one for one in found.changes if one.rule == rule]
    return change


MORE = obj(["id", "tax"], id=TEXT, total=WHOLE, tax=WHOLE)
LESS = obj(["id"], id=TEXT)
