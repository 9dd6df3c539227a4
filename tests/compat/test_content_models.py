"""The decision table of the content models, row by row: what breaks what, in each direction.

`B` breaking, `C` compatible. Sections are those of the table: members of objects, values, unions.
"""

from __future__ import annotations

from typing import Any

import pytest
from openapi_documents import compare, giving, only, rules, taking

from harness.model import Basis, ContentModel, Direction, Level, Side, Verdict

STRING = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}


def thing(required: list[str] | None = None, more: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, **(more or {})}
    return {**found, "required": required} if required else found


A = thing(a=STRING)
A_CLOSED = thing(a=STRING, more={"additionalProperties": False})
A_OPEN = thing(a=STRING, more={"additionalProperties": True})
MAP = {"type": "object"}
MAP_OF_STRINGS = {"type": "object", "additionalProperties": STRING}
MAP_OF_SHORT = {"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}}

MEMBERS = [
    ("add an optional property", A, thing(a=STRING, b=STRING), "C", "C"),
    ("add an optional property where the old one is closed", A_CLOSED, thing(a=STRING, b=STRING), "C", "C"),
    ("add a required property without default", A, thing(["b"], a=STRING, b=STRING), "B", "C"),
    ("add a required property with default", A, thing(["b"], a=STRING, b={**STRING, "default": "x"}), "C", "C"),
    ("optional becomes required", A, thing(["a"], a=STRING), "B", "C"),
    ("optional becomes required with default", A, thing(["a"], a={**STRING, "default": "x"}), "C", "C"),
    ("required becomes optional", thing(["a"], a=STRING), A, "C", "B"),
    ("a name is required that nobody declares", A, thing(["z"], a=STRING), "B", "C"),
    ("remove an optional property", thing(a=STRING, b=STRING), A, "B", "B"),
    ("remove a property into a free-form map", A, MAP, "C", "B"),
    ("remove a property into an open object", thing(a=STRING, b=STRING), A_OPEN, "C", "B"),
    ("remove a property into a map that takes it", A, MAP_OF_STRINGS, "C", "C"),
    ("remove a property into a map that does not", thing(a=NUMBER), MAP_OF_STRINGS, "B", "B"),
    ("remove a required property", thing(["b"], a=STRING, b=STRING), A, "B", "B"),
    (
        "remove a deprecated property after its sunset",
        thing(a=STRING, b={**STRING, "deprecated": True, "x-sunset": "2026-01-31"}),
        A,
        "C",
        "C",
    ),
    (
        "remove a deprecated property before its sunset",
        thing(a=STRING, b={**STRING, "deprecated": True, "x-sunset": "2027-01-31"}),
        A,
        "B",
        "B",
    ),
    ("undeclared fields refused", A, A_CLOSED, "C", "C"),
    ("undeclared fields refused where they were welcome", A_OPEN, A_CLOSED, "C", "C"),
    ("undeclared fields no longer refused", A_CLOSED, A, "C", "C"),
    ("undeclared fields now welcome", A_CLOSED, A_OPEN, "C", "C"),
    ("map values narrowed", MAP_OF_STRINGS, MAP_OF_SHORT, "B", "C"),
    ("map values widened", MAP_OF_SHORT, MAP_OF_STRINGS, "C", "B"),
    (
        "a read-only property changes",
        thing(a={**STRING, "readOnly": True}),
        thing(a={**NUMBER, "readOnly": True}),
        "C",
        "B",
    ),
    (
        "a write-only property changes",
        thing(a={**STRING, "writeOnly": True}),
        thing(a={**NUMBER, "writeOnly": True}),
        "B",
        "C",
    ),
    ("becomes read-only", A, thing(a={**STRING, "readOnly": True}), "B", "C"),
    ("optional becomes write-only", A, thing(a={**STRING, "writeOnly": True}), "C", "B"),
    ("required becomes write-only", thing(["a"], a=STRING), thing(["a"], a={**STRING, "writeOnly": True}), "C", "B"),
    ("stops being read-only", thing(a={**STRING, "readOnly": True}), A, "C", "C"),
    ("required stops being read-only", thing(["a"], a={**STRING, "readOnly": True}), thing(["a"], a=STRING), "B", "C"),
    ("stops being write-only", thing(a={**STRING, "writeOnly": True}), A, "C", "C"),
    (
        "both flags erase it everywhere",
        thing(a={**STRING, "readOnly": True, "writeOnly": True}),
        thing(["b"], b={**STRING, "readOnly": True, "writeOnly": True}),
        "C",
        "C",
    ),
    (
        "the flag counts behind allOf",
        thing(a={"allOf": [STRING, {"readOnly": True}]}),
        thing(["a"], a={"allOf": [NUMBER, {"readOnly": True}]}),
        "C",
        "B",
    ),
]

VALUES = [
    ("an enum value is removed", {"enum": ["a", "b"]}, {"enum": ["a"]}, "B", "C"),
    ("an enum value is added", {"enum": ["a"]}, {"enum": ["a", "b"]}, "C", "B"),
    ("an enum appears", STRING, {**STRING, "enum": ["a"]}, "B", "C"),
    ("a const appears", STRING, {**STRING, "const": "a"}, "B", "C"),
    ("a maximum is lowered", {**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 8}, "B", "C"),
    ("an inclusive bound becomes exclusive", {**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}, "B", "C"),
    ("a length appears", STRING, {**STRING, "maxLength": 5}, "B", "C"),
    ("multipleOf appears", NUMBER, {**NUMBER, "multipleOf": 2}, "B", "C"),
    ("multipleOf becomes a factor", {**NUMBER, "multipleOf": 4}, {**NUMBER, "multipleOf": 2}, "C", "B"),
    ("items must differ", {"type": "array"}, {"type": "array", "uniqueItems": True}, "B", "C"),
    ("fewer items", {"type": "array"}, {"type": "array", "maxItems": 3}, "B", "C"),
    ("fewer fields", MAP, {**MAP, "maxProperties": 3}, "B", "C"),
    ("type reduced", {"type": ["string", "number"]}, STRING, "B", "C"),
    ("null refused", {"type": ["string", "null"]}, STRING, "B", "C"),
    ("type removed", STRING, {}, "C", "B"),
    ("integer to number", INTEGER, NUMBER, "C", "B"),
    ("type exchanged", STRING, NUMBER, "B", "B"),
    ("a keyword for another type", STRING, {**STRING, "minItems": 2, "maximum": 3}, "C", "C"),
    ("a pattern appears", STRING, {**STRING, "pattern": "^a"}, "B", "C"),
    ("a pattern narrows", {**STRING, "pattern": "^[a-z]+$"}, {**STRING, "pattern": "^[a-c]+$"}, "B", "C"),
    ("patterns are unanchored", {**STRING, "pattern": "^abc$"}, {**STRING, "pattern": "b"}, "C", "B"),
    ("int32 to int64", {**INTEGER, "format": "int32"}, {**INTEGER, "format": "int64"}, "C", "B"),
    ("float to double", {**NUMBER, "format": "float"}, {**NUMBER, "format": "double"}, "C", "B"),
    ("date to date-time", {**STRING, "format": "date"}, {**STRING, "format": "date-time"}, "B", "B"),
    ("a format goes", {**STRING, "format": "date"}, STRING, "C", "B"),
    ("a format of no consequence", {**STRING, "format": "password"}, STRING, "C", "C"),
    ("a default changes", {**STRING, "default": "a"}, {**STRING, "default": "b"}, "C", "C"),
    ("words change", {**STRING, "title": "a"}, {**STRING, "description": "b"}, "C", "C"),
    ("an encoding changes", {**STRING, "contentEncoding": "base64"}, {**STRING, "contentEncoding": "base16"}, "B", "B"),
    ("an encoding appears", STRING, {**STRING, "contentEncoding": "base64"}, "B", "C"),
    ("0 is not false", {"enum": [0, False]}, {"enum": [0]}, "B", "C"),
    ("1 is 1.0", {"enum": [1]}, {"enum": [1.0]}, "C", "C"),
]

FOX, CAT = thing(name=STRING, den=STRING), thing(name=STRING, purrs={"type": "boolean"})
DOG = thing(name=STRING, barks={"type": "boolean"})
UNIONS = [
    ("an alternative goes", {"oneOf": [FOX, CAT]}, {"oneOf": [CAT]}, "B", "C"),
    ("an alternative comes", {"anyOf": [CAT]}, {"anyOf": [CAT, FOX]}, "C", "B"),
    ("union of one", {"oneOf": [CAT]}, CAT, "C", "C"),
    ("allOf of one", {"allOf": [CAT]}, CAT, "C", "C"),
    ("type list or union", {"type": ["string", "integer"]}, {"anyOf": [STRING, INTEGER]}, "C", "C"),
    ("consts or enum", {"oneOf": [{"const": "a"}, {"const": "b"}]}, {"enum": ["b", "a"]}, "C", "C"),
    ("null in the list or beside", {"type": ["string", "null"]}, {"oneOf": [STRING, {"type": "null"}]}, "C", "C"),
    ("an alternative that another includes", {"anyOf": [{**STRING, "maxLength": 3}, STRING]}, STRING, "C", "C"),
    ("a new optional allOf member", {"allOf": [CAT]}, {"allOf": [CAT, thing(den=STRING)]}, "C", "C"),
    ("an allOf member goes", {"allOf": [CAT, thing(den=STRING)]}, {"allOf": [CAT]}, "B", "B"),
    (
        "not widened",
        {"type": "string", "not": {"enum": ["a"]}},
        {"type": "string", "not": {"enum": ["a", "b"]}},
        "B",
        "C",
    ),
    (
        "a condition appears",
        thing(kind=STRING, tax=STRING),
        {
            **thing(kind=STRING, tax=STRING),
            "if": {"properties": {"kind": {"const": "de"}}, "required": ["kind"]},
            "then": {"required": ["tax"]},
        },
        "B",
        "C",
    ),
    ("dependent fields", FOX, {**FOX, "dependentRequired": {"name": ["den"]}}, "B", "C"),
]

ROWS = [
    pytest.param(old, new, expected, direction, id=f"{name}, {direction}")
    for name, old, new, received, sent in (*MEMBERS, *VALUES, *UNIONS)
    for direction, expected in (("received", received), ("sent", sent))
]


def judged(old: Any, new: Any, direction: str, **options: Any) -> Any:
    wrap = taking if direction == "received" else giving
    return compare(wrap(old), wrap(new), **options)


@pytest.mark.parametrize(("old", "new", "expected", "direction"), ROWS)
def test_every_row_of_the_decision_table_holds(old: Any, new: Any, expected: str, direction: str) -> None:
    found = judged(old, new, direction)
    verdict = {"B": Verdict.BREAKING, "C": Verdict.COMPATIBLE}[expected]
    assert found.verdict is verdict, [(change.rule, change.title, change.reason) for change in found.changes]


@pytest.mark.parametrize(("old", "new", "expected", "direction"), ROWS)
def test_a_version_is_always_compatible_with_itself_and_silent(
    old: Any, new: Any, expected: str, direction: str
) -> None:
    del expected
    assert judged(old, old, direction).changes == ()
    assert judged(new, new, direction).changes == ()


@pytest.mark.parametrize(("old", "new", "expected", "direction"), ROWS)
def test_what_breaks_shows_a_payload_or_rests_on_a_rule(old: Any, new: Any, expected: str, direction: str) -> None:
    for change in judged(old, new, direction).changes:
        if change.verdict is Verdict.BREAKING:
            assert (change.witness is not None) or change.basis is Basis.RULE, change.title
            assert change.settle
        else:
            assert change.witness is None
    assert expected in {"B", "C"}


SAME = [
    ("union of one", {"oneOf": [CAT]}, CAT),
    ("allOf of one", {"allOf": [CAT]}, CAT),
    ("type list or union", {"type": ["string", "integer"]}, {"anyOf": [STRING, INTEGER]}),
    ("consts or enum", {"oneOf": [{"const": "a"}, {"const": "b"}]}, {"enum": ["b", "a"]}),
    ("null in the list or beside", {"type": ["string", "null"]}, {"oneOf": [STRING, {"type": "null"}]}),
    ("order of the enum", {"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ("order of the branches", {"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT]}),
    ("order of the members", {"allOf": [CAT, FOX]}, {"allOf": [FOX, CAT]}),
    ("order of required", thing(["a", "b"], a=STRING, b=STRING), thing(["b", "a"], b=STRING, a=STRING)),
]


