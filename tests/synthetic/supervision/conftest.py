"""One sandbox of real processes for the tests of a file, stopped by its own run folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import start_detached
from synthetic.sandboxes.supervision.supervisor import take_down

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def reference():
    """The catalog of the landscape."""
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture
def sandbox(tmp_path):
    """Start sandboxes in a run folder; whatever is left of them is stopped."""

    def start(**plan) -> Running:
        return start_detached(Plan(**plan), tmp_path / "run", lambda _: None)

    yield start
    take_down(tmp_path / "run")


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory):
    """One sandbox for all tests of a module; a test that needs an empty one resets it."""
    folder = tmp_path_factory.mktemp("sandbox")
    yield start_detached(Plan(), folder, lambda _: None)
    take_down(folder)
