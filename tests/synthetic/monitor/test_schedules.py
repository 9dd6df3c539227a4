"""Planned times, jitter and shards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import UsageError
from harness.model.monitoring import Slot
from synthetic.monitor.schedule import Schedule, check_schedule, parse_shard, shard_of, slot_text, slot_time

MARCH = datetime(2027, 3, 1, tzinfo=UTC)
times = st.integers(1_770_000_000, 1_830_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
EVERY = ["15m", "1h", "7m", "1 day", "*/15 * * * *", "30 2 * * *", "0 9-17 * * 1-5", "*/20 0,1,2,3 * * *"]


@given(times, st.sampled_from(EVERY), st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]))
def test_slots_are_in_order_in_the_span_and_the_latest_is_the_last_of_them(start, every, zone):
    schedule = Schedule("p", "e", every, zone)
    until = start + timedelta(days=3)
    slots = list(schedule.slots(start, until))
    assert slots == sorted(set(slots))
    assert all(start < slot <= until for slot in slots)
    if slots:
        assert schedule.latest(until) == slots[-1]
        assert schedule.latest(slots[0]) == slots[0]


@given(times, st.sampled_from(EVERY))
def test_cutting_a_span_in_two_loses_no_slot_and_repeats_none(start, every):
    schedule = Schedule("p", "e", every, "Europe/Berlin")
    middle, until = start + timedelta(hours=31), start + timedelta(days=3)
    whole = list(schedule.slots(start, until))
    assert [*schedule.slots(start, middle), *schedule.slots(middle, until)] == whole


@given(times, st.text(min_size=1, max_size=8))
def test_the_jitter_is_the_same_for_every_runner_and_less_than_a_tenth_of_the_interval(planned, probe):
    one, other = Schedule(probe, "e", "5m"), Schedule(probe, "e", "5m")
    assert one.delay(planned) == other.delay(planned)
    assert timedelta() <= one.delay(planned) < timedelta(seconds=30)


def test_the_jitter_spreads_probes_that_share_a_time():
    delays = [Schedule(f"probe-{n}", "e", "15m").delay(MARCH) for n in range(200)]
    tenths = {int(delay / timedelta(seconds=6)) for delay in delays}
    assert tenths == set(range(10))


def test_an_hour_that_is_repeated_in_autumn_is_two_slots_and_one_that_is_missing_in_spring_is_played_after_it():
    schedule = Schedule("p", "e", "30 2 * * *", "Europe/Berlin")
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    every = Schedule("p", "e", "*/20 * * * *", "Europe/Berlin")
    assert len(list(every.slots(autumn, autumn + timedelta(hours=6)))) == 18
    spring = datetime(2027, 3, 27, 22, tzinfo=UTC)
    assert [slot_text(one) for one in schedule.slots(spring, spring + timedelta(hours=12))] == ["2027-03-28T01:00:00Z"]


@given(times)
def test_the_text_of_a_slot_reads_back(planned):
    whole = planned.replace(microsecond=0)
    assert slot_time(slot_text(whole)) == whole
    assert slot_time("request-7") is None


@pytest.mark.parametrize("every", ["", "soon", "61 * * * *", "0 0 30 2 *", "* * *", "0s"])
def test_what_is_no_schedule_is_said(every):
    with pytest.raises(UsageError) as raised:
        check_schedule(Schedule("p", "e", every))
    assert raised.value.remedy


def test_an_unknown_zone_is_said():
    with pytest.raises(UsageError, match="no time zone"):
        check_schedule(Schedule("p", "e", "0 0 * * *", "Europe/Atlantis"))


@given(st.text(max_size=12), st.integers(1, 9))
def test_shards_part_the_probes(probe, count):
    owners = [index for index in range(1, count + 1) if shard_of(Slot(probe, "e", "x"), count) == index]
    assert len(owners) == 1
    assert parse_shard(f"{owners[0]}/{count}") == (owners[0], count)


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "a/b", "1/0", "-1/2", "²/3"])
def test_what_is_no_shard_is_said(text):
    with pytest.raises(UsageError):
        parse_shard(text)
