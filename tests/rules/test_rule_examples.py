"""Every rule shows itself: its pair of documents gives the rule, the verdict and a payload that proves it."""

from __future__ import annotations

from functools import cache

import jsonschema
import pytest
import yaml

from harness.compat import compare_nodes
from harness.compat.other_kinds import compare_other
from harness.documents import Library, MemoryTree
from harness.model import Basis, ContentModel, ContractComparison, ContractKind, Verdict
from harness.rules import all_rules, example
from harness.rules.examples_on_disk import example_ids

# Kinds of change whose own pair is told by a rule that says it better, and which.
TOLD_OTHERWISE = {
    "items-changed": "what items may be is told at the items, as type-narrowed or the like",
    "prefix-items-changed": "as items-changed",
    "schema-added": "an unrestricted value has every type, so a schema narrows them: type-narrowed",
    "schema-removed": "the mirror of schema-added: type-widened",
    "unevaluated-changed": "closed objects are one thing, whatever keyword closes them: additional-properties-closed",
    "union-changed": "alternatives are paired and told one by one",
}


@cache
def told(rule_id: str, old: str = "old", new: str = "new") -> ContractComparison:
    """Compare two documents of an example."""
    shown = example(rule_id)
    assert shown is not None
    expect = yaml.safe_load(shown.expect)
    texts = {"old": shown.old, "new": shown.new}
    libraries = [Library(MemoryTree({"contract.yaml": texts[side]})) for side in (old, new)]
    nodes = [library.node("contract.yaml") for library in libraries]
    kind = ContractKind(expect["kind"])
    model = ContentModel(expect["content_model"]) if "content_model" in expect else None
    if kind is ContractKind.OPENAPI:
        return compare_nodes(*nodes, *libraries, kind=kind, content_model=model)
    return compare_other(*nodes, *libraries, kind, model, None, mode=expect.get("mode"))


def expected(rule_id: str) -> dict:
    shown = example(rule_id)
    assert shown is not None
    return yaml.safe_load(shown.expect)


@pytest.mark.parametrize("rule_id", example_ids())
def test_a_pair_is_told_by_exactly_the_rules_it_was_written_for(rule_id) -> None:
    found, expect = told(rule_id), expected(rule_id)
    assert found.verdict == expect["verdict"]
    assert sorted({change.rule for change in found.changes}) == expect["rules"]


@pytest.mark.parametrize("rule_id", [one for one in example_ids() if one not in TOLD_OTHERWISE])
def test_a_rule_is_told_by_its_own_pair_with_a_proof(rule_id) -> None:
    own = [change for change in told(rule_id).changes if change.rule == rule_id]
    assert own
    assert expected(rule_id)["verdict"] in {change.verdict for change in own}
    for change in own:
        if change.verdict is Verdict.BREAKING:
            assert change.witness is not None or change.basis is Basis.RULE
        if change.verdict is Verdict.UNPROVEN:
            assert change.reason
            assert change.settle


def test_no_waiver_of_an_example_is_stale() -> None:
    spoken = {rule_id for rule_id in TOLD_OTHERWISE if rule_id in {change.rule for change in told(rule_id).changes}}
    assert spoken == set()
    assert set(TOLD_OTHERWISE) <= {rule.id for rule in all_rules()}


@pytest.mark.parametrize("rule_id", example_ids())
def test_identical_documents_are_silent(rule_id) -> None:
    for side in ("old", "new"):
        found = told(rule_id, side, side)
        assert found.verdict is Verdict.COMPATIBLE
        assert found.changes == ()


@pytest.mark.parametrize(
    "rule_id",
    [
        one
        for one in example_ids()
        if expected(one)["kind"] == "jsonschema"
        and expected(one)["content_model"] == "open"
        and expected(one)["verdict"] == "breaking"
    ],
)
def test_the_payload_of_a_schema_rule_is_judged_alike_by_another_validator(rule_id) -> None:
    shown, expect = example(rule_id), expected(rule_id)
    assert shown is not None
    documents = [yaml.safe_load(text) for text in (shown.old, shown.new)]
    fine, refused = documents if expect["mode"] == "backward" else reversed(documents)
    assert jsonschema.Draft202012Validator(fine).is_valid(expect["witness"])
    assert not jsonschema.Draft202012Validator(refused).is_valid(expect["witness"])
