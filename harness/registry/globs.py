"""Which paths are looked at: globs, and folders that never hold a team's own contracts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

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


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a glob matches: `*` and `?` within a name, `**` across folders, also none."""
    return any(_matches(path, glob.removeprefix("./")) for glob in globs)


@lru_cache(maxsize=100_000)
def _matches(path: str, glob: str) -> bool:
    return _folders(tuple(path.split("/")), tuple(glob.split("/")))


def _folders(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Match names against patterns with one point to resume at, so that no glob is slow."""
    name = pattern = 0
    resume: tuple[int, int] | None = None
    while name < len(names):
        if pattern < len(patterns) and patterns[pattern] == "**":
            resume = (pattern + 1, name)
            pattern += 1
        elif pattern < len(patterns) and _name(names[name], patterns[pattern]):
            name, pattern = name + 1, pattern + 1
        elif resume is not None:
            pattern, name = resume[0], resume[1] + 1
            resume = (pattern, name)
        else:
            return False
    return all(rest == "**" for rest in patterns[pattern:])


def _name(text: str, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return text == pattern
    at = want = 0
    resume: tuple[int, int] | None = None
    while at < len(text):
        if want < len(pattern) and pattern[want] == "*":
            resume = (want + 1, at)
            want += 1
        elif want < len(pattern) and pattern[want] in {"?", text[at]}:
            at, want = at + 1, want + 1
        elif resume is not None:
            want, at = resume[0], resume[1] + 1
            resume = (want, at)
        else:
            return False
    return all(rest == "*" for rest in pattern[want:])
