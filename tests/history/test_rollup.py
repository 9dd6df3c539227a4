"""Closed days become Parquet that DuckDB reads; the day that is going on does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.history import record_measurements, record_run
from harness.history.rollup import roll_up
from harness.model.monitoring import Measurement
from harness.model.runs import Difference, Leak, Run, RunVerdict, Step

duckdb = pytest.importorskip("duckdb")


def _run(number: int, started: datetime) -> Run:
    wrong = (Difference("posting", "tax", 228, 227, "tax"),)
    step = Step("Posted", "look", "erp", "posting_of", RunVerdict.FAILED, started, 2.5, "tax", differences=wrong)
    leak = Leak("Invoice", "billing", "void", {"id": "in_1"}, "k", "503")
    return Run(
        f"syn-{number}", "cash", "sandbox", f"{number}", RunVerdict.FAILED, started, 3.25, steps=(step,), leaks=(leak,)
    )


def test_each_closed_day_is_one_file_a_table_and_the_open_day_none(history, tmp_path):
    now = datetime.now(UTC)
    days = [now - timedelta(days=n) for n in (3, 3, 1, 0)]
    for number, started in enumerate(days):
        record_run(history, _run(number, started))
    record_measurements(history, [Measurement("m", days[2], 1.5, "ledger", (("result", "posted"),))])
    written = roll_up(history, tmp_path)
    names = {f"{path.parent.name}/{path.stem}" for path in written}
    first, last = days[0].date().isoformat(), days[2].date().isoformat()
    assert names == {
        *(f"{table}/{day}" for table in ("runs", "steps", "leaks") for day in (first, last)),
        f"measurements/{last}",
    }
    with duckdb.connect() as engine:
        runs = engine.execute(
            f"SELECT count(*), sum(seconds), min(epoch_us(started)) FROM '{tmp_path}/runs/*.parquet'"  # noqa: S608
        ).fetchone()
        assert runs == (3, 9.75, (days[0] - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
        assert engine.execute(
            f"SELECT count(*), any_value(differences::JSON->0->>'category') FROM '{tmp_path}/steps/*.parquet'"  # noqa: S608
        ).fetchone() == (3, "tax")


def test_a_day_is_written_once(history, tmp_path):
    record_run(history, _run(1, datetime.now(UTC) - timedelta(days=2)))
    assert len(roll_up(history, tmp_path)) == 3
    assert roll_up(history, tmp_path) == ()
    assert not list(tmp_path.rglob("*.part"))


def test_an_empty_store_has_no_day(history, tmp_path):
    assert roll_up(history, tmp_path) == ()
