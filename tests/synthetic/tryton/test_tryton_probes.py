"""Every probe passes on a landscape whose ERP is Tryton, and names the faults it meets there."""

from __future__ import annotations

import pytest

from synthetic.clock import VirtualClock
from synthetic.matrix import Case, Suite, play_case
from synthetic.matrix.suites import start_of
from synthetic.probes import PROBES
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.tryton import Recognition, TrytonPort
from synthetic.transaction import Categories

pytestmark = pytest.mark.tryton


@pytest.fixture
def play(server, catalog):
    server.reset()
    tryton = server.session()
    master = Master(catalog)

    def run(probe, fault=None, recognition=Recognition.DAILY):
        def landscape(seed, layers):
            clock = VirtualClock(start_of(seed))
            return Landscape(
                catalog, clock, layers, seed=seed, erp=lambda now: TrytonPort(tryton, master, now, recognition)
            )

        suite = Suite((probe,), landscape, Categories(catalog.categories()))
        return play_case(suite, Case(probe, 0, fault)).run

    return run


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_passes_clean(play, probe):
    run = play(probe)
    assert run.verdict.value == "passed", run.failed_step
    assert run.leaks == ()
