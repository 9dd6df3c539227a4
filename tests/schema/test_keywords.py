"""One fact or more for each keyword, in the dialects where it means different things."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from harness.schema import includes

FACTS = [
    json.loads(line, parse_float=Decimal)
    for line in Path(__file__).with_name("keywords.jsonl").read_text(encoding="utf-8").splitlines()
]
INCLUDED, EXCLUDED = "included", "excluded"
STRING, NEVER = {"type": "string"}, {"not": {}}


@pytest.mark.parametrize("fact", FACTS, ids=[fact["fact"] for fact in FACTS])
def test_fact(fact):
    assert includes(fact["sub"], fact["sup"], dialect=fact["dialect"]).verdict == fact["verdict"]


@pytest.mark.parametrize(
    ("sub", "sup", "verdict"),
    [
        ({"format": "int32"}, {"format": "int64"}, INCLUDED),
        ({"type": "integer", "format": "int64"}, {"format": "int32"}, EXCLUDED),
        ({"format": "float"}, {"format": "double"}, INCLUDED),
        ({"format": "email"}, {"format": "idn-email"}, INCLUDED),
        ({"type": "string", "format": "date"}, {"format": "date-time"}, EXCLUDED),
        ({"allOf": [{"format": "date"}, {"format": "uuid"}, STRING]}, NEVER, INCLUDED),
        ({"type": "string", "format": "date"}, {"pattern": "^[0-9]"}, INCLUDED),
        (STRING, {"format": "uuid"}, EXCLUDED),
        ({"type": "string", "format": "uuid"}, STRING, INCLUDED),
        ({"format": "shoe-size"}, {"format": "shoe-size"}, INCLUDED),
        ({"type": "string", "format": "shoe-size"}, {"format": "hat-size"}, "unknown"),
        ({"type": "string", "format": "shoe-size"}, {"type": "integer"}, EXCLUDED),
    ],
)
def test_a_format_that_asserts(sub, sup, verdict):
    assert includes(sub, sup, format_assertion=True).verdict == verdict
