"""A store of any earlier revision becomes one of today, and keeps what it held."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from harness.history import (
    HistoryError,
    comparisons_since,
    open_exceptions,
    open_history,
    runs_since,
    unjudged_runs,
)
from harness.history.migrations.upgrade import revisions, upgrade
from harness.history.pact_tables import tokens
from harness.history.store import History, _address, _engine, stored_revision
from harness.history.tables import HEAD, metadata

_RUN = """INSERT INTO runs (run, attempt, probe, environment, slot, verdict, started, seconds, calls, assertions)
          VALUES ('syn-1', 1, 'cash', 'sandbox', '2026-11-22T10:00Z', 'passed', 1795341600000000, 1.5, 7, 3)"""


def _at(url: str, revision: str) -> History:
    history = History(_engine(_address(url)))
    with history.writing() as connection:
        upgrade(connection, revision)
    return history


def test_there_are_several_revisions_and_the_last_is_the_tables():
    assert revisions()[0] == "0001"
    assert revisions()[-1] == HEAD
    assert len(revisions()) >= 2


def test_the_migrated_tables_are_the_declared_ones(url):
    history = open_history(url)
    with history.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_server_default": history.dialect == "postgresql"}
        )
        assert tokens.metadata is metadata
        assert compare_metadata(context, metadata) == []
    history.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_every_earlier_store_is_brought_up_to_date_and_keeps_its_rows(url, revision):
    assert revision in revisions()[:-1]
    old = _at(url, revision)
    with old.writing() as connection:
        connection.execute(text(_RUN))
    old.close()

    history = open_history(url)
    (run,) = runs_since(history, datetime(2026, 1, 1, tzinfo=UTC))
    assert (run.id, run.probe, run.seconds, run.observed) == ("syn-1", "cash", 1.5, False)
    assert len(unjudged_runs(history, "sandbox")) == (revision >= "0003"), "only runs of before r0003 count as judged"
    with history.reading() as connection:
        assert stored_revision(connection) == HEAD
    history.close()


_EXCEPTION = """INSERT INTO exceptions
    (key, checkpoint, entity, period, category, first_seen, last_seen, amount, currency, state, owner, details)
    VALUES ('{key}', '{checkpoint}', 'DE-01', '2026-11', 'missing', 1795341600000000, 1795341600000000, 142800, 'EUR',
            'open', 'kai', '{{"invoice": "in_1"}}')"""
_COMPARISON = """INSERT INTO comparisons (checkpoint, entity, period, at, compared, matched, opened, closed, open)
    VALUES ('{checkpoint}', 'DE-01', '2026-11', 1795341600000000, 10, 9, 1, 0, 1)"""


def test_what_was_found_before_environments_were_known_keeps_everything(url):
    """A monitor's checkpoints named the environment; of the others nobody knows it."""
    old = _at(url, "0004")
    with old.writing() as connection:
        for checkpoint in ("sandbox:invoices", "eu-west:held-events", "ar-subledger"):
            connection.execute(text(_EXCEPTION.format(key=f"{checkpoint}/in_1", checkpoint=checkpoint)))
            connection.execute(text(_COMPARISON.format(checkpoint=checkpoint)))
    old.close()

    history = open_history(url)
    found = {one.checkpoint: one for one in open_exceptions(history)}
    assert {name: one.environment for name, one in found.items()} == {
        "sandbox:invoices": "sandbox",
        "eu-west:held-events": "eu-west",
        "ar-subledger": "",
    }
    assert {(one.amount, one.currency, one.owner, one.source) for one in found.values()} == {
        (142800, "EUR", "kai", "ledger")
    }
    assert [one.details for one in found.values()] == [{"invoice": "in_1"}] * 3
    compared = comparisons_since(history, datetime(2026, 1, 1, tzinfo=UTC))
    assert {(one.environment, one.compared, one.open) for one in compared} == {
        ("sandbox", 10, 1),
        ("eu-west", 10, 1),
        ("", 10, 1),
    }
    history.close()


def test_each_earlier_revision_is_tested():
    named = next(mark for mark in test_every_earlier_store_is_brought_up_to_date_and_keeps_its_rows.pytestmark)
    assert tuple(named.args[1]) == revisions()[:-1]


def test_a_store_of_today_is_opened_without_alembic(tmp_path):
    url = f"sqlite:///{tmp_path / 'h.sqlite'}"
    open_history(url).close()
    code = (
        f"import sys; from harness.history import open_history; open_history({url!r}).close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_store_of_a_newer_program_is_refused_with_what_to_do(url):
    history = open_history(url)
    with history.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    history.close()
    with pytest.raises(HistoryError, match="9999") as refused:
        open_history(url)
    assert "Update contract-harness" in refused.value.remedy


def test_a_failed_step_leaves_the_store_as_it_was(url):
    history = _at(url, "0001")
    with history.writing() as connection:
        connection.execute(text("CREATE TABLE tokens (x INTEGER)"))  # the second revision makes it too
    with pytest.raises(HistoryError), history.writing() as connection:
        upgrade(connection)
    with history.reading() as connection:
        assert stored_revision(connection) == "0001"
        assert "observed" not in connection.execute(text("SELECT * FROM runs")).keys()  # noqa: SIM118
    history.close()


def test_two_programs_that_open_an_empty_store_at_once_both_find_it_whole(tmp_path):
    url = f"sqlite:///{tmp_path / 'h.sqlite'}"
    code = f"from harness.history import open_history, runs_since; h = open_history({url!r}); h.close()"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [one.wait(60) for one in started] == [0, 0, 0]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mysql://x/y", 'no history is kept in "mysql"'),
        ("sqlite:/x://", "cannot be read"),
        ("postgresql://user:secret@127.0.0.1:1/none", "could not be used"),
    ],
)
def test_a_place_that_holds_no_history_is_told_without_its_password(place, words):
    from harness.model import HarnessError  # noqa: PLC0415

    with pytest.raises(HarnessError, match=words) as refused:
        open_history(place)
    assert refused.value.remedy
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "h.sqlite"
    path.write_text("not a database, but long enough to be read as one" * 40)
    with pytest.raises(HistoryError, match="not a database"):
        open_history(path)


def test_reading_never_makes_a_store(tmp_path):
    with pytest.raises(HistoryError, match="there is no history at") as missing:
        open_history(tmp_path / "none" / "h.sqlite", create=False)
    assert "--history URL" in missing.value.remedy
    assert not (tmp_path / "none").exists()


def test_the_folder_of_the_default_store_is_not_committed(tmp_path: Path):
    open_history(tmp_path / ".harness" / "history.sqlite").close()
    assert (tmp_path / ".harness" / ".gitignore").read_text() == "*\n"
