"""Events, row by row of the decision table: directions, channels, messages, bindings, retention, Avro, CloudEvents."""

from __future__ import annotations

import json

import pytest
from asyncapi_documents import INVOICE, LESS, MORE, TEXT, WHOLE, compare, obj, only, v2, v3

from harness.compat import compare_nodes
from harness.documents import Library, MemoryTree
from harness.model import Bump, Direction, Level, UnreadableError, Verdict

COMPATIBLE, BREAKING, UNPROVEN = Verdict.COMPATIBLE, Verdict.BREAKING, Verdict.UNPROVEN
SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


@pytest.mark.parametrize(
    ("old", "new", "verdict", "rule", "direction", "carrier"),
    [
        (v3(), v3(MORE), COMPATIBLE, "field-added-required", SENT, "event invoice.finalised (send)"),
        (
            v3(action="receive"),
            v3(MORE, action="receive"),
            BREAKING,
            "field-added-required",
            RECEIVED,
            "event invoice.finalised (receive)",
        ),
        (v2(), v2(MORE), COMPATIBLE, "field-added-required", SENT, "event invoice.finalised (send)"),
        (
            v2(action="publish"),
            v2(MORE, action="publish"),
            BREAKING,
            "field-added-required",
            RECEIVED,
            "event invoice.finalised (receive)",
        ),
        (v3(), v3(LESS), BREAKING, "field-withdrawn", SENT, "event invoice.finalised (send)"),
        (v2(), v2(LESS), BREAKING, "field-withdrawn", SENT, "event invoice.finalised (send)"),
    ],
)
def test_who_sends_and_who_receives_decides(old, new, verdict, rule, direction, carrier) -> None:
    found = compare(old, new)
    assert found.verdict is verdict
    change = only(found, rule)
    assert (change.direction, change.reached_from) == (direction, (carrier,))
    assert change.verdict is verdict


def test_a_breaking_payload_is_shown_and_checked() -> None:
    witness = only(
        compare(v3(obj(["id"], id=TEXT, net=WHOLE)), v3(obj(["id"], id=TEXT, net=TEXT))), "type-changed"
    ).witness
    assert witness is not None
    assert witness.carrier == "event invoice.finalised (send)"
    assert isinstance(witness.payload, dict)
    assert (set(witness.payload), witness.payload_failing) == ({"id", "net"}, "/net")
    assert witness.checked_with.startswith("jsonschema-rs")


def test_a_channel_without_operations_keeps_both_promises() -> None:
    found = compare(v3(action=None), v3(MORE, action=None))
    assert {change.direction: change.verdict for change in found.changes} == {SENT: COMPATIBLE, RECEIVED: BREAKING}


def test_a_message_that_travels_both_ways_names_the_side_that_breaks() -> None:
    both = {"tell": {"action": "send", "channel": {"$ref": "#/channels/invoice"}}}
    both["hear"] = {"action": "receive", "channel": {"$ref": "#/channels/invoice"}}
    found = compare(v3(operations=both), v3(MORE, operations=both))
    broken = [change for change in found.changes if change.verdict is BREAKING]
    assert [change.reached_from for change in broken] == [("event invoice.finalised (receive)",)]


def test_a_reply_travels_the_other_way() -> None:
    def document(payload) -> dict:
        made = v3(action="receive")
        made["channels"]["answers"] = {"address": "billing.answers", "messages": {"answer": {"payload": payload}}}
        made["operations"]["tell"]["reply"] = {"channel": {"$ref": "#/channels/answers"}}
        return made

    found = compare(document(INVOICE), document(LESS))
    assert only(found, "field-withdrawn").direction is SENT
    assert only(found, "field-withdrawn").reached_from == ("event answer (send)",)


@pytest.mark.parametrize(
    ("retention", "verdict", "notes"), [("none", COMPATIBLE, 0), ("P365D", BREAKING, 0), (None, BREAKING, 1)]
)
def test_who_may_read_old_messages_again_decides_about_replay(retention, verdict, notes) -> None:
    def document(payload) -> dict:
        made = v3(payload)
        del made["channels"]["invoice"]["x-retention"]
        return made if retention is None else v3(payload, channel={"x-retention": retention})

    found = compare(document(INVOICE), document(MORE))
    assert found.verdict is verdict
    assert len(found.notes) == notes
    replayed = [one.reached_from for one in found.changes if one.verdict is BREAKING]
    assert replayed == ([("event invoice.finalised (replay)",)] if verdict is BREAKING else [])


