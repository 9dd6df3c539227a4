"""Every witness holds against the whole of both sides, under two validators that know nothing of each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_documents import compare, giving, only, taking

from harness.compat.drafts import Draft
from harness.compat.openapi import OpenApiComparison
from harness.compat.sides import Sides
from harness.documents import FolderTree, Library, MemoryTree
from harness.model import Basis, ContentModel, Direction, Side, UnreadableError, Verdict
from harness.schema.validation import Validator

SPECS = [
    ("stripe-old.json", "stripe-new.json"),
    ("xero-accounting-old.yaml", "xero-accounting-new.yaml"),
    ("lago-old.yaml", "lago-new.yaml"),
]


def drafts(old: Library, new: Library, old_path: str, new_path: str) -> Iterator[Draft]:
    sides = Sides.of(old, new, ContentModel.DECLARED, None)
    comparison = OpenApiComparison(old.node(old_path), new.node(new_path), sides)
    comparison.run()
    for found in comparison.schemas.drafts():
        if found.draft.proof.verdict is Verdict.BREAKING and found.draft.shown is not None:
            yield found.draft


def views(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """The full views of the writing and of the reading side at the place of a change."""
    pair = draft.shown
    assert pair is not None
    writer, stance = pair.sides.writer(pair.direction)
    reader, read_stance = pair.sides.reader(pair.direction)
    if draft.read:
        return pair.sides.old_views.shape(pair.old, stance), pair.sides.new_views.shape(pair.new, stance)
    return (
        pair.sides.views(writer).shape(pair.written, stance),
        pair.sides.views(reader).shape(pair.read, read_stance),
    )


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))


def assert_holds(draft: Draft) -> None:
    written, read = views(draft)
    instance = draft.proof.instance
    assert Validator(written, "2020-12", formats=True).error(instance) is None, (draft.rule, instance)
    assert Validator(read, "2020-12", formats=True).error(instance) is not None, (draft.rule, instance)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    first, second = (
        jsonschema.Draft202012Validator(plain(view), format_checker=checker).is_valid(plain(instance))
        for view in (written, read)
    )
    assert first, (draft.rule, instance)
    if "format" not in draft.rule:  # python's checker leaves most formats to packages that are not here
        assert not second, (draft.rule, instance)


@pytest.mark.corpus
@pytest.mark.parametrize(("old", "new"), SPECS)
def test_every_witness_of_a_published_pair_holds_on_both_sides(corpus: Path, old: str, new: str) -> None:
    library = Library(FolderTree(corpus / "specs"))
    for draft in drafts(library, Library(FolderTree(corpus / "specs")), old, new):
        if draft.proof.has_instance:
            assert_holds(draft)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["apihub", "openapi_diff", "oasdiff"])
def test_every_witness_of_the_corpora_holds_on_both_sides(corpus: Path, name: str) -> None:
    shown = 0
    for line in (corpus / "compat" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        libraries = [Library(MemoryTree({"openapi.json": json.dumps(row[side])})) for side in ("old", "new")]
        try:
            found = list(drafts(libraries[0], libraries[1], "openapi.json", "openapi.json"))
        except UnreadableError:
            continue  # refers to files that the collection does not have
        for draft in found:
            if draft.proof.has_instance:
                assert_holds(draft)
                shown += 1
    assert shown > 0


def invoice(tax: dict[str, Any], *, example: Any = None) -> dict[str, Any]:
    properties = {"id": {"type": "string", "pattern": "^in_"}, "tax_amount": tax, "memo": {"type": "string"}}
    found = giving(
        {"$ref": "#/components/schemas/Invoice"},
        Invoice={"type": "object", "required": ["tax_amount", "id"], "properties": properties},
    )
    if example is not None:
        answer = found["paths"]["/invoices"]["get"]["responses"]["200"]
        answer["content"]["application/json"]["examples"] = {"paid": {"value": example}}
    return found


AMOUNT = {"type": "integer", "format": "int64"}
TEXT = {"type": "string", "pattern": "^-?[0-9]+$"}


def test_a_witness_of_a_type_meets_the_pattern_that_came_with_it() -> None:
    change = only(compare(invoice(AMOUNT), invoice(TEXT)))
    assert change.witness is not None
    assert Validator(TEXT).error(change.witness.instance) is None
    assert isinstance(change.witness.payload, dict)
    assert change.witness.payload_failing == "/tax_amount"


def test_a_witness_is_taken_from_the_example_of_the_response() -> None:
    example = {"memo": "thanks", "tax_amount": "22800", "id": "in_D1"}
    change = only(compare(invoice(AMOUNT), invoice(TEXT, example=example)))
    assert change.witness is not None
    assert change.witness.instance == "22800"
    assert json.dumps(change.witness.payload) == '{"id": "in_D1", "tax_amount": "22800"}'


def test_an_example_that_does_not_fit_is_not_shown() -> None:
    change = only(compare(invoice(AMOUNT), invoice(TEXT, example={"id": 7, "tax_amount": "none"})))
    assert change.witness is not None
    assert isinstance(change.witness.payload, dict)
    assert str(change.witness.payload["id"]).startswith("in_")
    assert change.witness.instance != "none"


def test_a_field_that_need_not_be_there_stands_last() -> None:
    limited = {"type": "string", "maxLength": 3}
    old = invoice(AMOUNT)
    old["components"]["schemas"]["Invoice"]["properties"]["memo"] = limited
    change = only(compare(old, invoice(AMOUNT)))
    assert change.witness is not None
    assert isinstance(change.witness.payload, dict)
    assert list(change.witness.payload) == ["id", "tax_amount", "memo"]


def test_a_writer_that_contradicts_itself_is_judged_by_rule_with_the_reason() -> None:
    torn = {"type": "string", "pattern": "^[0-9]{8}$", "maxLength": 4}
    change = only(compare(taking(torn), taking({"type": "integer"})))
    assert (change.verdict, change.basis, change.witness) == (Verdict.BREAKING, Basis.RULE, None)
    assert "contradicts itself" in change.reason


def test_what_only_undeclared_fields_could_show_is_shown_on_the_schemas_as_written() -> None:
    limited = {"type": "object", "properties": {"a": {}}, "maxProperties": 3}
    change = only(compare(taking(limited), taking({**limited, "maxProperties": 2})))
    assert change.direction is Direction.RECEIVED
    assert change.witness is not None
    assert (change.witness.view, change.witness.valid_under) == ("raw", Side.OLD)


def released(document: dict[str, Any], version: str) -> dict[str, Any]:
    return {**document, "info": {"title": "billing", "version": version}}


def test_the_error_of_a_withdrawn_field_speaks_of_that_field_in_plain_words() -> None:
    sent = {"type": "object", "required": ["total"], "properties": {"total": AMOUNT, "paid": {"type": "boolean"}}}
    later = {"type": "object", "required": ["net"], "properties": {"net": {"type": "string"}}}
    comparison = compare(released(giving(sent), "2.3.0"), released(giving(later), "2.3.1"))
    errors = {
        change.witness.failing: change.witness.error
        for change in comparison.changes
        if change.witness is not None and change.rule == "field-withdrawn"
    }
    assert errors == {
        "/paid": '"paid" is declared by 2.3.0 and no longer sent by 2.3.1',
        "/total": '"total" is declared by 2.3.0 and no longer sent by 2.3.1',
    }
    received = compare(released(taking(sent), "2.3.0"), released(taking(later), "2.3.1"))
    texts = {change.rule: change.witness.error for change in received.changes if change.witness is not None}
    assert texts["field-withdrawn"] == '"total" is dropped: 2.3.1 no longer declares it'
    assert texts["field-added-required"] == '"net" is a required property'


def test_versions_that_are_called_alike_are_not_named() -> None:
    sent = {"type": "object", "properties": {"total": AMOUNT, "paid": {"type": "boolean"}}}
    change = only(compare(giving(sent), giving({"type": "object", "properties": {"total": AMOUNT}})))
    assert change.witness is not None
    assert change.witness.error == '"paid" is no longer sent'


def test_a_field_that_is_still_required_but_no_longer_declared_may_hold_anything() -> None:
    sent = {"type": "object", "required": ["total"], "properties": {"total": AMOUNT, "id": {"type": "string"}}}
    later = {"type": "object", "required": ["total"], "properties": {"id": {"type": "string"}}}
    change = only(compare(giving(sent), giving(later)))
    assert change.witness is not None
    assert (change.witness.valid_under, change.witness.failing) == (Side.NEW, "/total")
