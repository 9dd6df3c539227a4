"""Which requests are worth trying, and which refusals of them a contract allows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.conform import open_target
from harness.conform.sent import read_given, sendable, settings
from harness.model import UnreadableError, UsageError

PAGE = {"type": "object", "properties": {"data": {}, "next_cursor": {"type": "string"}}}


def document(**operations):
    return {
        "openapi": "3.1.0",
        "paths": {"/rows": {"parameters": [_parameter("traceparent", "header")], **operations}},
        "components": {"parameters": {"Cursor": _parameter("cursor")}, "schemas": {"Page": PAGE}},
    }


def _parameter(name, place="query"):
    return {"name": name, "in": place, "schema": {"type": "string"}}


def _answers(schema, *statuses):
    content = {"application/json": {"schema": schema}}
    return {"200": {"content": content}, **{status: {"description": "no"} for status in statuses}}


def test_a_cursor_that_only_an_answer_can_give_and_the_headers_of_a_trace_are_not_made_up():
    given = [{"$ref": "#/components/parameters/Cursor"}, _parameter("colour"), _parameter("tracestate", "header")]
    found = sendable(document(get={"parameters": given, "responses": _answers({"$ref": "#/components/schemas/Page"})}))
    item = found["paths"]["/rows"]
    assert (item["parameters"], item["get"]["parameters"]) == ([], [_parameter("colour")])


def test_a_parameter_that_is_only_called_so_is_tried():
    given = [_parameter("cursor"), _parameter("next_cursor", "header")]
    asked = document(get={"parameters": given, "responses": _answers({"type": "object", "properties": {"data": {}}})})
    assert sendable(asked)["paths"]["/rows"]["get"]["parameters"] == given


def test_what_is_given_stands_in_place_of_examples_and_only_there():
    shared = [{"name": "row", "in": "path", "required": True, "schema": {"type": "string"}, "example": "none"}]
    body = {"content": {"application/json": {"schema": {}, "examples": {"old": {"value": {}}}}}}
    asked = document(get={"responses": {}}, post={"requestBody": body, "responses": {}})
    asked["paths"]["/rows"]["parameters"] = shared
    given = {"POST /rows": {"parameters": {"row": "r_1"}, "body": {"a": 1}}}
    item = sendable(asked, given)["paths"]["/rows"]
    assert [one["example"] for one in item["post"]["parameters"]] == ["r_1"]
    assert [one["example"] for one in item["get"]["parameters"]] == ["none"]
    assert item["post"]["requestBody"]["content"]["application/json"] == {"schema": {}, "example": {"a": 1}}


@pytest.mark.parametrize("given", [{"PUT /rows": {}}, {"GET /rows": {"parameters": {"nothing": 1}}}])
def test_what_the_contract_does_not_have_is_not_given(given):
    with pytest.raises(UsageError):
        sendable(document(get={"responses": {}}), given)


@pytest.mark.parametrize("text", ["", "[]", '{"rows": []}', '{"rows": {"GET /rows": 1}}'])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    (tmp_path / "given.json").write_text(text, "utf-8")
    with pytest.raises(UnreadableError):
        read_given(tmp_path / "given.json", "rows")


def test_a_contract_nobody_named_is_given_nothing(tmp_path):
    (tmp_path / "given.json").write_text('{"others": {}}', "utf-8")
    assert read_given(tmp_path / "given.json", "rows") == {}


def test_a_format_belongs_to_the_type_it_is_of():
    schema = {"type": ["string", "null"], "format": "date", "description": "A day."}
    parameter = {"name": "day", "in": "query", "schema": schema}
    found = sendable(document(get={"parameters": [parameter], "responses": {}}))
    told = found["paths"]["/rows"]["get"]["parameters"][0]["schema"]
    assert told == {"description": "A day.", "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}


def test_only_who_tells_unreadable_from_forbidden_may_forbid_a_request_of_the_right_form():
    found = tomllib.loads(
        settings(
            document(
                post={"responses": _answers({}, "400", "422")},
                put={"responses": _answers({}, "422")},
                get={"responses": _answers({}, "400")},
            )
        )
    )
    (one,) = found["operations"]
    assert one["include-name"] == "POST /rows"
    statuses = one["checks"]["positive_data_acceptance"]["expected-statuses"]
    assert ("422" in statuses, "400" in statuses) == (True, False)


def test_the_legacy_dialect_is_read_as_well():
    target = open_target("erp-legacy-postings", Path(__file__).parents[2])
    item = sendable(target.document)["paths"]["/postings"]["get"]
    assert {"$ref": "#/parameters/Cursor"} not in item["parameters"]
    assert {"$ref": "#/parameters/Limit"} in item["parameters"]
