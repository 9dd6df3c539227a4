"""Every rule of the catalog: the clean landscape is silent, and each violation is found, named and located."""

from __future__ import annotations

import pytest
import seeds_of_entities
import seeds_of_master_data
from edited_landscape import (
    FILES,
    INVOICE,
    RULES,
    W3,
    edited,
    findings,
)

from harness.model import Finding, Level

SEEDS = (*seeds_of_entities.SEEDS, *seeds_of_master_data.SEEDS)


def test_the_clean_landscape_is_silent() -> None:
    assert [(finding.rule, finding.title, str(finding.location)) for finding in findings(FILES)] == []


@pytest.mark.parametrize("number", range(len(SEEDS)), ids=[f"{n}-{seed[0]}" for n, seed in enumerate(SEEDS)])
def test_a_seeded_violation_is_found_named_and_located(number: int) -> None:
    rule, edit, file, pointer, words = SEEDS[number]
    files = edit()
    found = [finding for finding in findings(files) if finding.rule == rule]
    finding = next((one for one in found if words in one.title), None)
    assert finding is not None, found
    assert finding.location.file == file
    assert finding.location.pointer == pointer or not pointer
    assert finding.remedy
    assert len(finding.title) <= 90
    assert finding.level is RULES[rule].level
    assert shows(finding, files[file].decode())


def shows(finding: Finding, text: str) -> bool:
    """Whether the line of a finding shows the named member, its holder, or the item of a list."""
    where = finding.location
    if where.line is None:
        return finding.rule == "catalog-contract-unclaimed"
    line = text.splitlines()[where.line - 1]
    tokens = [token.replace("~1", "/") for token in where.pointer.split("/")[1:]]
    return not tokens or any(token in line for token in tokens[-3:]) or line.lstrip().startswith("- ")


def test_every_rule_of_the_catalog_has_a_seed_and_every_seed_a_rule() -> None:
    assert {seed[0] for seed in SEEDS} == set(RULES)


def test_nothing_expires_without_a_day_to_judge_on() -> None:
    files = edited(W3, '"2026-10-21"', '"2016-04-21"')
    assert findings(files, None) == ()


def test_findings_are_the_same_in_the_same_order_every_time_and_loudest_first() -> None:
    files = {
        **edited(W3, '"2026-10-21"', '"2026-04-21"'),
        INVOICE: edited(INVOICE, "owner: erp", "owner: nobody")[INVOICE],
    }
    first, second = findings(files), findings(dict(reversed(files.items())))
    assert first == second
    assert [finding.level for finding in first] == sorted((f.level for f in first), key=lambda level: level.rank)
    assert first[-1].level is Level.WARNING
