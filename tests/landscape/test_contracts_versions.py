"""Every released version is what its number says, judged by the product itself."""

from __future__ import annotations

from functools import cache

import pytest
from contract_documents import APIS, CANONICAL, EVENTS, library, pairs, version_key

import harness

AS_OF = "2026-11-22"
PAIRS = pairs([*APIS, *EVENTS, *CANONICAL])
MAJORS = [(old, new) for old, new in PAIRS if version_key(old)[0] != version_key(new)[0]]
PATCHES = [(old, new) for old, new in PAIRS if version_key(old)[:2] == version_key(new)[:2]]


@cache
def compared(old, new):
    nodes = (library().node(path) for path in (old, new))
    return harness.compare_contracts(*nodes, as_of=AS_OF, old_library=library(), new_library=library())


def test_majors_and_minors_are_both_among_the_versions():
    assert len(MAJORS) >= 10
    assert len(PAIRS) - len(MAJORS) >= 40


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_minor_breaks_nobody_and_a_major_is_needed(old, new):
    declared = "major" if (old, new) in MAJORS else "patch" if (old, new) in PATCHES else "minor"
    found = compared(old, new)
    breaking = [f"{change.rule}: {change.title}" for change in found.changes if change.verdict != "compatible"]
    assert found.verdict == ("breaking" if declared == "major" else "compatible"), breaking
    assert found.required_bump == declared


@pytest.mark.parametrize(("old", "new"), MAJORS)
def test_a_major_breaks_with_proof_where_an_instance_can_exist(old, new):
    broken = [change for change in compared(old, new).changes if change.verdict == "breaking"]
    assert all(change.witness is not None for change in broken if change.basis != "rule"), old


def test_the_break_of_a_major_is_the_one_its_head_names():
    found = compared(*(f"contracts/apis/billing-invoices/{version}/openapi.yaml" for version in ("1.4.0", "2.1.0")))
    titles = " ".join(change.title for change in found.changes if change.verdict == "breaking")
    assert "tax" in titles
    assert "paid" in titles
