"""Faults of a command are played at the proxy of a sandbox as well, and what met nothing is said."""

from __future__ import annotations

import pytest

from harness.model import UsageError
from synthetic.cli import on_the_way
from synthetic.cli.live_faults import Drilled, row_text
from synthetic.cli.on_the_way import OnTheWay
from synthetic.faults import Played, load_faults

_FILE = """from synthetic.faults import fault

@fault("tax-lost", port="erp", operation="post_invoice", names={"tax"})
def tax_lost(call, forward, rng):
    return forward(call)

@fault("entity-shown", port="billing", operation="invoice_of", names={"entity"})
def entity_shown(call, forward, rng):
    return forward(call)
"""


class Sandbox:
    """A run folder whose proxy remembers what it was asked."""

    def __init__(self, *children):
        self.children = dict.fromkeys(children)
        self.on: list[dict[str, object]] = []
        self.asked: list[tuple[str, object]] = []

    def ask(self, child, method, path, body=None):
        assert (child, path) == ("proxy", "/sandbox/faults")
        self.asked.append((method, body))
        if method == "PUT":
            self.on = [{"id": one["id"], "met": 2, "changed": 1} for one in body["faults"]]
        if method == "DELETE":
            self.on = []
        return {"faults": self.on}


@pytest.fixture
def played(tmp_path):
    (tmp_path / "faults.py").write_text(_FILE, "utf-8")
    return [Played(one) for one in load_faults(tmp_path)]


@pytest.fixture
def up(monkeypatch):
    def started(*children):
        running = Sandbox(*children)
        monkeypatch.setattr(on_the_way, "running_sandbox", lambda _folder: running)
        return running

    return started


def test_what_systems_send_each_other_is_spoilt_at_the_proxy_for_as_long_as_a_run_lasts(up, played, tmp_path):
    running = up("edge", "proxy")
    way = OnTheWay("sandbox", played, 7)
    with way.on():
        assert [one["id"] for one in running.on] == ["tax-lost"], "nobody but the probe asks billing"
    assert running.on == []
    put = next(body for method, body in running.asked if method == "PUT")
    assert put == {"faults": [{"id": "tax-lost", "file": str(tmp_path / "faults.py")}], "seed": 7}
    assert "! fault tax-lost met 2 calls, 2 of them at the proxy, and changed 1\n" in way.told()
    assert "? fault entity-shown met no call of billing.invoice_of\n" in way.told()


def test_a_run_that_breaks_leaves_no_fault_on(up, played):
    running = up("proxy")
    with pytest.raises(ZeroDivisionError), OnTheWay("sandbox", played, 0).on():
        raise ZeroDivisionError
    assert running.on == []


def test_a_fault_that_somebody_has_switched_on_is_not_taken_away(up, played):
    running = up("proxy")
    running.on = [{"id": "theirs", "met": 0, "changed": 0}]
    with pytest.raises(UsageError, match="theirs is on"), OnTheWay("sandbox", played, 0).on():
        pass
    assert running.on[0]["id"] == "theirs"


def test_without_a_proxy_a_fault_that_met_nothing_says_what_would_help(up, played):
    running = up("edge")
    way = OnTheWay("sandbox", played, 0)
    with way.on():
        pass
    assert running.asked == []
    assert "harness sandbox up --proxy" in way.told()


@pytest.mark.parametrize("environment", ["landscape", "staging"])
def test_elsewhere_there_is_no_proxy_to_ask(monkeypatch, played, environment):
    monkeypatch.setattr(on_the_way, "running_sandbox", lambda _folder: pytest.fail("nobody asks for a sandbox here"))
    with OnTheWay(environment, played, 0).on():
        pass


@pytest.mark.parametrize(
    ("met", "changed", "said"),
    [(0, 0, "met no call on the way"), (3, 0, "changed none of 3 calls"), (3, 1, " 2.0 s")],
)
def test_a_drill_says_of_a_fault_that_it_never_acted(met, changed, said):
    one = Drilled("entity-shown", "invoice-posting", "passed", "", ("entity",), met, changed, None, 2.0, found=False)
    assert row_text(one).rstrip().endswith(said)
