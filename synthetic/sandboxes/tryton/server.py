"""One running Tryton on loopback: start, reset in place, stop.

Tryton needs a port number and binds it itself, so a free one is looked for and three are tried. It runs in a session
of its own and gets a signal when the process that started it dies.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from synthetic.deeds import UnreachableError
from synthetic.sandboxes.supervision.processes import end
from synthetic.sandboxes.tryton.databases import SqliteStore, Store, Template
from synthetic.sandboxes.tryton.installation import InstallationError
from synthetic.systems.tryton import Tryton
from synthetic.systems.tryton.wire import Server

USER = "admin"

_HOST = "127.0.0.1"
_TRIES = 3
_START_SECONDS = 90.0
_STOP_SECONDS = 5.0
# On SQLite, Tryton 8.2.1 refreshes its caches on the connection of the next transaction and leaves it in autocommit:
# that transaction can then not be rolled back (seen: an invoice `posted` whose move stayed a draft). Never refresh.
_CONFIGURATION = """[database]
{database}[web]
listen = {host}:{port}
[cache]
clean_timeout = 315360000
[session]
timeout = 315360000
"""
_DIES_WITH_US = (
    "import ctypes, os, signal, sys; ctypes.CDLL(None).prctl(1, signal.SIGTERM); "
    "os.getppid() == int(sys.argv[1]) or sys.exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


class TrytonServer:
    """A Tryton that serves one database from a folder of its own."""

    def __init__(self, programs: Path, folder: Path, template: Template, store: Store | None = None) -> None:
        """Prepare the folder; nothing runs yet.

        Args:
            programs: Where `trytond` is.
            folder: For database, configuration and log.
            template: What the database is a copy of.
            store: Where the database is; a file in the folder if nothing else is said.
        """
        self._store = store or SqliteStore(folder, template.path)
        self._programs = programs
        self.folder = folder
        self.template = template
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id, 0 while nothing runs."""
        return self._process.pid if self._process else 0

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "tryton.log"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.port}/{self._store.name}/"

    def start(self, *, fresh: bool = True) -> None:
        """Start on a copy of the template, or with `fresh=False` on the database that is there (after a crash).

        Raises:
            InstallationError: It does not come up.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if fresh or not self._store.exists():
            self._store.renew()
        for _ in range(_TRIES):
            self.port = _free_port()
            if self._came_up():
                return
            self.stop()
        raise InstallationError("Tryton does not start", remedy=f"Read {self.log}.")

    def session(self) -> Tryton:
        """Return a session as administrator."""
        name = self._store.name
        return Tryton(Server(_HOST, self.port, name, USER, self.template.password, self.template.rest_key))

    def reset(self) -> None:
        """Bring the running server back to the template, in place; sessions of before have to log in again."""
        self._store.renew()

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        """Start it again where it listened, on the database it had.

        Raises:
            InstallationError: It does not come up.
        """
        if not self._came_up():
            raise InstallationError("Tryton does not start again", remedy=f"Read {self.log}.")

    def stop(self) -> None:
        """Stop it; a second call does nothing."""
        if self._process is not None:
            end(self._process, _STOP_SECONDS)
            self._process = None

    def drop(self) -> None:
        """Take its database away, where that is not in its folder."""
        self._store.drop()

    def kill(self) -> None:
        """Kill it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _came_up(self) -> bool:
        configuration = self.folder / "trytond.conf"
        configuration.write_text(
            _CONFIGURATION.format(database=self._store.settings(), host=_HOST, port=self.port), "utf-8"
        )
        self._process = launch(
            self._programs, ["trytond", "-c", str(configuration), "-d", self._store.name], self.log, self.folder
        )
        tryton = self.session()
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                tryton.version()
            except UnreachableError:
                time.sleep(0.1)
            else:
                return True
        return False


def launch(
    programs: Path, command: list[str], log: Path, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start one of Tryton's programs so that it ends when we do; its output goes to `log`."""
    python, program = str(programs / "python"), str(programs / command[0])
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603
            [python, "-c", _DIES_WITH_US, str(os.getpid()), python, program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind((_HOST, 0))
        port: int = listener.getsockname()[1]
        return port
