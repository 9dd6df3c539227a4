"""Trees, documents and nodes: what the rest of the program reads from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EntryKind(StrEnum):
    """What a path of a tree is; only files are ever read."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree. `object_id` is the git blob id, equal for equal bytes in every kind of tree."""

    kind: EntryKind
    object_id: str


class Tree(Protocol):
    """A set of files at one moment: a commit, the working tree, a folder, or values in memory."""

    @property
    def name(self) -> str:
        """What a person calls it: a short commit id, `worktree`, or the folder."""

    def entries(self) -> Mapping[str, Entry]:
        """Every path, relative, with `/`, sorted."""

    def read(self, path: str) -> bytes:
        """Return the bytes of one file, or raise UnreadableError with the path and remedy."""
