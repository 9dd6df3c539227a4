"""Parsed YAML kept between runs, by the digest of its text (DESIGN.md, section 4): reading it back is ten times faster.

Answers are kept beside it, under names that their askers make.

A file is named by what it holds, so it is never stale; it carries its own digest, so a torn or damaged one is noticed
and written again. It is JSON and numbers, never code. Whoever can write here can already write the user's files: the
folder is the user's own and closed to others, and is not used where it is not. Where several people share one account
or one saved folder of a CI service, `HARNESS_NO_CACHE=1` keeps their runs apart.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import tempfile
from array import array
from decimal import Decimal
from pathlib import Path

from harness.documents.mark_table import MarkTable, flat
from harness.documents.yaml_events import Placed

MIN_CHARACTERS = 2 * 1024
"""Shorter texts are parsed in less than half a millisecond, which is not worth a file."""
MAX_FOLDER_BYTES = 256 * 1024 * 1024
SWEEPERS = "0"
"""Names that begin so look for old files when they are written: one in sixteen, since looking reads the folder."""
_FORMAT = "contract-harness document 1"
"""Raise the number whenever `yaml_events` or `yaml_scalars` reads any text differently."""
_DECIMAL = re.compile(r'"\\u0000([^"]*)"')


def is_on() -> bool:
    """Whether anything may be kept or read back: not under `HARNESS_NO_CACHE=1`."""
    return os.environ.get("HARNESS_NO_CACHE", "") in {"", "0"}


def recall(text: str) -> MarkTable | None:
    """Return the value and places that reading `text` gave in an earlier run, or None.

    The text passed every check then (bounds, duplicate keys), or it would not be there.
    """
    if len(text) < MIN_CHARACTERS or not is_on():
        return None
    try:
        rest = _recalled(_folder(), _name(text))
        if rest is None:
            return None
        written, _, numbers = rest.partition(b"\n")
        table = array("I")
        table.frombytes(numbers)
        return MarkTable(json.loads(written, parse_float=Decimal), table)
    except (OSError, ValueError, RuntimeError):  # absent, unreadable, damaged, no home: parse instead
        return None


def keep(text: str, placed: Placed) -> None:
    """Write what reading `text` gave, if it may and can; a full or closed disk is no error."""
    if len(text) < MIN_CHARACTERS or not is_on():
        return
    try:
        numbers = flat(placed)
        if numbers is None:
            return
        _kept(_folder(), _name(text), _written(placed) + b"\n" + numbers.tobytes())
    except (OSError, ValueError, RuntimeError, OverflowError):  # also nested beyond measure by aliases
        return


def recall_answer(name: str) -> bytes | None:
    """Return what was kept under a name that stands for all it depends on, or None."""
    try:
        return _recalled(_folder("answers"), name)
    except (OSError, RuntimeError):
        return None


def keep_answer(name: str, data: bytes) -> None:
    """Write an answer, if it can be written; a full or closed disk is no error."""
    try:
        _kept(_folder("answers"), name, data)
    except (OSError, RuntimeError):
        return


def _recalled(folder: Path, name: str) -> bytes | None:
    data = (folder / name).read_bytes() if _is_private(folder) else b""
    header, _, rest = data.partition(b"\n")
    return rest if header == _header(rest) else None


def _kept(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _is_private(folder):
        _write(folder, name, _header(data) + b"\n" + data)
        if name.startswith(SWEEPERS):
            _shrink(folder)


def _folder(kind: str = "documents") -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"  # noqa: PTH117  (a string, maybe empty)
    return root / "contract-harness" / kind


def _is_private(folder: Path) -> bool:
    """Whether nobody else could have put a file there."""
    if not hasattr(os, "getuid"):
        return True  # Windows: a profile folder is closed to others
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _name(text: str) -> str:
    seed = f"{_FORMAT}\0{sys.byteorder}\0{array('I').itemsize}\0"
    return hashlib.sha256(seed.encode() + text.encode("utf-8")).hexdigest()


def _header(rest: bytes) -> bytes:
    return f"{_FORMAT} {hashlib.sha256(rest).hexdigest()}".encode()


def _written(placed: Placed) -> bytes:
    """Return the value as one line of JSON in which decimals are written as they are.

    No string of a document holds NUL (the reader refuses it), so it marks decimals on their way through the encoder.
    """
    text = json.dumps(placed.value, ensure_ascii=False, separators=(",", ":"), default=_marked)
    return _DECIMAL.sub(r"\1", text).encode("utf-8")


def _marked(number: object) -> str:
    """Write a decimal so that it is read back as one, with the same digits: 1 of `1.` becomes 1E0."""
    text = str(number)
    return "\0" + (text if "." in text or "E" in text else f"{text}E0")


def _write(folder: Path, name: str, data: bytes) -> None:
    """Write beside it and rename, so that another process sees all of it or nothing."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(folder / name)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _shrink(folder: Path) -> None:
    """Remove the oldest files beyond the allowance; another process may be doing the same."""
    with os.scandir(folder) as found:
        files = sorted((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in found)
    excess = sum(size for _, size, _ in files) - MAX_FOLDER_BYTES
    for _, size, path in files:
        if excess <= 0:
            break
        with contextlib.suppress(FileNotFoundError):
            Path(path).unlink()
        excess -= size
