"""Laws of inclusion on random schemas of every dialect, and no counterexample to any proof."""

import json

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from schema_strategies import Drawing, pair, pairs, referring, several_values

from harness.model import HarnessError
from harness.schema import includes, satisfiable
from harness.schema.validation import Validator

DIALECTS = {
    "draft-04": jsonschema.Draft4Validator,
    "draft-06": jsonschema.Draft6Validator,
    "draft-07": jsonschema.Draft7Validator,
    "2019-09": jsonschema.Draft201909Validator,
    "2020-12": jsonschema.Draft202012Validator,
}


def asked(sub, sup, dialect):
    """Return the answer, or give the example up where a random schema is malformed."""
    try:
        Validator(sub, dialect), Validator(sup, dialect)
        return includes(sub, sup, dialect=dialect)
    except HarnessError:
        assume(False)  # noqa: FBT003  (hypothesis' way to say so)


def never_excluded(sub, sup, dialect):
    answer = asked(sub, sup, dialect)
    assert answer.verdict != "excluded", answer


@given(pairs)
def test_every_schema_includes_itself(drawn):
    dialect, schema, _ = drawn
    assert asked(schema, schema, dialect).verdict == "included"


@given(pairs)
def test_both_is_within_each(drawn):
    dialect, first, second = drawn
    both = {"allOf": [first, second]}
    assert asked(both, first, dialect).verdict == "included"
    never_excluded(both, second, dialect)


@given(pairs)
def test_each_is_within_either(drawn):
    dialect, first, second = drawn
    either = {"anyOf": [first, second]}
    assert asked(first, either, dialect).verdict == "included"
    never_excluded(second, either, dialect)


@given(pairs)
def test_not_not_changes_nothing(drawn):
    dialect, schema, _ = drawn
    assert asked(schema, {"not": {"not": schema}}, dialect).verdict == "included"
    assert asked({"not": {"not": schema}}, schema, dialect).verdict == "included"


@given(pairs)
def test_what_one_includes_the_complements_include_the_other_way(drawn):
    dialect, first, second = drawn
    answer = asked(first, second, dialect)
    reverse = asked({"not": second}, {"not": first}, dialect)
    assert {answer.verdict, reverse.verdict} != {"included", "excluded"}


@given(pairs, st.data())
def test_inclusion_is_transitive(drawn, data):
    dialect, first, second = drawn
    third = Drawing(data.draw(st.integers(0, 2**32)), dialect).near(second)
    if asked(first, second, dialect).verdict == asked(second, third, dialect).verdict == "included":
        never_excluded(first, third, dialect)


@given(pairs, several_values)
def test_no_value_contradicts_a_proof_of_inclusion(drawn, candidates):
    dialect, first, second = drawn
    wide = {"anyOf": [second, {"not": {"allOf": [first, {"not": second}]}}]}
    for sub, sup in ((first, second), (first, wide)):
        if asked(sub, sup, dialect).verdict == "included":
            inside, outside = Validator(sub, dialect), Validator(sup, dialect)
            for value in candidates:
                assert inside.error(value) is not None or outside.error(value) is None, value
            never_contradicted_by_jsonschema(sub, sup, dialect, candidates)


def never_contradicted_by_jsonschema(sub, sup, dialect, candidates):
    """Hold a proof against the second validator, which calculates with floats and forgets one rule of 2019-09."""
    if dialect == "2019-09" and "unevaluated" in repr((sub, sup)):
        return
    inside, outside = DIALECTS[dialect](sub), DIALECTS[dialect](sup)
    for value in candidates:
        shown = json.loads(json.dumps(value, default=float))
        assert not inside.is_valid(shown) or outside.is_valid(shown), value


@given(pairs)
def test_two_validators_confirm_every_witness(drawn):
    dialect, first, second = drawn
    answer = asked(first, second, dialect)
    assume(answer.verdict == "excluded")
    assert Validator(first, dialect).error(answer.witness) is None
    assert Validator(second, dialect).error(answer.witness) is not None
    # jsonschema forgets, in 2019-09 only, that additionalProperties evaluates
    assume(dialect != "2019-09" or "unevaluated" not in repr((first, second)))
    opinion, shown = DIALECTS[dialect], json.loads(json.dumps(answer.witness, default=float))
    assert opinion(first).is_valid(shown)
    assert not opinion(second).is_valid(shown)


@given(referring, several_values)
def test_references_in_circles_neither_mislead_nor_lead_astray(drawn, candidates):
    dialect, first, second = drawn
    answer = asked(first, second, dialect)
    if answer.verdict == "included":
        inside, outside = Validator(first, dialect), Validator(second, dialect)
        assert [value for value in candidates if inside.error(value) is None and outside.error(value) is not None] == []


@given(pairs, several_values)
def test_an_empty_schema_takes_no_value(drawn, candidates):
    dialect, first, second = drawn
    both = {"allOf": [first, second]}
    asked(both, both, dialect)
    found = satisfiable(both, dialect=dialect)
    if found.verdict == "empty":
        validator = Validator(both, dialect)
        assert all(validator.error(value) is not None for value in candidates)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_random_questions_are_nearly_always_answered(dialect):
    verdicts = []
    for seed in range(300):
        first, second = pair(seed, dialect)
        try:
            verdicts.append(includes(first, second, dialect=dialect).verdict)
        except HarnessError:
            continue
    assert verdicts.count("unknown") <= 0.01 * len(verdicts)
    assert {"included", "excluded"} <= set(verdicts)