def test_a_kafka_topic_is_read_again_and_a_queue_is_not() -> None:
    def document(payload, protocol) -> dict:
        made = v3(payload, servers={"main": {"host": "bus.example.com", "protocol": protocol}})
        del made["channels"]["invoice"]["x-retention"]
        return made

    assert compare(document(INVOICE, "kafka-secure"), document(MORE, "kafka-secure")).verdict is BREAKING
    assert compare(document(INVOICE, "amqps"), document(MORE, "amqps")).verdict is COMPATIBLE


def test_a_withdrawn_field_is_not_withdrawn_from_replay_as_well() -> None:
    kept = {"x-retention": "P1Y"}
    found = compare(v3(channel=kept), v3(LESS, channel=kept))
    assert [(one.rule, one.reached_from) for one in found.changes] == [
        ("field-withdrawn", ("event invoice.finalised (send)",))
    ]


SECOND = {"address": "billing.invoice", "messages": {"finalised": {"payload": INVOICE}, "paid": {"payload": INVOICE}}}


@pytest.mark.parametrize(
    ("old", "new", "rule", "verdict", "level"),
    [
        (v3(), v3(channel={"address": "finance.invoice"}), "channel-address-changed", BREAKING, Level.ERROR),
        (v3(), v3(message={"name": "invoice.closed"}), "message-name-changed", BREAKING, Level.ERROR),
        (
            v3(message={"contentType": "application/json"}),
            v3(message={"contentType": "application/xml"}),
            "message-content-type-changed",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(message={"correlationId": {"location": "$message.header#/id"}}),
            v3(message={"correlationId": {"location": "$message.payload#/id"}}),
            "correlation-id-changed",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(message={"bindings": {"kafka": {"key": TEXT}}}),
            v3(message={"bindings": {"kafka": {"key": WHOLE}}}),
            "key-changed",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(channel={"bindings": {"kafka": {"partitions": 3}}}),
            v3(channel={"bindings": {"kafka": {"partitions": 6}}}),
            "key-changed",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(channel={"bindings": {"kafka": {"topic": "a"}}}),
            v3(channel={"bindings": {"kafka": {"topic": "b"}}}),
            "binding-changed",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(channel={"bindings": {"kafka": {"topicConfiguration": {"retention.ms": 2}}}}),
            v3(channel={"bindings": {"kafka": {"topicConfiguration": {"retention.ms": 1}}}}),
            "binding-changed",
            COMPATIBLE,
            Level.WARNING,
        ),
        (v3(), v3(message={"bindings": {"kafka": {"key": TEXT}}}), "key-changed", BREAKING, Level.ERROR),
        (v3(), v3(channel=SECOND), "message-added", BREAKING, Level.WARNING),
        (
            v3(channel=SECOND),
            v3(channel={"messages": {"finalised": {"payload": INVOICE}}}),
            "message-removed",
            BREAKING,
            Level.ERROR,
        ),
        (v3(), v3(channels={}), "channel-removed", BREAKING, Level.ERROR),
        (v3(channels={}, operations={}), v3(), "channel-added", COMPATIBLE, Level.INFO),
        (v3(), v3(message={"summary": "When it can no longer change."}), "text-changed", COMPATIBLE, Level.INFO),
        (
            v3(servers={"main": {"host": "a.example.com", "protocol": "kafka"}}),
            v3(servers={}),
            "server-removed",
            COMPATIBLE,
            Level.WARNING,
        ),
        (
            v3(servers={"main": {"host": "a.example.com", "protocol": "amqp"}}),
            v3(servers={"main": {"host": "a.example.com", "protocol": "amqp", "security": [{"type": "plain"}]}}),
            "security-added",
            BREAKING,
            Level.ERROR,
        ),
        (
            v3(servers={"main": {"host": "a.example.com", "protocol": "amqp", "security": [{"type": "plain"}]}}),
            v3(servers={"main": {"host": "a.example.com", "protocol": "amqp"}}),
            "security-weakened",
            COMPATIBLE,
            Level.ERROR,
        ),
    ],
)
def test_what_surrounds_the_payload_follows_the_table(old, new, rule, verdict, level) -> None:
    change = only(compare(old, new), rule)
    assert (change.verdict, change.level) == (verdict, level)
    assert change.title
    assert change.title[0] == change.title[0].lower() or change.title.startswith("Invoice")


def test_a_channel_that_said_so_may_carry_more_messages() -> None:
    told = {"x-extensible-messages": True}
    found = compare(v3(channel=told), v3(channel={**SECOND, **told}))
    assert only(found, "message-added").verdict is COMPATIBLE


def test_receiving_one_more_message_breaks_nobody() -> None:
    found = compare(v3(action="receive"), v3(action="receive", channel=SECOND))
    assert only(found, "message-added").verdict is COMPATIBLE


