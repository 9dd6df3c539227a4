"""A message of envelope and data in two parts of an allOf is judged as one, and the code stays the comparator's."""

from harness.model import Level
from harness.pacts.checking import PactChecker, findings_of


def document(kind="integer"):
    data = {"type": "object", "properties": {"total": {"type": kind}}}
    parts = [
        {"type": "object", "properties": {"type": {"type": "string"}, "id": {"type": "string"}}},
        {"type": "object", "properties": {"type": {"const": "paid"}, "data": {"allOf": [data, {"type": "object"}]}}},
    ]
    headers = {"type": "object", "properties": {"ce_type": {"type": "string"}}}
    message = {"payload": {"allOf": parts}, "headers": headers}
    operation = {"action": "send", "messages": [{"$ref": "#/components/messages/Paid"}]}
    return {"asyncapi": "3.0.0", "operations": {"sendPaid": operation}, "components": {"messages": {"Paid": message}}}


def pact(content, **metadata):
    message = {
        "type": "Asynchronous/Messages",
        "description": "a paid invoice",
        "comments": {"references": {"AsyncAPI": {"operationId": "sendPaid"}}},
        "contents": {"content": content, "contentType": "application/json"},
        "metadata": {"contentType": "application/json", **metadata},
    }
    return {"interactions": [message]}


READ = {"type": "paid", "id": "1", "data": {"total": 5}}


def levels(content, asyncapi, **metadata):
    found = PactChecker(None, asyncapi).check(pact(content, **metadata))
    assert found.codes == ["message.no.match"]
    return found.fails, [finding.level for checked in found.interactions for finding in findings_of(checked, None)]


def test_a_message_that_fits_is_told_and_fails_nothing():
    fails, found = levels(READ, document())
    assert not fails
    assert found[0] is Level.INFO


def test_a_field_that_changed_its_type_or_is_gone_fails():
    assert levels(READ, document("string"))[0]
    assert levels({**READ, "data": {"net": 5}}, document())[0]
    assert levels({**READ, "type": "voided"}, document())[0]


def test_a_header_that_the_consumer_reads_and_nobody_sends_fails():
    assert not levels(READ, document(), ce_type="paid")[0]
    assert levels(READ, document(), ce_other="x")[0]
