"""A pact held against OpenAPI or AsyncAPI gives the comparator's codes, each as often."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from harness.pacts.comparator import Comparator

HERE = Path(__file__).parent
KEPT = json.loads((HERE / "comparator_cases.json").read_text("utf-8"), parse_float=Decimal)
JSON_TYPE = "application/json"


def codes(pact, openapi=None, asyncapi=None):
    return sorted(result.code for result in Comparator(openapi, asyncapi).compare(pact))


def http(path="/x", *, method="GET", status=200, **more):
    response = {"status": status, **({"body": more.pop("answer")} if "answer" in more else {})}
    return {
        "interactions": [
            {"description": "d", "request": {"method": method, "path": path, **more}, "response": response}
        ]
    }


def api(operation=None, *, path="/x", info=None, **more):
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1", **(info or {})},
        "paths": {path: {"get": {"responses": {"200": {"description": ""}}, **(operation or {})}}},
        **more,
    }


def answering(schema):
    return {"responses": {"200": {"description": "", "content": {JSON_TYPE: {"schema": schema}}}}}


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["id"])
def test_a_kept_case_gives_the_codes_of_the_comparator(case):
    documents = {kind: KEPT["specifications"][case[kind]] for kind in ("openapi", "asyncapi") if kind in case}
    assert codes(case["pact"], **documents) == case["codes"]


def test_one_schema_and_one_value_count_as_many_errors_as_the_comparator_counts():
    wrong = []
    for line in (HERE / "schema_counts.jsonl").read_text("utf-8").splitlines():
        schema, value, *counts = json.loads(line, parse_float=Decimal)
        content = {"content": {JSON_TYPE: {"schema": schema}}}
        is_scalar = isinstance(value, (int, str, Decimal)) and not isinstance(value, bool)
        operation = {
            "parameters": [{"name": "q", "in": "query", "schema": schema}],
            "requestBody": content,
            "responses": {"200": {"description": "", **content}},
        }
        query = {"q": str(value)} if is_scalar else {}
        headers = {"Content-Type": JSON_TYPE}
        pact = http(method="POST", query=query, headers=headers, body=value, answer=value)
        document = {"openapi": "3.1.0", "info": {}, "paths": {"/x": {"post": operation}}}
        found = Counter(codes(pact, document))
        kinds = ("request.body.incompatible", "response.body.incompatible", "request.query.incompatible")
        if [found[kind] for kind in kinds] != counts:
            wrong.append((schema, value, counts, found))
    assert wrong == []


@pytest.mark.corpus
def test_every_case_of_the_shared_sample_gives_its_codes(corpus):
    lines = (corpus / "pact/comparator.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line, parse_float=Decimal) for line in lines]
    assert len(cases) > 30
    wrong = [
        case["id"]
        for case in cases
        if codes(case["pact"], case.get("openapi"), case.get("asyncapi")) != sorted(case["expected"]["codes"])
    ]
    assert wrong == []


def test_a_consumer_may_read_part_of_an_answer_but_no_field_that_nobody_declares():
    schema = {"type": "object", "required": ["id", "total"], "properties": {"id": {}, "total": {}}}
    assert codes(http(answer={"id": "in_1"}), api(answering(schema))) == []
    assert codes(http(answer={"id": "in_1", "net": 1}), api(answering(schema))) == ["response.body.incompatible"]


def test_an_object_under_all_of_may_hold_the_fields_of_every_part():
    parts = [{"type": "object", "properties": {name: {"type": "string"}}} for name in ("a", "b")]
    assert codes(http(answer={"a": "1", "b": "2"}), api(answering({"allOf": parts}))) == []
    assert codes(http(answer={"a": "1", "c": "2"}), api(answering({"allOf": parts}))) == ["response.body.incompatible"]


def test_text_wins_over_a_parameter_and_the_parameter_takes_what_is_left():
    document = api(path="/invoices/{id}")
    document["paths"]["/invoices/summary"] = {"get": {"responses": {"418": {"description": ""}}}}
    assert codes(http("/invoices/summary"), document) == ["response.status.unknown"]
    assert codes(http("/invoices/summaries"), document) == []
    assert codes(http("/invoices"), document) == ["request.path-or-method.unknown"]


@pytest.mark.parametrize(
    ("setting", "path"),
    [("case-insensitive", "/X"), ("ignore-duplicate-slashes", "//x"), ("ignore-trailing-slash", "/x/")],
)
def test_a_switch_in_info_makes_routing_lenient(setting, path):
    assert codes(http(path), api()) == ["request.path-or-method.unknown"]
    assert codes(http(path), api(info={f"x-opc-config-{setting}": True})) == []


def test_one_of_several_credentials_is_enough_and_none_is_told_for_each():
    schemes = {"a": {"type": "apiKey", "in": "header", "name": "X-Key"}, "b": {"type": "http", "scheme": "bearer"}}
    document = api({"security": [{"a": []}, {"b": []}]}, components={"securitySchemes": schemes})
    assert codes(http(), document) == ["request.authorization.missing"] * 2
    assert codes(http(headers={"Authorization": "Bearer t"}), document) == []


def test_messages_are_left_out_where_only_openapi_is_given_and_nothing_is_checked_without_documents():
    message = {"type": "Asynchronous/Messages", "contents": {"content": {}, "contentType": JSON_TYPE}}
    both = {"interactions": [*http()["interactions"], message]}
    assert codes(both, api()) == []
    assert codes(both) == ["message.spec.missing", "request.spec.missing"]


def test_a_message_is_held_against_asyncapi_2_by_the_operation_id_of_its_channel():
    payload = {"type": "object", "properties": {"id": {"type": "string"}}}
    channel = {"subscribe": {"operationId": "onInvoice", "message": {"oneOf": [{"payload": payload}]}}}
    document = {"asyncapi": "2.6.0", "channels": {"invoices": channel}}
    message = {
        "type": "Asynchronous/Messages",
        "comments": {"references": {"AsyncAPI": {"operationId": "onInvoice"}}},
        "contents": {"content": {"id": "in_1"}, "contentType": JSON_TYPE},
    }
    assert codes({"interactions": [message]}, asyncapi=document) == ["message.matched"]
    message["contents"]["content"] = {"id": 1}
    assert codes({"interactions": [message]}, asyncapi=document) == ["message.no.match"]
    channel["subscribe"]["message"]["oneOf"][0]["payload"] = {"$ref": "#/components/schemas/Gone"}
    assert codes({"interactions": [message]}, asyncapi=document) == ["message.matched", "message.payload.unknown"]


@pytest.mark.parametrize("version", ["4.0", "4-beta", " 4", "2020-01-01"])
def test_a_version_is_the_number_that_its_text_begins_with(version):
    body = {"content": {"id": 1}, "contentType": JSON_TYPE}
    pact = {**http(answer=body), "metadata": {"pactSpecification": {"version": version}}}
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    assert codes(pact, api(answering(schema))) == []
    pact["metadata"]["pactSpecification"]["version"] = "beta-4"
    assert codes(pact, api(answering(schema))) == ["response.body.incompatible"] * 2


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}},
        {"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}}},
        {"A": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}},
        {"A": {"$ref": "#/nowhere"}},
    ],
)
def test_a_schema_that_contains_itself_or_leads_nowhere_ends(schemas):
    document = api(answering({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    assert codes(http(answer={"a": {"a": {}}}), document) in ([], ["response.body.incompatible"])


def test_a_pattern_that_would_run_for_ever_elsewhere_is_decided_or_told():
    document = api(answering({"type": "string", "pattern": "^(a+)+$"}))
    assert codes(http(answer="a" * 5000 + "!"), document) == ["response.body.incompatible"]
    comparator = Comparator(api(answering({"type": "string", "pattern": r"^(a+)\1*(b|a?)*$(?<!x)"})))
    assert list(comparator.compare(http(answer="a" * 2000 + "!"))) in ([], list(comparator.compare(http(answer="!"))))


@pytest.mark.parametrize("value", [None, [], "x", 5, {"interactions": 5}, {"interactions": [None, 5, {"type": 1}, {}]}])
def test_what_is_no_pact_gives_no_code_and_no_crash(value):
    assert codes(value if isinstance(value, dict) else {"interactions": value}, api()) == []


def test_parts_that_contain_each_other_are_united_once_and_in_bounded_time():
    names = "ABCDEFGH"
    schemas = {
        name: {
            "allOf": [
                *({"$ref": f"#/components/schemas/{other}"} for other in names),
                {"type": "object", "properties": {other: {"$ref": f"#/components/schemas/{other}"} for other in names}},
            ]
        }
        for name in names
    }
    document = api(answering({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    assert codes(http(answer={"A": {}}), document) in ([], ["response.body.incompatible"])


def test_a_list_of_types_is_no_complex_parameter():
    parameter = {"name": "q", "in": "query", "schema": {"type": ["integer", "null"]}}
    document = api({"parameters": [parameter]}, info={"x-opc-config-no-validate-complex-parameters": True})
    assert codes(http(query="q=1"), document) == []
    assert codes(http(query="q=a"), document) == ["request.query.incompatible"]
