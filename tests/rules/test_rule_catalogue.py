"""The catalogue of rules is complete, explains itself in the words of its readers, and loads one file at a time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import jsonschema_rs
import pytest

from harness.compat.avro_kinds import AVRO_KINDS
from harness.compat.kinds import KINDS
from harness.model import Level, NotFoundError, UsageError
from harness.rules import PROFILES, Action, Area, all_rules, example, find, get, ids, level
from harness.rules.examples_on_disk import example_ids
from harness.rules.page import rules_page
from harness.rules.profiles import deviations

ROOT = Path(__file__).parents[2]
RULES = {rule.id: rule for rule in all_rules()}
CHANGES = {rule.id: rule for rule in RULES.values() if not rule.is_finding}

# A rule whose opposite has no rule of its own, and why none is wanted.
WITHOUT_MIRROR = {
    "field-added-required": "taking a required field away is field-withdrawn",
    "field-required-undeclared": "taking an undeclared name out of required is field-became-optional",
    "request-body-added-required": "taking any body away is request-body-removed",
    "parameter-added-required": "taking any parameter away is parameter-removed",
    "scope-added": "a scope that is dropped is security-weakened",
    "security-weakened": "the opposite is security-added, scope-added or an alternative removed",
}
AVOIDED = ("violation", "incompatible", "error occurred", "success", "issue", "please", " just ")


def test_every_kind_of_change_has_a_rule_and_every_rule_a_kind() -> None:
    assert set(CHANGES) == set(KINDS) | set(AVRO_KINDS)


@pytest.mark.parametrize("rule_id", ids())
def test_a_rule_says_why_and_what_instead(rule_id) -> None:
    rule = get(rule_id)
    assert rule.id == rule_id
    assert 0 < len(rule.title) <= 90
    assert rule.why.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.reference
    if rule.is_finding:
        assert (rule.received, rule.sent) == ("", "")
    else:
        assert rule.received or rule.sent
    text = f" {rule.title} {rule.why} {rule.remedy} ".lower()
    assert not [word for word in AVOIDED if word in text]


def test_the_folder_of_a_rule_is_its_area() -> None:
    folders = {path.stem.replace("_", "-"): path.parent.name for path in (ROOT / "harness/rules").glob("*/*.py")}
    assert {rule.id: rule.area.value for rule in RULES.values()} == {
        name: folder for name, folder in folders.items() if name != "--init--"
    }


def _lonely() -> set[str]:
    """Return the rules whose opposite action has no rule of the same area and aspect."""
    present = {(rule.area, rule.aspect, rule.action) for rule in CHANGES.values()}
    return {
        rule.id
        for rule in CHANGES.values()
        if rule.action.mirror is not rule.action and (rule.area, rule.aspect, rule.action.mirror) not in present
    }


def test_every_addition_has_its_removal_and_every_narrowing_its_widening() -> None:
    assert sorted(_lonely() - set(WITHOUT_MIRROR)) == [], "add the mirror rule, or waive it here with a reason"


def test_no_waiver_of_a_mirror_is_stale() -> None:
    assert sorted(set(WITHOUT_MIRROR) - _lonely()) == [], "the mirror exists by now: remove the waiver"
    assert all(WITHOUT_MIRROR.values())


def test_every_change_has_an_example_and_no_example_is_left_over() -> None:
    assert set(CHANGES) <= set(example_ids())
    assert set(example_ids()) <= set(RULES)
    shown = example("null-allowed")
    assert shown is not None
    assert (shown.old, shown.new) == ("type: integer\n", "type: [integer, 'null']\n")


def test_a_finding_without_a_pair_has_no_example() -> None:
    findings = [rule.id for rule in RULES.values() if rule.is_finding and rule.id not in example_ids()]
    assert findings
    assert example(findings[0]) is None


def test_the_page_is_current() -> None:
    assert (ROOT / "docs/rules.md").read_text(encoding="utf-8") == rules_page(), "run python -m harness.rules.page"


def test_rules_are_described_by_the_published_schema() -> None:
    schema = json.loads((ROOT / "harness/schemas/rule.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for rule in RULES.values():
        assert validator.is_valid(json.loads(json.dumps(asdict(rule)))), rule.id


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(NotFoundError) as refused:
        get("null-alowed")
    assert "null-allowed" in refused.value.remedy
    assert find("null-alowed") is None


def test_looking_up_one_rule_imports_one_rule() -> None:
    program = (
        "import sys, harness.rules as r; r.get('null-allowed');"
        "print(sum(m.startswith('harness.rules.values.') for m in sys.modules), 'harness.rules.fields' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["1", "False"]


def test_profiles_deviate_only_for_rules_that_exist_and_never_raise_an_info() -> None:
    for profile in PROFILES:
        assert level("anything", Level.WARNING, profile) in set(Level)
        assert all(level(rule_id, Level.INFO, profile) is Level.INFO for rule_id in deviations(profile))
    assert level("enum-value-added", Level.WARNING, "finance") is Level.ERROR
    assert level("enum-value-added", Level.WARNING, "standard") is Level.WARNING
    with pytest.raises(UsageError, match="strict"):
        level("enum-value-added", Level.WARNING, "strict")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_names_no_rule_that_does_not_exist(profile) -> None:
    assert set(deviations(profile)) <= set(ids())


def test_areas_and_actions_are_all_in_use() -> None:
    assert {rule.action for rule in RULES.values()} == set(Action)
    assert {rule.area for rule in CHANGES.values()} == set(Area) - {
        Area.CATALOG,
        Area.GATE,
        Area.PACTS,
        Area.CONVENTIONS,
        Area.CONFORM,
    }


def test_every_id_that_the_code_reports_has_a_rule() -> None:
    spelled = re.compile(r'(?:Finding|Draft)\(\s*"([a-z]+(?:-[a-z]+)+)"|\brule="([a-z]+(?:-[a-z]+)+)"')
    rooms = [path for path in (ROOT / "harness").glob("*/*.py") if path.parent.name != "rules"]
    found = {one or other for path in rooms for one, other in spelled.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 30
    assert sorted(found - set(ids())) == []
