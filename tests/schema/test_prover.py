"""The interface of the room: answers, errors, notes, examples, many questions about one document."""

import json
import random
from decimal import Decimal
from importlib.metadata import version

import pytest

from harness.model import Side, UnreadableError, UsageError, Verdict
from harness.schema import NO_WITNESS, Dialect, Prover, compare_schemas, example, includes, satisfiable
from harness.schema.replay import replay
from harness.schema.validation import Validator, ValidatorFamily, checked_with

INVOICE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "tax": {"type": "integer"}},
    "required": ["id", "tax"],
}


def test_a_breaking_comparison_shows_the_payload_and_who_refuses_it():
    narrower = {**INVOICE, "properties": {**INVOICE["properties"], "tax": {"type": "integer", "minimum": 5}}}
    compared = compare_schemas(INVOICE, narrower)
    assert (compared.backward, compared.forward) == (Verdict.BREAKING, Verdict.COMPATIBLE)
    witness = compared.backward_witness
    assert (witness.valid_under, witness.invalid_under, witness.view) == (Side.OLD, Side.NEW, "raw")
    assert witness.failing == "/tax"
    assert Validator(INVOICE).error(witness.instance) is None
    assert "breaking" in compared.explain()
    assert compared.backward_derivation is None
    assert compared.forward_derivation["goals"]


def test_null_can_be_a_witness():
    answer = includes({"type": "null"}, {"type": "string"})
    assert answer.verdict == "excluded"
    assert answer.witness is None
    assert includes({}, {}).witness is NO_WITNESS


def test_a_contradictory_schema_is_noted():
    compared = compare_schemas({"type": "string", "minLength": 3, "maxLength": 2}, {"type": "integer"})
    assert compared.backward is Verdict.COMPATIBLE
    assert "the old schema contradicts itself" in compared.explain()


def test_the_document_says_its_dialect_unless_the_caller_does():
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    assert compare_schemas(old, {"exclusiveMinimum": 1}).backward is Verdict.COMPATIBLE
    with pytest.raises(UnreadableError):
        compare_schemas(old, old, dialect="2020-12")


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("draft4", Dialect.DRAFT_04),
        ("draft-04", Dialect.DRAFT_04),
        ("http://json-schema.org/draft-04/schema#", Dialect.DRAFT_04),
        ("draft6", Dialect.DRAFT_06),
        ("draft7", Dialect.DRAFT_07),
        ("http://json-schema.org/draft-07/schema", Dialect.DRAFT_07),
        ("2019-09", Dialect.DRAFT_2019_09),
        ("draft2020-12", Dialect.DRAFT_2020_12),
        ("https://json-schema.org/draft/2020-12/schema", Dialect.DRAFT_2020_12),
        ("3.0.3", Dialect.OPENAPI_30),
        ("openapi-3.1", Dialect.DRAFT_2020_12),
    ],
)
def test_every_usual_spelling_names_a_dialect(text, dialect):
    assert Dialect.parse(text) is dialect


def test_an_unknown_dialect_is_refused():
    with pytest.raises(UsageError, match="draft-99"):
        compare_schemas({}, {}, dialect="draft-99")


def test_schemas_may_be_files(tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.yaml"
    old.write_text(json.dumps(INVOICE), "utf-8")
    new.write_text("type: object\nrequired: [id]\n", "utf-8")
    assert compare_schemas(old, str(new)).backward is Verdict.COMPATIBLE


def test_other_content_models_are_not_for_bare_schemas():
    with pytest.raises(UsageError, match="declared"):
        compare_schemas({}, {}, content_model="declared")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "text"}, "text"),
        ({"minimum": "1"}, "number"),
        ({"properties": {"a": 5}}, "object"),
        ({"pattern": "["}, "regex"),
        ({"$ref": "#/$defs/none"}, "none"),
        ({"$ref": "elsewhere.json"}, "elsewhere"),
        ({"$ref": "#"}, "refers to itself"),
        ({"oneOf": [{"type": "string"}, {"$ref": "#"}]}, "refers to itself"),
        ({"not": {"allOf": [{"$ref": "#"}]}}, "refers to itself"),
        (5, "5"),
    ],
)
def test_a_schema_that_cannot_be_read_is_an_error_with_a_remedy(schema, words):
    with pytest.raises(UnreadableError) as caught:
        compare_schemas(schema, {"type": "object"})
    assert words in caught.value.message
    assert caught.value.remedy


