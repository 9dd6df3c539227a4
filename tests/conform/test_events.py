"""Captured messages against AsyncAPI: each kind of thing that can be wrong, told once, with who reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.conform import conform as command
from harness.conform import EventRules, Messages, check_events, open_target
from harness.model import Level, UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def target():
    return open_target("billing-events", ROOT)


@pytest.fixture(scope="module")
def examples(target):
    messages = target.document["components"]["messages"]
    return {name: message["examples"][0]["payload"] for name, message in messages.items()}


@pytest.fixture
def found(target):
    def check(events, **rules):
        lines = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
        readers = {"example.aster.invoice.paid.v2": ("entitlements",)}
        messages = Messages(target.name, target.document, EventRules(**rules), readers)
        return check_events(messages, lines, "capture.jsonl")

    return check


def rules_of(result):
    return {finding.rule: finding.level for finding in result.findings}


def of(event, **changed):
    return {**event, **changed}


def test_every_example_of_every_event_contract_keeps_it():
    for path in sorted((ROOT / "contracts/events").glob("*/*/asyncapi.yaml")):
        one = open_target(str(path), ROOT)
        messages = one.document["components"]["messages"]
        payloads = [example["payload"] for message in messages.values() for example in message["examples"]]
        # each of an object of its own, since the examples of one object leave numbers out
        lines = [json.dumps({**payload, "subject": f"s{n}"}).encode() for n, payload in enumerate(payloads)]
        result = check_events(Messages(one.name, one.document), lines, path.name)
        assert result.findings == (), path
        assert result.unseen == ()
        assert result.messages == len(lines)


def test_a_wrong_field_is_told_with_its_place_and_its_readers(found, examples):
    paid = examples["InvoicePaid"]
    wrong = [of(paid, id=f"e{n}", subject=f"in_{n}", data=of(paid["data"], total="142800")) for n in range(3)]
    [finding] = found(wrong).findings
    assert finding.rule == "event-invalid"
    assert "/data/total" in finding.detail
    assert "3 times" in finding.detail
    assert "entitlements" in finding.detail
    assert finding.location.line == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda e: e["data"].pop("tax_amount"), "event-invalid"),
        (lambda e: e["data"].update(total="142800"), "event-invalid"),
        (lambda e: e["data"].update(status="disputed"), "event-invalid"),
        (lambda e: e["data"].update(currency=None), "event-invalid"),
        (lambda e: e.pop("sequence"), "event-invalid"),
        (lambda e: e.update(type="example.aster.invoice.imagined.v1"), "event-type-unknown"),
        (lambda e: e.pop("type"), "event-type-unknown"),
    ],
    ids=["removed", "retyped", "enum grown", "null", "no sequence", "unknown type", "no type"],
)
def test_a_planted_defect_is_found(found, examples, change, rule):
    event = json.loads(json.dumps(examples["InvoicePaid"]))
    change(event)
    result = found([event])
    assert rules_of(result) == {rule: Level.ERROR}
    assert result.exit_code == 1


@pytest.mark.parametrize("line", [b"{", b"[]", b"5", b"\xff", b'{"a": NaN}', b"[" * 100_000, b'"x"'])
def test_what_is_no_message_is_told_and_stops_nothing(found, examples, line):
    result = found([line, examples["InvoicePaid"]])
    assert rules_of(result) == {"event-unreadable": Level.ERROR}
    assert result.messages == 2


def test_the_same_event_again_is_a_duplicate_or_the_right_of_the_bus(found, examples):
    paid = examples["InvoicePaid"]
    assert rules_of(found([paid, paid])) == {"event-duplicate": Level.ERROR}
    allowed = found([paid, paid], at_least_once=True)
    assert rules_of(allowed) == {"event-duplicate": Level.WARNING}
    assert allowed.exit_code == 0
    other = of(paid, data=of(paid["data"], total=1))
    assert rules_of(found([paid, other], at_least_once=True))["event-duplicate"] is Level.ERROR


def test_the_same_fact_under_another_id_is_a_duplicate_unless_it_is_marked_as_a_replay(found, examples):
    paid = examples["InvoicePaid"]
    again = of(paid, id="another")
    assert rules_of(found([paid, again], at_least_once=True)) == {"event-duplicate": Level.ERROR}
    assert rules_of(found([paid, of(again, replayof=paid["id"])])) == {}


def test_an_older_event_after_a_newer_one_is_out_of_order_for_its_object_only(found, examples):
    finalised, paid = examples["InvoiceFinalised"], examples["InvoicePaid"]
    assert finalised["sequence"] < paid["sequence"]
    assert rules_of(found([finalised, paid])) == {}
    assert rules_of(found([paid, finalised])) == {"event-out-of-order": Level.ERROR}
    assert rules_of(found([paid, of(finalised, subject="in_other")])) == {}


def test_a_number_left_out_is_a_lost_event_where_every_change_sends_one(found, examples):
    first, third = examples["InvoiceFinalised"], of(examples["InvoicePaid"], sequence=4)
    assert rules_of(found([first, third])) == {"event-gap": Level.WARNING}
    assert rules_of(found([first, third], gapless=True)) == {"event-gap": Level.ERROR}


def test_an_envelope_of_the_capture_is_opened(found, examples):
    assert rules_of(found([{"topic": "billing.invoices.v1", "payload": examples["InvoicePaid"]}])) == {}


def test_nothing_captured_is_no_answer(found):
    assert found([]).exit_code == 3


def test_asyncapi_2_and_other_dialects_are_read():
    payload = {"type": "object", "properties": {"type": {"const": "paid"}, "n": {"type": "integer"}}, "required": ["n"]}
    message = {"name": "paid", "payload": payload}
    two = {"asyncapi": "2.6.0", "channels": {"a/b": {"subscribe": {"message": {"oneOf": [message]}}}}}
    single = {"asyncapi": "2.6.0", "channels": {"x": {"publish": {"message": message}}}}
    form = "application/vnd.aai.asyncapi+json;version=3.0.0"
    multi = {"name": "paid", "payload": {"schemaFormat": form, "schema": payload}}
    three = {"asyncapi": "3.0.0", "channels": {"a": {"messages": {"Paid": multi}}}}
    for document in (two, single, three):
        lines = [b'{"type": "paid", "n": 1}', b'{"type": "paid", "n": "1"}']
        result = check_events(Messages("x", document), lines, "x")
        assert [finding.rule for finding in result.findings] == ["event-invalid"], document


def run(*arguments):
    return CliRunner().invoke(command, [*map(str, arguments), "--repo", str(ROOT)], standalone_mode=False)


def test_the_command_names_the_consumer_of_a_wrong_event(examples, tmp_path):
    file = tmp_path / "capture.jsonl"
    paid = examples["InvoicePaid"]
    file.write_text(json.dumps(of(paid, data=of(paid["data"], paid_at=5))) + "\n", "utf-8")
    done = run("billing-events", "--from", file)
    assert done.return_value == 1
    assert "Read by entitlements" in done.output
    assert done.output.splitlines()[-1] == "Next: harness explain event-invalid"
    told = json.loads(run("billing-events", "--from", file, "--format", "json").output)
    assert told["findings"][0]["values"][-1] == "entitlements"
    assert told["seen"] == {"invoice.paid": 1}


def test_the_command_names_no_rule_where_nothing_is_wrong(examples, tmp_path):
    file = tmp_path / "capture.jsonl"
    file.write_text(json.dumps(examples["InvoicePaid"]) + "\n", "utf-8")
    done = run("billing-events", "--from", file)
    assert done.return_value == 0, done.output
    assert "Next:" not in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("billing-events",),
        ("billing-events", "--url", "http://127.0.0.1:1"),
        ("billing-invoices", "--from", "x.jsonl"),
        ("billing-events", "--from", "absent.jsonl"),
        ("billing-events", "--from", "nats://127.0.0.1:1"),
        ("no-such-contract", "--from", "x"),
        ("contracts/canonical/invoice/1.1.0.json", "--from", "x"),
        ("billing-invoices", "--url", "http://127.0.0.1:1", "--baseline-update"),
    ],
)
def test_what_is_asked_wrongly_says_how_to_ask(arguments):
    error = run(*arguments).exception
    assert isinstance(error, UsageError), error
    assert error.remedy
