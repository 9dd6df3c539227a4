from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.money import converted, cumulative, half_up, share, toward_zero

amounts = st.integers(-(10**15), 10**15)


def test_halves_go_away_from_zero():
    assert [half_up(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]


def test_toward_zero_drops_the_fraction():
    assert [toward_zero(Decimal(text)) for text in ("-1.9", "-0.1", "1.9")] == [-1, 0, 1]


def test_a_year_by_calendar_months_sums_to_the_year_where_rounding_each_month_does_not():
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    assert sum(cumulative(120000, days)) == 120000
    assert sum(share(120000, day, 365) for day in days) == 120001


def test_dollars_become_yen_without_minor_units():
    assert converted(1000, Decimal("152.35"), 2, 0) == 1524


def test_no_weights_cannot_share_anything():
    with pytest.raises(ValueError, match="weights"):
        cumulative(1, [0, 0])


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_parts_always_sum_to_the_total(total, weights):
    assert sum(cumulative(total, weights)) == total


@given(amounts, st.fractions(0, 1))
def test_a_credit_mirrors_its_charge(total, part):
    assert half_up(-total * part) == -half_up(total * part)
    assert toward_zero(-total * part) == -toward_zero(total * part)
