"""Commits, and the tree of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.documents.git.process import ObjectReader
from harness.documents.trees import unreadable
from harness.documents.values import Entry, EntryKind
from harness.model import UnreadableError

_LFS = b"version https://git-lfs.github.com/spec/"
_PERSON = re.compile(r"(.*) (-?\d+) [-+]\d{4}\Z")
_CO_AUTHOR = re.compile(r"^co-authored-by:\s*(.+<[^>]*>)\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        id: Full object id.
        ref: What a person asked for: `origin/main`; equal to `id` where nobody did.
        time: Committer's time, aware, UTC. Free text of the committer: trust it for nothing (threats section 3).
        author: `Name <e-mail>`, as free as the time.
        parents: Ids.
        committer: `Name <e-mail>`.
        message: Subject and body.
    """

    id: str
    ref: str
    time: datetime
    author: str
    parents: tuple[str, ...]
    committer: str = ""
    message: str = ""

    @property
    def short(self) -> str:
        """The first seven digits."""
        return self.id[:7]

    @property
    def people(self) -> tuple[str, ...]:
        """Author, committer and co-authors, each `Name <e-mail>`, sorted."""
        return tuple(sorted({self.author, self.committer, *_CO_AUTHOR.findall(self.message)} - {""}))


def parse_commit(data: bytes, object_id: str, ref: str) -> Commit:
    """Return a commit from its object: headers, an empty line, the message."""
    head, _, body = data.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name:  # a continued line, of a signature, begins with a space
            headers.setdefault(name.decode("ascii", "replace"), []).append(value)
    encoding = headers.get("encoding", [b"utf-8"])[0].decode("ascii", "replace")
    author, _ = _person(headers.get("author", [b""])[0], encoding)
    committer, time = _person(headers.get("committer", [b""])[0], encoding)
    parents = tuple(parent.decode("ascii", "replace") for parent in headers.get("parent", []))
    return Commit(object_id, ref, time, author, parents, committer, _text(body, encoding))


def _person(line: bytes, encoding: str) -> tuple[str, datetime]:
    found = _PERSON.match(_text(line, encoding))
    if found is None:
        return "", datetime.fromtimestamp(0, UTC)
    try:
        return found[1], datetime.fromtimestamp(int(found[2]), UTC)
    except (OverflowError, ValueError, OSError):
        return found[1], datetime.fromtimestamp(0, UTC)


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def parse_listing(listing: bytes) -> dict[str, Entry]:
    """Return the entries of `git ls-tree -r -z`: `MODE TYPE ID<TAB>PATH<NUL>`; links and submodules are never read."""
    entries: dict[str, Entry] = {}
    kinds = {b"120000": EntryKind.SYMLINK, b"160000": EntryKind.SUBMODULE}
    for record in listing.split(b"\0"):
        if record:
            head, _, path = record.partition(b"\t")
            mode, _, object_id = head.split(b" ")
            kind = kinds.get(mode, EntryKind.FILE)
            entries[path.decode("utf-8", "surrogateescape")] = Entry(kind, object_id.decode("ascii"))
    return dict(sorted(entries.items()))


def read_blob(objects: ObjectReader, path: str, entry: Entry | None) -> bytes:
    """Return the bytes of one entry.

    Raises:
        UnreadableError: Absent, a link, inside a submodule, kept in Git LFS, or not in this clone.
    """
    check_readable(path, entry)
    found = objects.read(entry.object_id, path) if entry is not None else None
    if found is None:
        raise unreadable(
            path, "its content is not in this clone", "Run git fetch --refetch, or clone without --filter."
        )
    if found[1].startswith(_LFS):
        raise lfs_error(path)
    return found[1]


def check_readable(path: str, entry: Entry | None) -> None:
    """Raise UnreadableError unless the entry is a plain file."""
    if entry is None:
        raise unreadable(path, "no such file", "Check the path.")
    if entry.kind is EntryKind.SYMLINK:
        raise unreadable(path, "a symbolic link; links are never followed", "Put the file itself here.")
    if entry.kind is EntryKind.SUBMODULE:
        raise unreadable(path, "a submodule; submodules are never entered", "Check that repository by itself.")


def is_lfs_pointer(data: bytes) -> bool:
    """Whether the bytes stand for a file that is kept elsewhere."""
    return data.startswith(_LFS)


def lfs_error(path: str) -> UnreadableError:
    """Return the error for a file of which git has only a pointer."""
    return unreadable(
        path, "kept in Git LFS, and the repository holds only a pointer to it", "Keep contracts out of Git LFS."
    )


class CommitTree:
    """The files of one commit, read from git's objects: nothing is checked out and no filter runs."""

    def __init__(self, commit: Commit, listing: bytes, objects: ObjectReader) -> None:
        """Take the output of `ls-tree -r -z --full-tree`."""
        self.commit = commit
        self._listing = listing
        self._objects = objects
        self._entries: dict[str, Entry] | None = None

    @property
    def name(self) -> str:
        """The short commit id."""
        return self.commit.short

    def entries(self) -> Mapping[str, Entry]:
        """Every path, sorted."""
        if self._entries is None:
            self._entries = parse_listing(self._listing)
        return self._entries

    def read(self, path: str) -> bytes:
        """Return the bytes of one file; see `read_blob`."""
        return read_blob(self._objects, path, self.entries().get(path))
