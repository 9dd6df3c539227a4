"""From `--history`, HARNESS_HISTORY or `harness.yaml` to an open store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.opening import open_library, open_repository

if TYPE_CHECKING:
    from harness.history import History

DEFAULT_PLACE = ".harness/history.sqlite"


@contextmanager
def opened_history(repo: Path, place: str | None, *, create: bool = False) -> Iterator[History]:
    """Give the store that is named, else the one that `harness.yaml` names, else the default of the repository.

    Args:
        repo: The repository or folder.
        place: What `--history` or HARNESS_HISTORY says.
        create: Whether a missing one is made; reading never makes one.
    """
    from harness.history import open_history  # noqa: PLC0415  (start-up)

    history = open_history(place or history_place(repo), create=create)
    try:
        yield history
    finally:
        history.close()


def history_place(repo: Path) -> str:
    """Return where a repository keeps its history; a path is taken from the root of the repository."""
    from harness.registry import read_config  # noqa: PLC0415  (start-up)

    repository = open_repository(repo)
    root = repository.root if repository is not None else repo.resolve()
    named = read_config(open_library(repo)).history or DEFAULT_PLACE
    return named if "://" in named else str(Path(root) / named)
