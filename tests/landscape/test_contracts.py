"""The landscape's contracts are true to themselves: they parse, refer, exemplify and map as they say."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest
from contract_documents import (
    APIS,
    CANONICAL,
    CONTRACTS,
    EVENTS,
    FILES,
    examples,
    flat,
    followed,
    items,
    library,
    members,
    messages,
    newest,
    operations,
    pairs,
    parameters,
    step,
    version_key,
    walk,
)

from harness.documents import Library, MemoryTree

INTERACTIONS = {"validate", "propagate", "post", "reconcile"}
OBJECTS = {path.split("/")[2] for path in CANONICAL}
ENVELOPE = {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data", "correlationid"}
# workflows of the reference landscape, section 2 and the steps of section 4
EVENT_TYPES = {
    "crm-events": {"customer.onboarded", "account.merged", "contract.accepted", "order.accepted"},
    "billing-events": {
        "subscription.activated", "subscription.amended", "subscription.renewed", "subscription.cancelled",
        "invoice.finalised", "invoice.voided", "invoice.paid", "payment.succeeded", "payment.failed",
        "refund.succeeded", "refund.failed", "credit_note.issued", "dispute.opened", "dispute.won", "dispute.lost",
        "payout.paid", "usage.recorded", "usage.threshold_reached", "dunning.level_changed",
    },
    "erp-events": {
        "invoice.posted", "posting.reversed", "bank_receipt.booked", "payment.applied", "payment.unapplied",
        "credit.posted", "write_off.posted", "dunning.level_changed", "period.soft_closed", "period.locked",
        "period.reopened",
    },
    "entitlement-events": {"entitlement.changed"},
    "tax-events": {"tax_id.status_changed"},
    "analytics-events": {"forecast.updated"},
    "sync-events": {"exception.raised", "replay.completed"},
}  # fmt: skip


def names(nodes):
    return {node.value.get("name") for node in nodes}


def test_the_landscape_is_there():
    assert (len(APIS), len(EVENTS), len(CANONICAL)) >= (45, 15, 28)


@pytest.mark.parametrize("path", FILES)
def test_every_file_parses_and_every_reference_in_it_resolves(path):
    references = [node for node in walk(library().node(path)) if isinstance(node.value, dict) and "$ref" in node.value]
    for node in references:
        target = library().resolve(node, node.value["$ref"])
        assert isinstance(target.value, dict), f"{path}#{node.pointer} refers to {node.value['$ref']}"


def test_references_across_files_are_used_for_real():
    crossing = [path for path in [*APIS, *EVENTS] if len(library().references(path)) > 0]
    assert len(crossing) > len(APIS)


@pytest.mark.parametrize("path", [*APIS, *EVENTS, *CANONICAL])
def test_every_example_validates(path):
    found = list(examples(path))
    assert found, f"{path} has no example"
    for place, schema, value in found:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        faults = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not faults, f"{path}#{place}: {faults}"


def undeclared(schema, value):
    """Members of `value` that no branch of the flattened schema declares."""
    if isinstance(value, list):
        return [name for item in value for name in undeclared(schema, item)]
    if not isinstance(value, dict):
        return []
    known = declared(schema)
    if not known:
        return []
    unknown = [name for name in value if name not in known]
    return unknown + [name for key in known & value.keys() for name in undeclared(known[key], value[key])]


def declared(schema):
    found = {}
    for branch in [*schema.get("allOf", ()), *schema.get("anyOf", ())]:
        for name, inner in declared(branch).items():
            found[name] = {"allOf": [found[name], inner]} if name in found else inner
    for name, inner in schema.get("properties", {}).items():
        found[name] = {"allOf": [found[name], inner]} if name in found else inner
    return found or (declared(schema["items"]) if isinstance(schema.get("items"), dict) else {})


@pytest.mark.parametrize("path", [*APIS, *EVENTS, *CANONICAL])
def test_no_example_shows_a_field_that_its_schema_does_not_declare(path):
    for place, schema, value in examples(path):
        assert not undeclared(schema, value), f"{path}#{place}"


@pytest.mark.parametrize("path", [*APIS, *EVENTS])
def test_each_operation_with_a_body_or_an_answer_has_an_example(path):
    for method, url, operation in operations(path):
        bodies = [media for _, media in members(operation, "requestBody", "content")]
        answers = [(status, answer) for status, answer in members(operation, "responses") if status.startswith("2")]
        assert len(answers) == 1, f"{path}: {method} {url}"
        bodies += [media for _, media in members(answers[0][1], "content")]
        bare = [media for media in bodies if not members(media, "examples")]
        assert not bare, f"{path}: {method} {url}"
    assert all(items(message, "examples") for _, message in messages(path))


# ---- fields -----------------------------------------------------------------------------------------------------


def canonical_root(name):
    return library().node(max((path for path in CANONICAL if path.split("/")[2] == name), key=version_key))


def canonical_field(path):
    """The schema at `invoice.lines.net`, or None."""
    name, *rest = path.split(".")
    node = canonical_root(name) if name in OBJECTS else None
    for token in rest:
        if node is not None and step(node, "items") is not None:
            node = step(node, "items")
        node = step(node, "properties", token) if node is not None else None
    return node


def object_schemas(path):
    root = library().node(path)
    schemas = members(root, "components", "schemas") + members(root, "definitions")
    return [(name, node) for name, node in schemas if step(node, "properties") is not None]


def unmapped(schema):
    """Names of properties that neither map to a canonical field nor say why they are local."""
    owner = schema.value.get("x-business-object") or schema.value.get("x-canonical-field")
    missing = []
    properties = schema.child("properties")
    for name in properties.value:
        value = properties.child(name).value
        if value.get("x-local"):
            continue
        target = value.get("x-canonical-field") or (f"{owner}.{name}" if owner else "")
        if canonical_field(target) is None:
            missing.append(f"{name} -> {target or 'nothing'}")
    return missing


TECHNICAL = re.compile(r"(Page|Event|Problem|CloudEvent|Headers|Money|Address|UsageBatch|UsageBatchResult)$")


@pytest.mark.parametrize("path", [*APIS, *EVENTS])
def test_every_field_of_a_business_object_maps_to_a_canonical_field_or_says_why_not(path):
    checked = 0
    for name, schema in object_schemas(path):
        if TECHNICAL.search(name):
            continue
        checked += 1
        assert not unmapped(schema), f"{path} {name}"
    assert checked or "entitlement-events/1.0.0" in path  # its only payload is the canonical one itself


def test_a_field_that_maps_nowhere_is_noticed():
    properties = {
        "net": {"type": "integer"},
        "nett": {"type": "integer"},
        "vat": {"type": "integer", "x-canonical-field": "invoice.tax"},
        "toll": {"type": "integer", "x-canonical-field": "invoice.toll"},
        "shade": {"type": "string", "x-local": "colour of the page"},
    }
    text = json.dumps({"x-business-object": "invoice", "properties": properties})
    found = unmapped(Library(MemoryTree({"schema.json": text})).node("schema.json"))
    assert found == ["nett -> invoice.nett", "toll -> invoice.toll"]


def test_an_example_with_an_undeclared_field_is_noticed():
    line = {"properties": {"net": {"type": "integer"}}}
    schema = {"allOf": [{"properties": {"lines": {"type": "array", "items": line}}}, {}]}
    assert undeclared(schema, {"lines": [{"net": 1}]}) == []
    assert undeclared(schema, {"lines": [{"net": 1, "tax": 2}], "memo": ""}) == ["memo", "tax"]


@pytest.mark.parametrize("path", newest(APIS) + newest(EVENTS))
def test_amounts_are_integers_prices_exact_decimals_and_moments_rfc_3339(path):
    for name, schema in object_schemas(path):
        for key, node in members(schema, "properties"):
            if node.value.get("x-classification") == "financial" and "type" in node.value:
                exact = "integer" in node.value["type"] or (key.startswith("unit_price") and "pattern" in node.value)
                assert exact, f"{path} {name}.{key}"
            if key.endswith("_at"):
                assert node.value.get("format") == "date-time", f"{path} {name}.{key}"
            if key.endswith(("_date", "_start", "_end")):
                assert node.value.get("format") == "date", f"{path} {name}.{key}"


PERSONAL = {"requested_by", "approved_by", "payer_name", "bank_reference", "tax_id", "buyer_tax_id", "email", "line1"}


@pytest.mark.parametrize("path", [*newest(APIS), *newest(EVENTS)])
def test_what_tells_who_somebody_is_is_classified(path):
    for name, schema in object_schemas(path):
        for key in PERSONAL & schema.value["properties"].keys():
            marks = {schema.value.get("x-classification"), schema.value["properties"][key].get("x-classification")}
            assert "pii" in marks, f"{path} {name}.{key}"


@pytest.mark.parametrize("path", CANONICAL)
def test_a_canonical_object_is_defined_in_one_sentence_and_has_a_counter_example(path):
    value = library().node(path).value
    assert value["x-business-object"] == path.split("/")[2]
    assert value["title"]
    assert re.fullmatch(r"[^.]+\.", value["description"])
    assert "ounter-example" in value["$comment"]
    assert all("description" in property_ for property_ in value["properties"].values())


# ---- operations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", APIS)
def test_every_operation_keeps_the_api_policy(path):
    seen = set()
    for method, url, operation in operations(path):
        place, value = f"{path}: {method} {url}", operation.value
        assert value["operationId"] not in seen, place
        seen.add(value["operationId"])
        assert value["summary"], place
        assert value["description"], place
        assert value["security"], place
        assert value["x-interaction"] in INTERACTIONS, place
        sent = names(parameters(path, url, operation))
        assert {"traceparent", "X-Correlation-Id"} <= sent, place
        assert_problems(place, operation)
        if method == "get" and value["operationId"].startswith("list"):
            assert {"cursor", "limit"} <= sent, place


def assert_problems(place, operation):
    answers = dict(members(operation, "responses"))
    assert {"400", "401", "403", "429"} <= answers.keys(), place
    for status, answer in answers.items():
        headers = dict(members(answer, "headers"))
        assert "X-Correlation-Id" in headers, f"{place} {status}"
        if status.startswith("2"):
            continue
        media = step(answer, "content", "application/problem+json") or answer  # Swagger 2.0 has the schema itself
        problem = step(media, "schema")
        assert {"type", "title", "status"} <= set(problem.value["required"]), f"{place} {status}"
        assert ("Retry-After" in headers) == (status in {"429", "503"}), f"{place} {status}"


@pytest.mark.parametrize("path", APIS)
def test_whatever_posts_or_moves_money_is_idempotent_and_ordered(path):
    for method, url, operation in operations(path):
        value = operation.value
        if value["x-interaction"] == "post" or value.get("x-moves-money"):
            keys = [node.value for node in parameters(path, url, operation) if node.value["name"] == "Idempotency-Key"]
            assert keys, f"{path}: {method} {url}"
            assert keys[0]["required"] is True
            assert value["x-ordering-key"], f"{path}: {method} {url}"
        if method == "get":
            assert value["x-interaction"] in {"reconcile", "validate"}, f"{path}: {method} {url}"


def test_money_moves_through_named_operations_only():
    moving = {
        operation.value["operationId"]
        for path in newest(APIS)
        for _, _, operation in operations(path)
        if operation.value.get("x-moves-money")
    }
    assert {"finaliseInvoice", "createPayment", "createRefund", "issueCreditNote", "createPosting"} <= moving
    assert not moving & {"acceptOrder", "confirmPrice", "previewInvoice", "checkAccount", "determineTax"}


@pytest.mark.parametrize("path", EVENTS)
def test_every_message_is_a_cloud_event_with_key_correlation_and_version(path):
    root = library().node(path)
    for name, message in messages(path):
        payload = declared(flat(step(message, "payload")))
        assert payload.keys() >= ENVELOPE, f"{path} {name}"
        assert step(message, "correlationId") is not None
        assert step(message, "headers") is not None
        assert step(message, "bindings", "kafka", "key").value["type"] == "string"
        sent = message.value["examples"][0]["payload"]
        assert re.fullmatch(rf"example\.aster\.{re.escape(message.value['name'])}\.v[0-9]+", sent["type"])
    assert all(channel.value["x-retention"] for _, channel in members(root, "channels"))
    actions = {operation.value["action"] for _, operation in members(root, "operations")}
    assert actions == {"send"}
    assert len(members(root, "operations")) == len(messages(path))


@pytest.mark.parametrize(("contract", "wanted"), EVENT_TYPES.items())
def test_every_event_of_the_workflows_exists(contract, wanted):
    [path] = [path for path in newest(EVENTS) if path.split("/")[2] == contract]
    assert wanted <= {message.value["name"] for _, message in messages(path)}


# ---- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*APIS, *EVENTS])
def test_the_folder_is_the_declared_version_and_names_an_owner(path):
    info = library().node(path).value["info"]
    assert info["version"] == path.split("/")[3]
    assert info["x-owner"].startswith("component:default/")
    assert info["contact"]["email"]
    assert info["x-lifecycle"] in {"active", "deprecated"}
    assert (info["x-lifecycle"] == "deprecated") == ("x-sunset" in info)


@pytest.mark.parametrize("path", CANONICAL)
def test_the_identifier_of_a_canonical_object_holds_its_version(path):
    assert library().node(path).value["$id"].endswith("/".join(path.split("/")[1:]))


@pytest.mark.parametrize(("old", "new"), pairs([*APIS, *EVENTS, *CANONICAL]))
def test_consecutive_versions_differ_by_more_than_their_number(old, new):
    before, after = (json.dumps(library().node(path).value, sort_keys=True, default=str) for path in (old, new))
    assert re.sub(r"\d+\.\d+\.\d+", "", before) != re.sub(r"\d+\.\d+\.\d+", "", after)


def test_main_apis_have_three_released_versions_and_the_rest_two():
    for contract in {path.split("/")[2] for path in APIS} - {"erp-legacy-postings"}:
        assert len([path for path in APIS if path.split("/")[2] == contract]) >= 3, contract
    for paths in (EVENTS, CANONICAL):
        for contract in {path.split("/")[2] for path in paths}:
            assert len([path for path in paths if path.split("/")[2] == contract]) >= 2, contract


def test_the_current_invoice_api_is_where_the_demo_starts():
    invoice = step(
        library().node("contracts/apis/billing-invoices/2.3.0/openapi.yaml"), "components", "schemas", "Invoice"
    )
    assert newest([path for path in APIS if "/billing-invoices/" in path])[0].split("/")[3] == "2.3.0"
    assert {"tax_amount", "subtotal", "memo"} <= invoice.value["properties"].keys()
    assert "footer" not in invoice.value["properties"]
    assert followed(invoice.child("properties").child("tax_amount")).value["x-canonical-field"] == "invoice.tax"


# ---- the map in README.md ---------------------------------------------------------------------------------------


def test_each_workflow_step_names_contracts_operations_and_events_that_exist():
    text = (CONTRACTS / "README.md").read_text("utf-8")
    table = text.split("## Which contract carries which step")[1]
    assert re.findall(r"^\| (W\d+)", table, flags=re.MULTILINE) == [f"W{n}" for n in range(1, 13)]
    known = {path.split("/")[2]: words_of(path) for path in [*newest(APIS), *newest(EVENTS)]}
    for row in re.findall(r"^\|[^|]*\|[^|]+\|([^|]+)\|$", table, flags=re.MULTILINE)[2:]:
        for contract, cell in re.findall(r"([a-z][a-z-]+) ((?:`[^`]+`(?: \([^)]*\))?,? ?)+)", row):
            assert contract in known, row
            assert set(re.findall(r"`([^`]+)`", cell)) <= known[contract], row


def words_of(path):
    return {operation.value["operationId"] for _, _, operation in operations(path)} | {
        message.value["name"] for _, message in messages(path)
    }


def test_readme_explains_every_version_after_the_first():
    text = (CONTRACTS / "README.md").read_text("utf-8")
    for _, new in pairs([*APIS, *EVENTS]):
        contract, version = new.split("/")[2:4]
        assert f"| {contract} | {version} |" in text