@pytest.mark.parametrize("direction", ["received", "sent"])
@pytest.mark.parametrize(("old", "new"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_another_spelling_of_the_same_schema_is_no_change(old: Any, new: Any, direction: str) -> None:
    assert judged(old, new, direction).changes == ()
    assert judged(new, old, direction).changes == ()


def test_nullable_of_3_0_and_null_of_3_1_are_the_same() -> None:
    old = giving({"type": "string", "nullable": True}, version="3.0.3")
    assert compare(old, giving({"type": ["string", "null"]})).changes == ()


@pytest.mark.parametrize("beside", [{"description": "a name"}, {"maxLength": 9}, {"anyOf": [{"maxLength": 9}, {}]}])
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_says_no_type_does_not_refuse_the_null_of_its_neighbour(version: str, beside: dict[str, Any]) -> None:
    null = {"nullable": True} if version == "3.0.3" else {"type": ["string", "null"]}
    without, along = ({"allOf": [{**STRING, **more}, beside]} for more in ({}, null))
    assert compare(giving(without, version=version), giving(along, version=version)).verdict is Verdict.BREAKING
    assert compare(taking(along, version=version), taking(without, version=version)).verdict is Verdict.BREAKING


def test_a_list_of_values_says_itself_whether_null_is_one() -> None:
    without, along = ({"enum": ["a", *more]} for more in ([], [None]))
    assert compare(giving(without, version="3.0.3"), giving(along, version="3.0.3")).verdict is Verdict.BREAKING


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"description": "anything"},
        {"type": "string", "nullable": True},
        {"type": "object", "properties": {"a": {}, "b": {"enum": ["x"]}, "c": {"type": "number", "nullable": True}}},
        {"type": "array", "items": {}},
        {"allOf": [{"type": "object", "properties": {"a": STRING}}], "nullable": True},
    ],
)
@pytest.mark.parametrize("wrap", [taking, giving])
def test_an_upgrade_to_3_1_by_itself_is_no_change(schema: dict[str, Any], wrap: Any) -> None:
    assert compare(wrap(schema, version="3.0.3"), wrap(schema, version="3.1.0")).changes == ()
    assert compare(wrap(schema, version="3.1.0"), wrap(schema, version="3.0.3")).changes == ()


