"""From `--spectral FILE` to findings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.documents import Library
    from harness.model import Finding


def read_evidence(paths: Iterable[Path], library: Library) -> tuple[Finding, ...]:
    """Return what the files say about the revision that `library` reads; nothing is imported where there is none."""
    found: list[Finding] = []
    for path in paths:
        from harness.conventions import read_spectral  # noqa: PLC0415  (start-up)

        found += read_spectral(path.read_bytes(), str(path), library.tree.entries().keys())
    return tuple(found)
