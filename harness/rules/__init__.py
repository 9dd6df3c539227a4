"""The catalogue of rules: one file a rule, found by its name, never registered in a list.

Add a rule for a finding or a change in two places:

1. `harness/rules/<family>/<id with underscores>.py` that binds `RULE = Rule(...)`. The family is the value of
   `RULE.area` (`gate/`, `catalog/`, `fields/`, ...). Copy any neighbour. A finding (`harness.model.Finding`) has
   `action=Action.FOUND`, a default `level`, and neither `received` nor `sent`:

       RULE = Rule(
           id="waiver-ignored",
           title="A waiver is ignored because it has run out or lacks a reason",
           why="What it waived counts again, and the branch is judged without it.",
           area=Area.GATE, aspect=Aspect.TRUST, action=Action.FOUND,
           reference="contract-harness, docs/governance.md, waivers",
           remedy="Renew it with reason, approver, ticket and expiry, or remove it.",
           level=Level.WARNING,
       )

2. For a change: `harness/rules/examples/<id>/{old.yaml,new.yaml,expect.yaml}`, the pair that shows it, small
   enough for a screen. `tests/rules` runs every pair against every rule. A finding of a contract or of the catalog has
   `wrong.yaml` and `right.yaml` there instead: the same thing before and after it is mended.

A level other than the default belongs into the one table in `harness.rules.profiles`.
After adding or changing a rule run `python -m harness.rules.page` to write docs/rules.md anew.
The code that reports a finding takes the id as a plain string: rooms below `rules` cannot import it.
"""

from __future__ import annotations

from harness.rules.catalogue import all_rules, find, get, ids
from harness.rules.examples_on_disk import Example, Mending, example, files_of, mending, mending_ids
from harness.rules.profiles import PROFILES, level
from harness.rules.record import Action, Area, Aspect, Rule

__all__ = [
    "PROFILES",
    "Action",
    "Area",
    "Aspect",
    "Example",
    "Mending",
    "Rule",
    "all_rules",
    "example",
    "files_of",
    "find",
    "get",
    "ids",
    "level",
    "mending",
    "mending_ids",
]
