"""A consumer is hit, not hit or unknown by what its pact says it reads; never not hit by default."""

import json

import pytest

from harness.catalog import Catalog
from harness.documents import Library, MemoryTree
from harness.impact import ChangedContract, Document, Hit, Landscape, assess
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Direction,
    Level,
    Location,
    Side,
    Verdict,
    Witness,
)
from harness.pacts import PactSet, read_pacts

MONEY = {"type": "object", "properties": {"minor": {"type": "integer"}, "currency": {"type": "string"}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "2.3.0"},
    "paths": {
        "/invoices/{id}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Invoice"}}}},
                    "404": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                }
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Draft"}}}},
                "responses": {"200": {"description": "ok"}},
            },
        }
    },
    "components": {
        "schemas": {
            "Invoice": {
                "type": "object",
                "x-business-object": "invoice",
                "required": ["id", "tax_amount"],
                "properties": {
                    "id": {"type": "string"},
                    "tax_amount": {"type": "integer", "x-canonical-field": "invoice.tax"},
                    "total": {"$ref": "#/components/schemas/Money"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "parent": {"$ref": "#/components/schemas/Invoice"},
                    "extra": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Money"}},
                },
            },
            "Line": {"allOf": [{"type": "object", "properties": {"net": {"$ref": "#/components/schemas/Money"}}}]},
            "Money": MONEY,
            "Problem": {"type": "object", "properties": {"detail": {"type": "string"}}},
            "Draft": {"type": "object", "properties": {"memo": {"type": "string"}, "due": {"type": "string"}}},
        }
    },
}
SCHEMAS = "/components/schemas"
GET, POST = "GET /invoices/{id} 200", "POST /invoices/{id} request"


def change(pointer, *, direction=Direction.SENT, reached=(GET,), verdict=Verdict.BREAKING, **more):
    side = more.pop("side", Side.OLD)
    return Change(
        rule=more.pop("rule", "field-withdrawn"),
        title="t",
        verdict=verdict,
        level=Level.ERROR,
        basis=Basis.PROJECTION,
        direction=direction,
        side=side,
        location=Location("c.json", pointer),
        reached_from=tuple(reached),
        fingerprint="f" * 12,
        **more,
    )


def pacts(response=None, *, request=None, method="GET", path="/invoices/1", consumer="erp"):
    interaction = {"description": "d", "request": {"method": method, "path": path}, "response": {"status": 200}}
    if request is not None:
        interaction["request"]["body"] = request
    if response is not None:
        interaction["response"]["body"] = response
    value = {"consumer": {"name": consumer}, "provider": {"name": "invoices"}, "interactions": [interaction]}
    return read_pacts(Library(MemoryTree({"p.json": json.dumps(value)})), ["p.json"])


def changed(*changes, new=CONTRACT):
    sides = []
    for side, value in ((Side.OLD, CONTRACT), (Side.NEW, new)):
        library = Library(MemoryTree({"c.json": json.dumps(value)}))
        sides.append(Document(side, library.node("c.json"), library))
    comparison = ContractComparison(ContractKind.OPENAPI, Verdict.BREAKING, changes, Bump.MAJOR, ContentModel.DECLARED)
    return ChangedContract("invoices", comparison, *sides)


def hit(one_change, found, head=None):
    impact = assess([changed(one_change)], Landscape(Catalog(()), found), Landscape(Catalog(()), head or PactSet()))
    (consumer,) = impact.consumers
    return consumer


@pytest.mark.parametrize(
    ("pointer", "body", "expected"),
    [
        (f"{SCHEMAS}/Invoice/properties/tax_amount", {"id": "1", "tax_amount": 3}, Hit.HIT),
        (f"{SCHEMAS}/Invoice/properties/tax_amount", {"id": "1"}, Hit.NOT_HIT),
        (f"{SCHEMAS}/Invoice/properties/tax_amount/type", {"tax_amount": 3}, Hit.HIT),
        (f"{SCHEMAS}/Money/properties/currency", {"total": {"currency": "EUR"}}, Hit.HIT),
        (f"{SCHEMAS}/Money/properties/currency", {"total": {"minor": 1}}, Hit.NOT_HIT),
        # reads the object as a whole, and says nothing of what it needs inside
        (f"{SCHEMAS}/Money/properties/currency", {"total": {}}, Hit.UNKNOWN),
        (f"{SCHEMAS}/Money/properties/minor", {"lines": [{"net": {"minor": 1}}]}, Hit.HIT),
        (f"{SCHEMAS}/Line/allOf/0/properties/net", {"lines": [{"net": {"minor": 1}}]}, Hit.HIT),
        (f"{SCHEMAS}/Line/allOf/0/properties/net", {"lines": []}, Hit.UNKNOWN),
        (f"{SCHEMAS}/Invoice/properties/lines", {"lines": [{"net": {"minor": 1}}]}, Hit.HIT),
        # recursion ends with the pointer of the pact
        (f"{SCHEMAS}/Invoice/properties/tax_amount", {"parent": {"parent": {"tax_amount": 1}}}, Hit.HIT),
        (f"{SCHEMAS}/Invoice/properties/tax_amount", {"parent": {"parent": {"id": "1"}}}, Hit.NOT_HIT),
        (f"{SCHEMAS}/Money/properties/minor", {"extra": {"anything": {"minor": 1}}}, Hit.HIT),
        # some other keyword above what is read cannot be decided
        (f"{SCHEMAS}/Invoice/minProperties", {"id": "1"}, Hit.UNKNOWN),
        (f"{SCHEMAS}/Problem/properties/detail", {"id": "1"}, Hit.NOT_HIT),
    ],
)
def test_a_response_change_hits_who_reads_at_or_below_it(pointer, body, expected):
    assert hit(change(pointer), pacts(body)).hit is expected


