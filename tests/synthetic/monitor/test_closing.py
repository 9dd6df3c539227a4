"""A period is reconciled when the last checkpoint that looks at it has nothing open, and not when it is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.model.reconciliation import Comparison, ExceptionState, ReconciliationException
from synthetic.monitor.ledgers.closing import CLOCK, reconciled

_END = datetime(2027, 2, 1, tzinfo=UTC)
_NOW = _END + timedelta(hours=100)


def _compared(hours, left, checkpoint="invoices", **more):
    return Comparison(checkpoint, "DE-01", "2027-01", _END + timedelta(hours=hours), 10, 10 - left, open=left, **more)


def _exception(category, closed, state=ExceptionState.CLOSED):
    at = _END - timedelta(days=3)
    until = None if closed is None else _END + timedelta(hours=closed)
    return ReconciliationException(
        category, "invoices", "DE-01", "2027-01", category, at, at, 1, "EUR", state, closed_at=until
    )


def _found(compared, exceptions=()):
    return reconciled(compared, exceptions, _END.timestamp(), _NOW.timestamp(), datetime.timestamp)


def _hours(found):
    return None if found.at is None else (found.at - _END.timestamp()) / 3600


@pytest.mark.parametrize(
    ("compared", "known", "hours"),
    [
        ([], False, None),
        ([_compared(-5, 0)], False, None),
        ([_compared(-5, 0), _compared(1, 0), _compared(2, 0)], True, 1),
        ([_compared(-5, 3), _compared(1, 2), _compared(30, 0), _compared(31, 0)], True, 30),
        ([_compared(1, 0), _compared(5, 1), _compared(9, 0)], True, 9),
        ([_compared(1, 0), _compared(5, 1)], True, None),
        ([_compared(1, 0), _compared(7, 0, "cash")], True, 7),
        ([_compared(1, 0), _compared(7, 2, "cash")], True, None),
        ([_compared(1, 0), _compared(-7, 0, "cash")], False, None),
    ],
    ids=["nothing", "before", "clean", "cleared", "came-back", "open", "two", "one-open", "one-did-not-look"],
)
def test_it_is_reconciled_since_nothing_is_open_for_good_at_every_checkpoint(compared, known, hours):
    found = _found(compared)
    assert (found.known, _hours(found)) == (known, hours)


def test_the_time_that_the_monitor_noted_wins_over_that_of_the_history():
    moved = _compared(3, 0, totals={CLOCK: int(_END.timestamp()) + 7200})
    assert _hours(_found([moved])) == 2


def test_the_last_open_exception_blocked_as_long_as_it_was_alone():
    looks = [_compared(1, 3), _compared(48, 0)]
    found = _found(looks, [_exception("tax", 10), _exception("missing", 48), _exception("amount", -20)])
    assert (found.blocked, found.category) == (38 * 3600, "missing")
    alone = _found(looks, [_exception("missing", 48)])
    assert (alone.blocked, alone.category) == (48 * 3600, "missing")


def test_what_was_accepted_or_over_before_the_end_blocked_nothing():
    accepted = _exception("amount", None, ExceptionState.ACCEPTED)
    found = _found([_compared(1, 0)], [accepted, _exception("tax", -2)])
    assert (found.blocked, found.category) == (0, "")


def test_what_is_open_still_blocks_until_now():
    found = _found([_compared(1, 1)], [_exception("tax", None, ExceptionState.OPEN)])
    assert (found.at, found.blocked, found.category) == (None, 100 * 3600, "tax")