def test_exclusive_bounds_of_3_0_and_3_1_are_the_same() -> None:
    old = taking({"type": "number", "minimum": 0, "exclusiveMinimum": True}, version="3.0.3")
    assert compare(old, taking({"type": "number", "exclusiveMinimum": 0})).changes == ()


def test_an_inlined_or_renamed_component_is_no_change() -> None:
    named = giving({"$ref": "#/components/schemas/Cat"}, Cat=CAT)
    renamed = giving({"$ref": "#/components/schemas/Feline"}, Feline=CAT)
    for old, new in ((named, giving(CAT)), (giving(CAT), named), (named, renamed)):
        assert compare(old, new).changes == ()


def test_a_withdrawn_field_is_proved_with_an_old_payload_and_the_place_that_readers_lose() -> None:
    old, new = giving(thing(["id"], id=STRING, tax_amount=NUMBER)), giving(thing(["id"], id=STRING))
    change = only(compare(old, new))
    assert (change.rule, change.level, change.basis) == ("field-withdrawn", Level.WARNING, Basis.PROJECTION)
    assert change.witness is not None
    assert change.witness.valid_under is Side.OLD
    assert change.witness.failing == "/tax_amount"
    assert isinstance(change.witness.instance, dict)
    assert {"id", "tax_amount"} <= change.witness.instance.keys()


