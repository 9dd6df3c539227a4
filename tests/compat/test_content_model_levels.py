"""Rows of the decision table that speak of levels, of pairing, of the open model and of the step between versions."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_documents import compare, document, giving, taking

from harness.model import Bump, Change, ContentModel, Level, Verdict

B, C, U = Verdict.BREAKING, Verdict.COMPATIBLE, Verdict.UNPROVEN
STRING, INTEGER = {"type": "string"}, {"type": "integer"}
A = {"type": "object", "properties": {"a": STRING}}
CLOSED = {**A, "additionalProperties": False}


def judged(old: Any, new: Any, direction: str, **options: Any) -> Any:
    wrap = taking if direction == "received" else giving
    return compare(wrap(old), wrap(new), **options)


def worst(found: Any) -> Change:
    change: Change = min(found.changes, key=lambda one: one.level.rank)
    return change


@pytest.mark.parametrize(
    ("old", "new", "direction", "verdict", "level"),
    [
        (A, CLOSED, "received", C, Level.WARNING),
        (CLOSED, A, "sent", C, Level.INFO),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "sent", B, Level.WARNING),
        ({**STRING, "enum": ["a"]}, STRING, "sent", B, Level.WARNING),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "received", B, Level.ERROR),
        (A, {"type": "object", "properties": {"a": {**STRING, "writeOnly": True}}}, "sent", B, Level.WARNING),
        ({**A, "required": ["a"]}, {**A, "properties": {"a": {**STRING, "writeOnly": True}}}, "sent", B, Level.ERROR),
        (A, {"type": "object", "properties": {"a": {**STRING, "default": "x"}}}, "received", C, Level.INFO),
        ({**STRING, "contentMediaType": "text/html"}, STRING, "received", C, Level.INFO),
        ({**STRING, "contentMediaType": "text/html"}, STRING, "sent", B, Level.ERROR),
        ({**STRING, "format": "shoe-size"}, {**STRING, "format": "hat-size"}, "received", U, Level.WARNING),
    ],
)
def test_a_row_has_its_level(old: Any, new: Any, direction: str, verdict: Verdict, level: Level) -> None:
    found = judged(old, new, direction)
    assert (found.verdict, worst(found).level) == (verdict, level), [one.title for one in found.changes]


def test_an_open_writer_breaks_readers_that_were_promised_no_further_field() -> None:
    assert judged(CLOSED, A, "sent", model=ContentModel.OPEN).verdict is B
    assert judged(CLOSED, A, "received", model=ContentModel.OPEN).verdict is C
    assert judged(A, CLOSED, "received", model=ContentModel.OPEN).verdict is B


CAT = {"type": "object", "properties": {"purrs": {"type": "boolean"}}}
FOX = {"type": "object", "properties": {"den": STRING}}
WIDER_CAT = {"type": "object", "properties": {"purrs": {"type": ["boolean", "null"]}}}


def pets(wrap: Any, mapping: dict[str, str] | None, *names: str, cat: Any = CAT, tell: bool = True) -> Any:
    schemas = {name: {"Cat": cat, "Fox": FOX}[name] for name in names}
    union: dict[str, Any] = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    if tell:
        told = {value: f"#/components/schemas/{name}" for value, name in (mapping or {}).items()}
        union["discriminator"] = {"propertyName": "kind", **({"mapping": told} if told else {})}
    return wrap(union, **schemas)


@pytest.mark.parametrize(("wrap", "forth", "back"), [(taking, C, B), (giving, B, C)])
def test_a_value_of_the_discriminator_comes_and_goes_with_its_alternative(
    wrap: Any, forth: Verdict, back: Verdict
) -> None:
    one, both = pets(wrap, {"cat": "Cat"}, "Cat"), pets(wrap, {"cat": "Cat", "fox": "Fox"}, "Cat", "Fox")
    assert (compare(one, both).verdict, compare(both, one).verdict) == (forth, back)


@pytest.mark.parametrize("wrap", [taking, giving])
def test_a_discriminator_that_only_comes_or_goes_is_a_warning(wrap: Any) -> None:
    told, untold = pets(wrap, None, "Cat", "Fox"), pets(wrap, None, "Cat", "Fox", tell=False)
    for old, new in ((told, untold), (untold, told)):
        found = compare(old, new)
        assert (found.verdict, worst(found).level) == (C, Level.WARNING)


@pytest.mark.parametrize(
    "named",
    [
        lambda cat: {"oneOf": [{**cat, "title": "Cat"}, {**FOX, "title": "Fox"}]},
        lambda cat: {"oneOf": [FOX, cat]},
        lambda cat: {"oneOf": [cat, STRING]},
    ],
    ids=["title", "digest", "index"],
)
def test_alternatives_are_paired_before_they_are_compared(named: Any) -> None:
    assert judged(named(CAT), named(WIDER_CAT), "sent").verdict is B
    assert judged(named(CAT), named(WIDER_CAT), "received").verdict is C


def test_a_required_field_that_never_ends_makes_the_set_empty() -> None:
    def chain(required: list[str]) -> Any:
        node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}, "required": required}
        return taking({"$ref": "#/components/schemas/Node"}, Node=node)

    found = {change.rule: change for change in compare(chain([]), chain(["next"])).changes}
    assert "schema-empty" in found
    assert found["field-became-required"].verdict is B


@pytest.mark.parametrize(
    ("version", "new", "bump"),
    [
        ("1.0.0", {"type": "object", "properties": {"a": INTEGER}}, Bump.MAJOR),
        ("0.3.0", {"type": "object", "properties": {"a": INTEGER}}, Bump.MINOR),
        ("1.0.0", {"type": "object", "properties": {"a": STRING, "b": STRING}}, Bump.MINOR),
        ("1.0.0", {"type": "object", "properties": {"a": {**STRING, "description": "more"}}}, Bump.PATCH),
        ("1.0.0", A, Bump.NONE),
    ],
)
def test_the_step_follows_from_the_worst_change(version: str, new: Any, bump: Bump) -> None:
    def versioned(schema: Any) -> Any:
        return {**taking(schema), "info": {"title": "billing", "version": version}}

    assert compare(versioned(A), versioned(new)).required_bump is bump


def omitted(**schema: Any) -> Any:
    parameter = {"name": "limit", "in": "query", "schema": {**INTEGER, **schema}}
    return document({"/a": {"get": {"parameters": [parameter], "responses": {"204": {"description": "done"}}}}})


@pytest.mark.parametrize(("old", "new"), [({"default": 1}, {"default": 2}), ({"default": 1}, {}), ({}, {"default": 1})])
def test_leaving_a_parameter_out_may_not_come_to_mean_something_else(old: Any, new: Any) -> None:
    assert compare(omitted(**old), omitted(**new)).verdict is B
