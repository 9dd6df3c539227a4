"""What other comparers pass over in silence is told here, both ways and in every place a schema may stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openapi_documents import compare, document, giving, only, rules, taking

from harness.model import Verdict

STRING, NUMBER = {"type": "string"}, {"type": "number"}
LIST = {"type": "array", "items": STRING}
OBJECT = {"type": "object", "properties": {"a": STRING, "b": STRING}}
MAP = {"type": "object"}


def operation(**more: Any) -> dict[str, Any]:
    return document({"/invoices": {"get": {"responses": {"204": {"description": "done"}}, **more}}})


def asking(schema: Any) -> dict[str, Any]:
    return operation(parameters=[{"name": "p", "in": "query", "schema": schema}])


def heading(schema: Any, **more: Any) -> dict[str, Any]:
    return operation(responses={"200": {"description": "done", "headers": {"X": {"schema": schema, **more}}}})


SCHEMAS = {
    "multipleOf": (NUMBER, {**NUMBER, "multipleOf": 2}),
    "another multipleOf": ({**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": 3}),
    "uniqueItems": (LIST, {**LIST, "uniqueItems": True}),
    "minProperties": (OBJECT, {**OBJECT, "minProperties": 1}),
    "maxProperties": (OBJECT, {**OBJECT, "maxProperties": 1}),
    "additionalProperties false": (OBJECT, {**OBJECT, "additionalProperties": False}),
    "additionalProperties with a schema": (OBJECT, {**OBJECT, "additionalProperties": NUMBER}),
    "minItems": (LIST, {**LIST, "minItems": 1}),
    "maxItems": (LIST, {**LIST, "maxItems": 1}),
    "items": (LIST, {"type": "array", "items": {**STRING, "maxLength": 3}}),
    "a pattern at the root": (STRING, {**STRING, "pattern": "^a"}),
    "another pattern at the root": ({**STRING, "pattern": "^b"}, {**STRING, "pattern": "^a"}),
    "exclusive bounds": ({**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}),
    "a field of an object gone": (OBJECT, {"type": "object", "properties": {"a": STRING}}),
    "a field of an object of another type": (OBJECT, {"type": "object", "properties": {"a": NUMBER, "b": STRING}}),
    "a field of an object required": (OBJECT, {**OBJECT, "required": ["a"]}),
    "propertyNames": (MAP, {**MAP, "propertyNames": {"pattern": "^a"}}),
    "patternProperties": ({**MAP, "patternProperties": {"^a": STRING}}, {**MAP, "patternProperties": {"^a": NUMBER}}),
    "prefixItems": (LIST, {**LIST, "prefixItems": [{"const": "a"}]}),
    "contains": (LIST, {**LIST, "contains": {"const": "x"}}),
    "unevaluatedItems": (
        {"type": "array", "prefixItems": [STRING]},
        {"type": "array", "prefixItems": [STRING], "unevaluatedItems": False},
    ),
    "dependentRequired": (OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}),
    "contentMediaType": (STRING, {**STRING, "contentMediaType": "text/html"}),
}
PLACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "request": taking,
    "answer": giving,
    "parameter": asking,
    "header of an answer": heading,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SCHEMAS)
def test_a_change_of_a_schema_is_told_both_ways_wherever_the_schema_stands(name: str, place: str) -> None:
    old, new = (PLACES[place](schema) for schema in SCHEMAS[name])
    forth, back = compare(old, new), compare(new, old)
    assert forth.changes, "silent"
    assert back.changes, "silent on the way back"
    assert Verdict.UNPROVEN not in {forth.verdict, back.verdict}


WAYS = [("style", {"style": "pipeDelimited"}), ("explode", {"explode": False})]


@pytest.mark.parametrize("more", [way[1] for way in WAYS], ids=[way[0] for way in WAYS])
def test_how_a_parameter_is_written_is_told_and_breaks_both_ways(more: dict[str, Any]) -> None:
    parameter = {"name": "p", "in": "query", "schema": LIST}
    old, new = operation(parameters=[parameter]), operation(parameters=[{**parameter, **more}])
    for found in (compare(old, new), compare(new, old)):
        assert (rules(found), found.verdict) == (["parameter-style-changed"], Verdict.BREAKING)


def test_a_parameter_that_becomes_a_document_is_written_differently() -> None:
    parameter = {"name": "p", "in": "query"}
    old = operation(parameters=[{**parameter, "schema": OBJECT}])
    new = operation(parameters=[{**parameter, "content": {"application/json": {"schema": OBJECT}}}])
    for found in (compare(old, new), compare(new, old)):
        assert (rules(found), found.verdict) == (["parameter-style-changed"], Verdict.BREAKING)


def test_an_object_in_a_header_that_is_exploded_is_written_differently() -> None:
    change = only(compare(heading(OBJECT), heading(OBJECT, explode=True)))
    assert (change.rule, change.verdict) == ("parameter-style-changed", Verdict.BREAKING)
    assert change.title == "GET /invoices 200 header X is written differently"
    assert only(compare(heading(STRING), heading(STRING, explode=True))).verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    ("more", "forth", "back"),
    [
        ({"deprecated": True}, "parameter-deprecated", "parameter-reinstated"),
        ({"description": "calls left"}, "text-changed", "text-changed"),
        ({"required": True}, "header-became-required", "header-became-optional"),
    ],
)
def test_what_is_said_of_a_header_is_told(more: dict[str, Any], forth: str, back: str) -> None:
    assert only(compare(heading(STRING), heading(STRING, **more))).rule == forth
    assert only(compare(heading(STRING, **more), heading(STRING))).rule == back


CODE = {"authorizationUrl": "https://id.example/a", "tokenUrl": "https://id.example/t", "scopes": {"read": "Read."}}
OAUTH = {"type": "oauth2", "flows": {"authorizationCode": CODE}}
BASIC, BEARER = {"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "bearer"}
KEY = {"type": "apiKey", "in": "header", "name": "k"}


def flow(**more: Any) -> dict[str, Any]:
    return {"type": "oauth2", "flows": {"authorizationCode": {**CODE, **more}}}


SCHEMES = {
    "type": (BASIC, KEY, "B", "B"),
    "in": (KEY, {**KEY, "in": "query"}, "B", "B"),
    "name": (KEY, {**KEY, "name": "j"}, "B", "B"),
    "scheme": (BASIC, BEARER, "B", "B"),
    "another bearerFormat": ({**BEARER, "bearerFormat": "JWT"}, {**BEARER, "bearerFormat": "PASETO"}, "B", "B"),
    "openIdConnectUrl": (
        {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
        {"type": "openIdConnect", "openIdConnectUrl": "https://b.example"},
        "B",
        "B",
    ),
    "a further flow": (
        OAUTH,
        {**OAUTH, "flows": {"authorizationCode": CODE, "clientCredentials": {"tokenUrl": "https://a.example"}}},
        "C",
        "B",
    ),
    "tokenUrl": (OAUTH, flow(tokenUrl="https://b.example"), "B", "B"),
    "authorizationUrl": (OAUTH, flow(authorizationUrl="https://b.example"), "B", "B"),
    "a refreshUrl comes": (OAUTH, flow(refreshUrl="https://b.example"), "C", "B"),
    "a scope is offered": (OAUTH, flow(scopes={"read": "Read.", "write": "Write."}), "C", "C"),
    "a scope is described": (OAUTH, flow(scopes={"read": "Read all."}), "C", "C"),
    "words": (OAUTH, {**OAUTH, "description": "sign in"}, "C", "C"),
    "names of schemes have no case": (BEARER, {**BEARER, "scheme": "Bearer"}, "C", "C"),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_details_of_a_used_security_scheme_are_told_both_ways(name: str) -> None:
    def using(scheme: dict[str, Any]) -> dict[str, Any]:
        return {**operation(security=[{"k": []}]), "components": {"securitySchemes": {"k": scheme}}}

    old, new, forth, back = SCHEMES[name]
    letters = {Verdict.BREAKING: "B", Verdict.COMPATIBLE: "C"}
    assert letters[only(compare(using(old), using(new))).verdict] == forth
    assert letters[only(compare(using(new), using(old))).verdict] == back


@pytest.mark.parametrize("holder", ["operation", "path"])
def test_servers_of_an_operation_or_path_are_told(holder: str) -> None:
    def at(address: str) -> dict[str, Any]:
        found = operation()
        item = found["paths"]["/invoices"]
        (item["get"] if holder == "operation" else item)["servers"] = [{"url": address}]
        return found

    found = compare(at("https://a.example"), at("https://b.example"))
    assert sorted(rules(found)) == ["server-added", "server-removed"]
    assert found.changes[0].title == "GET /invoices server https://a.example removed"


def form(**encoding: Any) -> dict[str, Any]:
    content = {"multipart/form-data": {"schema": OBJECT, "encoding": encoding}}
    return document({"/i": {"post": {"requestBody": {"content": content}, "responses": {"204": {}}}}})


def test_a_part_of_a_form_that_must_be_an_image_is_told_both_ways() -> None:
    image = form(a={"contentType": "image/png"})
    assert only(compare(form(), image)).verdict is Verdict.BREAKING
    assert only(compare(image, form())).verdict is Verdict.COMPATIBLE
    assert compare(form(), form(a={"contentType": "text/plain"})).changes == ()


def test_how_a_part_is_taken_apart_matters_for_what_has_parts_only() -> None:
    content = {"multipart/form-data": {"schema": {"type": "object", "properties": {"a": STRING, "tags": LIST}}}}

    def taken_apart(name: str) -> dict[str, Any]:
        encoded = {"multipart/form-data": {**content["multipart/form-data"], "encoding": {name: {"explode": False}}}}
        return document({"/i": {"post": {"requestBody": {"content": encoded}, "responses": {"204": {}}}}})

    plain = document({"/i": {"post": {"requestBody": {"content": content}, "responses": {"204": {}}}}})
    assert compare(plain, taken_apart("a")).changes == ()
    assert only(compare(plain, taken_apart("tags"))).verdict is Verdict.BREAKING
