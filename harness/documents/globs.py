"""Path patterns of configuration, catalogs and Locations: `*` and `?` within a name, `**` across folders.

Matched by hand with one backtrack point (as classic wildcard matching does), so that no pattern of a
repository reaches Python's `re` and none takes more than length times length steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache


def is_pattern(text: str) -> bool:
    """Whether `text` has a wildcard."""
    return "*" in text or "?" in text


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether any glob matches; `**` stands for any number of folders, also none."""
    return any(_path(path, glob.removeprefix("./")) for glob in globs)


def matching(paths: Iterable[str], pattern: str) -> tuple[str, ...]:
    """Return the paths that match `pattern`, in their order."""
    return tuple(path for path in paths if matches(path, (pattern,)))


@lru_cache(maxsize=100_000)
def _path(path: str, glob: str) -> bool:
    return _matches(path.split("/"), glob.split("/"), "**", _name)


def _name(text: str, pattern: str) -> bool:
    if not is_pattern(pattern):
        return text == pattern
    return _matches(text, pattern, "*", lambda one, wanted: wanted in {"?", one})


def _matches(items: Sequence[str], wanted: Sequence[str], many: str, same: Callable[[str, str], bool]) -> bool:
    """Whether `items` match `wanted`, in which `many` stands for any number of items."""
    item = want = 0
    resume: tuple[int, int] | None = None  # after the last `many`: where to take one item more
    while item < len(items):
        if want < len(wanted) and wanted[want] == many:
            resume = (want + 1, item)
            want += 1
        elif want < len(wanted) and same(items[item], wanted[want]):
            item, want = item + 1, want + 1
        elif resume is not None:
            want, item = resume[0], resume[1] + 1
            resume = (want, item)
        else:
            return False
    return all(rest == many for rest in wanted[want:])
