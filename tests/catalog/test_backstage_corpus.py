"""The verdicts of genuine Backstage, on the shared sample of its own test cases and of mutations."""

import json
import os
from pathlib import Path

import pytest

from harness.catalog import formats, references
from harness.catalog.backstage import validate, validate_batch
from harness.model import HarnessError

CORPUS = Path(os.environ.get("HARNESS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "catalog"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this repository"),
]


def rows(name):
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines()]


def test_every_entity_gets_the_verdict_of_the_genuine_pipeline():
    wrong = {
        row["id"]: (row["ingest_valid"], row["ingest_why"], validate(row["entity"]))
        for row in rows("entities.jsonl")
        if (not validate(row["entity"])) is not row["ingest_valid"]
    }
    assert wrong == {}


def test_the_batch_keeps_order_and_ids_and_answers_each_row():
    cases = rows("entities.jsonl")
    answers = list(validate_batch({"id": row["id"], "entity": row["entity"]} for row in cases))
    assert [answer["id"] for answer in answers] == [row["id"] for row in cases]
    assert all(answer["valid"] is not bool(answer["errors"]) for answer in answers)


def compound(ref):
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def parsed(ref, context=None):
    context = context or {}
    return compound(references.parse_entity_ref(ref, context.get("defaultKind"), context.get("defaultNamespace")))


def location(pair):
    return {"type": pair[0], "target": pair[1]}


CALLS = {
    "parseEntityRef": parsed,
    "stringifyEntityRef": references.stringify_entity_ref,
    "parseLocationRef": lambda ref: location(references.parse_location_ref(ref)),
    "stringifyLocationRef": lambda ref: references.stringify_location_ref(ref["type"], ref["target"]),
    "getEntitySourceLocation": lambda entity: location(references.source_location(entity)),
    "CommonValidatorFunctions.isValidDnsSubdomain": formats.is_dns_subdomain,
    "CommonValidatorFunctions.isValidDnsLabel": formats.is_dns_label,
    "CommonValidatorFunctions.isValidTag": formats.is_common_tag,
    "CommonValidatorFunctions.isValidUrl": formats.is_valid_url,
    "CommonValidatorFunctions.isNonEmptyString": formats.is_non_empty_string,
    "CommonValidatorFunctions.isValidString": formats.is_non_empty_string,
    "KubernetesValidatorFunctions.isValidApiVersion": formats.is_valid_api_version,
    "KubernetesValidatorFunctions.isValidKind": formats.is_valid_kind,
    "KubernetesValidatorFunctions.isValidObjectName": formats.is_valid_object_name,
    "KubernetesValidatorFunctions.isValidNamespace": formats.is_dns_label,
    "KubernetesValidatorFunctions.isValidLabelKey": formats.is_valid_key,
    "KubernetesValidatorFunctions.isValidLabelValue": formats.is_valid_label_value,
    "KubernetesValidatorFunctions.isValidAnnotationKey": formats.is_valid_key,
    "KubernetesValidatorFunctions.isValidAnnotationValue": formats.is_valid_annotation_value,
}
# Their arguments are JavaScript functions or values outside JSON, which the recorded rows cannot carry.
NOT_COMPARABLE = {"CommonValidatorFunctions.isValidPrefixAndOrSuffix", "CommonValidatorFunctions.isJsonSafe"}


def answer(row):
    try:
        return {"ok": True, "result": CALLS[row["fn"]](*row["args"])}
    except HarnessError:
        return {"ok": False}


def test_references_and_field_formats_answer_as_the_genuine_functions_do():
    cases = [row for row in rows("references.jsonl") if row.get("fn") not in NOT_COMPARABLE and "fn" in row]
    wrong = {}
    for row in cases:
        expected = {"ok": True, "result": row["result"]} if row["ok"] else {"ok": False}
        if answer(row) != expected:
            wrong[row["id"]] = (row["fn"], row["args"], expected, answer(row))
    assert len(cases) > 100
    assert wrong == {}
