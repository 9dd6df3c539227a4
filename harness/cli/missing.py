"""What is not installed, said with the extra that brings it: the gate needs little, other commands need more."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec

from harness.model import UsageError

_OWN = frozenset({"harness", "synthetic"})
_TOOLS = frozenset({"test", "check"})  # extras of those who work on this project
_NEEDED = re.compile(r"""([\w.-]+)[^;]*;.*\bextra == ['"]([\w-]+)['"]""")


def not_installed(error: ModuleNotFoundError) -> UsageError | None:
    """Return what to say of a module that an extra would have brought; None for any other, which is our bug."""
    name = (error.name or "").partition(".")[0]
    extra = None if name in _OWN else _extra_of(name)
    if extra is None:
        return None
    return UsageError(
        f"this command needs {name}, which is not installed", remedy=f"pip install 'contract-harness[{extra}]'"
    )


def check_installed(extra: str, *names: str) -> None:
    """Refuse before anything is begun, where a process of its own would be the one to fail.

    Raises:
        UsageError: A module of these names is missing.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"this command needs {', '.join(missing)}: not installed",
            remedy=f"pip install 'contract-harness[{extra}]'",
        )


def _extra_of(name: str) -> str | None:
    """Return the smallest extra that brings the distribution of a module: `nats` comes with nats-py."""
    try:
        needed = requires("contract-harness") or []
    except PackageNotFoundError:
        return None
    brought: dict[str, list[str]] = {}
    for match in filter(None, map(_NEEDED.match, needed)):
        brought.setdefault(match[2], []).append(match[1].lower().replace("_", "-"))
    found = [
        (len(names), extra)
        for extra, names in brought.items()
        if extra not in _TOOLS and any(one == name or one.startswith(name + "-") for one in names)
    ]
    return min(found)[1] if found else None
