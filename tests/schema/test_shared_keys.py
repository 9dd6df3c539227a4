"""Obligations on keys that nobody names: they may share a key, and must not take each other's only key."""

import jsonschema_rs
import pytest

from harness.schema import compare_schemas
from harness.schema.replay import replay

OBJECT = {"type": "object"}


def some_key(pattern, value=None):
    """Some key matches the pattern, with a value that `value` refuses."""
    return {"not": {"patternProperties": {pattern: value or False}}}


def some_name(names):
    """Some key is refused by `names`."""
    return {"not": {"propertyNames": names}}


INHABITED = {
    "one key for two patterns": [{"maxProperties": 1}, some_key("^a"), some_key("b$")],
    "one key for two names": [{"maxProperties": 1}, some_name({"minLength": 2}), some_name({"pattern": "b"})],
    "one key and one value": [
        {"maxProperties": 1},
        some_key("^a", {"type": "string"}),
        some_key("b$", {"type": "integer"}),
    ],
    "a key of a pattern and a length": [
        {"maxProperties": 1},
        some_key("b$"),
        {"patternProperties": {"^a": False}},
        some_name({"maxLength": 1}),
    ],
    "the only key of the second": [
        some_key("^(ab|abb)$", {"not": {"type": "integer"}}),
        some_key("^ab$", {"not": {"type": "string"}}),
    ],
    "three obligations, two keys": [{"maxProperties": 2}, some_key("^a"), some_key("b$"), some_key("^c")],
}
EMPTY = {
    "no key for two patterns": [{"maxProperties": 1}, some_key("^a"), some_key("^b")],
    "one key, two types": [
        {"maxProperties": 1},
        some_key("^a", {"not": {"type": "integer"}}),
        some_key("b$", {"not": {"type": "string"}}),
    ],
    "the only key of both": [
        some_key("^ab$", {"not": {"type": "integer"}}),
        some_key("^(ab)$", {"not": {"type": "string"}}),
    ],
    "three obligations, two values": [
        {"propertyNames": {"pattern": "^[xy]$"}},
        *(some_key("^.$", {"not": {"const": number}}) for number in (1, 2, 3)),
    ],
}


@pytest.mark.parametrize("parts", INHABITED.values(), ids=INHABITED)
def test_an_object_that_exists_is_found(parts):
    schema = {**OBJECT, "allOf": parts}
    comparison = compare_schemas(schema, False, dialect="2020-12")  # noqa: FBT003  (the schema `false`)
    assert comparison.backward == "breaking"
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(comparison.backward_witness.instance)


@pytest.mark.parametrize("parts", EMPTY.values(), ids=EMPTY)
def test_that_no_object_exists_is_proved(parts):
    schema = {**OBJECT, "allOf": parts}
    comparison = compare_schemas(schema, False, dialect="2020-12")  # noqa: FBT003  (the schema `false`)
    assert comparison.backward == "compatible"
    replay(comparison.backward_derivation, schema, False, dialect="2020-12")  # noqa: FBT003  (as above)
