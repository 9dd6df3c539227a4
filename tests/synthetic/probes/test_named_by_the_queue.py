"""A document that is missing because the middleware found it wrong is called by what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.deeds import RefusedError
from synthetic.faults import fault
from synthetic.faults.playing import Played
from synthetic.matrix.playing import Case, play_case
from synthetic.matrix.suites import chosen, reference_suite

CATALOG = read_catalog(Library(FolderTree(Path(__file__).parents[3] / "catalog")), ["**/*.yaml"])


def stale_tax_code(call, forward, rng):
    """An event that bears the tax code of a buyer abroad, as billing had it before the buyer moved."""
    del rng
    event = call.request["event"]
    if event["type"] == "invoice.finalized":
        for rate in event["data"]["object"]["default_tax_rates"]:
            rate["metadata"]["tax_code"] = "DE-RC"
    return forward(call)


def no_sku(call, forward, rng):
    """A ledger that has no row for what is sold: its owner acts first, and no replay helps before he has."""
    del call, forward, rng
    raise RefusedError("erp", "sku-unmapped", "no such item here")


def out_of_sorts(call, forward, rng):
    """A ledger that takes no invoice, for a reason of its own."""
    del call, forward, rng
    raise RefusedError("erp", "journal-is-full", "try again next year")


@pytest.mark.parametrize(
    ("place", "effect", "named"),
    [
        (("bus", "deliver"), stale_tax_code, "tax"),
        (("erp", "post_invoice"), no_sku, "mapping"),
        (("erp", "post_invoice"), out_of_sorts, "missing"),
    ],
    ids=["found wrong by the middleware", "without a row in the ledger", "not taken by the ledger"],
)
def test_a_missing_posting_is_named_by_what_the_queue_says_of_the_document(place, effect, named):
    (probe,) = chosen(["invoice-posting"])
    suite = reference_suite(CATALOG, [probe])
    made = fault(effect.__name__, port=place[0], operation=place[1], names={named})(effect)
    run = play_case(suite, Case(probe, 0), [Played(made)]).run
    assert (run.verdict.value, run.category) == ("failed", named)
