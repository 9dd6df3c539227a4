"""What holds for any two Avro schemas, and for every row of the Apache checker's sample."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from avro_documents import compare, decimal, enum, field, record
from hypothesis import given
from hypothesis import strategies as st

from harness.model import Verdict

COMPATIBLE = Verdict.COMPATIBLE


def types(depth: int = 2) -> st.SearchStrategy:
    simple = st.sampled_from(["null", "boolean", "int", "long", "double", "string", "bytes"])
    named = st.sampled_from([enum("A"), enum("A", "B"), enum("A", "C", default="A"), decimal(8, 2), decimal(8, 3)])
    if depth == 0:
        return simple
    inner = types(depth - 1)
    fields = st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=3, unique_by=lambda pair: pair[0]).map(
        lambda pairs: record(*(field(name, kind) for name, kind in pairs), name="Inner")
    )
    return st.one_of(
        simple,
        named if depth == 2 else simple,
        inner.map(lambda kind: {"type": "array", "items": kind}),
        inner.map(lambda kind: {"type": "map", "values": kind}),
        fields if depth == 2 else simple,
        st.lists(simple, max_size=3, unique=True),
    )


@given(types(), types())
def test_the_changes_always_add_up_to_the_verdict(old, new) -> None:
    for mode in ("backward", "forward"):
        found = compare(old, new, mode)
        assert Verdict.worst([change.verdict for change in found.changes]) is found.verdict
    assert compare(old, old).changes == ()


@given(types(), types())
def test_the_order_of_members_means_nothing(old, new) -> None:
    def backwards(value):
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(item) for item in value] if isinstance(value, list) else value

    assert compare(old, new) == compare(backwards(old), backwards(new))


@pytest.mark.corpus
def test_the_sample_of_the_apache_checker_agrees_in_every_row() -> None:
    root = Path(os.environ.get("HARNESS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
    path = root / "compat" / "avro.jsonl"
    if not path.exists():
        pytest.skip("the shared sample is not here")
    rows = [json.loads(line, parse_float=Decimal) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [
        row["id"]
        for row in rows
        if (compare(row["old"], row["new"]).verdict is COMPATIBLE) is not row["expected"]["backward"]
    ]
    assert rows
    assert wrong == []
