"""Every rule about a contract or the catalog shows itself: found in the wrong one, and gone once it is mended."""

from __future__ import annotations

from datetime import date

import pytest

from harness.catalog import check_catalog, read_catalog
from harness.conventions import check_conventions
from harness.documents import Library, MemoryTree
from harness.registry import read_config, read_registry
from harness.rules import Area, all_rules, files_of, get, mending, mending_ids

SHOWN = [rule.id for rule in all_rules() if rule.area in {Area.CONVENTIONS, Area.CATALOG}]
# Told by the file itself rather than by a rule of ours.
WITHOUT_PAIR = {"spectral-finding"}
AS_OF = date(2027, 6, 1)


def found(rule_id: str, text: str) -> set[str]:
    files = files_of(text, "contract.yaml" if get(rule_id).area is Area.CONVENTIONS else "catalog/all.yaml")
    library = Library(MemoryTree({path: data.decode() for path, data in files.items()}))
    if get(rule_id).area is Area.CONVENTIONS:
        return {one.rule for one in check_conventions("invoices", library.node("contract.yaml"), library)}
    registry = read_registry(library, read_config(library))
    catalog = read_catalog(library)
    assert not catalog.problems
    return {one.rule for one in check_catalog(catalog, registry.contracts, library=library, as_of=AS_OF)}


@pytest.mark.parametrize("rule_id", mending_ids())
def test_what_is_wrong_is_found_and_mending_it_takes_this_finding_and_no_other_away(rule_id) -> None:
    shown = mending(rule_id)
    assert shown is not None
    wrong, right = found(rule_id, shown.wrong), found(rule_id, shown.right)
    assert rule_id in wrong
    assert right == wrong - {rule_id}


def test_every_rule_of_a_contract_and_of_the_catalog_has_a_pair() -> None:
    assert sorted(set(SHOWN) - WITHOUT_PAIR - set(mending_ids())) == []
    assert set(mending_ids()) <= {rule.id for rule in all_rules()}