def test_the_place_of_a_bad_keyword_is_named():
    with pytest.raises(UnreadableError) as caught:
        includes({"properties": {"a": {"minimum": "1"}}}, {"properties": {"a": {"maximum": 3}}})
    assert caught.value.location.pointer == "/properties/a"


def test_a_pattern_without_an_automaton_is_unproven_and_says_why():
    compared = compare_schemas({"type": "string", "pattern": "(a)\\1"}, {"pattern": "aa"})
    assert compared.backward is Verdict.UNPROVEN
    assert "back-reference" in compared.backward_reason
    assert "unproven" in compared.explain()


ELSEWHERE = {"$ref": "https://elsewhere.example/schema"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ELSEWHERE, ELSEWHERE),
        (ELSEWHERE, {}),
        ({"not": ELSEWHERE}, {"not": ELSEWHERE}),
        ({"allOf": [ELSEWHERE, {"type": "string"}]}, {"type": ["string", "null"]}),
        (
            {"properties": {"a": ELSEWHERE, "b": {"type": "integer"}}},
            {"properties": {"a": ELSEWHERE, "b": {"type": "number"}}},
        ),
        ({**ELSEWHERE, "unevaluatedProperties": False}, {}),
    ],
)
def test_a_document_that_is_not_at_hand_equals_itself_and_that_is_a_proof(old, new):
    found = compare_schemas(old, new)
    assert found.backward is Verdict.COMPATIBLE
    replay(found.backward_derivation, old, new, dialect="2020-12")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, ELSEWHERE),
        (ELSEWHERE, {"not": {}}),
        (ELSEWHERE, {"not": ELSEWHERE}),
        (ELSEWHERE, {"$ref": "https://elsewhere.example/other"}),
        ({"enum": [1, 2]}, ELSEWHERE),
        ({}, {**ELSEWHERE, "unevaluatedProperties": False}),
    ],
)
def test_what_rests_on_a_document_that_is_not_at_hand_is_unproven_and_says_so(old, new):
    found = compare_schemas(old, new)
    assert found.backward is Verdict.UNPROVEN
    assert "not at hand" in found.backward_reason


def test_a_pattern_without_an_automaton_is_still_equal_to_itself():
    assert includes({"pattern": "(a)\\1"}, {"pattern": "(a)\\1"}).verdict == "included"


def test_a_spent_budget_is_unproven():
    assert includes({**INVOICE, "minProperties": 3}, {"required": ["x"]}, budget=3).reason == "no answer within 3 steps"


def test_numbers_beyond_measure_are_unproven():
    answer = includes({"maximum": Decimal("1e99999999")}, {"maximum": 5})
    assert answer.verdict == "unknown"
    assert "too large" in answer.reason


DEFS = {
    "$defs": {
        "tree": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}},
        "leaf": {"type": "object", "maxProperties": 0},
        "never": {"type": "object", "properties": {"self": {"$ref": "#/$defs/never"}}, "required": ["self"]},
    }
}


def test_one_prover_answers_many_questions_both_ways():
    prover = Prover(DEFS, DEFS)
    assert prover.includes("#/$defs/leaf", "#/$defs/tree").verdict == "included"
    assert prover.includes("#/$defs/tree", "#/$defs/leaf").verdict == "excluded"
    assert prover.swapped().includes("#/$defs/leaf", "#/$defs/tree").verdict == "included"
    assert prover.satisfiable("#/$defs/never").verdict == "empty"


def test_schemas_may_be_given_as_parts_of_their_roots():
    tree = DEFS["$defs"]["tree"]
    assert includes(DEFS["$defs"]["leaf"], tree, sub_root=DEFS, sup_root=DEFS).verdict == "included"
    with pytest.raises(UsageError, match="not part of the root"):
        includes({"type": "object"}, tree, sub_root=DEFS, sup_root=DEFS)


