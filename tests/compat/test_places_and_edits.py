"""One edit of a schema breaks what section 3 of the content models says, wherever the schema stands and however deep.

Edits, ways to wrap a schema and places in a document are multiplied; a seeded sample of the product is judged.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from openapi_documents import compare, document

STRING, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
DONE = {"204": {"description": "done"}}
NARROW, WIDE, NONE, BOTH = (
    ("breaking", "compatible"),
    ("compatible", "breaking"),
    ("compatible",) * 2,
    ("breaking",) * 2,
)
"""What is expected where the schema is received, and where it is sent."""


def obj(*required: str, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required)}


SCALAR = [
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, NARROW),
    ({"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "a", "a"]}, NONE),
    (STRING, {**STRING, "maxLength": 5}, NARROW),
    (STRING, {**STRING, "minLength": 0}, NONE),
    ({**STRING, "pattern": "^[a-z]{3}$"}, {**STRING, "pattern": "^[a-z]+$"}, WIDE),
    ({**STRING, "pattern": "^[0-9]+$"}, {**STRING, "pattern": r"^\d+$"}, NONE),
    ({**STRING, "format": "date"}, {**STRING, "format": "date-time"}, BOTH),
    ({**WHOLE, "format": "int32"}, {**WHOLE, "format": "int64"}, WIDE),
    ({**WHOLE, "maximum": 10}, {**WHOLE, "maximum": 9}, NARROW),
    ({**WHOLE, "maximum": 9}, {**WHOLE, "maximum": 9.5}, NONE),
    (NUMBER, {**NUMBER, "multipleOf": 0.01}, NARROW),
    (WHOLE, NUMBER, WIDE),
    (STRING, {"allOf": [STRING, {"maxLength": 4}]}, NARROW),
    (STRING, {**STRING, "minItems": 2, "description": "text", "x-more": [1]}, NONE),
]
WHOLE_BODIES = [
    (obj(a=STRING), obj(a=STRING, b=STRING), NONE),
    (obj(a=STRING, b=STRING), obj(a=STRING), BOTH),
    (obj(a=STRING), obj("a", a=STRING), NARROW),
    (obj(a=STRING), obj("b", a=STRING, b=STRING), NARROW),
    (obj(a=STRING), {**obj(a=STRING), "additionalProperties": False}, NONE),
    (obj(a=STRING, b=STRING), {**obj(a=STRING), "additionalProperties": True}, WIDE),
    (obj(a=STRING), {"allOf": [obj(a=STRING), obj(b=STRING)]}, NONE),
    ({"type": "array", "items": STRING}, {"type": "array", "items": STRING, "uniqueItems": True}, NARROW),
    ({"oneOf": [STRING, WHOLE]}, {"oneOf": [WHOLE, STRING]}, NONE),
    ({"oneOf": [STRING, WHOLE]}, STRING, NARROW),
    ({"type": "array", "items": STRING}, obj(a=STRING), BOTH),
]
WRAPPED = {
    "root": lambda schema: schema,
    "field": lambda schema: obj(p=schema),
    "required field": lambda schema: obj("p", p=schema),
    "item": lambda schema: {"type": "array", "items": schema},
    "value of a map": lambda schema: {"type": "object", "additionalProperties": schema},
    "beside a description": lambda schema: {"allOf": [schema, {"description": "words"}]},
    "part of an object": lambda schema: {"allOf": [obj("id", id=WHOLE), obj(p=schema)]},
    "alternative": lambda schema: obj(p={"anyOf": [schema, obj("zz", zz={"type": "boolean"})]}),
    "deep": lambda schema: obj(a={"type": "array", "items": obj(b={"type": "array", "items": obj(c=schema)})}),
}


def json_of(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def calling(operation: dict[str, Any], path: str = "/x") -> dict[str, Any]:
    return {path: {"post": {"responses": DONE, **operation}}}


def asking(schema: Any, where: str) -> dict[str, Any]:
    path = "/x/{q}" if where == "path" else "/x"
    return calling({"parameters": [{"name": "q", "in": where, "required": True, "schema": schema}]}, path)


RECEIVED, SENT = 0, 1
PLACES: dict[str, tuple[int, bool, Any]] = {
    "request": (RECEIVED, True, lambda s: calling({"requestBody": {"required": True, "content": json_of(s)}})),
    "answer": (SENT, True, lambda s: calling({"responses": {"200": {"description": "", "content": json_of(s)}}})),
    "any answer": (
        SENT,
        True,
        lambda s: calling({"responses": {"default": {"description": "", "content": json_of(s)}}}),
    ),
    "callback": (
        SENT,
        True,
        lambda s: calling(
            {
                "callbacks": {
                    "c": {
                        "{$url}": {
                            "post": {"requestBody": {"required": True, "content": json_of(s)}, "responses": DONE}
                        }
                    }
                }
            }
        ),
    ),
    "document in the query": (
        RECEIVED,
        True,
        lambda s: calling({"parameters": [{"name": "q", "in": "query", "content": json_of(s)}]}),
    ),
    "query": (RECEIVED, False, lambda s: asking(s, "query")),
    "header": (RECEIVED, False, lambda s: asking(s, "header")),
    "path": (RECEIVED, False, lambda s: asking(s, "path")),
    "header of an answer": (
        SENT,
        False,
        lambda s: calling(
            {"responses": {"200": {"description": "", "headers": {"X": {"required": True, "schema": s}}}}}
        ),
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_an_edit_breaks_whom_the_table_says_wherever_the_schema_stands(place: str, version: str) -> None:
    rng = random.Random(f"{place} {version}")  # noqa: S311  (examples, not secrets)
    direction, whole, build = PLACES[place]
    every = [
        (old, new, expected, wrapping)
        for old, new, expected in [*SCALAR, *(WHOLE_BODIES if whole else [])]
        for wrapping in (WRAPPED if whole else ["root", "beside a description"])
    ]
    for old, new, expected, wrapping in rng.sample(every, min(24, len(every))):
        before, after = (document(build(WRAPPED[wrapping](schema)), version=version) for schema in (old, new))
        assert compare(before, after).verdict.value == expected[direction], (old, new, wrapping)
        if (old, new, expected) in SCALAR and expected in (NARROW, WIDE):
            assert compare(after, before).verdict.value == expected[1 - direction], (new, old, wrapping)
