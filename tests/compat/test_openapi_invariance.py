"""Whole documents: older versions of the language, references, bad input, and what must not matter."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import pytest
from openapi_documents import compare, document, giving, only, taking

from harness.compat.kinds import KINDS
from harness.documents import Library, MemoryTree
from harness.model import Side, UnreadableError, Verdict, split

STRING = {"type": "string"}
DONE = {"responses": {"204": {"description": "done"}}}


def query(name: str, schema: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema or STRING, **more}


def test_an_upgrade_from_swagger_2_is_no_change() -> None:
    pet = {"type": "object", "properties": {"name": STRING}}
    listed = {"in": "query", "name": "tags", "type": "array", "items": STRING, "collectionFormat": "multi"}
    old = {
        "swagger": "2.0",
        "info": {"title": "billing", "version": "1.0.0"},
        "paths": {
            "/pets": {
                "post": {
                    "parameters": [
                        listed,
                        {"in": "body", "name": "pet", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
                    ],
                    "responses": {"200": {"description": "done", "schema": {"$ref": "#/definitions/Pet"}}},
                }
            }
        },
        "definitions": {"Pet": pet},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    new = document(
        {
            "/pets": {
                "post": {
                    "parameters": [query("tags", {"type": "array", "items": STRING})],
                    "requestBody": {"required": True, "content": content},
                    "responses": {"200": {"description": "done", "content": content}},
                }
            }
        },
        version="3.0.3",
        components={"schemas": {"Pet": pet}},
    )
    assert compare(old, new).changes == ()
    newer = {**new, "openapi": "3.1.0"}
    assert compare(new, newer).changes == ()


def form_of_2_0(*fields: dict[str, Any]) -> dict[str, Any]:
    uploads = {"consumes": ["multipart/form-data"], "parameters": list(fields), **DONE}
    info = {"title": "billing", "version": "1.0.0"}
    return {"swagger": "2.0", "info": info, "paths": {"/uploads": {"post": uploads}}}


def test_form_parameters_of_2_0_are_the_form_of_3_0() -> None:
    text = {"in": "formData", "name": "note", "type": "string", "required": True}
    file = {"in": "formData", "name": "scan", "type": "file"}
    schema = {
        "type": "object",
        "properties": {"note": STRING, "scan": {"type": "string", "format": "binary"}},
        "required": ["note"],
    }
    new = document(
        {
            "/uploads": {
                "post": {
                    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
                    **DONE,
                }
            }
        },
        version="3.0.3",
    )
    assert compare(form_of_2_0(text, file), new).changes == ()
    shorter = only(compare(form_of_2_0(text), form_of_2_0({**text, "maxLength": 5})))
    assert (shorter.rule, shorter.location.pointer) == ("length-tightened", "/paths/~1uploads/post/parameters/0")


def test_openapi_3_2_methods_are_operations() -> None:
    old = document({"/invoices": {"query": DONE, "additionalOperations": {"LOCK": DONE}}}, version="3.2.0")
    assert sorted(change.title for change in compare(old, document({}, version="3.2.0")).changes) == [
        "LOCK /invoices removed",
        "QUERY /invoices removed",
    ]


def test_a_reference_into_another_file_is_followed() -> None:
    main = giving({"$ref": "schemas.json#/Invoice"})
    files = tuple({"schemas.json": {"Invoice": {"type": kind}}} for kind in ("integer", "number"))
    change = only(compare(main, main, files=(files[0], files[1])))
    assert (change.rule, change.location.file) == ("type-widened", "schemas.json")


def test_a_definition_that_moves_into_a_file_of_its_own_is_no_change() -> None:
    breeds = {name: {"type": "object", "properties": {"name": {"type": "string"}}} for name in ("Red", "Grey")}
    inside = giving({"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in breeds]}, **breeds)
    outside = giving({"oneOf": [{"$ref": f"schemas/{name}.json"} for name in breeds]})
    files: dict[str, Any] = {f"schemas/{name}.json": schema for name, schema in breeds.items()}
    assert compare(inside, outside, files=({}, files)).changes == ()
    assert compare(outside, inside, files=(files, {})).changes == ()
    lost = {**files, "schemas/Red.json": {"type": "object"}}
    assert compare(outside, outside, files=(files, lost)).verdict is Verdict.BREAKING


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ({"paths": {}}, "no contract|not an OpenAPI"),
        (taking({"$ref": "#/components/schemas/Missing"}), "Missing"),
        (taking({"$ref": "elsewhere.json#/a"}), "elsewhere.json"),
        (taking({"allOf": [5]}), "schema must be"),
        (taking({"type": "money"}), "no type"),
        (taking({"properties": ["a"]}), "must map names"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(old: dict[str, Any], expected: str) -> None:
    new = deepcopy(old)
    new.setdefault("info", {})["description"] = "other"
    if "components" in new:
        content = new["paths"]["/invoices"]["post"]["requestBody"]["content"]["application/json"]
        content["schema"] = {**content["schema"], "title": "other"}
    with pytest.raises(UnreadableError, match=expected) as caught:
        compare(old, new) if "openapi" in old else _as_openapi(old, new)
    assert caught.value.remedy
    assert caught.value.location is not None


def _as_openapi(old: dict[str, Any], new: dict[str, Any]) -> None:
    from harness.compat.openapi import compare_openapi  # noqa: PLC0415
    from harness.model import ContentModel  # noqa: PLC0415

    libraries = [Library(MemoryTree({"a.json": json.dumps(value)})) for value in (old, new)]
    nodes = [library.node("a.json") for library in libraries]
    compare_openapi(nodes[0], nodes[1], libraries[0], libraries[1], ContentModel.DECLARED, None)


def landscape(seed: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two versions of a document with something of everything; another seed permutes what has no order."""
    money = {
        "type": "object",
        "properties": {"amount": {"type": "integer"}, "currency": STRING},
        "required": ["amount"],
    }
    lines = {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
    schemas = {
        "Money": money,
        "Line": {"allOf": [{"$ref": "#/components/schemas/Money"}, {"type": "object", "properties": {"sku": STRING}}]},
        "Invoice": {
            "type": "object",
            "properties": {
                "id": STRING,
                "tax": {"type": "integer"},
                "state": {"enum": ["open", "paid"]},
                "lines": lines,
            },
            "required": ["id", "tax"],
        },
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Invoice"}}}
    paths = {
        "/invoices": {
            "get": {"parameters": [query("limit")], "responses": {"200": {"description": "done", "content": content}}},
            "post": {
                "requestBody": {"content": content},
                "responses": {"201": {"description": "done", "content": content}},
            },
        }
    }
    old = document(paths, components={"schemas": schemas})
    new = deepcopy(old)
    changed = new["components"]["schemas"]
    changed["Invoice"]["properties"]["tax"] = {"type": ["integer", "null"]}
    changed["Invoice"]["properties"]["state"] = {"enum": ["open", "paid", "void"]}
    changed["Money"]["properties"].pop("currency")
    changed["Line"]["allOf"][1]["properties"]["discount"] = {"type": "number"}
    new["paths"]["/invoices"]["get"]["parameters"] = [query("limit", required=True)]
    return _permuted(old, seed), _permuted(new, seed + 1 if seed else 0)


def _permuted(value: Any, seed: int) -> Any:
    if not seed:
        return value
    shuffler = random.Random(seed)  # noqa: S311  (a shuffle that can be repeated)

    def shuffled(one: Any, key: str = "") -> Any:
        if isinstance(one, dict):
            names = list(one)
            shuffler.shuffle(names)
            return {name: shuffled(one[name], name) for name in names}
        if isinstance(one, list):
            items = [shuffled(item) for item in one]
            if key in {"enum", "allOf", "required"}:
                shuffler.shuffle(items)
            return items
        return one

    return shuffled(value)


def facts(seed: int) -> list[tuple[Any, ...]]:
    found = compare(*landscape(seed))
    return sorted(
        (change.rule, str(change.direction), change.verdict.value, change.subject, change.reached_from)
        for change in found.changes
    )


def test_the_order_of_what_has_no_order_changes_nothing() -> None:
    plain = facts(0)
    assert len(plain) == 9
    for seed in range(1, 6):
        assert facts(seed) == plain


def test_every_location_can_be_opened_and_every_kind_has_a_name() -> None:
    old, new = landscape()
    for change in compare(old, new).changes:
        value: Any = old if change.side is Side.OLD else new
        for token in split(change.location.pointer):
            value = value[int(token)] if isinstance(value, list) else value[token]
        assert change.location.line is not None
        assert change.rule in KINDS
        assert change.title
        assert len(change.fingerprint) == 12


def test_fingerprints_name_a_change_and_not_its_wording() -> None:
    found = compare(*landscape()).changes
    assert len({change.fingerprint for change in found}) == len(found)
    again = compare(*landscape()).changes
    assert [change.fingerprint for change in again] == [change.fingerprint for change in found]


def test_a_witness_is_shown_inside_the_answer_that_breaks() -> None:
    old, new = landscape()
    nulled = next(one for one in compare(old, new).changes if one.rule == "null-allowed" and one.witness is not None)
    assert nulled.witness is not None
    assert nulled.witness.instance is None
    assert nulled.witness.carrier == "GET /invoices 200"
    assert nulled.witness.payload == {"id": "text", "tax": None}
    assert nulled.witness.payload_failing == "/tax"


def test_a_place_behind_several_references_is_shown_in_its_answer_too() -> None:
    def listed(amount: dict[str, Any]) -> dict[str, Any]:
        page = {
            "type": "object",
            "properties": {"lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}},
        }
        line = {"type": "object", "properties": {"money": {"$ref": "#/components/schemas/Money"}}}
        money = {"type": "object", "properties": {"amount": amount}}
        return giving({"$ref": "#/components/schemas/Page"}, Page=page, Line=line, Money=money)

    change = only(compare(listed({"type": "integer"}), listed({"type": "string"})))
    assert change.witness is not None
    assert change.witness.payload == {"lines": [{"money": {"amount": "text"}}]}
    assert change.witness.payload_failing == "/lines/0/money/amount"
