"""One Tryton for all tests of this folder, reset before each; skipped visibly where it cannot be had."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.tryton import InstallationError, Recognition, TrytonPort, TrytonServer, is_ready, template

ROOT = Path(__file__).parents[3]
# the shop of the supervision tests sells here too: the same accounting must hold whatever the ERP is
sys.path.append(str(ROOT / "tests" / "synthetic" / "supervision"))
# and the documents of the worked examples are those of the ledger's tests
sys.path.append(str(ROOT / "tests" / "synthetic" / "ledger"))
# and figures are counted from Tryton as from the ledger
sys.path.append(str(ROOT / "tests" / "synthetic" / "monitor"))


@pytest.fixture(scope="session")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


@pytest.fixture(scope="session")
def server(catalog, required, tmp_path_factory):
    """A running server; the template is kept beside the checkout, so that only the first run builds it."""
    with pytest.MonkeyPatch.context() as patch:
        if "HARNESS_TRYTON_HOME" not in os.environ:
            patch.setenv("HARNESS_TRYTON_HOME", str(ROOT / ".cache" / "tryton-8.2"))
        if not (is_ready(catalog) or os.environ.get("HARNESS_TRYTON_BUILD")):
            # installing takes a minute and a network: `make test-tryton` asks for it
            required("tryton")
        try:
            programs, prepared = template(catalog, lambda _: None)
        except InstallationError:
            required("tryton")
    running = TrytonServer(programs, tmp_path_factory.mktemp("tryton"), prepared)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def clock():
    """The time of a test, moved by writing to it."""
    return {"now": datetime(2027, 2, 4, 12, tzinfo=UTC)}


@pytest.fixture
def port_of(server, catalog, clock):
    """Make a port on the freshly reset server."""
    server.reset()
    tryton = server.session()

    def make(recognition=Recognition.DAILY):
        return TrytonPort(tryton, Master(catalog), lambda: clock["now"], recognition)

    return make


@pytest.fixture
def port(port_of):
    return port_of()
