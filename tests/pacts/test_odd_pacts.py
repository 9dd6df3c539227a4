"""Odd forms that pact files take in the wild are read; a use says by which matcher the field is compared."""

import json

import pytest

from harness.documents import parse
from harness.model import Direction, UnreadableError
from harness.pacts import field_uses, operations, read_pact


def read(interactions=(), messages=None, **more):
    value = {"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": list(interactions), **more}
    if messages is not None:
        value["messages"] = messages
    return read_pact(parse(json.dumps(value).encode(), "p.json"))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ({"provider_state": "an invoice"}, ("an invoice",)),
        ({"providerState": "an invoice"}, ("an invoice",)),
        ({"providerStates": [{"name": "a", "params": {"id": 1}}, {"name": "b"}]}, ("a", "b")),
        ({"providerState": None}, ()),
    ],
)
def test_a_provider_state_is_read_in_every_spelling(written, names):
    interaction = {"description": "d", "request": {"method": "get", "path": "/x"}, "response": {}, **written}
    assert read([interaction]).interactions[0].states == names


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        ({"pactSpecification": {"version": "4.0"}}, "4.0"),
        ({"pact-specification": {"version": "2.0.0"}}, "2.0.0"),
        ({"pactSpecificationVersion": "3.0.0"}, "3.0.0"),
        ({}, "2.0.0"),
    ],
)
def test_the_version_is_found_under_every_key(metadata, version):
    assert read(metadata=metadata).specification == version


def test_an_unknown_version_is_refused():
    with pytest.raises(UnreadableError, match="9"):
        read(metadata={"pactSpecification": {"version": "9.0"}})


def test_a_synchronous_message_is_sent_and_every_answer_is_read():
    def contents(value):
        return {"contents": {"content": value, "contentType": "application/json", "encoded": False}}

    message = {
        "type": "Synchronous/Messages",
        "description": "asks for tax",
        "pending": True,
        "comments": {"references": {"AsyncAPI": {"operationId": "quoteTax"}}},
        "request": contents({"net": 1}),
        "response": [contents({"tax": 1}), contents({"error": "x"})],
    }
    first, second = read([message]).interactions
    assert (first.reference, first.pending) == ("quoteTax", True)
    assert first.request.pointers == ("", "/net")
    assert (first.response.pointers, second.response.pointers) == (("", "/tax"), ("", "/error"))


def test_messages_of_version_3_stand_in_a_list_of_their_own():
    (message,) = read(
        messages=[{"description": "paid", "contents": {"id": 1}, "metaData": {"type": "invoice.paid"}}]
    ).interactions
    assert (message.method, message.message, message.response.pointers) == ("", "invoice.paid", ("", "/id"))


def test_a_use_says_which_matcher_compares_the_field_and_whether_its_value_counts():
    rules = {"body": {"$.total": {"matchers": [{"match": "integer"}]}, "$.lines": {"matchers": [{"match": "type"}]}}}
    body = {"total": 1, "currency": "EUR", "lines": [{"sku": "A"}]}
    response = {"status": 200, "body": body, "matchingRules": rules}
    pact = read(
        [{"description": "d", "request": {"method": "GET", "path": "/x"}, "response": response}],
        metadata={"consumerVersion": "1.4"},
    )
    uses = field_uses(pact, operations({"openapi": "3.1.0", "paths": {"/x": {"get": {}}}}))
    found = {use.pointer: (use.matcher, use.value_sensitive) for use in uses if use.direction is Direction.SENT}
    assert found["/total"] == ("integer", False)
    assert found["/currency"] == ("equality", True)
    assert found["/lines/*/sku"] == ("type", False)
    assert {use.version for use in uses} == {"1.4"}


def test_a_plugin_is_refused_wherever_it_is_named():
    with pytest.raises(UnreadableError, match="protobuf"):
        read(metadata={"plugins": [{"name": "protobuf"}]})
    with pytest.raises(UnreadableError, match="grpc"):
        read([{"description": "d", "pluginConfiguration": {"grpc": {}}}])
