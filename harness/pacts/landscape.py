"""The newest version of each contract of a repository, read when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from harness.compat.bundling import bundle
from harness.documents import FolderTree, Library
from harness.registry import Registry, read_config

Read = Callable[[], tuple[str, dict[str, Any]]]
"""Gives `openapi` or `asyncapi`, and the document with all references inside itself."""


def newest_contracts(repository: Path) -> dict[str, Read]:
    """Return how to read the newest version of each OpenAPI and AsyncAPI contract, by name."""
    library = Library(FolderTree(repository))
    return {
        contract.name: partial(_read, library, contract.path, contract.kind.value)
        for contract in Registry(library, read_config(library)).contracts
        if contract.kind.value in ("openapi", "asyncapi")
    }


def _read(library: Library, path: str, kind: str) -> tuple[str, dict[str, Any]]:
    whole = bundle(library.node(path), library)
    return kind, whole if isinstance(whole, dict) else {}
