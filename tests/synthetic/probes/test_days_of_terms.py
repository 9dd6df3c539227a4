"""Days of terms as billing counts them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from synthetic.probes.days import months_later
from synthetic.sandboxes.billing.periods import stepped


@pytest.mark.parametrize(
    ("began", "months", "ends"),
    [
        ((2027, 1, 31), 1, (2027, 2, 28)),
        ((2027, 1, 31), 2, (2027, 3, 31)),
        ((2027, 8, 31), 2, (2027, 10, 31)),
        ((2027, 11, 30), 3, (2028, 2, 29)),
        ((2027, 12, 1), 1, (2028, 1, 1)),
    ],
)
def test_months_are_counted_from_the_day_it_began_as_billing_does(began, months, ends):
    at = datetime(*began, 12, 30, tzinfo=UTC)
    assert months_later(at, months) == datetime(*ends, 12, 30, tzinfo=UTC)
    assert int(months_later(at, months).timestamp()) == stepped(int(at.timestamp()), "month", 1, months)
