"""`harness pact check` and `match`: exit codes, places, and rows that never stop the others."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import harness
from harness.cli.pact import pact as command
from harness.model import HarnessError
from harness.rules import get
from harness.schema.validation import Validator

OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/invoices/{id}": {
            "get": {
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "schemas.json#/Invoice"}}}}}
            }
        }
    },
}
SCHEMAS = {
    "Invoice": {
        "type": "object",
        "required": ["id", "currency", "total"],
        "properties": {
            "id": {"type": "string"},
            "total": {"type": "number"},
            "tax": {"type": "integer", "nullable": True},
            "currency": {"type": "string", "enum": ["EUR", "USD", "usd"]},
            "state": {"type": "string", "enum": ["open", "paid"]},
        },
    }
}


def described(name, value):
    """Return what the published schema says against a row, None if nothing."""
    written = (Path(harness.__file__).parent / "schemas" / f"{name}.json").read_text("utf-8")
    return Validator(json.loads(written)).error(value)


def pact(body, rules=None):
    response = {"status": 200, "body": body, "matchingRules": {"body": rules or {}}}
    request = {"method": "GET", "path": "/invoices/in_1"}
    interaction = {"description": "reads", "request": request, "response": response}
    return {
        "consumer": {"name": "erp"},
        "provider": {"name": "billing"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }


@pytest.fixture
def run(tmp_path):
    (tmp_path / "api.json").write_text(json.dumps(OPENAPI), "utf-8")
    (tmp_path / "schemas.json").write_text(json.dumps(SCHEMAS), "utf-8")

    def invoke(body, rules=None, *more):
        (tmp_path / "pact.json").write_text(json.dumps(pact(body, rules), indent=1), "utf-8")
        arguments = ["check", "--pact", str(tmp_path / "pact.json"), "--spec", str(tmp_path / "api.json"), *more]
        return CliRunner().invoke(command, arguments, standalone_mode=False)

    return invoke


def test_a_pact_that_the_specification_promises_exits_0_and_follows_references_to_files(run):
    result = run({"id": "in_1", "total": 1})
    assert result.return_value == 0
    assert "promises what 1 interaction(s) expect" in result.output
    assert "Next:" not in result.output, "there is no rule to explain"


def test_a_field_nobody_declares_exits_1_with_its_line_and_rule(run):
    result = run({"id": "in_1", "net": 1})
    assert result.return_value == 1
    assert "pact-response-body-incompatible" in result.output
    assert "pact.json:" in result.output
    assert "Next: harness explain pact-response-body-incompatible" in result.output


def test_what_lies_between_example_and_schema_is_found_as_json(run):
    rules = {
        "$.currency": {"matchers": [{"match": "regex", "regex": "[A-Z]{3}"}]},
        "$.total": {"matchers": [{"match": "integer"}]},
    }
    result = run({"tax": 1, "currency": "EUR", "total": 5, "state": "paid"}, rules, "--format", "json")
    answer = json.loads(result.output)
    assert answer["codes"] == []
    assert {(row["code"], row["spec"]) for row in answer["findings"]} == {
        ("response.field.optional", "/tax"),
        ("response.field.optional", "/state"),
        ("response.field.nullable", "/tax"),
        ("response.enum.wider-than-matcher", "/currency"),
        ("matcher.type.mismatch", "/total"),
        ("narrower-than-enum", "/state"),
    }
    for row in answer["findings"]:
        assert get(row["rule"]).remedy


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["check", "--pact", "nowhere.json", "--spec", "x"], ["match"], ["check", "--batch", "x"]],
)
def test_a_call_that_cannot_be_answered_says_what_to_write(arguments):
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert isinstance(result.exception, HarnessError)
    assert result.exception.exit_code == 2
    assert result.exception.remedy or "--batch" in result.exception.message


def test_a_batch_answers_every_row_whatever_it_holds(tmp_path):
    rows = [
        json.dumps({"id": 1, "pact": pact({}), "openapi": {"openapi": "3.0.0", "info": {}, "paths": {}}}),
        "{",
        json.dumps({"id": 3, "pact": 5}),
        json.dumps({"id": 4, "pact": pact({}), "openapi": []}),
        '{"id":5,"pact":' + "[" * 300 + "]" * 300 + "}",
        "",
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), "utf-8")
    arguments = ["check", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    assert CliRunner().invoke(command, arguments, standalone_mode=False).return_value == 0
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert answers[0]["codes"] == ["request.path-or-method.unknown"]
    assert [sorted(answer) for answer in answers[1:]] == [["error", "id"]] * 4
    assert [described("pact-check-result", answer) for answer in answers] == [None] * 5


def test_a_match_row_is_answered_with_true_false_or_null(tmp_path):
    def row(rules):
        expected = {"body": {"a": "x"}, "matchingRules": {"body": {"$.a": {"matchers": [rules]}}}}
        return json.dumps(
            {"id": 1, "spec_version": "3", "part": "response", "expected": expected, "actual": {"body": {"a": "y"}}}
        )

    rows = [row({"match": "type"}), row({"match": "regex", "regex": "x"}), row({"match": "unheard"})]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), "utf-8")
    arguments = ["match", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    CliRunner().invoke(command, arguments, standalone_mode=False)
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [answer["match"] for answer in answers] == [True, False, None]
    assert [described("pact-match-result", answer) for answer in answers] == [None] * 3
    assert [described("pact-match-row", json.loads(line)) for line in rows] == [None] * 3
