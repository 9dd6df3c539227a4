"""Books in PostgreSQL are emptied: those of Tryton by a copy that was made before, those of the ledger row by row."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from worked_documents import d1

from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.database import PostgresqlDatabase
from synthetic.sandboxes.supervision.postgres import connected, is_installed, start_postgres
from synthetic.sandboxes.supervision.processes import Process, start_of, stop
from synthetic.sandboxes.tryton.databases import PostgresqlStore

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(required, tmp_path_factory):
    if not is_installed():
        required("postgres")
    found = start_postgres(tmp_path_factory.mktemp("spares") / "postgres")
    yield found
    stop([Process(found.pid, start_of(found.pid) or 0)])


@pytest.fixture
def store(server, tmp_path):
    sql = tmp_path / "template.sql"
    sql.write_text("create table book (line text); insert into book values ('prepared');", "utf-8")
    found = PostgresqlStore(server.url, sql, tmp_path, "erp")
    yield found
    found.drop()


def _names(server):
    with connected(server.url) as found:
        rows = found.execute("select datname from pg_database where datname not like 'template_'").fetchall()
    return sorted(name for (name,) in rows)


def _lines(server):
    with connected(server.url.replace("/postgres?", "/erp?")) as found:
        return [line for (line,) in found.execute("select line from book").fetchall()]


def test_each_renewal_is_the_template_again_although_somebody_is_connected(server, store):
    import psycopg  # noqa: PLC0415  (an extra that this machine may not have)

    store.renew()
    # more often than copies are kept: the last ones are made while they are waited for
    for _ in range(4):
        with connected(server.url.replace("/postgres?", "/erp?")) as mine:
            mine.execute("insert into book values ('mine')")
            assert _lines(server) == ["prepared", "mine"]
            store.renew()
            with pytest.raises(psycopg.OperationalError):
                mine.execute("select 1")
        assert _lines(server) == ["prepared"]


def test_what_was_given_back_is_dropped_and_in_the_end_only_the_template_stays(server, store):
    template = store._prepared()
    for _ in range(3):
        store.renew()
    until = time.monotonic() + 30
    while len(_names(server)) != 5 and time.monotonic() < until:
        time.sleep(0.05)
    # the one in use, two that are ready, the template, and the server's own
    assert len(_names(server)) == 5
    store.drop()
    assert _names(server) == sorted([template, "postgres"])


def test_the_books_of_the_ledger_beside_it_are_emptied_and_numbered_anew(server, catalog):
    now, place = datetime(2027, 1, 2, tzinfo=UTC), f"{server.url}#ledger"
    for _ in range(2):
        ledger = Ledger(catalog, lambda: now, place)
        ledger.sales.post_invoice(d1())
        ((number, posting),) = ledger.books.storage.postings_after(0, 5)
        assert (number, posting.key.object_id, len(posting.lines)) == (1, "in_D1", 3)
        ledger.books.storage.close()
        database = PostgresqlDatabase(place)
        database.clear()
        database.close()
