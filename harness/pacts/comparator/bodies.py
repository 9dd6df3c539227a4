"""Bodies of request and response against their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import join
from harness.pacts.comparator.context import Operation
from harness.pacts.comparator.javascript import MISSING, either, truthy
from harness.pacts.comparator.media import best_match, body_status
from harness.pacts.comparator.querystrings import parse, parse_flat
from harness.pacts.comparator.schemas import minimum_schema, received_schema
from harness.pacts.comparator.values import Result

DEFAULT_TYPE = "application/json"


def request_body(operation: Operation) -> Iterator[Result]:
    """Yield the results about the body of a request."""
    body = operation.interaction.request_body
    header = operation.request_headers().get("content-type") or ""
    media_type = (best_match(header, operation.request_types) or header) if header else DEFAULT_TYPE
    declared = operation.resolved(operation.value.get("requestBody"))
    parameter = next((parameter for _, parameter in operation.parameters("body")), {})
    schema = either(operation.content(declared.get("content"), media_type).get("schema"), parameter.get("schema"))
    if body is MISSING and not (declared.get("required") or parameter.get("required")):
        return
    status = body_status(media_type, body, multipart=not operation.setting.get("disable-multipart-formdata"))
    if status == "skip" or not operation.interaction.is_valid_request:
        return
    if status == "warn":
        message = f"A body of type '{media_type}' cannot be held against a schema"
        yield operation.result("request.body.unvalidatable", message, "/request/body", "/requestBody/content")
        return
    types = operation.request_types
    only_json = operation.setting.get("no-validate-request-body-unless-application-json")
    has_json = best_match(DEFAULT_TYPE, types) is not None
    if truthy(schema) and (not only_json or has_json):
        yield from _request_failures(operation, schema, media_type, header)
    if truthy(body) and not truthy(schema) and (not only_json or has_json or not types):
        message = "No matching schema found for request body"
        yield operation.result("request.body.unknown", message, "/request/body", "/requestBody/content")


def _request_failures(operation: Operation, schema: Any, media_type: str, header: str) -> Iterator[Result]:
    route = operation.found.route
    failures = operation.compiled.failures(
        f"{route.method} {route.path} request {media_type}",
        _parsed(operation.interaction.request_body, header, legacy=bool(operation.setting.get("legacy-parser"))),
        lambda: minimum_schema(schema, operation.document),
    )
    spec = join("/requestBody/content", media_type, "schema")
    for failure in failures:
        message = f"Request body is incompatible with the schema: {failure.instance or 'it'} {failure.message}"
        place = f"/request/body{failure.instance}"
        yield operation.result("request.body.incompatible", message, place, spec + failure.schema)


def _parsed(body: Any, media_type: str, *, legacy: bool) -> Any:
    """Return a form's fields; any other body as it is."""
    if not isinstance(body, str):
        return body
    if "application/x-www-form-urlencoded" in media_type:
        return parse_flat(body) if legacy else parse(body)
    if "multipart/form-data" in media_type and "boundary=" in media_type:
        return _parts(body, media_type.split("boundary=", 1)[1])
    return body


def _parts(body: str, boundary: str) -> dict[str, Any]:
    """Return the parts of a multipart body by name, each as text (RFC 7578)."""
    parts: dict[str, Any] = {}
    for chunk in body.replace("\r\n", "\n").split(f"--{boundary}")[1:]:
        head, separator, content = chunk.removeprefix("\n").partition("\n\n")
        if not separator:
            continue
        name = _part_name(head)
        if name is not None:
            parts[name] = content.removesuffix("\n")
    return parts


def _part_name(head: str) -> str | None:
    for line in head.split("\n"):
        if line.lower().startswith("content-disposition:"):
            for item in line.split(";")[1:]:
                key, _, value = item.strip().partition("=")
                if key == "name":
                    return value.strip('"')
    return None


def response_body(operation: Operation) -> Iterator[Result]:
    """Yield the results about status and body of a response."""
    status, body = operation.interaction.status, operation.interaction.response_body
    key = operation.response_key
    if key is None:
        message = f"Response status is not defined in the specification: {status}"
        yield operation.result("response.status.unknown", message, "/response/status", "/responses")
        return
    if key == "default" and status // 100 != 0:
        message = f"Response status matches only the default response of the specification: {status}"
        yield operation.result("response.status.default", message, "/response/status", "/responses/default")
    media_type, schema = response_schema(operation)
    validity = body_status(media_type, body)
    spec = join("/responses", key, "content")
    if validity == "warn":
        message = f"A body of type '{media_type}' cannot be held against a schema"
        yield operation.result("response.body.unvalidatable", message, "/response/body", spec)
    elif validity == "validate" and truthy(body):
        if truthy(schema):
            yield from _response_failures(operation, schema, media_type, key)
        else:
            message = "No matching schema found for response body"
            yield operation.result("response.body.unknown", message, "/response/body", spec)


def response_schema(operation: Operation) -> tuple[str, Any]:
    """Return the media type of the response that the request asks for, and its schema (None if there is none)."""
    response = operation.response
    types = operation.response_types(response)
    accept = operation.request_headers().get("accept") or DEFAULT_TYPE
    media_type = best_match(accept, types) or (types[0] if types else DEFAULT_TYPE)
    written = operation.content(response.get("content"), media_type).get("schema")
    return media_type, either(response.get("schema"), written)


def _response_failures(operation: Operation, schema: Any, media_type: str, key: str) -> Iterator[Result]:
    route = operation.found.route
    keep_open = bool(operation.setting.get("no-transform-non-nullable-response-schema"))
    failures = operation.compiled.failures(
        f"{route.method} {route.path} {operation.interaction.status} response {media_type}",
        operation.interaction.response_body,
        lambda: received_schema(minimum_schema(schema, operation.document), keep_nullable_open=keep_open),
    )
    spec = join("/responses", key, "content", media_type, "schema")
    for failure in failures:
        message = f"Response body is incompatible with the schema: {failure.instance or 'it'} {failure.message}"
        place = f"/response/body{failure.instance}"
        yield operation.result("response.body.incompatible", message, place, spec + failure.schema)
