"""Every probe passes on a landscape whose ERP is Tryton, and names the faults it meets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthetic.clock import VirtualClock
from synthetic.faults import fault
from synthetic.matrix import Case, Suite, play_case
from synthetic.matrix.suites import start_of
from synthetic.probes import PROBES
from synthetic.sandboxes.landscape import Landscape
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.ledger.rates import daily
from synthetic.sandboxes.tryton import Recognition, TrytonPort
from synthetic.transaction import Categories

pytestmark = pytest.mark.tryton


@pytest.fixture
def play(server, catalog):
    server.reset()
    tryton = server.session()
    master = Master(catalog, daily)

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


def _swallowed(call, forward, rng):  # noqa: ARG001  (a fault may do without)
    return {"journal_number": "DE-01/0", "replayed": False}


def _cheaper(call, forward, rng):  # noqa: ARG001
    invoice = dict(call.request["invoice"])
    first = {**invoice["lines"][0], "net": invoice["lines"][0]["net"] - 100}
    changed = {**invoice, "lines": [first], "net": invoice["net"] - 100, "total": invoice["total"] - 100}
    return forward(replace(call, request={**call.request, "invoice": changed}))


@pytest.mark.parametrize(
    ("probe", "operation", "how", "names"),
    [
        ("invoice-posting", "post_invoice", _swallowed, {"missing", "late"}),
        ("invoice-posting", "post_invoice", _cheaper, {"amount"}),
        ("card-payment", "apply_payment", _swallowed, {"missing", "late", "application"}),
    ],
)
def test_a_fault_on_the_way_to_tryton_has_its_name(play, probe, operation, how, names):
    found = next(one for one in PROBES if one.name == probe)
    made = fault(f"{operation}-{how.__name__}", port="erp", operation=operation, names=names)(how)
    run = play(found, made)
    assert (run.verdict.value, run.category in names) == ("failed", True), (run.category, run.failed_step)