def test_what_was_announced_may_go_after_its_day() -> None:
    old = v3(channel={"deprecated": True, "x-sunset": "2026-01-31"})
    gone = v3(channels={})
    assert compare(old, gone, as_of=None).verdict is BREAKING
    from datetime import date  # noqa: PLC0415  (the one test with a day)

    assert compare(old, gone, as_of=date(2026, 1, 31)).verdict is BREAKING
    assert compare(old, gone, as_of=date(2026, 2, 1)).verdict is COMPATIBLE


def test_names_of_address_parameters_and_of_channels_mean_nothing() -> None:
    old, new = v3(channel={"address": "billing.{entity}"}), v3(channel={"address": "billing.{legalEntity}"})
    assert compare(old, new).verdict is COMPATIBLE
    new["channels"]["renamed"] = new["channels"].pop("invoice")
    new["operations"]["tell"]["channel"]["$ref"] = "#/channels/renamed"
    assert compare(old, new).changes == ()


def test_no_operation_left_means_that_nothing_is_sent_any_more() -> None:
    both = {"tell": {"action": "send", "channel": {"$ref": "#/channels/invoice"}}}
    both["hear"] = {"action": "receive", "channel": {"$ref": "#/channels/invoice"}}
    found = compare(v3(operations=both), v3(action="receive"))
    assert only(found, "operation-removed").direction is SENT


def test_headers_are_compared_as_objects_and_traits_count() -> None:
    trait = {"headers": obj(["traceparent"], traceparent=TEXT)}
    old = v3(message={"traits": [trait]})
    new = v3(message={"traits": [{"headers": obj([], traceparent=TEXT)}]})
    change = only(compare(old, new), "field-became-optional")
    assert (change.verdict, change.direction) == (BREAKING, SENT)


def test_a_header_that_moves_from_a_trait_into_the_message_is_no_change() -> None:
    common, own = obj(["a"], a=TEXT), obj(["b"], b=TEXT)
    old = v3(message={"headers": own, "traits": [{"headers": common}]})
    new = v3(message={"headers": obj(["a", "b"], a=TEXT, b=TEXT)})
    assert compare(old, new).verdict is COMPATIBLE


def test_headers_of_traits_may_stand_in_other_files() -> None:
    files = {"common/traits.json": json.dumps({"Traced": {"headers": obj(["a"], a=TEXT)}})}
    old = v3(message={"headers": obj(["b"], b=TEXT), "traits": [{"$ref": "common/traits.json#/Traced"}]})
    new = v3(message={"headers": obj(["b"], b=WHOLE), "traits": [{"$ref": "common/traits.json#/Traced"}]})
    found = compare(old, new, files)
    assert [change.rule for change in found.changes] == ["type-changed"]
    lost = compare(old, v3(message={"headers": obj(["b"], b=TEXT)}), files)
    assert [change.rule for change in lost.changes] == ["field-withdrawn"]


def test_version_2_patches_traits_over_the_message_and_version_3_does_not() -> None:
    trait = {"contentType": "application/xml"}
    message = {"contentType": "application/json", "traits": [trait]}
    assert (
        only(compare(v2(contentType="application/json"), v2(**message)), "message-content-type-changed").after
        == "application/xml"
    )
    assert compare(v3(message={"contentType": "application/json"}), v3(message=message)).verdict is COMPATIBLE


def test_one_schema_under_many_messages_is_one_change() -> None:
    def document(tax) -> dict:
        made = v3(channel={"messages": {name: {"payload": {"$ref": "#/components/schemas/Invoice"}} for name in "abc"}})
        return {**made, "components": {"schemas": {"Invoice": obj(["tax"], tax=tax)}}}

    found = compare(document(WHOLE), document(TEXT))
    assert only(found, "type-changed").reached_from == ("event a (send)", "event b (send)", "event c (send)")
    assert only(found, "type-changed").subject == "Invoice.tax"


@pytest.mark.parametrize("file", ["messages/invoice.json", "./messages/invoice.json", "invoice.json"])
@pytest.mark.parametrize("more", [{"name": "invoice.finalised"}, {}])
def test_a_message_may_be_a_whole_file(file: str, more: dict) -> None:
    def side(payload):
        message = {"payload": payload, **more}
        channels = {"invoices": {"subscribe": {"message": {"$ref": file}}}}
        root = {"asyncapi": "2.6.0", "info": {"title": "t", "version": "1"}, "channels": channels}
        tree = MemoryTree({"asyncapi.json": json.dumps(root), file.removeprefix("./"): json.dumps(message)})
        library = Library(tree)
        return library.node("asyncapi.json"), library

    (old, first), (new, second) = side(INVOICE), side(LESS)
    assert only(compare_nodes(old, new, first, second), "field-withdrawn").verdict is BREAKING
    assert compare_nodes(old, old, first, first).changes == ()


