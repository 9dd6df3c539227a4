"""Changed files that look like contracts and that no glob reaches: said, so that nobody takes silence for safety."""

from __future__ import annotations

from collections.abc import Iterator

from harness.documents import EntryKind
from harness.documents.globs import matches
from harness.governance.trust import Sides
from harness.model import HarnessError, NotChecked
from harness.registry import Registry
from harness.registry.candidates import SUFFIXES
from harness.registry.sniffing import sniff


def unwatched(sides: Sides, watched: Registry) -> Iterator[NotChecked]:
    """Name each changed file of head that reads like a contract outside the globs of harness.yaml."""
    if not watched.config.contracts:
        return  # found by content: every contract is watched
    reached = {path.partition("#")[0] for path in watched.paths}
    for path in sorted(sides.changed):
        if path in reached or matches(path, watched.config.exclude) or not path.endswith(SUFFIXES):
            continue
        if _is_contract(sides, path):
            reason = "looks like a contract, but no glob of harness.yaml reaches it"
            yield NotChecked(path, reason, "add it to `contracts` in harness.yaml")


def _is_contract(sides: Sides, path: str) -> bool:
    entry = sides.head.tree.entries().get(path)
    if entry is None or entry.kind is not EntryKind.FILE:
        return False
    try:
        return sniff(sides.head.tree.read(path), path) is not None
    except HarnessError:
        return False  # an unreadable file outside the globs is nobody's contract
