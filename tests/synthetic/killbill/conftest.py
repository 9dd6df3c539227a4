"""One Kill Bill for all tests of this folder, a tenant for each; skipped visibly where it cannot be had."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.killbill import KillBillServer, MissingError, install
from synthetic.sandboxes.killbill.database import make_database
from synthetic.sandboxes.supervision.postgres import is_installed, start_postgres
from synthetic.sandboxes.supervision.processes import Process, start_of, stop

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture(scope="session")
def home(required):
    """Where Kill Bill is kept: beside the checkout, so that only the first run fetches it."""
    if shutil.which("java") is None:
        required("java")
    if not is_installed():
        required("postgres")
    with pytest.MonkeyPatch.context() as patch:
        if "HARNESS_KILLBILL_HOME" not in os.environ:
            patch.setenv("HARNESS_KILLBILL_HOME", str(ROOT / ".cache"))
        try:
            install(lambda _: None)
        except MissingError:
            required("killbill")
        yield Path(os.environ["HARNESS_KILLBILL_HOME"])


@pytest.fixture(scope="module")
def server(home, tmp_path_factory):  # noqa: ARG001  (fetched first)
    folder = tmp_path_factory.mktemp("killbill")
    postgres = start_postgres(folder / "postgres", over_tcp=True)
    process = Process(postgres.pid, start_of(postgres.pid) or 0)
    installed = install(lambda _: None)
    running = KillBillServer(installed, folder / "server", make_database(postgres, installed))
    try:
        running.start()
        yield running
    finally:
        running.stop()
        stop([process])
