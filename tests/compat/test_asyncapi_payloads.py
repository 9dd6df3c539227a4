"""Payloads in Avro and other languages, and CloudEvents inside messages."""

from __future__ import annotations

import copy
import json

import pytest
from asyncapi_documents import INVOICE, MORE, TEXT, compare, obj, only, v2, v3

from harness.compat import compare_nodes
from harness.documents import Library, MemoryTree
from harness.model import Bump, Direction, Level, UnreadableError, Verdict

COMPATIBLE, BREAKING, UNPROVEN = Verdict.COMPATIBLE, Verdict.BREAKING, Verdict.UNPROVEN
SENT = Direction.SENT


def avro(*fields: str) -> dict:
    schema = {"type": "record", "name": "Invoice", "fields": [{"name": name, "type": "long"} for name in fields]}
    return {"schemaFormat": "application/vnd.apache.avro;version=1.12.0", "schema": schema}


@pytest.mark.parametrize(
    ("action", "retention", "verdict", "carriers"),
    [
        ("send", "none", COMPATIBLE, []),
        ("receive", "none", BREAKING, [("event invoice.finalised (receive)",)]),
        ("send", "P1Y", BREAKING, [("event invoice.finalised (replay)",)]),
    ],
)
def test_avro_payloads_follow_their_own_resolution(action, retention, verdict, carriers) -> None:
    kept = {"x-retention": retention}
    found = compare(
        v3(avro("total"), action=action, channel=kept), v3(avro("total", "tax"), action=action, channel=kept)
    )
    assert found.verdict is verdict
    assert [change.reached_from for change in found.changes if change.verdict is BREAKING] == carriers


def test_an_avro_type_that_breaks_both_ways_is_told_once() -> None:
    kept = {"x-retention": "P1Y"}
    old, new = avro("total"), avro("total")
    new["schema"]["fields"][0]["type"] = "string"
    found = compare(v3(old, channel=kept), v3(new, channel=kept))
    assert [(change.rule, change.direction) for change in found.changes] == [("avro-type-changed", SENT)]


def test_avro_may_stand_in_a_file_of_its_own() -> None:
    payload = {"schemaFormat": "application/vnd.apache.avro;version=1.12.0", "schema": {"$ref": "./avro/invoice.avsc"}}
    sides = [
        Library(MemoryTree({"asyncapi.json": json.dumps(v3(payload)), "avro/invoice.avsc": json.dumps(schema)}))
        for schema in (avro("total", "tax")["schema"], avro("total")["schema"])
    ]
    found = compare_nodes(*(library.node("asyncapi.json") for library in sides), *sides)
    assert [(one.rule, one.location.file, one.location.pointer) for one in found.changes] == [
        ("avro-field-removed", "avro/invoice.avsc", "/fields/1")
    ]


def test_words_in_an_avro_payload_are_a_patch() -> None:
    old, new = avro("total"), avro("total")
    new["schema"]["doc"] = "What is owed."
    found = compare(v3(old), v3(new))
    assert ([change.rule for change in found.changes], found.required_bump) == (["avro-text-changed"], Bump.PATCH)


def test_avro_in_version_2_is_named_beside_the_payload() -> None:
    old, new = (v2(avro(*names)["schema"], schemaFormat=avro()["schemaFormat"]) for names in (["a", "b"], ["a"]))
    assert only(compare(old, new), "avro-field-removed").direction is SENT


def test_an_invalid_avro_payload_is_an_error_with_its_place() -> None:
    broken = {"schemaFormat": "application/vnd.apache.avro", "schema": {"type": "recrd"}}
    with pytest.raises(UnreadableError) as refused:
        compare(v3(broken), v3(avro("a")))
    assert refused.value.location is not None
    assert refused.value.location.pointer == "/channels/invoice/messages/finalised/payload/schema"


def test_other_languages_are_unproven_with_a_reason_unless_they_are_equal() -> None:
    raml = {"schemaFormat": "application/raml+yaml;version=1.0", "schema": {"type": "number"}}
    other = copy.deepcopy(raml)
    other["schema"]["type"] = "integer"
    found = compare(v3(raml), v3(other))
    assert found.verdict is UNPROVEN
    assert found.changes[0].reason
    assert found.changes[0].settle
    assert compare(v3(raml), v3(copy.deepcopy(raml))).changes == ()
    assert only(compare(v3(raml), v3(avro("a"))), "message-schema-format-changed").verdict is UNPROVEN


def cloudevent(kind: str, data: dict, schema: str = "https://example.com/v1") -> dict:
    return obj(
        ["specversion", "id", "source", "type", "data"],
        specversion={"const": "1.0"},
        id=TEXT,
        source=TEXT,
        type={"const": kind},
        dataschema={"const": schema},
        data=data,
    )


def test_another_cloudevents_type_is_another_event() -> None:
    found = compare(v3(cloudevent("invoice.v1", INVOICE)), v3(cloudevent("invoice.v2", INVOICE)))
    assert [(change.rule, change.verdict) for change in found.changes] == [("event-type-changed", BREAKING)]


def test_another_data_schema_is_told_and_the_data_decide() -> None:
    old, new = cloudevent("invoice.v1", INVOICE), cloudevent("invoice.v1", MORE, "https://example.com/v2")
    found = compare(v3(old), v3(new))
    assert found.verdict is COMPATIBLE
    assert only(found, "event-type-changed").level is Level.WARNING
    assert only(found, "field-added-required").subject.endswith("tax in event invoice.finalised (send)")


def test_the_type_pairs_messages_before_their_keys_do() -> None:
    def document(*pairs) -> dict:
        return v3(channel={"messages": {key: {"payload": cloudevent(kind, INVOICE)} for key, kind in pairs}})

    found = compare(
        document(("a", "invoice.v1"), ("b", "invoice.v2")), document(("b", "invoice.v1"), ("a", "invoice.v2"))
    )
    assert {change.rule for change in found.changes} == {"message-name-changed"}


def test_binary_mode_names_the_type_in_a_header() -> None:
    def document(kind) -> dict:
        return v3(message={"headers": obj(["ce_type"], ce_type={"const": kind})})

    found = compare(document("invoice.v1"), document("invoice.v2"))
    assert [(change.rule, change.verdict) for change in found.changes] == [("event-type-changed", BREAKING)]
