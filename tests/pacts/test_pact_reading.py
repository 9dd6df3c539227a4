"""Pact files of versions 2 to 4 become interactions; nothing that would run code is read."""

import json
from pathlib import Path

import pytest

from harness.documents import Library, MemoryTree, parse
from harness.model import Direction, UnreadableError
from harness.pacts import field_uses, operations, read_pact, read_pacts

INVOICES = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://api.example/v2"}],
    "paths": {
        "/invoices": {"get": {}},
        "/invoices/summary": {"get": {}},
        "/invoices/{id}": {"get": {}},
        "/invoices/{id}/void": {"post": {}},
    },
}


def pact(interactions, **more):
    value = {"consumer": {"name": "erp"}, "provider": {"name": "invoices"}, "interactions": interactions, **more}
    return parse(json.dumps(value).encode(), "pacts/erp.json")


def http(path="/invoices/in_1", body=None, method="get", request=None):
    return {
        "description": "reads",
        "request": {"method": method, "path": path, **({"body": request} if request is not None else {})},
        "response": {"status": 200, **({"body": body} if body is not None else {})},
    }


def pointers(uses, direction=Direction.SENT):
    return {use.pointer for use in uses if use.direction is direction}


def test_a_version_2_body_gives_every_pointer_with_arrays_indexed_by_a_star():
    found = read_pact(pact([http(body={"id": "in_1", "lines": [{"net": 1}, {"tax": 2}], "~/": None})]))
    uses = field_uses(found, operations(INVOICES))
    assert pointers(uses) == {"", "/id", "/lines", "/lines/*", "/lines/*/net", "/lines/*/tax", "/~0~1"}
    assert {use.operation for use in uses} == {"GET /invoices/{id}"}
    assert {use.status for use in uses} == {"200"}


def test_a_version_4_body_is_unwrapped_and_a_request_body_is_what_the_consumer_sends():
    wrapped = {"content": {"reason": "wrong"}, "contentType": "application/json", "encoded": False}
    found = read_pact(
        pact([{**http("/invoices/in_1/void", method="post", request=wrapped), "type": "Synchronous/HTTP"}])
    )
    uses = field_uses(found, operations(INVOICES))
    assert pointers(uses, Direction.RECEIVED) == {"", "/reason"}
    assert {use.operation for use in uses} == {"POST /invoices/{id}/void"}


def test_an_encoded_body_says_nothing_about_fields():
    wrapped = {"content": "eyJhIjogMX0=", "contentType": "application/json", "encoded": "base64"}
    assert read_pact(pact([http(body=wrapped)])).interactions[0].response is None


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/invoices/summary", "GET /invoices/summary"),
        ("/invoices/in_1?expand=lines", "GET /invoices/{id}"),
        ("/v2/invoices/in_1", "GET /invoices/{id}"),
        ("/invoices", "GET /invoices"),
    ],
)
def test_a_path_matches_the_most_concrete_template_whatever_the_query_or_server_prefix(path, operation):
    (use, *_) = field_uses(read_pact(pact([http(path)])), operations(INVOICES))
    assert (use.operation, use.matched) == (operation, True)


def test_an_interaction_that_fits_no_operation_is_kept_and_says_so():
    (use,) = field_uses(read_pact(pact([http("/refunds/1")])), operations(INVOICES))
    assert (use.operation, use.matched) == ("GET /refunds/1", False)


def test_a_version_3_message_and_a_version_4_cloud_event_find_their_message():
    contract = {
        "asyncapi": "3.0.0",
        "components": {
            "messages": {
                "invoice.finalised": {
                    "payload": {"properties": {"type": {"const": "example.invoice.finalised.v1"}, "data": {}}}
                }
            }
        },
    }
    event = {"specversion": "1.0", "type": "example.invoice.finalised.v1", "data": {"tax": 1}}
    four = {"type": "Asynchronous/Messages", "description": "posts", "contents": {"content": event}}
    three = {"description": "invoice.finalised", "contents": {"data": {"tax": 1}}}
    for found in (pact([four]), pact([], messages=[three])):
        uses = field_uses(read_pact(found), operations(contract))
        assert {use.operation for use in uses} == {"message invoice.finalised"}
        assert "/data/tax" in pointers(uses)


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"plugins": [{"name": "protobuf", "version": "0.3"}]}},
        {"interactions": [{**http(), "pluginConfiguration": {"protobuf": {"descriptor": "x"}}}]},
    ],
)
def test_a_pact_that_names_a_plugin_is_refused_unless_the_base_allows_it(more):
    document = pact(**{"interactions": [http()], **more})
    with pytest.raises(UnreadableError, match='names the plugin "protobuf"') as caught:
        read_pact(document)
    assert caught.value.location.file == "pacts/erp.json"
    assert caught.value.remedy
    assert read_pact(document, ["protobuf"]).consumer == "erp"


def test_a_broken_pact_is_a_problem_and_the_others_are_read_all_the_same():
    good = json.dumps({"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": []})
    tree = MemoryTree(
        {"p/a.json": good, "p/bad.json": "{", "p/no-pact.json": "{}", "p/unnamed.json": '{"consumer":{},"provider":{}}'}
    )
    found = read_pacts(Library(tree), ["p/a.json", "p/bad.json", "p/no-pact.json", "p/unnamed.json"])
    assert [one.consumer for one in found.pacts] == ["a"]
    assert len(found.problems) == 2


def test_a_specification_nobody_knows_is_refused():
    with pytest.raises(UnreadableError, match="specification 9"):
        read_pact(pact([], metadata={"pactSpecification": {"version": "9.0"}}))


def test_the_landscape_says_who_reads_the_tax_amount():
    root = Path(__file__).parents[2] / "contracts" / "pacts" / "billing-invoices"
    reads = {}
    for file in sorted(root.glob("*.json")):
        found = read_pact(parse(file.read_bytes(), file.name))
        bodies = [interaction.response for interaction in found.interactions]
        reads[found.consumer] = sum(any(p.endswith("/tax_amount") for p in body.pointers) for body in bodies)
    assert reads == {"analytics": 0, "crm": 0, "entitlements": 0, "erp-connector": 3}
