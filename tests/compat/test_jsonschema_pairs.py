"""Bare JSON Schemas: both directions with a payload, changes that explain the verdict, references across files."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compat.inline import inline_node
from harness.compat.jsonschema_kind import compare_jsonschema
from harness.documents import Library, MemoryTree
from harness.model import Bump, ContentModel, ContractComparison, UnreadableError, UsageError, Verdict

COMPATIBLE, BREAKING = Verdict.COMPATIBLE, Verdict.BREAKING


def compare(old, new, **more) -> ContractComparison:
    (old_library, old_node), (new_library, new_node) = inline_node(old), inline_node(new)
    return compare_jsonschema(old_node, new_node, old_library, new_library, **more)


def files(old: dict, new: dict) -> ContractComparison:
    libraries = [Library(MemoryTree({name: json.dumps(value) for name, value in side.items()})) for side in (old, new)]
    return compare_jsonschema(*(library.node("root.json") for library in libraries), *libraries)


@pytest.mark.parametrize(("mode", "verdict"), [("backward", COMPATIBLE), ("forward", BREAKING), ("full", BREAKING)])
def test_the_mode_says_which_direction_decides(mode, verdict) -> None:
    found = compare({"type": "integer"}, {"type": "number"}, mode=mode)
    assert (found.backward, found.forward, found.verdict) == (COMPATIBLE, BREAKING, verdict)
    assert Verdict.worst([change.verdict for change in found.changes]) is verdict
    assert all(change.direction is None for change in found.changes)


def test_another_mode_is_refused() -> None:
    with pytest.raises(UsageError, match="sideways"):
        compare({}, {}, mode="sideways")


def test_what_other_parts_make_up_for_is_not_called_breaking() -> None:
    old = {"type": "integer", "minimum": 0, "maximum": 10}
    new = {"type": "integer", "minimum": -1, "maximum": 10, "not": {"const": -1}}
    found = compare(old, new)
    assert found.verdict is COMPATIBLE
    assert {change.verdict for change in found.changes} <= {COMPATIBLE}


def test_what_breaks_without_a_place_to_blame_is_told_as_a_whole() -> None:
    parts = [{"required": ["a"]}, {"required": ["b"]}]
    found = compare({"anyOf": parts}, {"oneOf": parts})
    assert found.verdict is BREAKING
    assert any(change.verdict is BREAKING and change.witness is not None for change in found.changes)


def test_references_by_identifier_are_left_to_the_prover() -> None:
    old = {"$id": "https://example.com/root", "$defs": {"a": {"$id": "amount", "type": "integer"}}, "$ref": "amount"}
    new = {**old, "$defs": {"a": {"$id": "amount", "type": "string"}}}
    found = compare(old, new)
    assert (found.backward, found.forward) == (BREAKING, BREAKING)
    assert [change.rule for change in found.changes] == ["schema-changed"]
    assert found.changes[0].witness is not None


def test_references_to_other_files_are_followed_to_their_place() -> None:
    root = {"type": "object", "properties": {"amount": {"$ref": "parts/money.json#/$defs/amount"}}}
    part = {"$defs": {"amount": {"$ref": "#/$defs/whole"}, "whole": {"type": "integer"}}}
    other = {"$defs": {**part["$defs"], "whole": {"type": "string"}}}
    found = files({"root.json": root, "parts/money.json": part}, {"root.json": root, "parts/money.json": other})
    assert found.verdict is BREAKING
    assert [(change.rule, change.location.file) for change in found.changes] == [("type-changed", "parts/money.json")]
    assert found.backward_witness is not None
    assert found.backward_witness.instance.keys() == {"amount"}


def test_files_that_refer_to_each_other_are_followed_round() -> None:
    root = {"properties": {"child": {"$ref": "node.json"}}}
    node = {"properties": {"parent": {"$ref": "root.json"}, "value": {"type": "integer"}}}
    changed = {"properties": {**node["properties"], "value": {"type": "string"}}}
    assert files({"root.json": root, "node.json": node}, {"root.json": root, "node.json": node}).changes == ()
    assert files({"root.json": root, "node.json": node}, {"root.json": root, "node.json": changed}).verdict is BREAKING


def test_a_reference_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(UnreadableError):
        files({"root.json": {"$ref": "gone.json"}}, {"root.json": {}})


def test_a_schema_that_contradicts_itself_is_said() -> None:
    found = compare({"type": "integer"}, {"type": "integer", "minimum": 1, "maximum": 0})
    assert any("no value satisfies" in note for note in found.notes)


def test_words_alone_are_a_patch() -> None:
    found = compare({"type": "integer", "title": "a"}, {"type": "integer", "title": "b"})
    assert (found.verdict, found.required_bump) == (COMPATIBLE, Bump.PATCH)


def test_under_declared_the_changes_decide() -> None:
    old = {"type": "object", "properties": {"id": {"type": "string"}, "tax": {"type": "integer"}}}
    new = {"type": "object", "properties": {"id": {"type": "string"}}}
    found = compare(old, new, content_model=ContentModel.DECLARED)
    assert (found.backward, [change.rule for change in found.changes]) == (BREAKING, ["field-withdrawn"])
    assert found.backward_witness is not None
    assert found.backward_witness.instance.keys() == {"tax"}
    assert compare(old, new).backward is COMPATIBLE


def test_a_payload_is_a_whole_document_under_every_content_model() -> None:
    def document(kind: str) -> dict:
        inner = {"type": "object", "properties": {"tax": {"type": kind}}}
        return {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "lines": inner}}

    for model in ContentModel:
        witness = compare(document("integer"), document("string"), content_model=model).backward_witness
        assert witness is not None
        assert witness.instance.keys() == ({"id", "lines"})


LEAVES = st.sampled_from(
    [
        {"type": "integer"},
        {"type": "string"},
        {"type": ["integer", "null"]},
        {"minimum": 3},
        {"enum": [1, "a", None]},
        {},
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda a, b: {"type": "object", "properties": {"a": a, "b": b}, "required": ["a"]}, inner, inner),
        st.builds(lambda a: {"type": "array", "items": a}, inner),
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(lambda a, b: {"allOf": [a, b]}, inner, inner),
    ),
    max_leaves=4,
)


@settings(deadline=None, max_examples=60)
@given(SCHEMAS, SCHEMAS)
def test_changes_add_up_to_the_verdict_and_payloads_hold_for_another_validator(old, new) -> None:
    found = compare(old, new, mode="full")
    assert Verdict.worst([change.verdict for change in found.changes]) is found.verdict
    for witness, fine, refused in ((found.backward_witness, old, new), (found.forward_witness, new, old)):
        if witness is not None:
            instance = json.loads(json.dumps(witness.instance, default=float))
            assert jsonschema.Draft202012Validator(fine).is_valid(instance)
            assert not jsonschema.Draft202012Validator(refused).is_valid(instance)
    assert compare(old, old).changes == ()
