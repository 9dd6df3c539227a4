"""Contracts in the older dialects of OpenAPI, read as if they were written in the newest.

A gateway publishes what its generator knows: Swagger 2.0 keeps schemas in `definitions`, the body among the parameters
and says null with `x-nullable`; OpenAPI 3.0 says it with `nullable`. A face reads one dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")
_SHAPE = ("type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "items", "default")
_INT64 = 2**63 - 1
_MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}


def modern(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose schemas are plain JSON Schema and whose parts stand where OpenAPI 3.1 has them."""
    if "swagger" in document:
        document = _without_swagger(document)
    if not str(document.get("openapi", "")).startswith("3.1"):
        document = {**_nullable(document), "openapi": "3.1.0"}
    found: dict[str, Any] = _bounded(document)
    return found


def _bounded(value: Any) -> Any:
    """Return a document in which `format: int64` bounds a number: validators know formats of texts only."""
    if isinstance(value, list):
        return [_bounded(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _bounded(one) for name, one in value.items()}
    types = found.get("type")
    if found.get("format") == "int64" and "integer" in (types if isinstance(types, list) else [types]):
        found.setdefault("minimum", -_INT64 - 1)
        found.setdefault("maximum", _INT64)
    return found


def _nullable(value: Any) -> Any:
    if isinstance(value, list):
        return [_nullable(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _nullable(one) for name, one in value.items() if name not in ("nullable", "x-nullable")}
    if value.get("nullable") is not True and value.get("x-nullable") is not True:
        return found
    return {"anyOf": [found, {"type": "null"}]}


def _without_swagger(document: Mapping[str, Any]) -> dict[str, Any]:
    produced = document.get("produces", ["application/json"])
    parts = {
        "schemas": document.get("definitions", {}),
        "parameters": {name: _parameter(one) for name, one in document.get("parameters", {}).items()},
        "responses": {name: _response(one, produced) for name, one in document.get("responses", {}).items()},
    }
    paths = {path: _item(item, document, produced) for path, item in document["paths"].items()}
    moved: dict[str, Any] = _moved({"openapi": "3.0.3", "info": document["info"], "paths": paths, "components": parts})
    return moved


def _item(item: Mapping[str, Any], document: Mapping[str, Any], produced: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"parameters": [_parameter(one) for one in item.get("parameters", ())]}
    return found | {name: _operation(item[name], document, produced) for name in METHODS if name in item}


def _operation(told: Mapping[str, Any], document: Mapping[str, Any], produced: list[str]) -> dict[str, Any]:
    given = told.get("parameters", ())
    body = next((one for one in given if one.get("in") == "body"), None)
    found = {
        **told,
        "parameters": [_parameter(one) for one in given if one is not body],
        "responses": {status: _response(one, produced) for status, one in told["responses"].items()},
    }
    if body is not None:
        consumed = told.get("consumes") or document.get("consumes") or ["application/json"]
        content = {media: {"schema": body["schema"]} for media in consumed}
        found["requestBody"] = {"required": bool(body.get("required")), "content": content}
    return found


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in told:
        return dict(told)
    shape = {name: told[name] for name in _SHAPE if name in told}
    return {name: one for name, one in told.items() if name not in shape} | {"schema": shape}


def _response(told: Mapping[str, Any], produced: list[str]) -> dict[str, Any]:
    if "$ref" in told or "schema" not in told:
        return dict(told)
    medias = list(told.get("examples", ())) or produced[:1]
    headers = {name: _parameter(one) for name, one in told.get("headers", {}).items()}
    return {
        "description": told.get("description", ""),
        "headers": headers,
        "content": {media: {"schema": told["schema"]} for media in medias},
    }


def _moved(value: Any) -> Any:
    if isinstance(value, list):
        return [_moved(one) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str):
        for old, new in _MOVED.items():
            if reference.startswith(old):
                return {**value, "$ref": new + reference.removeprefix(old)}
    return {name: _moved(one) for name, one in value.items()}
