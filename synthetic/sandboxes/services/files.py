"""Databases of a service as files."""

from __future__ import annotations

from pathlib import Path


def fresh(file: Path) -> None:
    """Remove a closed SQLite database with what stands beside it."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
