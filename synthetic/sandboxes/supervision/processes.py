"""Processes by id and start time: an id alone may by now be somebody else's."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 3.0
"""Seconds between asking a process to end and ending it."""

_PR_SET_PDEATHSIG = 1
_NAP = 0.01


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its id, and the clock ticks after boot at which it started (field 22 of /proc/PID/stat)."""

    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs; one that ended and waits to be noticed does not."""
        return start_of(self.pid) == self.started

    def send(self, number: int) -> bool:
        """Send a signal; False if the process is gone."""
        if not self.is_alive:
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def start_of(pid: int) -> int | None:
    """Return when a process started, None if there is none or it only waits to be noticed."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return None
    # the name in parentheses may hold anything, also spaces and parentheses
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


def this_process() -> Process:
    """Return the process that asks."""
    return Process(os.getpid(), start_of(os.getpid()) or 0)


def stop(processes: Iterable[Process], patience: float = PATIENCE) -> int:
    """End processes in the given order: ask each, wait, and end those that stay; return how many were alive.

    A child of the caller is taken note of here as well, so that it does not stay behind as a zombie.
    """
    alive = [one for one in processes if one.is_alive]
    for one in alive:
        one.send(signal.SIGTERM)
        deadline = time.monotonic() + patience
        while not _is_gone(one) and time.monotonic() < deadline:
            time.sleep(_NAP)
        if one.send(signal.SIGKILL):
            while not _is_gone(one):
                time.sleep(_NAP)
    return len(alive)


def end(process: subprocess.Popen[bytes], patience: float) -> None:
    """End a program we started: ask it, and kill it where it stays longer than `patience` seconds."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_gone(one: Process) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(one.pid, os.WNOHANG)
    return not one.is_alive


def end_after_us(process: Process, inherited: Iterable[int] = ()) -> Process:
    """End a process that is no child of ours once we are gone, however we end; return who sees to it.

    A server that puts itself into the background has no parent to die with. A small child of ours has: it is told when
    we end, stops the server, and ends. Called by the main thread, whose end it waits for.

    Args:
        process: What is to be ended.
        inherited: Descriptors that the child must not keep open, such as that of a lock.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return Process(pid, start_of(pid) or 0)
    try:
        for descriptor in inherited:
            os.close(descriptor)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.setsid()  # a Ctrl-C in the terminal is for the supervisor, and must not end the one who cleans up after it
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == parent:
            signal.sigwait({signal.SIGTERM})
        if os.getppid() != parent:
            stop([process])
    finally:
        os._exit(0)


def die_with(parent: int) -> None:
    """End this process with its parent, however that one ends (Linux: PR_SET_PDEATHSIG).

    The signal belongs to the thread that forked, so children are started by the main thread of the supervisor.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
