"""Probes pass on a landscape whose billing is a real Kill Bill; what it cannot do it refuses by name."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.deeds import Attempt, RefusedError
from synthetic.deeds.calls import Kind
from synthetic.matrix import Case, Suite, play_case
from synthetic.matrix.suites import start_of
from synthetic.probes import PROBES
from synthetic.sandboxes.killbill import KillBillEvents, KillBillServer, MissingError, install
from synthetic.sandboxes.killbill.server import yearly_prices
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.transaction import Categories

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[3]
SKUS = ["PRO-ANNUAL", "SUITE-ANNUAL"]
PASSING = (
    "customer-onboarding",
    "invoice-posting",
    "card-payment",
    "bank-transfer",
    "write-off",
    "cancellation",
    "parallel-run",
)


@pytest.fixture(scope="module")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture(scope="module")
def server(required, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        if "HARNESS_KILLBILL_HOME" not in os.environ:
            patch.setenv("HARNESS_KILLBILL_HOME", str(ROOT / ".cache"))
        try:
            installed = install(lambda _: None)
        except MissingError:
            required("java")
    running = KillBillServer(installed, tmp_path_factory.mktemp("killbill"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def side(server):
    made = []

    def make(now, prices):
        made.append(KillBillEvents(server, yearly_prices(prices, SKUS, ["EUR", "USD", "JPY"]), prices, now))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("name", PASSING)
def test_a_probe_passes_on_kill_bill(side, catalog, name):
    probe = next(one for one in PROBES if one.name == name)

    def landscape(seed, layers):
        return Landscape(catalog, VirtualClock(start_of(seed)), layers, seed=seed, billing=side)

    suite = Suite((probe,), landscape, Categories(catalog.categories()))
    run = play_case(suite, Case(probe, 0)).run
    assert run.verdict.value == "passed", run.failed_step


def asked(side, operation, key="", **request):
    kind = Kind.DEED if key else Kind.LOOK
    return side.adapter.call(Attempt("billing", operation, request, kind, key, datetime(2027, 1, 4, tzinfo=UTC)))


def test_deeds_are_done_once_and_what_it_cannot_do_is_refused(side, catalog):
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    billing = side(lambda: now, CatalogPrices(Master(catalog), now.date()))
    facts = {"account": "a-1", "name": "One", "entity": "DE-01", "currency": "EUR"}
    first, again = (asked(billing, "onboard", key="c", **facts) for _ in range(2))
    assert first == again
    sale = {
        "customer": first["id"],
        "sku": "PRO-ANNUAL",
        "entity": "DE-01",
        "currency": "EUR",
        "tax_code": "DE-S19",
        "contract": "C-1",
    }
    begun, repeated = (asked(billing, "subscribe", key="s", **sale) for _ in range(2))
    assert begun == repeated
    shown = asked(billing, "invoice_of", invoice=begun["invoice"])
    assert (shown["net"], shown["tax"], shown["total"], shown["start"], shown["end"]) == (
        120000,
        22800,
        142800,
        "2027-01-04",
        "2028-01-04",
    )
    for operation, request in (("subscribe", sale | {"quantity": 2}), ("preview_of", {"subscription": begun["id"]})):
        with pytest.raises(RefusedError) as refused:
            asked(billing, operation, key="x", **request)
        assert refused.value.code == "operation-unsupported"
