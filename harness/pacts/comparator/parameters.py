"""Values in the path and the query of a request against the operation's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import join
from harness.pacts.comparator.context import Operation
from harness.pacts.comparator.javascript import MISSING, mapping, truthy
from harness.pacts.comparator.querystrings import parse, parse_flat, parse_value
from harness.pacts.comparator.values import Result

_SWAGGER_SEPARATORS = {"ssv": " ", "tsv": "\t", "pipes": "|"}


def path_parameters(operation: Operation) -> Iterator[Result]:
    """Yield one result for every way in which a path value does not fit: the request then has no operation."""
    values = operation.found.parameters
    for index, parameter in operation.parameters("path"):
        name = str(parameter.get("name")).replace("-", "")
        if name not in values:
            continue
        schema = operation.schema(parameter)
        kind = mapping(schema).get("type")
        value: Any = values[name] if kind == "string" else parse_value(values[name])
        checked = not (operation.skips_complex(schema) and truthy(value))
        if kind == "array" and isinstance(value, str):
            value = value.split(_path_separator(parameter))
        for failure in operation.parameter_failures(index, parameter, value, checked=checked):
            request = operation.interaction
            message = f"Path or method not defined in the specification: {request.method} {request.path}"
            detail = f"{message} ({name} {failure.message})"
            yield operation.result("request.path-or-method.unknown", detail, "/request/path")


def _path_separator(parameter: dict[str, Any]) -> str:
    style = str(parameter.get("style") or "").lower()
    return {"label": ".", "matrix": ";"}.get(style, ",") if parameter.get("explode") else ","


def query_parameters(operation: Operation) -> Iterator[Result]:
    """Yield the results about the query: values that do not fit, and parameters nobody declared."""
    if not operation.interaction.is_valid_request:
        return
    text = operation.found.query
    legacy = operation.setting.get("legacy-parser")
    parsed = parse_flat(text) if legacy else parse(text)
    plain = parse_flat(text) if legacy else parse(text, dots=False, comma=False)
    for index, parameter in operation.parameters("query"):
        name = str(parameter.get("name"))
        is_text = mapping(parameter.get("schema")).get("type") == "string"
        value = (plain if is_text else parsed).get(name, MISSING)
        if value is not MISSING or parameter.get("required"):
            yield from _query_value(operation, index, parameter, value)
        parsed.pop(name, None)
    keys = operation.security_names("query")
    for name in parsed:
        if name not in keys:
            message = f"Query parameter is not defined in the specification: {name}"
            yield operation.result("request.query.unknown", message, join("/request/query", name))


def _query_value(operation: Operation, index: int, parameter: dict[str, Any], value: Any) -> Iterator[Result]:
    schema = operation.schema(parameter)
    is_openapi = bool(operation.document.get("openapi"))
    checked = not (is_openapi and operation.skips_complex(schema) and truthy(value))
    if mapping(schema).get("type") == "array" and isinstance(value, str):
        separator = "," if is_openapi else _SWAGGER_SEPARATORS.get(str(schema.get("collectionFormat")), ",")
        value = value.split(separator)
    if operation.setting.get("cast-objects-in-pact") and value == "[object Object]":
        value = {}
    name = str(parameter.get("name"))
    for failure in operation.parameter_failures(index, parameter, value, checked=checked):
        message = f"Query parameter {name}{failure.instance} {failure.message}"
        yield operation.result("request.query.incompatible", message, join("/request/query", name))
