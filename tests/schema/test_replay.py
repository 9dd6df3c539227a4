"""Derivations are replayed without the prover: genuine ones hold, altered ones are refused."""

import copy
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from harness.model import UnreadableError
from harness.schema import compare_schemas
from harness.schema.replay import DerivationError, replay

ROWS = [
    json.loads(line, parse_float=Decimal)
    for line in Path(__file__).with_name("adversarial.jsonl").read_text(encoding="utf-8").splitlines()
]
ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared" / "corpus"))
SMALL = [row for row in ROWS if len(json.dumps(row, default=str)) < 4000]
OBJECT = {"type": "object"}
ARRAY = {"type": "array"}
# one pair for each kind of step, so that each kind is altered below
PAIRS = {
    "split and values": ({"enum": [1, "a", True]}, {"anyOf": [{"type": "integer"}, {"enum": ["a", True, None]}]}),
    "atoms of numbers": ({"type": "number", "multipleOf": 6, "minimum": 1}, {"multipleOf": 3, "minimum": 0}),
    "atoms of texts": ({"type": "string", "pattern": "^[a-c]{2}$"}, {"pattern": "^[a-z]+$", "maxLength": 2}),
    "value": (
        {**OBJECT, "required": ["a"], "properties": {"a": {"type": "integer"}}},
        {"properties": {"a": {"type": ["number", "null"]}}},
    ),
    "population": (
        {**OBJECT, "properties": {"a": {"type": "integer"}, "b": True}, "additionalProperties": False},
        {"properties": {"a": {"type": "number"}}, "maxProperties": 2, "propertyNames": {"maxLength": 1}},
    ),
    "filling": (
        {**ARRAY, "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 2},
        {"maxItems": 3, "not": {"items": {"const": 2}}},
    ),
    "counted": (
        {**ARRAY, "maxItems": 3, "contains": {"type": "integer"}, "minContains": 2},
        {"contains": {"type": "string"}, "minContains": 0, "maxContains": 1},
    ),
    "recursion": (
        {**OBJECT, "properties": {"v": {"type": "integer"}, "next": {"$ref": "#"}}, "required": ["v"]},
        {"properties": {"v": {"type": "number"}, "next": {"$ref": "#"}}},
    ),
}


def _replayed(row, comparison, dialect):
    for direction in ("backward", "forward"):
        if getattr(comparison, direction) == "compatible":
            derivation = getattr(comparison, f"{direction}_derivation")
            replay(derivation, row["old"], row["new"], dialect=dialect, direction=direction)
            yield direction


def _altered(derivation):
    """Yield copies with one step each made unfounded: a branch less, a goal less, a type less, another reason."""
    for number, goal in enumerate(derivation["goals"]):
        for name, tree in goal["types"].items():
            if tree[0] != "type":
                yield f"goal {number} without {name}", number, name, None
            for place, other in _alterations(tree):
                yield f"goal {number} {name} {place}", number, name, other


def _alterations(tree):
    kind, *rest = tree
    if kind == "split":
        yield "a branch dropped", [kind, rest[0], rest[1][:-1]]
        yield "a branch twice", [kind, rest[0], [*rest[1], rest[1][0]]]
        for place, branch in enumerate(rest[1]):
            for text, other in _alterations(branch):
                yield f"branch {place} {text}", [kind, rest[0], [*rest[1][:place], other, *rest[1][place + 1 :]]]
    elif kind == "atoms":
        yield "no atoms", [kind, []]
    elif kind in {"population", "filling"} and rest[0]:
        yield "no claims", [kind, []]
    elif kind == "value":
        yield "another key", [kind, rest[0] + "x", rest[1]]
        yield "no such goal", [kind, rest[0], 10_000]
    yield "an unknown reason", ["because", *rest]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_genuine_derivation_holds_and_an_altered_one_is_refused(pair):
    old, new = pair
    derivation = compare_schemas(old, new, dialect="2020-12").backward_derivation
    assert derivation is not None
    derivation = json.loads(json.dumps(derivation, default=str))
    replay(derivation, old, new, dialect="2020-12")
    alterations = list(_altered(derivation))
    assert alterations
    for what, number, name, tree in alterations:
        wrong = copy.deepcopy(derivation)
        if tree is None:
            del wrong["goals"][number]["types"][name]
        else:
            wrong["goals"][number]["types"][name] = tree
        with pytest.raises(DerivationError) as caught:
            replay(wrong, old, new, dialect="2020-12")
        assert caught.value.step, what


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_derivation_proves_its_own_pair_only(pair):
    old, new = pair
    derivation = compare_schemas(old, new, dialect="2020-12").backward_derivation
    with pytest.raises(DerivationError):
        replay(derivation, old, {"const": "something else"}, dialect="2020-12")
    with pytest.raises(DerivationError):
        replay(derivation, old, new, dialect="2020-12", direction="forward")


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_false_inclusion_is_not_proved_by_the_steps_of_a_true_one(pair):
    old, new = pair
    derivation = compare_schemas(old, new, dialect="2020-12").backward_derivation
    foreign = [["not", "in", "new", 7, 8, 9], -0.5, "not in new", {"v": "x", "a": "y"}]
    wider = {"anyOf": [old, {"enum": foreign}]}
    assert compare_schemas(wider, new, dialect="2020-12").backward == "breaking"
    question = compare_schemas(wider, {}, dialect="2020-12").backward_derivation["goals"][0]["goal"]
    forged = copy.deepcopy(derivation)
    for goal in (question, derivation["goals"][0]["goal"]):
        forged["goals"][0]["goal"] = goal
        with pytest.raises(DerivationError):
            replay(forged, wider, new, dialect="2020-12")


@pytest.mark.parametrize("nonsense", [None, {}, [], {"derivation": 2}, {"derivation": 1, "goals": [], "values": {}}])
def test_what_is_no_derivation_is_refused(nonsense):
    with pytest.raises(DerivationError):
        replay(nonsense, {}, {}, dialect="2020-12")


@pytest.mark.parametrize("row", SMALL, ids=lambda row: row["id"])
def test_every_proof_of_the_adversarial_pairs_holds(row):
    comparison = compare_schemas(row["old"], row["new"], dialect=row["dialect"])
    expected = [way for way in ("backward", "forward") if getattr(comparison, way) == "compatible"]
    assert list(_replayed(row, comparison, row["dialect"])) == expected


@pytest.mark.corpus
@pytest.mark.skipif(not (CORPUS / "compat").is_dir(), reason="the shared corpus is not there")
@pytest.mark.parametrize("name", ["jsts", "constructed", "jsonsubschema", "jsoncompat"])
def test_every_proof_of_the_corpus_sample_holds(name):
    lines = (CORPUS / "compat" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    replayed = 0
    for line in lines[::5]:
        row = json.loads(line, parse_float=Decimal)
        dialect = row.get("dialect") or "2020-12"
        try:
            comparison = compare_schemas(row["old"], row["new"], dialect=dialect)
        except UnreadableError:
            continue  # counted by the corpus tests
        replayed += len(list(_replayed(row, comparison, dialect)))
    assert replayed > 0


def test_the_checker_imports_nothing_of_the_prover():
    program = "import sys, harness.schema.replay; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    for room in ("solve", "branches", "inclusion", "objects", "arrays", "population", "numbers", "strings", "distinct"):
        assert f"harness.schema.{room}" not in loaded
