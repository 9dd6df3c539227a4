"""What of a contract is tried out: requests that a caller could send of its own accord, and what may refuse them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.model import UnreadableError, UsageError

Given = Mapping[str, Mapping[str, Any]]
"""By operation (`GET /invoices/{id}`): `parameters` with values that exist on the server, and a `body` it takes."""

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_TRACING: Final = frozenset({"traceparent", "tracestate"})
"""Headers of W3C Trace Context: a server that cannot read them leaves them aside, so no refusal is to be expected."""
_OF_TEXT: Final = ("format", "pattern", "minLength", "maxLength")
_ACCEPTED: Final = ("2xx", "3xx", "401", "403", "404", "409", "429", "5xx")
"""Answers to a request that follows the contract; Schemathesis's own list."""


def sendable(document: Mapping[str, Any], given: Given | None = None) -> dict[str, Any]:
    """Return the document without parameters whose values a generator cannot know, and with examples that exist.

    Left out are the headers of W3C Trace Context, and a query parameter `x` of an operation whose answer has `next_x`:
    only an earlier answer has a value for it, and a server is right to refuse a made-up one. What is `given` for an
    operation stands in place of the contract's own examples.

    Raises:
        UsageError: An operation, or a parameter, that the contract does not have.
    """
    document = _split(document)
    found = dict(document)
    found["paths"] = {
        path: _item(item, document) if isinstance(item, Mapping) else item
        for path, item in (document.get("paths") or {}).items()
    }
    for operation, values in (given or {}).items():
        method, _, path = operation.partition(" ")
        item = found["paths"].get(path)
        if method.lower() not in METHODS or not isinstance(item, dict) or method.lower() not in item:
            raise UsageError(f"the contract has no {operation}", remedy="Name operations as `GET /invoices`.")
        found["paths"][path] = _told(item, method.lower(), values, document)
    return found


def _split(value: Any) -> Any:
    """Return a document in which a format belongs to one type.

    Schemathesis 4.32 forgets the format of `type: [string, "null"]` when it varies a body, and calls "" a valid date.
    """
    if isinstance(value, list):
        return [_split(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    found = {name: _split(one) for name, one in value.items()}
    types = found.get("type")
    if not isinstance(types, list) or "string" not in types or not isinstance(found.get("format"), str):
        return found
    own = {name: found.pop(name) for name in _OF_TEXT if name in found}
    found.pop("type")
    return {**found, "anyOf": [{"type": "string", **own}, *({"type": one} for one in types if one != "string")]}


def read_given(path: Path, contract: str) -> Given:
    """Read `{CONTRACT: {"GET /invoices/{id}": {"parameters": {NAME: VALUE}, "body": JSON}}}`, the part of a contract.

    Raises:
        UnreadableError: Anything else.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        found: Any = told.get(contract, {})
        if not isinstance(found, dict) or not all(
            isinstance(one, dict) and isinstance(one.get("parameters", {}), dict) for one in found.values()
        ):
            raise TypeError("an operation is given as {parameters, body}")  # noqa: TRY301  (one answer for all of it)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableError(
            f"{path} does not say what can be asked: {error}",
            remedy='Write {CONTRACT: {"GET /invoices/{id}": {"parameters": {"id": "in_1"}, "body": {}}}}.',
        ) from error
    return dict(found)


def _told(
    item: Mapping[str, Any], method: str, values: Mapping[str, Any], document: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a path item with the values of one operation as the only examples of its parameters and body.

    Parameters that the path shares become the operation's own: another operation there may need another object.
    """
    operation = dict(item[method])
    shared = [dict(_resolved(one, document)) for one in item.get("parameters") or ()]
    own = [dict(_resolved(one, document)) for one in operation.get("parameters") or ()]
    wanted = dict(values.get("parameters") or {})
    merged = {(str(one.get("in")), str(one.get("name"))): one for one in (*shared, *own)}
    unknown = set(wanted) - {name for _, name in merged}
    if unknown:
        raise UsageError(f"{method.upper()} has no parameter {min(unknown)}", remedy="Name its parameters.")
    for (place, name), one in merged.items():
        if name in wanted:
            merged[place, name] = _parameter(one, wanted[name])
        elif place == "body" and "body" in values:
            merged[place, name] = {**one, "schema": {"allOf": [one["schema"]], "example": values["body"]}}
    others = {name: one for name, one in item.items() if name not in ("parameters", method)}
    for name, other in others.items():
        if name in METHODS and isinstance(other, Mapping):
            others[name] = {**other, "parameters": [*shared, *(other.get("parameters") or ())]}
    operation["parameters"] = list(merged.values())
    if "body" in values and isinstance(operation.get("requestBody"), Mapping):
        operation["requestBody"] = _request_body(_resolved(operation["requestBody"], document), values["body"])
    return {**others, method: operation}


def _parameter(one: Mapping[str, Any], value: Any) -> dict[str, Any]:
    found = {name: told for name, told in one.items() if name not in ("example", "examples", "x-example")}
    return found | ({"example": value} if "schema" in one else {"x-example": value})


def _request_body(told: Mapping[str, Any], value: Any) -> dict[str, Any]:
    content = {
        media: {name: one for name, one in kind.items() if name not in ("example", "examples")} | {"example": value}
        for media, kind in told["content"].items()
    }
    return {**told, "content": content}


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
