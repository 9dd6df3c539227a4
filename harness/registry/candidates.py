"""Which files may be contracts by name: data files outside folders that never hold a team's own contracts."""

from __future__ import annotations

SUFFIXES = (".yaml", ".yml", ".json", ".avsc")
_NOT_OURS = frozenset(
    {
        "node_modules", "vendor", "vendored", "third_party", "third-party", "site-packages", "dist", "build", "target",
        "out", "test", "tests", "__tests__", "testdata", "fixtures", "__fixtures__", "__snapshots__", "snapshots",
        "examples", "example", "samples",
    }
)  # fmt: skip


def is_candidate(path: str) -> bool:
    """Whether a file may be a contract by its name and folders: not hidden, not vendored, no test data."""
    if not path.endswith(SUFFIXES):
        return False
    *folders, name = path.split("/")
    return not name.startswith(".") and not any(folder.startswith(".") or folder in _NOT_OURS for folder in folders)
