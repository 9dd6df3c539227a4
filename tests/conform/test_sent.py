"""Which requests are worth trying, and which refusals of them a contract allows."""

from __future__ import annotations

import tomllib
from pathlib import Path

from harness.conform import open_target
from harness.conform.sent import sendable, settings

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
