"""What a person may type for a contract: a file, a folder, NAME@VERSION, or REVISION:PATH."""

from __future__ import annotations

import posixpath
from pathlib import Path

from harness.documents import FolderTree, GitRepository, Library, Tree
from harness.model import HarnessError, Location, NotFoundError, UsageError
from harness.registry.config import Config, read_config
from harness.registry.registry import Registry, find, read_registry


def open_operand(text: str, repo: Path | GitRepository | None = None) -> tuple[Library, str]:
    """Return the library of the revision or folder that `text` means, and the contract's path in it.

    Files and folders are looked for first, below `repo` and then where the command runs; then `NAME@VERSION` among the
    contracts of the working tree; then `REVISION:PATH`. References are resolved inside what is returned.

    Raises:
        NotFoundError: Nothing of that kind.
        UsageError: A folder with several contracts.
        UnreadableError: It is there and cannot be read.
    """
    folder = repo.root if isinstance(repo, GitRepository) else (repo or Path())
    for candidate in (folder / text, Path(text)):
        if candidate.is_file():
            return _file(candidate, folder)
        if candidate.is_dir():
            return _folder(candidate, folder)
    if "@" in text and ":" not in text:
        return _named(text, repo if repo is not None else folder)
    if ":" in text:
        return _at_revision(text, repo if repo is not None else folder)
    raise NotFoundError(
        f'no file or folder "{text}"',
        remedy="Give a file, a folder, NAME@VERSION, or REVISION:PATH.",
    )


def _file(path: Path, folder: Path) -> tuple[Library, str]:
    """Open a file in the tree it belongs to, so that `../common.yaml` is found: its repository, else its folder."""
    absolute = path.absolute()
    repository = _around(absolute.parent)
    root = repository.root if repository is not None else _common_root(absolute, folder)
    real = absolute.parent.resolve() / absolute.name
    return Library(FolderTree(root)), real.relative_to(root.resolve()).as_posix()


def _common_root(path: Path, folder: Path) -> Path:
    """Without version control: the folder asked about or where the command runs, else the third folder above."""
    real = path.parent.resolve()
    for root in (folder.resolve(), Path.cwd().resolve()):
        if real.is_relative_to(root):
            return root
    parents = [real, *real.parents]
    return parents[min(2, len(parents) - 1)]


def _folder(path: Path, folder: Path) -> tuple[Library, str]:
    inner = Registry(Library(FolderTree(path)), Config(contracts=("**",), exclude=("**/node_modules/**",)))
    found = inner.paths
    if len(found) == 1:
        return _file(path / found[0], folder)
    if not found:
        for problem in inner.problems:
            raise problem
        raise NotFoundError("no contract in this folder", location=Location(str(path)), remedy="Give the file itself.")
    raise UsageError(
        f"{len(found)} contracts in this folder: {', '.join(found[:3])}{', ...' if len(found) > 3 else ''}",
        location=Location(str(path)),
        remedy="Give one of the files.",
    )


def _named(text: str, repo: Path | GitRepository) -> tuple[Library, str]:
    name, _, version = text.rpartition("@")
    repository = repo if isinstance(repo, GitRepository) else _around(repo)
    tree: Tree = FolderTree(Path(str(repo))) if repository is None else repository.worktree()
    library = Library(tree)
    registry = read_registry(library, read_config(library))
    return library, find(registry.contracts, name, version).path


def _at_revision(text: str, repo: Path | GitRepository) -> tuple[Library, str]:
    ref, _, path = text.partition(":")
    repository = repo if isinstance(repo, GitRepository) else GitRepository.open(repo)
    tree = repository.tree(repository.resolve(ref))
    path = posixpath.normpath(path)
    if path in tree.entries():
        return Library(tree), path
    inside = sorted(name for name in tree.entries() if name.startswith(path + "/"))
    library = Library(tree)
    found = [item.path for item in read_registry(library, Config(contracts=(f"{path}/**",))).listed] if inside else []
    if len(found) == 1:
        return library, found[0]
    if found:
        raise UsageError(f"{len(found)} contracts in {text}", remedy=f"Give one, such as {ref}:{found[0]}.")
    raise NotFoundError(f'{ref} has no file "{path}"', remedy=f"git ls-tree -r --name-only {ref} lists its files.")


def _around(folder: Path) -> GitRepository | None:
    resolved = folder.resolve()
    if not any((parent / ".git").exists() for parent in (resolved, *resolved.parents)):
        return None
    try:
        repository = GitRepository.open(folder)
    except HarnessError:
        return None  # a plain folder is enough to read a file
    return None if repository.is_bare else repository
