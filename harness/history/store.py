"""Opening a store, its transactions, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.model import UnreadableError, UsageError

try:
    from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
    from sqlalchemy import exc as errors
    from sqlalchemy.pool import StaticPool
except ModuleNotFoundError as missing:  # pragma: no cover  (tests install every extra)
    raise UsageError(
        f"the history store needs {missing.name}, which is not installed",
        remedy="pip install 'contract-harness[history]'",
    ) from missing

from harness.history.columns import Instant
from harness.history.tables import HEAD

_BUSY_SECONDS = 30
_CLOCKS = {
    # milliseconds on SQLite: one machine, so every process reads the same clock whatever clock was injected into it
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "postgresql": "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
}


class HistoryError(UnreadableError):
    """The store could not be read or written (exit code 3)."""


class History:
    """A store of facts: runs, verifications, deployments, exceptions, requests.

    One object may be shared by threads. Made by `open_history`; close it when done.
    """

    __slots__ = ("_engine", "url")

    def __init__(self, engine: Engine) -> None:
        """Keep the engine; `url` is its address without the password."""
        self._engine = engine
        self.url = engine.url.render_as_string(hide_password=True)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store."""
        with self._guarded(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes come true together at the end, or not at all."""
        # SQLite: BEGIN IMMEDIATE, because a reader that turns writer half-way fails at once instead of waiting
        with (
            self._guarded(),
            self._engine.connect().execution_options(harness_writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def now(self, connection: Connection) -> datetime:
        """Return the time by the database's clock, the only one that all runners share."""
        micros = connection.execute(text(_CLOCKS[self.dialect])).scalar_one()
        found = Instant().process_result_value(int(micros), connection.dialect)
        assert found is not None  # noqa: S101  (a clock always has a time)
        return found

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except errors.IntegrityError:
            raise  # two facts contradict each other: whoever wrote the statement knows what that means
        except (errors.DatabaseError, errors.InterfaceError) as error:
            raise HistoryError(
                f"the history at {self.url} could not be used: {_first_line(error.orig)}", remedy=_remedy(self.dialect)
            ) from error


def open_history(url: str | Path, *, create: bool = True) -> History:
    """Open the store at a path, `sqlite:///PATH` or `postgresql://...`, bringing its tables up to date.

    Args:
        url: Where it is; `sqlite://` is a store in memory.
        create: Whether a store that is not there is made; else that is an error.

    Raises:
        UsageError: No such kind of store, or its driver is not installed.
        HistoryError: It cannot be reached, is none, or was written by a newer version of this program.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _prepare_file(address, create=create)
    history = History(_engine(address))
    try:
        _bring_up_to_date(history, create=create)
    except BaseException:
        history.close()
        raise
    return history


def _address(url: str | Path) -> URL:
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        address = make_url(url)
    except errors.ArgumentError:
        raise UsageError("the address of the history cannot be read", remedy=_remedy("")) from None
    if address.drivername in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if address.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise UsageError(f'no history is kept in "{address.drivername}"', remedy=_remedy(""))
    return address


def _prepare_file(address: URL, *, create: bool) -> None:
    if not address.database or address.database == ":memory:":
        return
    path = Path(address.database)
    if not path.exists() and not create:
        raise HistoryError(
            f"there is no history at {path}",
            remedy="Let something be kept first: `harness monitor once` plays probes and keeps what came of them,"
            " `harness deployment record` keeps what runs where. Or name another place: --history URL.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == ".harness" and not (path.parent / ".gitignore").exists():
            (path.parent / ".gitignore").write_text("*\n", "utf-8")  # a store is no file to commit
    except OSError as error:
        raise HistoryError(
            f"cannot make {path.parent}: {error.strerror}", remedy="Name a place that can be written: --history URL."
        ) from error


def _engine(address: URL) -> Engine:
    if address.get_backend_name() != "sqlite":
        try:
            return create_engine(address, pool_pre_ping=True)
        except ModuleNotFoundError as missing:
            raise UsageError(
                f"PostgreSQL needs {missing.name}, which is not installed",
                remedy="pip install 'contract-harness[postgres]'",
            ) from missing
    options: dict[str, Any] = {"connect_args": {"timeout": _BUSY_SECONDS, "check_same_thread": False}}
    if not address.database or address.database == ":memory:":
        options["poolclass"] = StaticPool  # one connection, or each would have a memory of its own
    engine = create_engine(address, **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("harness_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(history: History, *, create: bool) -> None:
    with history.reading() as connection:
        revision = stored_revision(connection)
    if revision == HEAD:
        return
    if revision is None and not create:
        raise HistoryError(f"{history.url} holds no history", remedy=_remedy(""))
    from harness.history.migrations.upgrade import upgrade  # noqa: PLC0415  (Alembic only where something changes)

    with history.writing() as connection:
        upgrade(connection)


def stored_revision(connection: Connection) -> str | None:
    """Return the revision of the tables of a store, None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def _remedy(dialect: str) -> str:
    if dialect == "postgresql":
        return "See that the server runs and takes the user, and that --history or HARNESS_HISTORY names it."
    return "Name a file, sqlite:///PATH or postgresql://USER@HOST/NAME by --history or HARNESS_HISTORY."
