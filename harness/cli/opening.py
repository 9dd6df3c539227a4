"""From `--repo PATH` to a library: the working tree of a repository, or a plain folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.documents import GitRepository, Library


def open_repository(folder: Path) -> GitRepository | None:
    """Return the git repository around `folder`, or None where there is none."""
    from harness.documents import GitRepository  # noqa: PLC0415  (start-up)

    resolved = folder.resolve()
    if not any((parent / ".git").exists() for parent in (resolved, *resolved.parents)):
        return None
    return GitRepository.open(resolved)


def open_library(folder: Path) -> Library:
    """Return what is on disk now: tracked files and untracked ones that are not ignored, or every file of a folder."""
    from harness.documents import FolderTree, Library  # noqa: PLC0415  (start-up)

    repository = open_repository(folder)
    return Library(FolderTree(folder.resolve()) if repository is None else repository.worktree())


def root_of(folder: Path) -> Path:
    """Return the folder that `open_library` would read: the root of the repository around `folder`, or itself."""
    repository = open_repository(folder)
    return folder.resolve() if repository is None else repository.root.resolve()
