"""The catalogue as a page: `python -m harness.rules.page` writes docs/rules.md anew from the records."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from harness.rules.catalogue import all_rules
from harness.rules.oasdiff import WITHOUT_RULE
from harness.rules.profiles import PROFILES, level
from harness.rules.record import Area, Rule

_TOP = """\
# Rules

Generated from `harness/rules/` by `python -m harness.rules.page`; do not edit.

A rule names and explains a kind of change, or a finding. The verdict of a change (compatible, breaking, unproven)
is proved from the contracts and never depends on a rule; the level is policy and differs by profile.
`harness explain ID` shows a rule with its example.
"""
_BOTTOM = """
## From oasdiff

`harness rules from-oasdiff FILE` translates a severity-levels file. Checks that are not in this table are recognised
by their ending, so `response-property-max-length-increased` is `length-loosened`, too.

| check of oasdiff | rule |
|---|---|
"""


def rules_page() -> str:
    """Return the whole page, Markdown."""
    parts = [_TOP]
    for area, rules in groupby(all_rules(), key=lambda rule: rule.area):
        parts += [f"\n## {area.capitalize()}\n", *map(_section, rules)]
    return "".join([*parts, _BOTTOM, *_checks()])


def _checks() -> Iterator[str]:
    """Yield one line a check of oasdiff, by its id."""
    found = {check: f"[{rule.id}](#{rule.id})" for rule in all_rules() for check in rule.oasdiff}
    found |= {check: f"none: {reason}" for check, reason in WITHOUT_RULE.items()}
    return (f"| `{check}` | {rule} |\n" for check, rule in sorted(found.items()))


def _section(rule: Rule) -> str:
    levels = ", ".join(f"{profile} {level(rule.id, rule.level, profile)}" for profile in PROFILES)
    avro = rule.area is Area.AVRO
    rows = (
        ("Why it hurts", rule.why),
        ("Backward" if avro else "Received (request)", _after_colon(rule.received) if avro else rule.received),
        ("Forward" if avro else "Sent (response, event)", _after_colon(rule.sent) if avro else rule.sent),
        ("Instead", rule.remedy),
        ("Level", levels),
        ("Reference", rule.reference),
        ("oasdiff", ", ".join(f"`{check}`" for check in rule.oasdiff)),
    )
    lines = "".join(f"- {label}: {text}\n" for label, text in rows if text)
    return f"\n### {rule.id}\n\n{rule.title}.\n\n{lines}"


def _after_colon(text: str) -> str:
    """Drop the words that say again which direction is meant."""
    return text.partition("): ")[2] or text


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "docs" / "rules.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(rules_page(), encoding="utf-8")
