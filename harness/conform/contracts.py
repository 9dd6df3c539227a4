"""The contract that a running system is held against: a file, a folder, a name, or NAME@VERSION."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.compat.bundling import bundle
from harness.documents import FolderTree, Library
from harness.model import UsageError
from harness.registry import Registry, open_operand, read_config


@dataclass(frozen=True, slots=True)
class Target:
    """A contract to hold against.

    Attributes:
        name: Its name in the repository, else the file's.
        kind: `openapi` or `asyncapi`.
        path: Its file.
        document: With all references inside itself.
    """

    name: str
    kind: str
    path: str
    document: dict[str, Any]


def open_target(text: str, repo: Path) -> Target:
    """Return the contract that `text` means; a bare name is its newest version.

    Raises:
        UsageError: Nothing of that name, or no OpenAPI or AsyncAPI document.
        UnreadableError: It cannot be read.
    """
    named = _newest(text, repo)
    library, path = (Library(FolderTree(repo)), named) if named else open_operand(text, repo)
    document = bundle(library.node(path), library)
    kind = _kind(document)
    if not isinstance(document, dict) or not kind:
        raise UsageError(f"{path} is neither OpenAPI nor AsyncAPI", remedy="Name such a contract.")
    return Target(_name(text, path, repo), kind, path, document)


def _kind(document: object) -> str:
    if not isinstance(document, dict):
        return ""
    if "asyncapi" in document:
        return "asyncapi"
    return "openapi" if "openapi" in document or "swagger" in document else ""


def _newest(text: str, repo: Path) -> str:
    if "/" in text or "@" in text or (repo / text).exists() or Path(text).exists():
        return ""
    found = [one.path for one in _contracts(repo) if one.name == text]
    return found[-1] if found else ""


def _name(text: str, path: str, repo: Path) -> str:
    if "/" not in text and "." not in text.partition("@")[0]:
        return text.partition("@")[0]
    known = {one.path: one.name for one in _contracts(repo)}
    return known.get(path) or known.get(text) or Path(path).stem


def _contracts(repo: Path) -> Any:
    library = Library(FolderTree(repo))
    return Registry(library, read_config(library)).contracts
