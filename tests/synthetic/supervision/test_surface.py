"""What the sandbox says it serves is what the landscape has, what its parts serve, and what the page says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.landscape.rows import Store
from synthetic.sandboxes.services.edge_faces import EdgeSystems
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.surface import contracts_of, page

ROOT = Path(__file__).parents[3]


def test_every_api_of_the_landscape_is_served():
    known = {path.name for path in (ROOT / "contracts/apis").iterdir()} - {"common"}
    assert set(contracts_of(Plan())) == known


def test_the_edge_serves_what_is_said_of_it():
    catalog = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
    clock = VirtualClock(datetime(2027, 1, 4, tzinfo=UTC))
    edge = EdgeSystems(catalog, BillingCore(clock), lambda *_: 0, clock.now, Store(":memory:").table)
    assert {name for name, part in contracts_of(Plan()).items() if part == "edge"} == set(edge.answers())


def test_a_second_erp_keeps_the_legacy_ledger_and_tryton_serves_no_contract_of_ours():
    assert contracts_of(Plan(second_erp="ledger"))["erp-legacy-postings"] == "ledger-2"
    assert not [name for name in contracts_of(Plan(erp="tryton")) if name.startswith("erp-")]


def test_the_page_is_what_the_code_says():
    assert (ROOT / "docs/sandbox-contracts.md").read_text("utf-8") == page(), "python -m synthetic.cli.contracts_page"