def test_a_required_field_withdrawn_from_an_answer_is_an_error() -> None:
    change = only(compare(giving(thing(["a"], a=STRING, b=STRING)), giving(thing(b=STRING))))
    assert (change.rule, change.level) == ("field-withdrawn", Level.ERROR)


def test_a_renamed_field_is_one_change_with_a_way_out() -> None:
    tax = {"type": "number", "description": "tax in minor units"}
    change = only(compare(giving(thing(tax_amount=tax)), giving(thing(tax_total=tax))))
    assert change.rule == "field-renamed"
    assert change.after == "tax_total"
    assert "Expand and contract" in change.settle


@pytest.mark.parametrize(
    ("model", "received", "sent"),
    [(ContentModel.OPEN, "C", "B"), (ContentModel.DECLARED, "B", "B"), (ContentModel.LENIENT, "C", "B")],
)
def test_the_content_model_decides_about_a_withdrawn_field(model: ContentModel, received: str, sent: str) -> None:
    old, new = thing(a=STRING, b=STRING), A
    letters = {Verdict.BREAKING: "B", Verdict.COMPATIBLE: "C"}
    assert letters[judged(old, new, "received", model=model).verdict] == received
    assert letters[judged(old, new, "sent", model=model).verdict] == sent


def test_under_the_open_model_a_closed_reader_breaks_on_a_new_field() -> None:
    old, new = giving(A_CLOSED), giving(thing(a=STRING, b=STRING, more={"additionalProperties": False}))
    assert compare(old, new, model=ContentModel.OPEN).verdict is Verdict.BREAKING
    assert compare(old, new).verdict is Verdict.COMPATIBLE


