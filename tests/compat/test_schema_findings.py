"""Findings beside the verdict: closed readers, overlapping alternatives, keywords of a later version."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_documents import compare, giving, only, rules, taking

from harness.model import ContentModel, Level, Verdict

STRING, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def thing(required: list[str] | None = None, more: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, **(more or {})}
    return {**found, "required": required} if required else found


A_CLOSED = thing(a=STRING, more={"additionalProperties": False})


def judged(old: Any, new: Any, direction: str, **options: Any) -> Any:
    wrap = taking if direction == "received" else giving
    return compare(wrap(old), wrap(new), **options)


def test_a_field_new_to_readers_that_refuse_the_unknown_is_a_warning_of_its_own() -> None:
    new = thing(a=STRING, b=STRING, more={"additionalProperties": False})
    found = {change.rule: change for change in judged(A_CLOSED, new, "sent").changes}
    assert (found["closed-reader"].level, found["field-added"].level) == (Level.WARNING, Level.INFO)
    assert judged(A_CLOSED, new, "sent").verdict is Verdict.COMPATIBLE
    assert rules(judged(A_CLOSED, new, "received")) == ["field-added"]
    assert rules(judged(A_CLOSED, new, "sent", model=ContentModel.OPEN)) == ["field-added"]


SMALL, LARGE = {"type": "integer", "maximum": 9}, {"type": "integer", "minimum": 10}


@pytest.mark.parametrize(
    ("old", "new", "payload"),
    [
        ({"oneOf": [SMALL, LARGE]}, {"oneOf": [{**SMALL, "maximum": 10}, LARGE]}, 10),
        ({"oneOf": [SMALL]}, {"oneOf": [SMALL, INTEGER]}, 1),
        ({"oneOf": [SMALL, LARGE]}, {"oneOf": [SMALL, {**LARGE, "minimum": 11}]}, None),
        ({"oneOf": [INTEGER, NUMBER]}, {"oneOf": [INTEGER, NUMBER, STRING]}, None),
        ({"oneOf": [SMALL, LARGE]}, {"anyOf": [{**SMALL, "maximum": 10}, LARGE]}, None),
        ({"oneOf": [STRING, LARGE]}, {"oneOf": [STRING, LARGE, {"type": "boolean"}]}, None),
    ],
)
@pytest.mark.parametrize("direction", ["received", "sent"])
def test_members_of_one_of_that_now_overlap_are_shown_by_a_payload(
    old: Any, new: Any, payload: int | None, direction: str
) -> None:
    found = [change for change in judged(old, new, direction).changes if change.rule == "oneof-overlap"]
    assert [change.after for change in found] == ([] if payload is None else [payload])
    assert all((one.verdict, one.level) == (Verdict.COMPATIBLE, Level.WARNING) for one in found)


@pytest.mark.parametrize(
    ("old", "new", "keywords"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}, "type"),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "const": "a"}, "const"),
        (
            {"type": "number", "minimum": 1, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 1},
            "exclusiveMinimum",
        ),
    ],
)
def test_a_keyword_of_3_1_in_a_3_0_document_is_read_as_meant_with_a_warning(
    old: dict[str, Any], new: dict[str, Any], keywords: str
) -> None:
    change = only(compare(taking(old, version="3.0.3"), taking(new, version="3.0.3")))
    assert (change.rule, change.level, change.after) == ("keyword-of-later-version", Level.WARNING, keywords)
    assert compare(taking(new, version="3.0.3"), taking(old, version="3.0.3")).changes == ()
    assert compare(taking(old, version="3.0.3"), taking(new)).changes == ()


@pytest.mark.parametrize("combined", [{"readOnly": True}, {"writeOnly": True}])
def test_nothing_about_a_field_that_does_not_travel_can_break(combined: dict[str, Any]) -> None:
    wrap = "received" if "readOnly" in combined else "sent"
    nested = [thing(deep=thing(["a"], a={**kind, **combined})) for kind in (STRING, {**NUMBER, "multipleOf": 3})]
    assert judged(*nested, wrap).verdict is Verdict.COMPATIBLE


def test_both_keep_their_enum_warning_until_the_list_is_said_to_be_open() -> None:
    grown = judged({"enum": ["a"]}, {"enum": ["a", "b"]}, "sent")
    gone = judged({"type": "string", "enum": ["a"]}, STRING, "sent")
    assert [only(found).level for found in (grown, gone)] == [Level.WARNING, Level.WARNING]
    assert {found.verdict for found in (grown, gone)} == {Verdict.BREAKING}


def test_what_a_dynamic_reference_leads_to_is_never_called_compatible_unseen() -> None:
    def page(item: dict[str, Any]) -> dict[str, Any]:
        schema = thing(items={"type": "array", "items": {"$dynamicRef": "#item"}})
        anchored = {"item": {"$dynamicAnchor": "item", **item}}
        return giving({"$ref": "#/components/schemas/Page"}, Page={**schema, "$defs": anchored})

    change = only(compare(page(STRING), page(NUMBER)))
    assert (change.rule, change.verdict) == ("schema-changed", Verdict.UNPROVEN)
    assert "$dynamicRef" in change.reason
    assert compare(page(STRING), page(STRING)).changes == ()


def test_a_field_of_objects_that_cannot_exist_breaks_nobody() -> None:
    # A writer who holds to the one declared field never reaches two.
    gone = only(judged(thing(a=STRING, more={"minProperties": 2}), thing(more={"minProperties": 2}), "received"))
    assert (gone.rule, gone.verdict) == ("field-withdrawn", Verdict.COMPATIBLE)


def test_a_field_behind_a_condition_is_shown_with_a_payload() -> None:
    special = {
        "type": "object",
        "if": {"properties": {"name": {"const": "special"}}},
        "then": {"required": ["name"]},
        "else": {"properties": {"name": STRING}},
    }
    gone = only(judged(thing(details=special), thing(), "sent"))
    assert gone.verdict is Verdict.BREAKING
    assert gone.witness is not None
    assert "details" in gone.witness.instance


def test_an_encoding_of_no_type_is_no_crash() -> None:
    documents = [taking(thing(a={"type": "array", "items": thing(b=STRING)})) for _ in range(2)]
    for value, kind in zip(documents, ([], "image/png"), strict=True):
        content = value["paths"]["/invoices"]["post"]["requestBody"]["content"]
        content["multipart/form-data"] = {**content.pop("application/json"), "encoding": {"a": {"contentType": kind}}}
    assert rules(compare(*documents)) == ["encoding-changed"]
