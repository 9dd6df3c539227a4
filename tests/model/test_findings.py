"""The line that names what to read next stands only where there is something to read."""

from __future__ import annotations

import pytest

from harness.conform import api_judging, events
from harness.model import Finding, Level, Location
from harness.model.findings import explanation
from harness.rules import find


def _finding(rule: str, level: Level) -> Finding:
    return Finding(rule, "wrong", level, Location("a.yaml"))


def test_nothing_found_needs_no_explanation():
    assert explanation([]) == []


def test_the_loudest_finding_is_explained_the_first_of_equals():
    found = [_finding("quiet", Level.INFO), _finding("loud", Level.ERROR), _finding("as-loud", Level.ERROR)]
    assert explanation(found) == ["Next: harness explain loud"]


@pytest.mark.parametrize("room", [api_judging, events])
def test_every_rule_of_conformance_can_be_explained(room):
    names = {value for name, value in vars(room).items() if name.isupper() and isinstance(value, str)}
    rules = {one for one in names if one.startswith(("conform-", "event-"))}
    assert rules
    assert [one for one in rules if find(one) is None] == []
