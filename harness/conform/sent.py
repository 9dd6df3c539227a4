"""What of a contract is tried out: requests that a caller could send of its own accord, and what may refuse them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_TRACING: Final = frozenset({"traceparent", "tracestate"})
"""Headers of W3C Trace Context: a server that cannot read them leaves them aside, so no refusal is to be expected."""
_ACCEPTED: Final = ("2xx", "3xx", "401", "403", "404", "409", "429", "5xx")
"""Answers to a request that follows the contract; Schemathesis's own list."""


def sendable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document without parameters whose values a generator cannot know.

    Left out are the headers of W3C Trace Context, and a query parameter `x` of an operation whose answer has `next_x`:
    only an earlier answer has a value for it, and a server is right to refuse a made-up one.
    """
    found = dict(document)
    found["paths"] = {
        path: _item(item, document) if isinstance(item, Mapping) else item
        for path, item in (document.get("paths") or {}).items()
    }
    return found


def settings(document: Mapping[str, Any]) -> str:
    """Return the settings of Schemathesis for a document.

    An operation that declares 400 and 422 tells apart what cannot be read and what a rule of business forbids; such a
    rule is in no schema, so 422 is an answer that a request of the right form may get.
    """
    lines = []
    for path, method, operation in _operations(document):
        declared = {str(status) for status in operation.get("responses") or {}}
        if {"400", "422"} <= declared:
            name = json.dumps(f"{method.upper()} {path}", ensure_ascii=False)
            statuses = json.dumps([*_ACCEPTED, "422"])
            lines += ["[[operations]]", f"include-name = {name}"]
            lines += [f"checks.positive_data_acceptance.expected-statuses = {statuses}", ""]
    return "\n".join(lines)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in (document.get("paths") or {}).items():
        for method in METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                yield path, method, item[method]


def _item(item: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(item)
    if isinstance(item.get("parameters"), list):
        found["parameters"] = [one for one in item["parameters"] if _named(one, document) not in _TRACING]
    for method in METHODS:
        operation = item.get(method)
        if isinstance(operation, Mapping) and isinstance(operation.get("parameters"), list):
            answered = _answered(operation, document)
            kept = [one for one in operation["parameters"] if not _is_unknowable(one, document, answered)]
            found[method] = {**operation, "parameters": kept}
    return found


def _is_unknowable(parameter: Any, document: Mapping[str, Any], answered: frozenset[str]) -> bool:
    name = _named(parameter, document)
    is_query = _resolved(parameter, document).get("in") == "query"
    return name in _TRACING or (is_query and f"next_{name}" in answered)


def _named(parameter: Any, document: Mapping[str, Any]) -> str:
    return str(_resolved(parameter, document).get("name") or "").lower()


def _answered(operation: Mapping[str, Any], document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the properties at the top of the successful answers."""
    found: set[str] = set()
    for status, response in (operation.get("responses") or {}).items():
        if not str(status).startswith("2"):
            continue
        told = _resolved(response, document)
        content = told.get("content")
        medias = content.values() if isinstance(content, Mapping) else ()
        for schema in (told.get("schema"), *(one.get("schema") for one in medias if isinstance(one, Mapping))):
            properties = _resolved(schema, document).get("properties")
            found |= set(properties) if isinstance(properties, Mapping) else set()
    return frozenset(found)


def _resolved(value: Any, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what references inside the document lead to; {} where they lead nowhere."""
    for _ in range(20):
        if not isinstance(value, Mapping):
            return {}
        reference = value.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return value
        value = document
        for token in reference.removeprefix("#/").split("/"):
            plain = token.replace("%7E", "~").replace("~1", "/").replace("~0", "~")
            value = value.get(plain) if isinstance(value, Mapping) else None
    return {}
