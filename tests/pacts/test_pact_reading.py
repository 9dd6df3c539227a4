"""Pact files of versions 2 to 4 become interactions; nothing that would run code is read."""

import json
from pathlib import Path

import pytest

from harness.documents import FolderTree, Library, MemoryTree, parse
from harness.impact.bodies import body_schemas
from harness.impact.touch import touched
from harness.model import Direction, UnreadableError
from harness.pacts import field_uses, operations, read_pact, read_pacts
from harness.registry import version_key

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


ROOT = Path(__file__).parents[2]


def landscape_pacts():
    files = sorted((ROOT / "contracts" / "pacts").glob("*/*.json"))
    return [read_pact(parse(file.read_bytes(), file.relative_to(ROOT).as_posix())) for file in files]


def test_the_landscape_says_who_reads_the_tax_amount():
    reads = {}
    for found in landscape_pacts():
        bodies = [interaction.response for interaction in found.interactions]
        reads[found.provider, found.consumer] = sum(
            any(p.endswith("/tax_amount") for p in body.pointers) for body in bodies
        )
    assert {pair: count for pair, count in reads.items() if count} == {
        ("billing-invoices", "erp-connector"): 3,
        ("billing-events", "erp-connector"): 1,
        ("erp-events", "erp-connector"): 1,
    }
    assert ("billing-invoices", "support") not in reads


def test_every_pact_of_the_landscape_uses_operations_and_fields_that_its_contract_offers():
    library = Library(FolderTree(ROOT))
    for found in landscape_pacts():
        path = _newest(found.provider)
        root = library.node(path)
        uses = field_uses(found, operations(root.value))
        assert all(use.matched for use in uses), found.path
        for use in uses:
            bodies = body_schemas(library, root, use.operation, use.status, use.direction)
            places = [touched(library, body, use.pointer) for body in bodies]
            assert any(place.body == use.pointer for found_at in places for place in found_at), (found.path, use)


def _newest(provider):
    files = [
        *ROOT.glob(f"contracts/*/{provider}/*/openapi.yaml"),
        *ROOT.glob(f"contracts/*/{provider}/*/asyncapi.yaml"),
    ]
    newest = max(files, key=lambda file: version_key(file.parent.name))
    return newest.relative_to(ROOT).as_posix()
