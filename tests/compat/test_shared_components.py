"""What changed in a shared component is told once; what no payload can show says why it breaks."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_documents import compare, document, only

from harness.model import Basis, Verdict


def limited(**headers: Any) -> dict[str, Any]:
    reference = {"$ref": "#/components/responses/TooMany"}
    operation = {"responses": {"204": {"description": "done"}, "429": reference}}
    shared = {"TooMany": {"description": "slow down", "headers": headers}}
    return document({"/a": {"get": operation}, "/b": {"get": operation}}, components={"responses": shared})


RESET = {"schema": {"type": "integer"}}


def test_a_header_added_to_a_shared_response_is_one_change() -> None:
    change = only(compare(limited(), limited(Reset=RESET)))
    assert change.title == "response TooMany now carries header Reset"
    assert change.reached_from == ("GET /a 429", "GET /b 429")


def test_a_header_removed_from_a_shared_response_says_why_it_breaks() -> None:
    change = only(compare(limited(Reset=RESET), limited()))
    assert (change.verdict, change.basis) == (Verdict.BREAKING, Basis.RULE)
    assert change.title == "response TooMany no longer carries header Reset"
    assert change.reason == "Readers of this header no longer find it."


DONE = {"responses": {"204": {"description": "done"}}}
STRING: dict[str, Any] = {"type": "string"}
LIST = {"type": "array", "items": STRING}


def thrice(operation: dict[str, Any], **components: Any) -> dict[str, Any]:
    paths = {"/a": {"get": operation, "post": operation}, "/b": {"get": operation}}
    return document(paths, components=components)


def parameter(**more: Any) -> dict[str, Any]:
    shared = {"name": "limit", "in": "query", "schema": STRING, **more}
    return thrice({**DONE, "parameters": [{"$ref": "#/components/parameters/Limit"}]}, parameters={"Limit": shared})


def body(*types: str, required: bool = False, schema: dict[str, Any] = STRING) -> dict[str, Any]:
    shared = {"required": required, "content": {name: {"schema": schema} for name in types}}
    reference = {"$ref": "#/components/requestBodies/Invoice"}
    return thrice({**DONE, "requestBody": reference}, requestBodies={"Invoice": shared})


def answer(*types: str, **more: Any) -> dict[str, Any]:
    shared = {"description": "done", "content": {name: {"schema": STRING} for name in types}, **more}
    return thrice({"responses": {"200": {"$ref": "#/components/responses/Done"}}}, responses={"Done": shared})


def header(**more: Any) -> dict[str, Any]:
    answers = {"200": {"description": "done", "headers": {"X": {"$ref": "#/components/headers/Rate"}}}}
    return thrice({"responses": answers}, headers={"Rate": {"schema": STRING, **more}})


def scheme(**more: Any) -> dict[str, Any]:
    return thrice({**DONE, "security": [{"key": []}]}, securitySchemes={"key": {"type": "http", **more}})


def callback(**more: Any) -> dict[str, Any]:
    operation = {**DONE, "requestBody": {"content": {"text/plain": {"schema": STRING}}, **more}}
    shared = {"{$request.body#/url}": {"post": operation}}
    reference = {"paid": {"$ref": "#/components/callbacks/Paid"}}
    return thrice({**DONE, "callbacks": reference}, callbacks={"Paid": shared})


def default_security(*names: str) -> dict[str, Any]:
    found = thrice(DONE, securitySchemes={"key": {"type": "http", "scheme": "basic"}})
    return {**found, **({"security": [{name: []} for name in names]} if names else {})}


SHARED = {
    "parameter required": (parameter(), parameter(required=True)),
    "parameter default": (parameter(), parameter(schema={**STRING, "default": "x"})),
    "parameter style": (parameter(schema=LIST), parameter(schema=LIST, style="pipeDelimited")),
    "parameter deprecated": (parameter(), parameter(deprecated=True)),
    "parameter described": (parameter(), parameter(description="how many")),
    "parameter type": (parameter(schema={"type": "integer"}), parameter()),
    "parameter schema": (parameter(), parameter(schema={**STRING, "maxLength": 2})),
    "body required": (body("text/plain"), body("text/plain", required=True)),
    "body media type": (body("text/plain"), body("text/plain", "text/csv")),
    "body schema": (body("text/plain"), body("text/plain", schema={**STRING, "maxLength": 2})),
    "answer media type": (answer("text/plain"), answer("text/plain", "text/csv")),
    "answer described": (answer(), answer(description="well done")),
    "answer header": (answer(), answer(headers={"X": {"schema": STRING}})),
    "header required": (header(), header(required=True)),
    "header deprecated": (header(), header(deprecated=True)),
    "header schema": (header(), header(schema={"type": "integer"})),
    "security scheme": (scheme(scheme="basic"), scheme(scheme="bearer")),
    "callback body": (callback(), callback(required=True)),
    "security of the document": (default_security(), default_security("key")),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_component_changed_once_is_one_change_with_every_operation_it_reaches(name: str) -> None:
    for old, new in (SHARED[name], SHARED[name][::-1]):
        change = only(compare(old, new))
        assert len(change.reached_from) == 3
        assert [place.split()[:2] for place in change.reached_from] == [["GET", "/a"], ["GET", "/b"], ["POST", "/a"]]


def test_a_change_of_a_shared_place_tells_one_operation_and_how_many_more() -> None:
    assert only(compare(parameter(), parameter(required=True))).title == "GET /a (and 2 more) now needs parameter limit"


def test_a_parameter_of_a_path_changed_once_is_one_change() -> None:
    def path(**more: Any) -> dict[str, Any]:
        shared = {"name": "q", "in": "query", "schema": STRING, **more}
        return document({"/a": {"parameters": [shared], "get": DONE, "post": DONE}})

    assert only(compare(path(), path(required=True))).reached_from == ("GET /a", "POST /a")


def test_the_order_of_operations_decides_nothing_about_what_is_told() -> None:
    def turned(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "paths": dict(reversed(value["paths"].items()))}

    old, new = SHARED["parameter required"]
    assert compare(turned(old), turned(new)).changes[0].title == only(compare(old, new)).title
