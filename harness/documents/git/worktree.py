"""The working tree: tracked files and untracked ones that are not ignored, as they would be committed now.

A file whose size, times and inode are those of git's index is unchanged, so its id is known and its bytes come from
git's objects: one answer for one content, whatever line endings or encodings a check-out applied. Only other files
are read from disk. Git itself is never asked whether a file changed, because that runs the repository's filters.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.documents.decoding import MAX_BYTES
from harness.documents.git.commits import check_readable, is_lfs_pointer, lfs_error, read_blob
from harness.documents.git.process import ObjectReader, run
from harness.documents.trees import read_beneath
from harness.documents.values import Entry, EntryKind
from harness.model import HarnessError, UnreadableError

_INDEX_ENTRY = re.compile(
    rb"(\d{6}) ([0-9a-f]{40,64}) (\d)\t([^\0]*)\0"
    rb"  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n  dev: (\d+)\tino: (\d+)\n  uid: (\d+)\tgid: (\d+)\n"
    rb"  size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_SKIP_WORKTREE = 0x40000000
_KINDS = {b"120000": EntryKind.SYMLINK, b"160000": EntryKind.SUBMODULE}


@dataclass(frozen=True, slots=True)
class _Indexed:
    kind: EntryKind
    object_id: str
    seconds: int
    nanoseconds: int
    inode: int
    size: int
    is_sparse: bool
    is_merged: bool


class WorktreeTree:
    """What is on disk now."""

    def __init__(self, root: Path, git_dir: Path, objects: ObjectReader, hash_name: str) -> None:
        """Take the root of the working tree; nothing is read yet."""
        self._root = root
        self._git_dir = git_dir
        self._objects = objects
        self._hash_name = hash_name
        self._entries: dict[str, Entry] | None = None
        self._indexed: dict[str, _Indexed] = {}
        self._on_disk: set[str] = set()

    @property
    def name(self) -> str:
        """Always `worktree`."""
        return "worktree"

    def entries(self) -> Mapping[str, Entry]:
        """Every path, sorted."""
        if self._entries is None:
            found = self._tracked()
            found.update(self._untracked(found))
            self._entries = dict(sorted(found.items()))
        return self._entries

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            UnreadableError: Absent, a link or below one, in a submodule, a Git LFS pointer, or too large.
        """
        entry = self.entries().get(path)
        if path not in self._on_disk:
            return read_blob(self._objects, path, entry)
        check_readable(path, entry)
        data = self._content(path)
        if is_lfs_pointer(data):
            raise lfs_error(path)
        return data

    def _tracked(self) -> dict[str, Entry]:
        self._indexed = _read_index(self._root)
        newest = _index_time(self._git_dir)
        entries: dict[str, Entry] = {}
        for path, indexed in self._indexed.items():
            if indexed.kind is EntryKind.SUBMODULE or indexed.is_sparse:
                entries[path] = Entry(indexed.kind, indexed.object_id)
                continue
            try:
                status = (self._root / path).lstat()
            except OSError:
                continue  # removed, or its folder is
            if indexed.is_merged and _is_unchanged(indexed, status, newest):
                entries[path] = Entry(indexed.kind, indexed.object_id)
            else:
                entries[path] = self._from_disk(path, status)
        return entries

    def _untracked(self, known: Mapping[str, Entry]) -> dict[str, Entry]:
        listed = run(self._root, "ls-files", "-z", "--others", "--exclude-standard")
        if listed.returncode != 0:
            raise UnreadableError("git cannot list the untracked files", remedy="Run `git status` to see why.")
        entries: dict[str, Entry] = {}
        for name in listed.stdout.split(b"\0"):
            path = name.decode("utf-8", "surrogateescape")
            if path.endswith("/"):  # a repository inside this one
                entries[path.rstrip("/")] = Entry(EntryKind.SUBMODULE, "")
            elif path and path not in known:
                try:
                    entries[path] = self._from_disk(path, (self._root / path).lstat())
                except OSError:
                    continue
        return entries

    def _from_disk(self, path: str, status: os.stat_result) -> Entry:
        if stat.S_ISLNK(status.st_mode):
            return Entry(EntryKind.SYMLINK, self._identify(os.fsencode((self._root / path).readlink())))
        if status.st_size > MAX_BYTES or not stat.S_ISREG(status.st_mode):
            self._on_disk.add(path)
            return Entry(EntryKind.FILE, f"unread:{status.st_size}:{status.st_mtime_ns}")
        try:
            object_id = self._identify(self._content(path))
        except HarnessError:  # below a link, or not readable: said when it is read
            self._on_disk.add(path)
            return Entry(EntryKind.FILE, f"unread:{status.st_size}:{status.st_mtime_ns}")
        indexed = self._indexed.get(path)
        if indexed is None or indexed.object_id != object_id:
            self._on_disk.add(path)
        return Entry(EntryKind.FILE, object_id)

    def _content(self, path: str) -> bytes:
        """Return the bytes as git would store them: CRLF of a check-out is undone where the stored file has none.

        That is git's own rule under `core.autocrlf` and `text=auto`; applied whatever the configuration, it can only
        make a file equal that differs in line endings alone from what is stored.
        """
        data = read_beneath(self._root, path)
        if b"\r\n" not in data or b"\0" in data:
            return data
        indexed = self._indexed.get(path)
        stored = self._objects.read(indexed.object_id, path) if indexed is not None else None
        if stored is not None and b"\r\n" not in stored[1] and stored[1]:
            return data.replace(b"\r\n", b"\n")
        return data

    def _identify(self, data: bytes) -> str:
        return hashlib.new(self._hash_name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _read_index(root: Path) -> dict[str, _Indexed]:
    listed = run(root, "ls-files", "-z", "--stage", "--debug")
    if listed.returncode != 0:
        raise UnreadableError("git cannot read its index", remedy="Run `git status` to see why.")
    found: dict[str, _Indexed] = {}
    end = 0
    for record in _INDEX_ENTRY.finditer(listed.stdout):
        end = record.end()
        mode, object_id, stage, path = record.group(1, 2, 3, 4)
        flags = int(record[14], 16)
        found[path.decode("utf-8", "surrogateescape")] = _Indexed(
            _KINDS.get(mode, EntryKind.FILE), object_id.decode("ascii"), int(record[7]), int(record[8]),
            int(record[10]), int(record[13]), bool(flags & _SKIP_WORKTREE), stage == b"0",
        )  # fmt: skip
    if end != len(listed.stdout):
        raise UnreadableError("git lists its index in a form not known here", remedy="Use git 2.30 or newer.")
    return found


def _index_time(git_dir: Path) -> int:
    try:
        return (git_dir / "index").stat().st_mtime_ns
    except OSError:
        return 0


def _is_unchanged(indexed: _Indexed, status: os.stat_result, index_time: int) -> bool:
    """Whether the file is the one git saw; a file as young as the index may have been written after it."""
    seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
    same_kind = stat.S_ISLNK(status.st_mode) == (indexed.kind is EntryKind.SYMLINK)
    return (
        same_kind
        and indexed.size == status.st_size & 0xFFFFFFFF
        and (indexed.seconds, indexed.nanoseconds) == (seconds & 0xFFFFFFFF, nanoseconds)
        and indexed.inode == status.st_ino & 0xFFFFFFFF
        and status.st_mtime_ns < index_time
    )
