"""Settings written for oasdiff keep their meaning here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness.model import Level, UnreadableError
from harness.rules import all_rules, ids
from harness.rules.oasdiff import (
    WITHOUT_RULE,
    ignored_lines,
    levels_from_severity_file,
    rule_for,
    waivers_from_ignore_file,
)


def test_what_a_rule_names_of_oasdiff_leads_back_to_the_rule() -> None:
    checks = [(check, rule.id) for rule in all_rules() for check in rule.oasdiff]
    assert len(checks) > 200
    assert [(check, rule_for(check)) for check, _ in checks] == checks


@pytest.mark.parametrize(
    ("check", "rule"),
    [
        ("response-property-max-length-increased", "length-loosened"),
        ("request-body-min-length-decreased", "length-loosened"),
        ("request-parameter-exclusive-min-set", "bounds-tightened"),
        ("response-property-min-unset", "bounds-loosened"),
        ("request-body-max-items-decreased", "item-count-tightened"),
        ("api-security-scope-removed", "security-weakened"),
        ("no-such-check", None),
        ("api-schema-removed", None),
    ],
)
def test_a_check_is_recognised_by_its_ending(check, rule) -> None:
    assert rule_for(check) == rule


@pytest.mark.corpus
def test_every_check_seen_in_the_sample_has_a_rule_or_a_reason() -> None:
    root = Path(os.environ.get("HARNESS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
    path = root / "compat" / "oasdiff.jsonl"
    if not path.exists():
        pytest.skip("the shared sample is not here")
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    checks = {check["id"] for row in rows for check in row["expected"].get("oasdiff_checks") or ()}
    assert checks
    assert {check for check in checks if rule_for(check) is None} <= set(WITHOUT_RULE)
    assert {rule_for(check) for check in checks} - {None} <= set(ids())


def test_a_severity_file_gives_levels_and_the_loudest_of_two_checks_wins() -> None:
    text = """
    # ours
    response-property-became-nullable   warn
    request-body-became-nullable        err    # a comment
    api-tag-removed                     none
    api-schema-removed                  err
    """
    assert levels_from_severity_file(text, "levels.txt") == {"null-allowed": Level.ERROR, "tags-changed": Level.INFO}


@pytest.mark.parametrize(
    ("line", "words"), [("one-word", "check-id"), ("nonsense err", "nonsense"), ("api-tag-removed loud", "loud")]
)
def test_a_wrong_line_is_named_with_its_number(line, words) -> None:
    with pytest.raises(UnreadableError, match=words) as refused:
        levels_from_severity_file(f"\n{line}\n", "levels.txt")
    assert str(refused.value.location) == "levels.txt:2"


def test_an_ignore_file_becomes_drafts_of_waivers() -> None:
    text = "GET /invoices/{id} removed the success response with the status '200'\n\nremoved schema `Tax`\n"
    first, second = ignored_lines(text)
    assert (first.line, first.method, first.path) == (1, "GET", "/invoices/{id}")
    assert first.message == "removed the success response with the status '200'"
    assert (second.line, second.method, second.path) == (3, "", "")
    drafts = waivers_from_ignore_file(text)
    assert [draft["scope"] for draft in drafts] == ["GET /invoices/{id}", ""]
    assert all(draft["approver"] == draft["expires"] == "" for draft in drafts)
