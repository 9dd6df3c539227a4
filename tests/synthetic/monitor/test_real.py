"""Real business: burn rates where a hundred events say something, counts of exceptions where they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.documents import FolderTree, Library
from harness.metrics.facts import Facts, InvoiceFact
from harness.metrics.objectives import read_objectives
from harness.model.monitoring import AlertState
from harness.model.reconciliation import ExceptionState, ReconciliationException
from synthetic.monitor.notices import Occasion, due, said, to_text
from synthetic.monitor.real import Real, after_real, judge_real

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
OBJECTIVES, _ = read_objectives(Library(FolderTree(Path(__file__).parents[3])))


def invoices(good, bad, minutes=30):
    """As many invoices, spread so that the last twelfth of an hour and of six hours hold some of each."""
    found = []
    for number in range(good + bad):
        at = NOW - timedelta(minutes=15, seconds=20 + number % minutes * 60)
        posted = 0 if number < bad else 1
        found.append(InvoiceFact("ledger", "DE-01", at, posted, at if posted else None))
    return tuple(found)


def exception(key="a", category="missing", entity="DE-01", **changed):
    at = NOW - timedelta(hours=2)
    plain = ReconciliationException(key, "sandbox:invoices", entity, "2027-03", category, at, NOW, 100, "EUR")
    return replace(plain, environment="sandbox", **changed)


def judged(*exceptions, facts=()):
    return judge_real(Facts("sandbox", invoices=facts, exceptions=exceptions), OBJECTIVES, NOW)


def test_with_traffic_a_burnt_budget_is_a_page_with_its_numbers():
    found = judged(facts=invoices(good=360, bad=120))
    assert [(one.level, one.category) for one in found] == [("page", "invoice-posting")]
    assert "times what 28 d allow" in found[0].why


def test_with_traffic_and_all_posted_nobody_is_told():
    assert judged(facts=invoices(good=300, bad=0)) == ()


def test_three_of_eleven_burn_no_rate_and_are_counted_as_exceptions():
    few = invoices(good=8, bad=3)
    assert judged(facts=few) == ()
    (told,) = judged(*(exception(str(n)) for n in range(3)), facts=few)
    assert (told.level, told.entity, told.category) == ("ticket", "DE-01", "missing")
    assert told.sentence == "3 exceptions in the books of DE-01 (missing), the oldest for 2 h."


def test_five_of_one_company_and_category_are_a_page_and_five_of_several_are_tickets():
    assert [one.level for one in judged(*(exception(str(n)) for n in range(5)))] == ["page"]
    several = judged(*(exception(str(n), entity=f"XX-{n:02}") for n in range(5)))
    assert {one.level for one in several} == {"ticket"}
    assert len(several) == 5


@pytest.mark.parametrize(
    "changed", [{"source": "probe"}, {"state": ExceptionState.ACCEPTED}, {"closed_at": NOW - timedelta(hours=1)}]
)
def test_what_probes_left_what_is_accepted_and_what_is_over_tells_nobody(changed):
    assert judged(exception(**changed)) == ()


def test_it_is_said_once_escalates_and_is_over_when_the_ledgers_say_so():
    real = Real(judged(exception()))
    (opened,), over = after_real((), "sandbox", real, NOW)
    assert (opened.key, opened.level, over) == ("sandbox/DE-01/ledger/missing", "ticket", [])
    (notice,) = due([opened], NOW)
    assert notice.occasion is Occasion.OPENED
    assert "seen in" not in to_text(notice)
    told = said(notice)
    (again,), _ = after_real((told,), "sandbox", real, NOW + timedelta(minutes=1))
    assert due([again], NOW + timedelta(minutes=1)) == ()
    worse = Real(judged(*(exception(str(n)) for n in range(5))))
    (paged,), _ = after_real((again,), "sandbox", worse, NOW + timedelta(minutes=2))
    assert [one.occasion for one in due([paged], NOW + timedelta(minutes=2))] == [Occasion.ESCALATED]
    left, (closed,) = after_real((paged,), "sandbox", Real(()), NOW + timedelta(hours=1))
    assert (left, closed.state) == ((), AlertState.CLOSED)
    assert [one.occasion for one in due([closed], NOW + timedelta(hours=1))] == [Occasion.RECOVERED]


def test_held_back_it_is_kept_and_not_said():
    (opened,), _ = after_real((), "sandbox", Real(judged(exception())), NOW, held="observe mode")
    assert due([opened], NOW) == ()


def test_ledgers_that_could_not_be_asked_end_nothing():
    (opened,), _ = after_real((), "sandbox", Real(judged(exception())), NOW)
    assert after_real((opened,), "sandbox", Real((), known=False), NOW) == ((opened,), [])
