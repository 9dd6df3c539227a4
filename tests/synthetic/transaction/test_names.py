"""What a difference is called: by the table, by how a sum is wrong, by what is there though nothing should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.transaction import Categories
from synthetic.transaction.expectation import Expectation

ROOT = Path(__file__).parents[3]
CATEGORIES = Categories(read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"]).categories())
BOOKS = {"count": 1, "balance": 0, "receivable": 500, "open_items": 500, "output_tax": 19, "customer_credit": 0}


def name(object_name, answer, *, fixed=None, want=None, otherwise=""):
    asked = Expectation(object_name, want or {}, fixed or {}, CATEGORIES, otherwise=otherwise, explained={})
    return asked.differences(answer)[0].category


@pytest.mark.parametrize(
    ("wrong", "called"),
    [
        ({"receivable": 200, "open_items": 200}, "application"),
        ({"receivable": 501}, "imbalance"),
        ({"open_items": 499}, "imbalance"),
        ({"receivable": 1000, "open_items": 1000}, "duplicate"),
        ({"output_tax": 20}, "tax"),
        ({"customer_credit": 100}, "unapplied"),
        ({"balance": 1}, "imbalance"),
    ],
)
def test_a_wrong_sum_has_the_name_of_what_it_sums_and_imbalance_is_what_does_not_tie(wrong, called):
    assert name("balances", BOOKS | wrong, fixed=BOOKS) == called


def test_a_step_about_two_ledgers_calls_their_difference_divergence_but_never_an_imbalance():
    assert name("balances", BOOKS | {"output_tax": 20}, fixed=BOOKS, otherwise="divergence") == "divergence"
    assert name("balances", BOOKS | {"balance": 1}, fixed=BOOKS, otherwise="divergence") == "imbalance"
    assert name("balances", BOOKS | {"receivable": 501}, fixed=BOOKS, otherwise="divergence") == "imbalance"


@pytest.mark.parametrize(
    ("object_name", "field", "called"),
    [
        ("application", "account", "account"),
        ("application", "applied_to", "application"),
        ("payment", "refunded", "amount"),
        ("balances", "disputed", "application"),
        ("balances", "deferred", "deferral"),
    ],
)
def test_rows_of_the_table(object_name, field, called):
    assert CATEGORIES.of(object_name, field) == called


@pytest.mark.parametrize(("object_name", "called"), [("posting", "missing"), ("entitlement", "entitlement")])
def test_what_is_not_there_is_missing_unless_the_table_knows_a_better_word(object_name, called):
    assert name(object_name, {"count": 0}, fixed={"count": 1}) == called


@pytest.mark.parametrize(
    ("object_name", "answer", "otherwise", "called"),
    [
        ("exceptions", {"count": 1, "category": "mapping"}, "", "mapping"),
        ("exceptions", {"count": 2, "category": "nothing known"}, "", "state"),
        ("posting", {"count": 1}, "", "state"),
        ("party", {"count": 1}, "entity", "entity"),
    ],
)
def test_what_is_there_though_nothing_should_be_is_never_a_duplicate(object_name, answer, otherwise, called):
    assert name(object_name, answer, fixed={"count": 0}, otherwise=otherwise) == called
