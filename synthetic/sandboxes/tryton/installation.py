"""Tryton's own virtual environment: made on demand, once, from pinned packages; nothing of it is imported by us."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from harness.model import HarnessError

Say = Callable[[str], None]

_INSTALL_SECONDS = 600


class InstallationError(HarnessError):
    """Tryton could not be installed or prepared on this machine."""

    exit_code = 3


def pins() -> str:
    """Return the pinned packages, one a line."""
    return (files("synthetic.sandboxes.tryton") / "pins.txt").read_text("utf-8")


def home() -> Path:
    """Return the folder of everything Tryton: `HARNESS_TRYTON_HOME`, or below the user's cache folder."""
    if own := os.environ.get("HARNESS_TRYTON_HOME"):
        return Path(own)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "contract-harness" / "tryton-8.2"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of one thing that is built once; a second process waits here and then finds it done."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(say: Say) -> Path:
    """Return the folder of Tryton's programs, installed if it is not there yet.

    Raises:
        InstallationError: No `venv` in this Python, or the packages could not be had.
    """
    folder = home() / f"venv-{hashlib.sha256(pins().encode()).hexdigest()[:12]}"
    stamp = folder / ".installed"
    if stamp.exists():
        return folder / "bin"
    with locked("venv"):
        if stamp.exists():
            return folder / "bin"
        say("Installing Tryton into its own environment (once, about half a minute)")
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)], "Fix: apt install python3-venv")
        wanted = folder / "pins.txt"
        wanted.write_text(pins(), "utf-8")
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--requirement", str(wanted)], "Check that pip can reach a package index.")
        stamp.touch()
    return folder / "bin"


def _run(command: list[str], remedy: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InstallationError(f"{' '.join(command[:4])} failed: {last}", remedy=remedy)
