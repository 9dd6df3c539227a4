"""The supervisor: starts the children, watches them, starts again what dies, and stops all of it in reverse order.

It imports everything once and forks, so that a child costs milliseconds; it has one thread, because a fork copies no
other, and the death signal of a child hangs on the thread that forked it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import secrets
import select
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from harness.model import HarnessError, UsageError
from synthetic.clock import SharedClock
from synthetic.sandboxes.supervision.children import Preloaded, children_of, preload, run_child
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.postgres import start_postgres
from synthetic.sandboxes.supervision.processes import Process, end_after_us, start_of, stop, this_process
from synthetic.sandboxes.supervision.programs import PROGRAMS, become, port_of
from synthetic.sandboxes.supervision.running import CLOCK, DATA, LOCK, LOGS, Child, Running

Say = Callable[[str, float], None]
"""Told what happened and how many seconds it took."""

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD})
_START_PATIENCE = {"killbill": 240.0}
_START_PATIENCE_ELSE = 30.0
_AGAIN_AFTER = (0.0, 0.05, 0.2, 1.0, 5.0)
_CALM = 10.0


class StartError(HarnessError):
    """A part of the sandbox did not come up."""


class Supervisor:
    """One sandbox in one run folder.

    Args:
        plan: What it is made of.
        folder: Where it keeps state, data and logs.
        say: Told of every step.
    """

    def __init__(self, plan: Plan, folder: Path, say: Say) -> None:
        """Keep them; nothing is started yet."""
        self._plan = plan
        self._folder = folder.absolute()
        self._say = say
        self._deaths: dict[str, list[float]] = {}
        self._lock: int | None = None
        self._guard: Process | None = None

    def run(self, up: Callable[[Running], None]) -> int:
        """Start everything, call `up`, watch until asked to end, and stop everything; returns the exit code.

        Raises:
            UsageError: Another supervisor owns the folder.
            StartError: A child did not come up; nothing is left running.
        """
        self._prepare()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        began = time.monotonic()
        given = preload(self._plan, self._folder, secrets.token_hex(32), lambda step: self._say(step, 0.0))
        gc.freeze()
        self._say("catalog read", time.monotonic() - began)
        self._running = Running(self._folder, this_process(), self._plan, given.token, {}, "starting")
        self._running.write()
        try:
            if self._plan.needs_postgres:
                self._start_postgres()
            for name in children_of(self._plan):
                self._start(name, given)
            self._note(status="up")
            up(self._running)
            self._watch(given)
        finally:
            self._stop()
        return 0

    def _prepare(self) -> None:
        for part in (self._folder, self._folder / DATA, self._folder / LOGS):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
        self._lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"a sandbox is already up in {self._folder}", remedy="harness sandbox status, or harness sandbox down."
            ) from None
        if left := reap(self._folder):
            self._say(f"{left} process{'es' if left > 1 else ''} of an earlier sandbox stopped", 0.0)
        shutil.rmtree(self._folder / DATA)
        (self._folder / DATA).mkdir(mode=0o700)
        SharedClock.create(self._folder / CLOCK, self._plan.started())

    def _start(self, name: str, given: Preloaded) -> None:
        """Start one child, or start it again where it was."""
        began = time.monotonic()
        known = self._running.children.get(name)
        if name in PROGRAMS:
            self._note_started(name, self._start_program(name, known), began, known)
            return
        reading, writing = os.pipe()
        parent = os.getpid()
        addresses = {child.name: child.url for child in self._running.children.values() if child.name != name}
        if self._plan.keeps_books_in_postgres:
            addresses["books"] = (
                addresses.get("postgres", "") if self._plan.database == "postgresql" else self._plan.database
            )
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            if self._lock is not None:
                os.close(self._lock)
            run_child(name, given, addresses, known.port if known else 0, writing, parent)
        os.close(writing)
        process = Process(pid, start_of(pid) or 0)
        child = Child(name, process, known.port if known else 0, 0.0, known.restarts + 1 if known else 0)
        self._note(child)
        self._note_started(name, replace(child, port=self._reported(name, reading)), began, known)

    def _note_started(self, name: str, child: Child, began: float, known: Child | None) -> None:
        self._note(replace(child, took=time.monotonic() - began))
        self._say(f"{name} {'is back' if known else 'ready'} on {child.port}", time.monotonic() - began)

    def _start_postgres(self) -> None:
        """Start a database server, which is no child of ours: it is stopped like the others, by id and start time."""
        began = time.monotonic()
        found = start_postgres(self._folder / DATA / "postgres", over_tcp=self._plan.billing == "killbill")
        server = Process(found.pid, start_of(found.pid) or 0)
        self._guard = end_after_us(server, () if self._lock is None else (self._lock,))
        self._note(Child("postgres", server, found.port, time.monotonic() - began, 0, found.url))
        self._say("postgres ready", time.monotonic() - began)

    def _start_program(self, name: str, known: Child | None) -> Child:
        PROGRAMS[name].path()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            become(name, self._folder, known.port if known else 0, parent)
        process = Process(pid, start_of(pid) or 0)
        child = Child(name, process, known.port if known else 0, 0.0, known.restarts + 1 if known else 0)
        self._note(child)
        port = port_of(name, self._folder, process)
        if not port:
            raise StartError(f"{name} did not come up", remedy=f"Read {self._folder / LOGS / name}.log.")
        return replace(child, port=port)

    def _reported(self, name: str, reading: int) -> int:
        log = self._folder / LOGS / f"{name}.log"
        with open(reading, "rb", buffering=0) as pipe:
            waited, _, _ = select.select([pipe], [], [], _START_PATIENCE.get(name, _START_PATIENCE_ELSE))
            line = pipe.readline() if waited else b""
        if not line:
            raise StartError(f"{name} did not come up", remedy=f"Read {log}.")
        told = json.loads(line)
        if "error" in told:
            raise StartError(f"{name} did not come up: {told['error']}", remedy=f"Read {log}.")
        return int(told["port"])

    def _note(self, child: Child | None = None, status: str = "") -> None:
        children: Mapping[str, Child] = self._running.children | ({child.name: child} if child else {})  # type: ignore[operator]
        self._running = replace(self._running, children=children, status=status or self._running.status)
        self._running.write()

    def _watch(self, given: Preloaded) -> None:
        while True:
            told = signal.sigtimedwait(_SIGNALS, 1.0)
            if told is not None and told.si_signo != signal.SIGCHLD:
                self._say(f"asked to stop ({signal.Signals(told.si_signo).name})", 0.0)
                return
            for name in self._dead():
                self._again(name, given)

    def _dead(self) -> list[str]:
        """Return the children that died, after taking note of how."""
        found = []
        for name, child in self._running.children.items():
            if name == "postgres":
                continue
            try:
                pid, _ = os.waitpid(child.process.pid, os.WNOHANG)
            except ChildProcessError:
                pid = child.process.pid
            if pid:
                found.append(name)
        return found

    def _again(self, name: str, given: Preloaded) -> None:
        now = time.monotonic()
        recent = [at for at in self._deaths.get(name, []) if now - at < _CALM]
        self._deaths[name] = [*recent, now]
        self._say(f"{name} died", 0.0)
        time.sleep(_AGAIN_AFTER[min(len(recent), len(_AGAIN_AFTER) - 1)])
        try:
            self._start(name, given)
        except StartError as error:
            # it is dead again, which the next look finds; the longer this goes on, the longer it waits
            self._say(str(error), 0.0)

    def _stop(self) -> None:
        began = time.monotonic()
        self._note(status="stopping")
        stop(child.process for child in reversed(list(self._running.children.values())))
        if self._guard is not None:
            stop([self._guard])
        self._note(status="down")
        self._say("stopped", time.monotonic() - began)
        if self._lock is not None:
            os.close(self._lock)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS - {signal.SIGCHLD})


def reap(folder: Path) -> int:
    """Stop what an earlier supervisor of a run folder left behind; return how many processes were still there.

    A process is stopped only if id and start time are those that were written down: an id alone may be a stranger's.
    """
    found = Running.read(folder)
    return 0 if found is None else stop(one for one in found.processes() if one.pid != os.getpid())


def take_down(folder: Path) -> int:
    """Stop the sandbox of a run folder: the supervisor, which stops its children, then whatever is left."""
    found = Running.read(folder)
    if found is None:
        return 0
    alive = sum(one.is_alive for one in found.processes())
    # the supervisor needs its own patience for each child before it may be ended itself
    stop([found.supervisor], patience=3.0 * (len(found.children) + 1))
    stop(found.processes())
    if alive:
        replace(found, status="down").write()
    return alive
