"""The index says which part of an operation a pact uses, how it is compared, and which schema describes it."""

from harness.model import Direction
from harness.pacts.index import index_of

JSON_TYPE = "application/json"
LINE = {"type": "object", "properties": {"sku": {"type": "string"}, "net": {"type": "integer"}}}
CARD = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"kind": {"const": "card"}, "pan": {"type": "string"}},
}
BANK = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"kind": {"const": "bank"}, "iban": {"type": "string"}},
}
INVOICE = {
    "allOf": [
        {"type": "object", "properties": {"lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}}},
        {
            "type": "object",
            "properties": {
                "paid": {"oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Bank"}]}
            },
        },
    ]
}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/invoices/{id}": {
            "get": {
                "responses": {"200": {"content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Invoice"}}}}}
            }
        }
    },
    "components": {"schemas": {"Invoice": INVOICE, "Line": LINE, "Card": CARD, "Bank": BANK}},
}


def rows(body, rules=None, **request):
    response = {"status": 200, "body": body, "matchingRules": {"body": rules or {}}}
    interaction = {
        "description": "d",
        "request": {"method": "get", "path": "/invoices/1", **request},
        "response": response,
    }
    return index_of({"interactions": [interaction]}, openapi=OPENAPI)


def test_a_field_leads_through_references_and_all_of_to_its_schema():
    found = {row.field: row for row in rows({"lines": [{"sku": "A", "net": 1}]}) if row.part == "body"}
    assert set(found) == {"", "/lines", "/lines/*", "/lines/*/sku", "/lines/*/net"}
    assert found["/lines/*/net"].schema == ("/components/schemas/Line/properties/net",)
    assert found["/lines/*/net"].operation == "GET /invoices/{id}"


def test_an_alternative_that_the_example_rules_out_describes_nothing():
    found = {row.field: row for row in rows({"paid": {"kind": "bank", "iban": "x"}}) if row.part == "body"}
    assert found["/paid/iban"].schema == ("/components/schemas/Bank/properties/iban",)
    assert found["/paid/kind"].schema == ("/components/schemas/Bank/properties/kind",)


def test_a_value_counts_where_it_is_compared_by_equality_and_not_where_the_type_is_enough():
    rules = {"$.lines[*].net": {"matchers": [{"match": "integer"}]}}
    found = {row.field: row for row in rows({"lines": [{"sku": "A", "net": 1}]}, rules) if row.part == "body"}
    assert (found["/lines/*/net"].matcher, found["/lines/*/net"].value_sensitive) == ("integer", False)
    assert (found["/lines/*/sku"].matcher, found["/lines/*/sku"].value_sensitive) == ("equality", True)


def test_headers_query_and_status_are_used_too():
    found = rows({}, query={"expand": ["lines"]}, headers={"Accept": JSON_TYPE})
    parts = {(row.direction, row.part, row.field) for row in found if row.part != "body"}
    assert parts == {
        (Direction.RECEIVED, "query", "expand"),
        (Direction.RECEIVED, "header", "accept"),
        (Direction.SENT, "status", "200"),
    }


def test_a_request_that_fits_no_operation_is_listed_without_schema():
    pact = {
        "interactions": [
            {"request": {"method": "GET", "path": "/nowhere"}, "response": {"status": 200, "body": {"a": 1}}}
        ]
    }
    found = index_of(pact, openapi=OPENAPI)
    assert {(row.operation, row.field, row.schema) for row in found if row.part == "body"} == {
        ("GET /nowhere", "", ()),
        ("GET /nowhere", "/a", ()),
    }


def test_a_message_leads_to_the_payload_that_it_fits():
    payload = {"type": "object", "properties": {"id": {"type": "string"}}}
    document = {
        "asyncapi": "3.0.0",
        "operations": {"onPaid": {"messages": [{"$ref": "#/components/messages/Paid"}]}},
        "components": {"messages": {"Paid": {"payload": payload}}},
    }
    message = {
        "type": "Asynchronous/Messages",
        "comments": {"references": {"AsyncAPI": {"operationId": "onPaid"}}},
        "contents": {"content": {"id": "in_1"}, "contentType": JSON_TYPE},
        "metadata": {"topic": "invoices"},
    }
    found = index_of({"interactions": [message]}, asyncapi=document)
    assert {(row.operation, row.part, row.field, row.schema) for row in found} == {
        ("message onPaid", "body", "", ("/components/messages/Paid/payload",)),
        ("message onPaid", "body", "/id", ("/components/messages/Paid/payload/properties/id",)),
        ("message onPaid", "metadata", "topic", ()),
    }