def test_an_open_list_of_values_may_grow() -> None:
    old = {"type": "string", "enum": ["a"], "x-extensible-enum": ["a"]}
    new = {"type": "string", "enum": ["a", "b"], "x-extensible-enum": ["a", "b"]}
    assert judged(old, new, "sent").verdict is Verdict.COMPATIBLE


def test_a_branch_is_compared_with_its_partner_only() -> None:
    old = taking(
        {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Fox"}]}, Cat=CAT, Fox=FOX
    )
    new = taking({"oneOf": [{"$ref": "#/components/schemas/Cat"}]}, Cat=CAT, Fox=FOX)
    change = only(compare(old, new))
    assert (change.rule, change.verdict) == ("union-branch-removed", Verdict.BREAKING)


def test_the_field_that_tells_alternatives_apart_may_not_change() -> None:
    def kinds(name: str) -> dict[str, Any]:
        branches = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
        return taking({"oneOf": branches, "discriminator": {"propertyName": name}}, Cat=CAT, Dog=DOG)

    change = only(compare(kinds("kind"), kinds("species")))
    assert (change.rule, change.basis) == ("discriminator-changed", Basis.RULE)


def test_a_wire_value_spelled_anew_breaks_those_who_send_it() -> None:
    def pets(wrap: Any, value: str) -> dict[str, Any]:
        schema = {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {value: "#/components/schemas/Cat"}},
        }
        found: dict[str, Any] = wrap(schema, Cat=CAT, Dog=DOG)
        return found

    assert compare(pets(taking, "cat"), pets(taking, "cats")).verdict is Verdict.BREAKING
    sent = [
        one for one in compare(pets(giving, "cat"), pets(giving, "cats")).changes if one.verdict is Verdict.BREAKING
    ]
    assert [one.level for one in sent] == [Level.WARNING]


def test_a_wire_value_spelled_anew_is_shown_by_a_payload_where_the_branch_declares_the_field() -> None:
    def pets(value: str) -> dict[str, Any]:
        cat = thing(["kind"], kind=STRING, purrs={"type": "boolean"})
        schema = {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {value: "#/components/schemas/Cat"}},
        }
        return taking(schema, Cat=cat, Dog=thing(["kind"], kind=STRING))

    change = only(compare(pets("cat"), pets("cats")))
    assert (change.rule, change.basis) == ("discriminator-mapping-changed", Basis.PROJECTION)
    assert change.witness is not None
    assert change.witness.instance == {"kind": "cat"}
    assert (change.witness.valid_under, change.witness.failing) == (Side.OLD, "/kind")


def test_recursion_ends_and_says_each_change_once() -> None:
    def tree(value: dict[str, Any]) -> dict[str, Any]:
        children = {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
        return giving({"$ref": "#/components/schemas/Node"}, Node=thing(value=value, children=children))

    change = only(compare(tree(INTEGER), tree(NUMBER)))
    assert (change.rule, change.direction) == ("type-widened", Direction.SENT)
    assert change.location.pointer == "/components/schemas/Node/properties/value"


def test_a_schema_that_contradicts_itself_is_a_finding_of_its_own() -> None:
    old, new = taking({"type": "integer", "minimum": 1}), taking({"type": "integer", "minimum": 9, "maximum": 5})
    found = {change.rule: change for change in compare(old, new).changes}
    assert found["schema-empty"].verdict is found["bounds-tightened"].verdict is Verdict.BREAKING
    strings = {"type": "array", "items": STRING, "minContains": 1, "contains": INTEGER}
    empty = compare(taking(strings), taking({**strings, "minContains": 2}))
    assert (empty.verdict, sorted(rules(empty))) == (Verdict.COMPATIBLE, ["contains-changed", "schema-empty"])


def test_one_component_reached_both_ways_is_one_change_for_each_direction() -> None:
    def both(schema: dict[str, Any]) -> dict[str, Any]:
        found = taking({"$ref": "#/components/schemas/Cat"}, Cat=schema)
        found["paths"]["/invoices"]["get"] = giving({"$ref": "#/components/schemas/Cat"})["paths"]["/invoices"]["get"]
        return found

    found = compare(both(CAT), both(thing(name={"type": ["string", "null"]}, purrs={"type": "boolean"})))
    assert {(change.direction, change.verdict) for change in found.changes} == {
        (Direction.RECEIVED, Verdict.COMPATIBLE),
        (Direction.SENT, Verdict.BREAKING),
    }
    assert rules(found) == ["null-allowed", "null-allowed"]
    assert found.changes[0].title == "Cat.name may now be null"
    assert found.changes[0].reached_from == ("GET /invoices 200",)