def test_a_change_of_another_status_or_operation_does_not_hit():
    problem = change(f"{SCHEMAS}/Invoice/properties/id", reached=("GET /invoices/{id} 404",))
    assert hit(problem, pacts({"id": "1"})).hit is Hit.NOT_HIT
    other = change(f"{SCHEMAS}/Invoice/properties/id", reached=("GET /refunds 200",))
    assert hit(other, pacts({"id": "1"})).hit is Hit.NOT_HIT


def test_a_change_that_does_not_say_where_it_is_reached_from_is_at_most_unknown():
    assert hit(change(f"{SCHEMAS}/Invoice/properties/id", reached=()), pacts({"id": "1"})).hit is Hit.UNKNOWN


def test_an_interaction_that_fits_no_operation_is_unknown():
    assert hit(change(f"{SCHEMAS}/Invoice/properties/id"), pacts({"id": "1"}, path="/nowhere")).hit is Hit.UNKNOWN


def test_a_lost_requirement_hits_only_who_reads_the_field():
    lost = change(
        f"{SCHEMAS}/Invoice/required", before=["id", "tax_amount"], after=["id"], rule="field-became-optional"
    )
    assert hit(lost, pacts({"tax_amount": 1})).hit is Hit.HIT
    assert hit(lost, pacts({"id": "1"})).hit is Hit.NOT_HIT


def test_a_field_that_must_be_sent_hits_who_does_not_send_it():
    must = change(
        f"{SCHEMAS}/Draft/properties/due",
        direction=Direction.RECEIVED,
        reached=(POST,),
        side=Side.NEW,
        rule="field-became-required",
        counterpart=Location("c.json", f"{SCHEMAS}/Draft/properties/due"),
    )
    assert hit(must, pacts(request={"memo": "m"}, method="POST")).hit is Hit.HIT
    assert hit(must, pacts(request={"memo": "m", "due": "d"}, method="POST")).hit is Hit.NOT_HIT
    # no body in the example: nothing is known of what is sent
    assert hit(must, pacts(method="POST")).hit is Hit.UNKNOWN


def test_a_narrowed_request_field_hits_who_sends_it():
    narrowed = change(f"{SCHEMAS}/Draft/properties/memo", direction=Direction.RECEIVED, reached=(POST,))
    assert hit(narrowed, pacts(request={"memo": "m"}, method="POST")).hit is Hit.HIT
    assert hit(narrowed, pacts(request={"due": "d"}, method="POST")).hit is Hit.NOT_HIT


def test_a_removed_operation_hits_every_user_and_a_parameter_is_unknown():
    gone = change("/paths/~1invoices~1{id}/get", direction=None, reached=("GET /invoices/{id}",))
    assert hit(gone, pacts({"id": "1"})).hit is Hit.HIT
    parameter = change(
        "/paths/~1invoices~1{id}/get/parameters/0", direction=Direction.RECEIVED, reached=("GET /invoices/{id}",)
    )
    assert hit(parameter, pacts({"id": "1"})).hit is Hit.UNKNOWN


def test_what_nobody_could_prove_hits_nobody_for_certain():
    unproven = change(f"{SCHEMAS}/Invoice/properties/tax_amount", verdict=Verdict.UNPROVEN)
    found = hit(unproven, pacts({"tax_amount": 1}))
    assert found.hit is Hit.UNKNOWN
    assert "unproven" in found.reason


def test_the_witness_of_a_withdrawn_field_is_the_object_around_it():
    witness = Witness({"id": "1", "lines": []}, Side.OLD, Side.NEW, "writer", "gone", failing="/lines")
    withdrawn = change(f"{SCHEMAS}/Invoice/properties/lines", witness=witness)
    assert hit(withdrawn, pacts({"lines": [{"net": {"minor": 1}}]})).hit is Hit.HIT


def test_a_broken_reference_makes_the_answer_unknown():
    broken = json.loads(json.dumps(CONTRACT).replace('{"$ref": "#/components/schemas/Money"}', '{"$ref": "#/nowhere"}'))
    impact = assess(
        [changed(change("/components/schemas/Money/properties/minor", side=Side.NEW), new=broken)],
        Landscape(Catalog(()), pacts({"total": {"minor": 1}})),
        Landscape(),
    )
    assert impact.consumers[0].hit is Hit.UNKNOWN


def test_reasons_count_what_is_read():
    tax = change(f"{SCHEMAS}/Invoice/properties/tax_amount")
    assert hit(tax, pacts({"tax_amount": 1})).reason == "reads tax_amount (1 interaction)"
    assert hit(tax, pacts({"id": "1", "total": {"minor": 1}})).reason == "reads 2 fields, none changed"


def test_a_pact_deleted_on_the_branch_still_names_the_consumer():
    tax = change(f"{SCHEMAS}/Invoice/properties/tax_amount")
    base = Landscape(Catalog(()), pacts({"tax_amount": 1}))
    assert assess([changed(tax)], base, Landscape()).consumers[0].hit is Hit.HIT
    assert assess([changed(tax)], Landscape(), base).consumers[0].hit is Hit.HIT
