"""The only place that starts git: a clean environment, and nothing of the judged repository's configuration runs.

GitPython was measured and is not used here: importing it costs 110 ms CPU, one plain git call 2 ms, and its
`repo.git.*` calls pass options through (threats 4.5).
"""

from __future__ import annotations

import os
import subprocess
import weakref
from pathlib import Path
from typing import IO

from harness.documents.decoding import check_size
from harness.model import UnreadableError

_CONFIG = (
    "core.fsmonitor=false",  # else a status check runs a program of the repository's choice
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.warnAmbiguousRefs=true",
    "protocol.allow=never",  # a partial clone must not fetch
)
_ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # else refs/replace shows another blob than the commit names
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",  # messages are matched
}
_TIMEOUT = 120.0


def environment() -> dict[str, str]:
    """Return this process's environment without any GIT_ variable, and with ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT


def command(folder: Path, *arguments: str) -> list[str]:
    """Return the command line of one git call in `folder`."""
    flags = [flag for setting in _CONFIG for flag in ("-c", setting)]
    return ["git", "-C", str(folder), "--no-pager", "--literal-pathspecs", *flags, *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run one git command to its end; the caller judges the return code.

    Raises:
        UnreadableError: git is not installed, or does not end.
    """
    try:
        return subprocess.run(  # noqa: S603  (a fixed program, arguments as a list)
            command(folder, *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(),
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise UnreadableError("git is not installed", remedy="Install git, version 2.30 or newer.") from None
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"git {arguments[0]} did not end within {_TIMEOUT:.0f} s") from None


class ObjectReader:
    """Reads objects through one persistent `git cat-file --batch`, which applies no filter and no text conversion."""

    def __init__(self, folder: Path) -> None:
        """Remember where; git is started on the first read."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._finish: weakref.finalize[..., ObjectReader] | None = None

    def read(self, object_id: str, path: str) -> tuple[str, bytes] | None:
        """Return kind and content of an object, None where this clone does not have it.

        Raises:
            UnreadableError: Too large (the path is named), or git died.
        """
        try:
            return self._ask(object_id, path)
        except (BrokenPipeError, EOFError):
            self.close()
            raise UnreadableError(
                f"git stopped while reading {path}", remedy="Run `git fsck`; the repository may be damaged."
            ) from None

    def close(self) -> None:
        """End the process; the next read starts another."""
        if self._finish is not None:
            self._finish()
        self._process = self._finish = None

    def _ask(self, object_id: str, path: str) -> tuple[str, bytes] | None:
        stdin, stdout = self._pipes()
        stdin.write(object_id.encode("ascii") + b"\n")
        stdin.flush()
        header = stdout.readline().decode("ascii", "replace").split()
        if not header:
            raise EOFError
        if header[-1] in {"missing", "ambiguous"} or len(header) != 3:
            return None
        size = int(header[2])
        try:
            check_size(size, path)
        except UnreadableError:
            self.close()  # cheaper than reading it to the end
            raise
        data = stdout.read(size)
        stdout.read(1)
        if len(data) != size:
            raise EOFError
        return header[1], data

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  (as above)
                command(self._folder, "cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
            )
            self._finish = weakref.finalize(self, _end, self._process)
        assert self._process.stdin is not None  # noqa: S101  (both were asked for)
        assert self._process.stdout is not None  # noqa: S101
        return self._process.stdin, self._process.stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # git had ended already
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
