"""Trees that are not git's: a folder on disk, and values in memory."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.documents.decoding import check_size
from harness.documents.values import Entry, EntryKind
from harness.model import Location, UnreadableError

# Tools' own folders, and (by its pyvenv.cfg) any Python environment: nobody's contracts, and thousands of files.
_NEVER_ENTERED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})


def blob_id(data: bytes) -> str:
    """Return the id git gives to these bytes (SHA-1 over a header and the content)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def unreadable(path: str, why: str, remedy: str = "") -> UnreadableError:
    """Return the error for a path of a tree that cannot be read."""
    return UnreadableError(why, location=Location(path), remedy=remedy)


def read_beneath(root: Path, path: str) -> bytes:
    """Return the bytes of a file below `root`, following no symbolic link on the way (threats 4.6).

    Every component is opened under the handle of the one before, so that nobody can swap a folder for a link
    between look and read.

    Raises:
        UnreadableError: Absent, a link, a folder, no regular file, not allowed, or too large.
    """
    tokens = path.split("/")
    if not path or any(token in {"", ".", ".."} for token in tokens):
        raise unreadable(path, "not a path inside the tree")
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for depth, token in enumerate(tokens):
            is_last = depth == len(tokens) - 1
            flags = os.O_NONBLOCK if is_last else os.O_DIRECTORY
            inner = os.open(token, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=handle)
            os.close(handle)
            handle = inner
        return _read(handle, path)
    except OSError as error:
        raise _explain(error, path, root) from None
    finally:
        os.close(handle)


def _read(handle: int, path: str) -> bytes:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise unreadable(path, "a folder, not a file" if stat.S_ISDIR(status.st_mode) else "not a regular file")
    check_size(status.st_size, path)
    with os.fdopen(os.dup(handle), "rb") as file:
        data = file.read(status.st_size + 1)
    check_size(len(data), path)
    return data


def _explain(error: OSError, path: str, root: Path) -> UnreadableError:
    if error.errno in {errno.ELOOP, errno.EMLINK} or (error.errno == errno.ENOTDIR and _has_link(root, path)):
        return unreadable(path, "a symbolic link, or below one; links are never followed", "Put the file itself here.")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return unreadable(path, "no such file", "Check the path.")
    return unreadable(path, f"cannot be read: {os.strerror(error.errno or 0).lower()}")


def _has_link(root: Path, path: str) -> bool:
    tokens = path.split("/")
    return any(root.joinpath(*tokens[: depth + 1]).is_symlink() for depth in range(len(tokens)))


class FolderTree:
    """A folder on disk, without version control."""

    def __init__(self, root: Path) -> None:
        """Remember `root`, which must be a folder."""
        if not root.is_dir():
            raise unreadable(str(root), "no such folder", "Check the path.")
        self._root = root.resolve()
        self._entries: Mapping[str, Entry] | None = None

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._root)

    def entries(self) -> Mapping[str, Entry]:
        """Every file and link below, sorted; hashes the files once, so one tree is one moment of the folder."""
        if self._entries is None:
            self._entries = dict(sorted(self._walk("")))
        return self._entries

    def read(self, path: str) -> bytes:
        """Return the bytes of one file; see `read_beneath`."""
        return read_beneath(self._root, path)

    def _walk(self, prefix: str) -> Iterator[tuple[str, Entry]]:
        with os.scandir(self._root / prefix) as found:
            children = sorted(found, key=lambda child: child.name)
        for child in children:
            path = prefix + child.name
            if child.is_symlink():
                yield path, Entry(EntryKind.SYMLINK, blob_id(os.fsencode(Path(child.path).readlink())))
            elif child.is_dir():
                if child.name not in _NEVER_ENTERED and not Path(child.path, "pyvenv.cfg").exists():
                    yield from self._walk(path + "/")
            elif child.is_file():
                yield path, Entry(EntryKind.FILE, _file_id(Path(child.path)))


def _file_id(path: Path) -> str:
    """Return the blob id of a file of any size without holding it in memory; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha1(b"blob %d\0" % os.fstat(file.fileno()).st_size, usedforsecurity=False)
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


class MemoryTree:
    """Files given as values: inline documents and tests."""

    def __init__(self, files: Mapping[str, bytes | str], name: str = "memory") -> None:
        """Take paths, relative and with `/`, and their contents; text is encoded as UTF-8."""
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in sorted(files.items())}
        self._name = name

    @property
    def name(self) -> str:
        """What it was called."""
        return self._name

    def entries(self) -> Mapping[str, Entry]:
        """Every path, sorted."""
        return {path: Entry(EntryKind.FILE, blob_id(data)) for path, data in self._files.items()}

    def read(self, path: str) -> bytes:
        """Return the bytes of one file."""
        if path not in self._files:
            raise unreadable(path, "no such file", "Check the path.")
        check_size(len(self._files[path]), path)
        return self._files[path]
