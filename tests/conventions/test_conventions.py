"""Conventions of contracts: found where they are not kept, silent where they are, on any form of document."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.conventions import brought, check_conventions, newest
from harness.conventions.names import is_money, is_person, moves_money
from harness.documents import Library, MemoryTree
from harness.model import Contract, ContractKind, Level
from harness.rules import level

PATH = "contract.json"


def judged(document, **files):
    tree = {PATH: json.dumps(document), **{f"{name}.json": json.dumps(value) for name, value in files.items()}}
    library = Library(MemoryTree(tree))
    return check_conventions("invoices", library.node(PATH), library)


def rules(document, **files):
    return {one.rule for one in judged(document, **files)}


def api(method="get", path="/invoices/{id}", operation=None, **document):
    return {"openapi": "3.1.0", "paths": {path: {method: {"operationId": "call", **(operation or {})}}}, **document}


def answering(schema, **document):
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    return api(operation={"responses": answer}, **document)


TOKEN = {"components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}}


@pytest.mark.parametrize(
    ("operation", "document", "found"),
    [
        ({}, {}, True),
        ({}, {"security": [{"token": []}], **TOKEN}, False),
        ({"security": []}, {"security": [{"token": []}], **TOKEN}, True),
        ({"security": [{"token": []}, {}]}, TOKEN, True),
        ({"security": [{"tokn": []}]}, TOKEN, True),
        ({"security": [], "x-anonymous": "status page"}, TOKEN, False),
    ],
)
def test_an_operation_that_anybody_may_call_is_found_unless_it_says_why(operation, document, found):
    assert ("operation-without-authentication" in rules(api(operation=operation, **document))) is found


@pytest.mark.parametrize(
    ("path", "operation", "found"),
    [
        ("/refunds", {}, True),
        ("/v1/charges/{id}/capture", {}, True),
        ("/customers", {}, False),
        ("/orders", {"x-moves-money": True}, True),
        ("/orders", {"x-interaction": "post"}, True),
        ("/refunds", {"x-interaction": "validate"}, False),
        ("/refunds", {"x-moves-money": False}, False),
    ],
)
def test_a_post_that_moves_money_needs_a_required_key(path, operation, found):
    key = {"name": "Idempotency-Key", "in": "header", "required": True}
    assert ("money-without-idempotency-key" in rules(api("post", path, operation))) is found
    assert "money-without-idempotency-key" not in rules(api("post", path, {**operation, "parameters": [key]}))


def test_the_key_may_stand_behind_a_reference_or_on_the_path_item():
    parts = {"parameters": {"Key": {"name": "idempotency-key", "in": "header", "required": True}}}
    document = api("post", "/refunds")
    document["paths"]["/refunds"]["parameters"] = [{"$ref": "parts.json#/parameters/Key"}]
    assert "money-without-idempotency-key" not in rules(document, parts=parts)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_posting_by_put_or_patch_needs_key_and_order_as_well(method):
    found = rules(api(method, "/journal/{id}", {"x-interaction": "post"}))
    assert {"money-without-idempotency-key", "post-without-ordering-key"} <= found


@pytest.mark.parametrize(
    ("method", "operation", "how"),
    [
        ("post", {"x-moves-money": True}, "moves money"),
        ("put", {}, "is a PUT"),
        ("delete", {}, "is a DELETE"),
    ],
)
def test_what_only_validates_does_not_write(method, operation, how):
    found = judged(api(method, "/prices", {"x-interaction": "validate", **operation}))
    assert [one.title for one in found if one.rule == "validate-writes"] == [
        f"call says x-interaction: validate and {how}"
    ]


def test_a_validation_that_takes_a_journal_entry_behind_references_writes_the_ledger():
    entry = {"Entry": {"x-business-object": "journal-entry", "type": "object"}}
    body = {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "parts.json#/Entry"}}}}}
    document = api("post", "/checks", {"x-interaction": "validate", "requestBody": body})
    assert "validate-writes" in rules(document, parts=entry)


def test_swagger_2_is_read_as_well():
    problem = {"properties": {"type": {}, "title": {}, "status": {}}}
    own = {"properties": {"message": {}}}
    for schema, found in ((problem, False), (own, True)):
        operation = {"responses": {"404": {"description": "", "schema": schema}}}
        document = {"swagger": "2.0", "paths": {"/x": {"get": operation}}}
        assert ("error-not-problem-details" in rules(document)) is found
    body = {"in": "body", "schema": {"properties": {"amount": {"type": "number"}}}}
    assert "money-inexact" in rules({"swagger": "2.0", "paths": {"/x": {"post": {"parameters": [body]}}}})


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"amount": {"type": "number"}, "currency": {"type": "string"}}, "money-inexact"),
        ({"unit_price": {"type": ["number", "null"]}}, "money-inexact"),
        ({"totalAmount": {"type": "integer"}}, "money-without-currency"),
        ({"created": {"type": "integer", "format": "unix-time"}}, "timestamp-not-rfc3339"),
        ({"paidAt": {"type": "string"}}, "timestamp-not-rfc3339"),
        ({"due_date": {"type": "string"}}, "timestamp-not-rfc3339"),
        ({"firstName": {"type": "string"}}, "pii-unclassified"),
        ({"fee": {"type": "integer"}}, "finance-field-unclassified"),
    ],
)
def test_a_field_is_found_wherever_it_hides(schema, rule):
    whole = {"type": "object", "properties": schema}
    page = {"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/I"}}}}
    composed = {"allOf": [{"type": "object"}, {"oneOf": [whole, {"type": "string"}]}]}
    assert rule in rules(answering(whole))
    assert rule in rules(answering(page, components={"schemas": {"I": whole}}))
    assert rule in rules(answering(composed))
    assert rule in rules(answering({"$ref": "parts.json#/I"}), parts={"I": whole})
    message = {"M": {"payload": whole}}
    assert rule in rules({"asyncapi": "3.0.0", "components": {"messages": message}})
    assert rule in rules({"asyncapi": "2.6.0", "channels": {"c": {"publish": {"message": {"payload": whole}}}}})


def test_a_currency_of_the_document_counts_for_its_lines_and_that_of_a_record_for_what_is_sent_to_it():
    lines = {"type": "array", "items": {"properties": {"amount": {"type": "integer"}}}}
    assert "money-without-currency" not in rules(answering({"properties": {"lines": lines, "currency": {}}}))
    body = {"content": {"application/json": {"schema": {"properties": {"amount": {"type": "integer"}}}}}}
    assert "money-without-currency" not in rules(api("post", "/payments/{id}/apply", {"requestBody": body}))
    assert "money-without-currency" in rules(api("post", "/payments", {"requestBody": body}))


def test_a_classification_around_a_field_counts_for_it():
    schema = {"x-classification": "pii", "properties": {"email": {"type": "string"}}}
    assert "pii-unclassified" not in rules(answering(schema))
    assert "pii-unclassified" not in rules(answering({"properties": {"email": {"$ref": "#/d", **schema}}}, d={}))


@pytest.mark.parametrize(
    "name", ["tax_rate", "price_list_id", "is_paid", "balance_type", "feedback", "amount_currency"]
)
def test_a_name_that_only_mentions_money_is_none(name):
    assert not is_money(name, beside_currency=True)


def test_total_is_a_count_unless_a_currency_stands_beside_it():
    assert not is_money("total", beside_currency=False)
    assert is_money("total", beside_currency=True)
    assert not is_person("email_verified")
    assert not is_person("streetlight_id")
    assert moves_money("/v1/payments/")
    assert not moves_money("/payment-methods/{id}/labels")


def test_a_message_says_its_version_by_channel_type_schema_or_field():
    def event(address, **payload):
        message = {"payload": {"properties": payload}}
        channel = {"address": address, "messages": {"m": {"$ref": "#/components/messages/Paid"}}}
        return {"asyncapi": "3.0.0", "channels": {"c": channel}, "components": {"messages": {"Paid": message}}}

    assert "event-unversioned" in rules(event("invoices"))
    assert "event-unversioned" not in rules(event("invoices.v2"))
    assert "event-unversioned" not in rules(event("invoices", type={"const": "invoice.paid.v3"}))
    assert "event-unversioned" not in rules(event("invoices", dataschema={"type": "string"}))
    assert "event-uncorrelated" in rules(event("invoices"))
    assert "event-uncorrelated" not in rules(event("invoices", correlationId={"type": "string"}))


@pytest.mark.parametrize("sunset", [None, "soon", "2027-13-01"])
def test_what_is_deprecated_names_a_readable_day(sunset):
    marks = {"deprecated": True, **({"x-sunset": sunset} if sunset else {})}
    document = api(operation={**marks, "parameters": [{"name": "old", "in": "query", **marks}]})
    found = [one for one in judged(document) if one.rule == "deprecated-without-sunset"]
    assert [one.title for one in found] == [f"{name} is deprecated and names no sunset" for name in ("call", "old")]
    assert "deprecated-without-sunset" not in rules(api(operation={"deprecated": True, "x-sunset": "2027-12-31"}))


def test_a_reference_to_nothing_is_left_to_who_reads_the_contracts():
    assert judged(answering({"$ref": "absent.json#/I"})) == ()


def test_a_recursive_schema_ends():
    node = {"properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/N"}}, "fee": {}}}
    assert judged(answering({"$ref": "#/components/schemas/N"}, components={"schemas": {"N": node}}))


def test_an_old_debt_is_not_brought_and_many_places_are_one_finding():
    fields = {f"fee_{letter}": {"type": "number"} for letter in "abcdefg"}
    old = judged(answering({"properties": {"fee_a": {"type": "number"}}}))
    new = judged(answering({"properties": fields}))
    found = [one for one in brought(new, old) if one.rule == "money-inexact"]
    assert len(found) == 1
    assert found[0].title.endswith("and 5 more")
    assert list(brought(new, new)) == []


def test_only_the_newest_version_can_be_mended():
    def contract(version, lifecycle="active", name="a", kind=ContractKind.OPENAPI):
        return Contract(name, version, kind, f"{name}/{version}", "", lifecycle=lifecycle)

    listed = [contract("1.10.0"), contract("1.9.0"), contract("1.0.0", "retired", "b")]
    assert [one.version for one in newest([*listed, contract("1.0.0", kind=ContractKind.AVRO, name="c")])] == ["1.10.0"]


@pytest.mark.parametrize(
    ("rule", "levels"),
    [
        ("money-inexact", ("info", "warning", "error")),
        ("validate-writes", ("info", "warning", "error")),
        ("trace-headers-missing", ("info", "warning", "warning")),
    ],
)
def test_a_profile_says_how_loud_a_convention_is(rule, levels):
    profiles = ("starter", "standard", "finance")
    assert tuple(level(rule, Level.WARNING, profile).value for profile in profiles) == levels


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=5,
)
NAMES = (
    "paths /a get post responses 200 429 headers content schema properties amount items allOf parameters requestBody "
    "security components messages payload channels publish message oneOf info deprecated $id type"
)
WORDS = st.sampled_from(NAMES.split())
DOCUMENTS = st.recursive(
    JUNK, lambda inner: st.dictionaries(WORDS, inner, max_size=4) | st.lists(inner, max_size=3), max_leaves=20
)


@given(st.sampled_from(["openapi", "swagger", "asyncapi"]), st.dictionaries(WORDS, DOCUMENTS, max_size=6))
def test_no_document_makes_the_check_fail(kind, members):
    assert isinstance(judged({kind: "3.0.0", **members}), tuple)