def test_an_example_is_realistic_and_valid():
    schema = {
        "type": "object",
        "properties": {
            "due": {"type": "string", "format": "date"},
            "currency": {"enum": ["EUR", "USD"]},
            "note": {"type": "string", "examples": ["paid in full"]},
        },
        "required": ["due", "currency", "note"],
    }
    found = example(schema)
    assert found.instance == {"due": "2026-01-31", "currency": "EUR", "note": "paid in full"}


def test_a_schema_without_instances_has_no_example():
    assert example({"allOf": [{"type": "string"}, {"type": "integer"}]}) is None
    assert satisfiable(False).verdict == "empty"  # noqa: FBT003  (a schema)


def many_defs(number, changed=None):
    """Return a big cyclic document: each schema refers to the next three."""
    defs = {}
    for place in range(number):
        others = [f"#/$defs/s{(place + step) % number}" for step in (1, 2, 3)]
        defs[f"s{place}"] = {
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 9 if place == changed else 10},
                **{f"p{step}": {"anyOf": [{"type": "null"}, {"$ref": ref}]} for step, ref in enumerate(others)},
                **{f"extra{step}": {"type": ["string", "null"]} for step in range(20)},
            },
            "required": ["id"],
        }
    return {"$defs": defs, "$ref": "#/$defs/s0"}


def test_a_big_cyclic_document_is_decided_whole():
    old, new = many_defs(120), many_defs(120, changed=60)
    prover = Prover(old, new)
    answer = prover.includes()
    assert answer.verdict == "excluded"
    assert ValidatorFamily(old, "2020-12").at("").error(answer.witness) is None
    assert ValidatorFamily(new, "2020-12").at("").error(answer.witness) is not None
    assert prover.swapped().includes().verdict == "included"


def test_trimming_a_big_document_changes_no_opinion():
    document = many_defs(120, changed=60)
    family = ValidatorFamily(document, "2020-12")
    whole = Validator(document)
    rng = random.Random(3)  # noqa: S311  (examples, not secrets)
    for _ in range(30):
        value = {"id": "x" * rng.randint(8, 11), "p0": rng.choice([None, {"id": "y"}, {"id": 5}, 7])}
        assert family.failure("", value) == whole.failure(value)


def test_answers_are_the_same_on_every_run():
    answers = {
        json.dumps([answer.verdict, answer.witness, answer.derivation], default=str)
        for answer in (includes(many_defs(20), many_defs(20, changed=3)) for _ in range(3))
    }
    assert len(answers) == 1


def test_a_large_union_costs_no_exponential_search():
    def union(number, extra):
        return {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"kind": {"const": f"k{place}"}, "value": {"type": "integer", "minimum": place}},
                    "required": ["kind"],
                }
                for place in range(number)
            ]
            + extra
        }

    assert includes(union(80, []), union(80, [{"type": "string"}])).verdict == "included"
    assert includes(union(80, [{"type": "null"}]), union(80, [])).witness is None


def test_validation_is_exact_and_fetches_nothing():
    assert Validator({"const": 2**53 + 1}).error(2**53) is not None
    assert Validator({"multipleOf": Decimal("0.01")}).error(Decimal("19.99")) is None
    with pytest.raises(UnreadableError):
        Validator({"$ref": "https://elsewhere.example/schema"})


def test_an_explanation_shows_numbers_as_json_does():
    told = compare_schemas({"enum": [Decimal("1.50"), {"a": [Decimal("2.5")]}]}, {"type": "string"}).explain()
    assert "  1.50\n" in told
    assert "Decimal" not in compare_schemas({"const": {"a": [Decimal("2.5")]}}, {"type": "string"}).explain()
    assert '  {"a": [2.5]}\n' in compare_schemas({"const": {"a": [Decimal("2.5")]}}, {"type": "string"}).explain()


def test_the_validator_is_named_with_the_version_that_is_installed():
    assert checked_with() == f"jsonschema-rs {version('jsonschema-rs')}"
