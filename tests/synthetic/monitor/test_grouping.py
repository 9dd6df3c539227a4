"""One cause, one alert: on the reference landscape."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from made import FAILED, INCONCLUSIVE, PASSED, START, monitor, run

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from harness.model.monitoring import Alert
from synthetic.monitor.grouping import dependencies_of, grouped
from synthetic.monitor.schedule import Schedule


@pytest.fixture(scope="module")
def dependencies():
    return dependencies_of(read_catalog(Library(FolderTree(Path(__file__).parents[3])), ["catalog/**/*.yaml"]))


def _alert(system, category, entity="DE-01", minutes=0, environment="sandbox"):
    at = START + timedelta(minutes=minutes)
    return Alert(f"{environment}/{entity}/{system}/{category}", environment, entity, system, category, at, at)


def test_money_flows_from_billing_over_the_connector_into_the_ledger(dependencies):
    assert dependencies.explains("billing", "erp")
    assert dependencies.explains("sync", "erp")
    assert dependencies.explains("crm", "billing")
    assert not dependencies.explains("erp", "billing")
    for name, before in dependencies.before.items():
        assert name not in before
        assert not any(name in dependencies.before.get(other, ()) for other in before)


@pytest.mark.parametrize(
    ("cause", "shown", "explains"),
    [
        (("sync", "unreachable", ""), ("erp", "missing", "DE-01"), True),
        (("erp", "unreachable", ""), ("erp", "missing", "DE-01"), True),
        (("billing", "tax", "DE-01"), ("erp", "tax", "DE-01"), True),
        (("billing", "missing", "DE-01"), ("analytics", "missing", "DE-01"), True),
        (("billing", "tax", "DE-01"), ("erp", "tax", "US-01"), False),
        (("billing", "tax", "DE-01"), ("erp", "entity", "DE-01"), False),
        (("sync", "unreachable", ""), ("erp", "tax", "DE-01"), False),
        (("analytics", "missing", "DE-01"), ("crm", "missing", "DE-01"), False),
    ],
)
def test_what_explains_what(dependencies, cause, shown, explains):
    first = _alert(cause[0], cause[1], cause[2], minutes=5)  # noticed later than what it causes
    second = _alert(shown[0], shown[1], shown[2])
    found = grouped([second, first], dependencies)
    assert found.get(second.key, "") == (first.key if explains else "")


def test_another_environment_explains_nothing(dependencies):
    alerts = [_alert("sync", "unreachable", "", environment="production"), _alert("erp", "missing")]
    assert grouped(alerts, dependencies) == {}


def test_causes_are_roots_whatever_the_order(dependencies):
    alerts = [
        _alert("billing", "missing"),
        _alert("sync", "missing"),
        _alert("erp", "missing"),
        _alert("analytics", "late"),
    ]
    for turn in range(4):
        order = alerts[turn:] + alerts[:turn]
        assert set(grouped(order, dependencies).values()) == {alerts[0].key}


def test_an_outage_of_the_connector_tells_once_and_its_end_too(history, dependencies):
    """Five probes see the outage, each in its own way; one message names the cause, one says that it is over."""
    probes = ["invoice-posting", "card-payment", "bank-transfer", "amendment", "renewal"]
    schedules = [Schedule(name, "sandbox", "15m") for name in probes]

    def play(work, now):
        slot = work.slot
        down = timedelta(minutes=30) <= now - START < timedelta(minutes=100)
        if not down:
            return run(PASSED, now, probe=slot.probe, slot=slot.slot)
        if slot.probe == "amendment":
            return run(INCONCLUSIVE, now, probe=slot.probe, slot=slot.slot, system="sync", category="unreachable")
        system = {"renewal": "analytics"}.get(slot.probe, "erp")
        return run(FAILED, now, probe=slot.probe, slot=slot.slot, system=system, category="missing")

    made = monitor(history, schedules, verdict=play, dependencies=dependencies, poll=timedelta(minutes=10))
    made.run_for(timedelta(hours=4))
    opened = [one for one in made.headlines() if one[0] == "opened"]
    recovered = [one for one in made.headlines() if one[0] == "recovered"]
    told = {one[2] for one in opened}
    assert told <= {"erp", "analytics", "sync"}
    assert len(opened) == len(recovered) <= 3
    assert replace(made.sent[0].alert, details=None).category in {"missing", "unreachable"}
