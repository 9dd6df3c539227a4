"""Headers of request and response: media types, declared headers, and headers nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import join
from harness.pacts.comparator.context import Operation
from harness.pacts.comparator.interactions import Headers
from harness.pacts.comparator.javascript import either, listed, mapping, truthy
from harness.pacts.comparator.media import STANDARD_REQUEST_HEADERS, STANDARD_RESPONSE_HEADERS, best_match
from harness.pacts.comparator.querystrings import parse_value
from harness.pacts.comparator.schemas import minimum_schema
from harness.pacts.comparator.values import Result


def request_headers(operation: Operation) -> Iterator[Result]:
    """Yield the results about the headers of a request."""
    headers = operation.request_headers()
    yield from _accept(operation, headers)
    yield from _content_type(operation, headers)
    declared = set()
    for index, parameter in operation.parameters("header"):
        declared.add(str(parameter.get("name")).lower())
        yield from _request_header(operation, headers, index, parameter)
    for name in STANDARD_REQUEST_HEADERS - declared:
        headers.discard(name)
    if operation.interaction.is_valid_request:
        keys = {name.lower() for name in operation.security_names("header")}
        for name in headers:
            if name not in keys:
                message = f"Request header is not defined in the specification: {name}"
                yield operation.result("request.header.unknown", message, join("/request/headers", name))


def _first(value: str | None) -> str:
    return (value or "").split(";")[0]


def _accept(operation: Operation, headers: Headers) -> Iterator[Result]:
    accept = _first(headers.get("accept"))
    if not accept:
        return
    responses = [operation.resolved(written) for written in operation.responses.values()] or [{}]
    offered = list(dict.fromkeys(name for response in responses for name in operation.response_types(response)))
    response = operation.resolved(operation.responses.get(str(operation.interaction.status)))
    place = "/request/headers/accept"
    if not offered:
        message = "The Accept header is set but the specification names no media type of any response"
        yield operation.result("request.accept.unknown", message, place)
    elif operation.response_types(response) and not best_match(accept, offered):
        message = f"The Accept header is incompatible with the media types of the responses: {', '.join(offered)}"
        yield operation.result("request.accept.incompatible", message, place)


def _content_type(operation: Operation, headers: Headers) -> Iterator[Result]:
    media_type, offered = _first(headers.get("content-type")), operation.request_types
    place = "/request/headers/content-type"
    if media_type and not offered:
        message = "The Content-Type header is set but the specification names no media type of the request"
        yield operation.result("request.content-type.unknown", message, place)
    elif media_type and not best_match(media_type, offered):
        message = f"The Content-Type header is incompatible with the media types consumed: {', '.join(offered)}"
        yield operation.result("request.content-type.incompatible", message, place, "/requestBody/content")
    elif not media_type and offered and truthy(operation.interaction.request_body):
        message = "The Content-Type header is not set but the specification names media types of the request"
        yield operation.result("request.content-type.missing", message, "/request/headers")


def _request_header(operation: Operation, headers: Headers, index: int, parameter: dict[str, Any]) -> Iterator[Result]:
    name = str(parameter.get("name"))
    written = headers.get(name)
    headers.discard(name)
    if not operation.interaction.is_valid_request:
        return
    place = join("/request/headers", name)
    if written is None:
        if parameter.get("required"):
            message = f"Header {name} is required by the specification and missing"
            yield operation.result("request.header.incompatible", message, place)
        return
    schema = operation.schema(parameter)
    value: Any = written if _is_text(mapping(parameter.get("schema"))) else parse_value(written)
    checked = not (operation.skips_complex(schema) and truthy(value))
    for failure in operation.parameter_failures(index, parameter, value, checked=checked):
        message = f"Header {name}{failure.instance} {failure.message}"
        yield operation.result("request.header.incompatible", message, place)


def _is_text(schema: dict[str, Any]) -> bool:
    branches = [*listed(schema.get("anyOf")), *listed(schema.get("oneOf"))]
    return schema.get("type") == "string" or any(mapping(branch).get("type") == "string" for branch in branches)


def response_headers(operation: Operation) -> Iterator[Result]:
    """Yield the results about the headers of a response; none if the status is unknown."""
    key = operation.response_key
    if key is None:
        return
    headers = Headers(operation.interaction.response_headers)
    yield from _response_type(operation, headers, key)
    headers.discard("content-type")
    for name, written in mapping(operation.response.get("headers")).items():
        yield from _response_header(operation, headers, name, written)
        headers.discard(name)
    for name in STANDARD_RESPONSE_HEADERS:
        if name in headers:
            message = f"Standard response header is not defined in the specification: {name}"
            yield operation.result("response.header.undefined", message, join("/response/headers", name))
            headers.discard(name)
    for name in headers:
        message = f"Response header is not defined in the specification: {name}"
        yield operation.result("response.header.unknown", message, join("/response/headers", name), _at(key))


def _at(key: str) -> str:
    return join("/responses", key)


def _response_type(operation: Operation, headers: Headers, key: str) -> Iterator[Result]:
    media_type = _first(headers.get("content-type"))
    if not media_type:
        return
    offered = operation.response_types(operation.response)
    place = "/response/headers/content-type"
    if not offered:
        message = "The Content-Type of the response is set but the specification names no media type"
        yield operation.result("response.content-type.unknown", message, place, _at(key))
    elif not best_match(media_type, offered):
        message = f"The Content-Type of the response is incompatible with: {', '.join(offered)}"
        yield operation.result("response.content-type.incompatible", message, place, _at(key))


def _response_header(operation: Operation, headers: Headers, name: str, written: Any) -> Iterator[Result]:
    value = headers.get(name)
    if value is None:
        return
    schema = either(operation.resolved(written).get("schema"), written)
    status = operation.interaction.status
    route = operation.found.route
    failures = operation.compiled.failures(
        f"{route.method} {route.path} {status} header {name}",
        value,
        lambda: minimum_schema(schema, operation.document),
        convert=True,
    )
    for failure in failures:
        message = f"Response header {name}{failure.instance} {failure.message}"
        yield operation.result("response.header.incompatible", message, join("/response/headers", name))
