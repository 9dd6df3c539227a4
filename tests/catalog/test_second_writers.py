"""A second writer is found wherever it hides: PUT, PATCH, a bulk call, a reference, an event, an older dialect."""

import json

import pytest

from harness.catalog import check_catalog, read_catalog
from harness.documents import Library, MemoryTree

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: billing}
spec: {type: service, lifecycle: l, owner: team, providesApis: [invoices, news]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: erp}
spec: {type: service, lifecycle: l, owner: team}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: invoices, annotations: {contract-harness.io/contract: invoices}}
spec: {type: openapi, lifecycle: l, owner: team, definition: {$text: ./openapi.json}}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: news, annotations: {contract-harness.io/contract: news}}
spec: {type: asyncapi, lifecycle: l, owner: team, definition: {$text: ./asyncapi.json}}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: business-object-invoice}
spec:
  type: business-object
  owner: team
  x-governance:
    object: invoice
    systemOfRecord:
      fields:
        - {path: id, owner: erp}
        - {path: memo, owner: billing, sensitivity: none}
        - {path: note, owner: erp, sensitivity: none}
        - {path: posting_date, owner: erp, sensitivity: sox-key}
      mirrors: MIRRORS
"""
INVOICE = {
    "x-business-object": "invoice",
    "type": "object",
    "properties": {"id": {"type": "string"}, "memo": {"type": "string"}, "posting_date": {"type": "string"}},
}


def body(schema):
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def openapi(paths, **parts):
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "paths": paths, "components": parts}


def asyncapi(payload, **marks):
    message = {"name": "invoice.changed", "payload": payload, **marks}
    return {"asyncapi": "3.0.0", "components": {"messages": {"Changed": message}}}


def found(api=None, events=None, mirrors="[]", **files):
    texts = {
        "catalog.yaml": CATALOG.replace("MIRRORS", mirrors),
        "openapi.json": json.dumps(api or openapi({})),
        "asyncapi.json": json.dumps(events or asyncapi({})),
        **{f"{name}.json": json.dumps(value) for name, value in files.items()},
    }
    library = Library(MemoryTree(texts))
    catalog = read_catalog(library, ["catalog.yaml"])
    assert catalog.problems == ()
    findings = check_catalog(catalog, ["invoices", "news"], library=library)
    assert {finding.rule for finding in findings} <= {"sor-second-writer"}
    return findings


TITLE = "billing lets callers write invoice.posting_date, owned by erp"


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_an_operation_with_a_body_writes(method):
    (finding,) = found(openapi({"/invoices": {method: {"operationId": "change", **body(INVOICE)}}}))
    assert finding.title == TITLE
    assert (finding.location.file, finding.location.pointer) == ("openapi.json", f"/paths/~1invoices/{method}")
    assert "invoices change" in finding.remedy


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": INVOICE},
        {"type": "object", "properties": {"changes": {"type": "array", "items": INVOICE}}},
        {"allOf": [{"type": "object"}, {"oneOf": [INVOICE, {"type": "null"}]}]},
        {"type": "object", "additionalProperties": INVOICE},
        {"$ref": "#/components/schemas/Invoice"},
        {"$ref": "shared.json#/Invoice"},
    ],
    ids=["bulk", "bulk-in-a-wrapper", "choice", "map", "reference", "reference-to-another-file"],
)
def test_a_write_does_not_hide_behind_the_shape_of_the_body(schema):
    api = openapi({"/bulk": {"post": {"operationId": "bulk", **body(schema)}}}, schemas={"Invoice": INVOICE})
    (finding,) = found(api, shared={"Invoice": INVOICE})
    assert finding.title == TITLE


def test_a_field_of_another_name_is_known_by_its_mark():
    schema = {
        "type": "object",
        "properties": {"booked": {"type": "string", "x-canonical-field": "invoice.posting_date"}},
    }
    (finding,) = found(openapi({"/x": {"put": body(schema)}}))
    assert finding.title == TITLE
    assert "PUT /x" in finding.detail


def test_a_shared_request_body_and_a_swagger_2_body_are_read():
    shared = {"put": {"requestBody": {"$ref": "#/components/requestBodies/Change"}}}
    bodies = {"Change": body(INVOICE)["requestBody"]}
    assert [one.title for one in found(openapi({"/x": shared}, requestBodies=bodies))] == [TITLE]
    old = {"swagger": "2.0", "paths": {"/x": {"put": {"parameters": [{"in": "body", "name": "b", "schema": INVOICE}]}}}}
    assert [one.title for one in found(old)] == [TITLE]


def test_asking_reading_and_own_fields_are_no_second_write():
    own = {"x-business-object": "invoice", "properties": {"memo": {}, "id": {}, "customer_id": {}}}
    read_only = {"x-business-object": "invoice", "properties": {"posting_date": {"readOnly": True}}}
    local = {"x-business-object": "invoice", "properties": {"posting_date": {"x-local": "our own guess"}}}
    paths = {
        "/ask": {"post": {"x-interaction": "validate", **body(INVOICE)}},
        "/own": {"post": body(own)},
        "/read": {"put": body(read_only), "get": {"responses": {}}},
        "/local": {"put": body(local)},
    }
    assert found(openapi(paths)) == ()


def test_an_event_announces_what_money_depends_on_and_may_tell_its_context():
    note = {"x-business-object": "invoice", "properties": {"note": {"type": "string"}}}
    assert found(events=asyncapi(note)) == ()
    envelope = {"type": "object", "properties": {"specversion": {}, "data": INVOICE}}
    for payload in (INVOICE, envelope, {"allOf": [{"properties": {"id": {}}}, envelope]}):
        (finding,) = found(events=asyncapi(payload))
        assert finding.title == "billing announces invoice.posting_date, owned by erp"
        assert finding.location.pointer == "/components/messages/Changed"


def test_the_mark_of_a_message_says_what_an_unmarked_payload_is():
    payload = {"properties": {"data": {"properties": {"posting_date": {"type": "string"}}}}}
    assert len(found(events=asyncapi(payload, **{"x-business-object": "invoice"}))) == 1


def test_a_declared_copy_is_allowed_by_its_own_way_only():
    mirrors = "[{component: billing, via: [invoices mirror], fields: [posting_date]}]"
    assert found(openapi({"/m": {"put": {"operationId": "mirror", **body(INVOICE)}}}), mirrors=mirrors) == ()
    assert len(found(openapi({"/m": {"put": {"operationId": "sneak", **body(INVOICE)}}}), mirrors=mirrors)) == 1


def test_a_schema_that_holds_itself_ends():
    node = {
        "x-business-object": "invoice",
        "properties": {"posting_date": {}, "next": {"$ref": "#/components/schemas/N"}},
    }
    api = openapi({"/n": {"put": body({"$ref": "#/components/schemas/N"})}}, schemas={"N": node})
    assert TITLE in {finding.title for finding in found(api)}


def test_a_contract_that_cannot_be_read_is_told_elsewhere():
    files = {"catalog.yaml": CATALOG.replace("MIRRORS", "[]"), "openapi.json": "{", "asyncapi.json": "{}"}
    library = Library(MemoryTree(files))
    assert check_catalog(read_catalog(library, ["catalog.yaml"]), library=library) == ()


UNMARKED = {"type": "object", "properties": {"id": {}, "memo": {}, "posting_date": {"type": "string"}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "patternProperties": {"^in_": INVOICE}},
        {"type": "array", "prefixItems": [INVOICE]},
        {"if": {}, "then": INVOICE},
        {"dependentSchemas": {"id": INVOICE}},
        {"$ref": "#/components/schemas/Empty", "properties": {"invoice": INVOICE}},
    ],
    ids=["pattern", "tuple", "condition", "dependent", "beside-a-reference"],
)
def test_a_write_does_not_hide_behind_a_rare_keyword(schema):
    api = openapi({"/bulk": {"post": body(schema)}}, schemas={"Empty": {"type": "object"}})
    assert [one.title for one in found(api)] == [TITLE]


def test_a_write_does_not_hide_behind_a_shared_path_item_or_a_method_of_its_own():
    shared = {"item": {"put": body(INVOICE)}}
    assert [one.title for one in found(openapi({"/x": {"$ref": "shared.json#/item"}}), shared=shared)] == [TITLE]
    assert [one.title for one in found(openapi({"/x": {"additionalOperations": {"MERGE": body(INVOICE)}}}))] == [TITLE]


def test_an_event_does_not_hide_in_a_channel_or_as_a_webhook():
    message = {"name": "changed", "payload": INVOICE}
    told = "billing announces invoice.posting_date, owned by erp"
    second = {"asyncapi": "2.6.0", "channels": {"c": {"subscribe": {"message": {"oneOf": [message]}}}}}
    third = {"asyncapi": "3.0.0", "channels": {"c": {"messages": {"m": {"$ref": "shared.json#/m"}}}}}
    for events in (second, third):
        assert [one.title for one in found(events=events, shared={"m": message})] == [told]
    hooks = {**openapi({}), "webhooks": {"changed": {"post": body(INVOICE)}}}
    assert [one.title for one in found(hooks)] == [told]


@pytest.mark.parametrize("path", ["/invoices/{id}", "/v1/invoices", "/Invoices/"])
def test_a_contract_without_marks_is_understood_by_what_its_path_is_called(path):
    assert [one.title for one in found(openapi({path: {"patch": body(UNMARKED)}}))] == [TITLE]


def test_a_name_counts_only_for_fields_with_an_owner_and_where_nothing_else_is_said():
    other = {"x-business-object": "customer", "properties": {"posting_date": {}}}
    free = {"properties": {"colour": {}}}
    paths = {"/invoices": {"post": body(other)}, "/invoices/{id}": {"put": body(free)}, "/x": {"put": body(UNMARKED)}}
    assert found(openapi(paths)) == ()


def test_a_contract_without_marks_is_understood_by_the_binding_of_its_payload():
    rows = "same: [memo], fields: [{from: booked_on, to: posting_date, by: rename}]"
    binding = (
        "---\napiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: binding}\nspec:\n"
        "  type: canonical-binding\n  owner: team\n"
        "  x-governance: {object: business-object-invoice, system: billing,"
        f' payload: "openapi.json#/components/schemas/Bill", {rows}}}\n'
    )
    bill = {"type": "object", "properties": {"memo": {"type": "string"}, "booked_on": {"type": "string"}}}
    api = openapi({"/bills": {"put": body({"$ref": "#/components/schemas/Bill"})}}, schemas={"Bill": bill})
    texts = {"catalog.yaml": CATALOG.replace("MIRRORS", "[]") + binding, "openapi.json": json.dumps(api)}
    library = Library(MemoryTree({**texts, "asyncapi.json": json.dumps(asyncapi({}))}))
    findings = check_catalog(read_catalog(library, ["catalog.yaml"]), ["invoices", "news"], library=library)
    assert TITLE in {one.title for one in findings if one.rule == "sor-second-writer"}


def test_a_write_does_not_hide_in_a_json_patch_which_may_name_any_field():
    patch = {"requestBody": {"content": {"application/json-patch+json": {"schema": {"type": "array"}}}}}
    titles = {one.title for one in found(openapi({"/invoices/{id}": {"patch": patch}}))}
    assert titles == {TITLE, "billing lets callers write invoice.note, owned by erp"}
    assert found(openapi({"/orders/{id}": {"patch": patch}})) == ()
