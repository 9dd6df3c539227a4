"""Pairs written from the specifications alone, without sight of the prover, each with its argument.

`why` argues the truth; every "breaking" carries a hand-made instance that two independent validators judge. The prover
may never be wrong; it may leave a pair unproven now and then (a back-reference is no regular language).
"""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from harness.schema import compare_schemas

ROWS = [
    json.loads(line, parse_float=Decimal)
    for line in Path(__file__).with_name("adversarial.jsonl").read_text(encoding="utf-8").splitlines()
]
DIRECTIONS = [(row, direction) for row in ROWS for direction in ("backward", "forward") if direction in row]
WITNESSES = [
    (row, field, sides)
    for row in ROWS
    for field, sides in (("witness", ("old", "new")), ("forward_witness", ("new", "old")))
    if field in row
]
MOST_UNPROVEN = 0.05
VALIDATORS = {
    "2020-12": "Draft202012Validator",
    "2019-09": "Draft201909Validator",
    "draft-07": "Draft7Validator",
    "draft-06": "Draft6Validator",
    "draft-04": "Draft4Validator",
}


def _integral(_checker, value):
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return not isinstance(value, bool) and (isinstance(value, int) or whole)


def _python_validator(schema, dialect):
    cls = getattr(jsonschema, VALIDATORS[dialect])
    # numbers are read as Decimal, which the library would not take for integers
    return jsonschema.validators.extend(cls, type_checker=cls.TYPE_CHECKER.redefine("integer", _integral))(schema)


def _rust_validator(schema, dialect):
    return getattr(jsonschema_rs, VALIDATORS[dialect])(schema)


def _name(value):
    return value["id"] if isinstance(value, dict) else "-".join(value) if isinstance(value, tuple) else value


def test_every_pair_has_its_own_name_and_an_argument():
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 200
    assert all(row["why"] for row in ROWS)
    assert all(("witness" in row) == (row["backward"] == "breaking") for row in ROWS)
    assert all(("forward_witness" in row) == (row.get("forward") == "breaking") for row in ROWS)


@pytest.mark.parametrize("build", [_python_validator, _rust_validator])
@pytest.mark.parametrize(("row", "field", "sides"), WITNESSES, ids=_name)
def test_the_witness_of_a_breaking_pair_is_one(row, field, sides, build):
    accepting, refusing = (build(row[side], row["dialect"]) for side in sides)
    assert accepting.is_valid(row[field])
    assert not refusing.is_valid(row[field])


@pytest.fixture(scope="module")
def comparisons():
    return {row["id"]: compare_schemas(row["old"], row["new"], dialect=row["dialect"]) for row in ROWS}


@pytest.mark.parametrize(("row", "direction"), DIRECTIONS, ids=_name)
def test_no_verdict_is_wrong(row, direction, comparisons):
    assert getattr(comparisons[row["id"]], direction) in (row[direction], "unproven"), row["why"]


def test_few_pairs_are_left_unproven(comparisons):
    unproven = [
        f"{row['id']} {direction}"
        for row, direction in DIRECTIONS
        if getattr(comparisons[row["id"]], direction) == "unproven"
    ]
    assert len(unproven) <= MOST_UNPROVEN * len(DIRECTIONS), unproven


@pytest.mark.parametrize(("row", "direction"), DIRECTIONS, ids=_name)
def test_a_breaking_verdict_shows_an_instance_that_two_validators_judge_alike(row, direction, comparisons):
    comparison = comparisons[row["id"]]
    witness = getattr(comparison, f"{direction}_witness")
    if getattr(comparison, direction) != "breaking":
        assert witness is None
        return
    accepting, refusing = ("old", "new") if direction == "backward" else ("new", "old")
    for build in (_python_validator, _rust_validator):
        assert build(row[accepting], row["dialect"]).is_valid(witness.instance)
        assert not build(row[refusing], row["dialect"]).is_valid(witness.instance)