@pytest.mark.parametrize("reference", ["./channels.json", "channels.json#/", "#", "#invoices", "a/b", "/"])
def test_a_reference_without_a_place_is_no_reason_to_fail(reference: str) -> None:
    odd = v3()
    for operation in odd["operations"].values():
        operation["channel"] = {"$ref": reference}
        operation["messages"] = [{"$ref": reference}]
    assert isinstance(compare(odd, v3()).verdict, Verdict)


def test_payloads_in_other_files_are_followed() -> None:
    old = v3({"$ref": "schemas/invoice.json"})
    files = {"schemas/invoice.json": json.dumps(INVOICE)}
    libraries = [
        Library(MemoryTree({"asyncapi.json": json.dumps(old), **files})),
        Library(MemoryTree({"asyncapi.json": json.dumps(old), "schemas/invoice.json": json.dumps(LESS)})),
    ]
    found = compare_nodes(*(library.node("asyncapi.json") for library in libraries), *libraries)
    assert only(found, "field-withdrawn").location.file == "schemas/invoice.json"


@pytest.mark.parametrize("document", [{"asyncapi": "1.2.0"}, {"asyncapi": "4.0.0", "channels": {}}])
def test_other_versions_are_refused(document) -> None:
    with pytest.raises(UnreadableError, match="version 2 or 3"):
        compare(document, document)


def test_an_operation_that_does_neither_is_refused() -> None:
    with pytest.raises(UnreadableError, match="neither sends nor receives"):
        compare(v3(action="whisper"), v3())


def test_two_versions_of_the_language_compare_by_what_they_say() -> None:
    found = compare(v2(), v3())
    assert found.verdict is COMPATIBLE
    assert found.required_bump in {Bump.NONE, Bump.PATCH}


@pytest.mark.parametrize(
    ("before", "after", "rule", "verdict"),
    [
        ({}, {"security": [{"type": "plain"}]}, "security-added", BREAKING),
        (
            {"bindings": {"amqp": {"cc": ["a"]}}},
            {"traits": [{"bindings": {"amqp": {"cc": ["b"]}}}]},
            "binding-changed",
            BREAKING,
        ),
        ({"bindings": {"mqtt": {"qos": 1}}}, {"bindings": {"mqtt": {"qos": 2}}}, "binding-changed", COMPATIBLE),
    ],
)
def test_what_an_operation_asks_for_and_how_it_is_bound_counts(before, after, rule, verdict) -> None:
    def document(more) -> dict:
        made = v3()
        made["operations"]["tell"] |= more
        return made

    assert only(compare(document(before), document(after)), rule).verdict is verdict


def test_an_operation_under_another_name_is_told_to_who_generates_code() -> None:
    new = v3()
    new["operations"]["say"] = new["operations"].pop("tell")
    assert only(compare(v3(), new), "operation-id-changed").verdict is COMPATIBLE


def test_values_of_an_address_parameter_are_promises() -> None:
    def document(name, *values) -> dict:
        parameters = {name: {"enum": list(values)} if values else {}}
        return v3(channel={"address": f"billing.{{{name}}}", "parameters": parameters})

    found = compare(document("entity", "DE", "US"), document("company", "DE", "FR"))
    assert {change.rule: change.verdict for change in found.changes} == {
        "enum-value-removed": BREAKING,
        "enum-value-added": COMPATIBLE,
    }
    assert only(compare(document("entity"), document("entity", "DE")), "enum-added").verdict is BREAKING
    assert only(compare(document("entity", "DE"), document("entity")), "enum-removed").verdict is COMPATIBLE


def backwards(value):
    """Return a document with the members of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def test_the_order_of_members_means_nothing() -> None:
    old = v3(channel=SECOND, servers={"main": {"host": "a.example.com", "protocol": "kafka"}})
    new = v3(MORE, message={"name": "invoice.closed", "contentType": "application/xml"})

    def told(left, right):
        found = compare(left, right)
        return [
            (one.rule, one.verdict, one.location.pointer, one.reached_from, one.fingerprint) for one in found.changes
        ]

    assert len(told(old, new)) > 3
    assert told(old, new) == told(backwards(old), new) == told(old, backwards(new))


def test_an_inlined_payload_is_the_one_it_referred_to() -> None:
    referring = {**v3({"$ref": "#/components/schemas/Invoice"}), "components": {"schemas": {"Invoice": INVOICE}}}
    assert compare(v3(), referring).changes == ()
    assert compare(referring, v3(MORE)).verdict is compare(v3(), v3(MORE)).verdict is COMPATIBLE


def test_identical_documents_are_silent_and_the_answer_is_the_same_every_time() -> None:
    assert compare(v3(), v3()).changes == ()
    assert compare(v3(), v3(MORE, channel=SECOND)) == compare(v3(), v3(MORE, channel=SECOND))
