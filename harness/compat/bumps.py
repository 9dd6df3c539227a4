"""Which version step a comparison needs (content models, section 7)."""

from __future__ import annotations

from collections.abc import Iterable

from harness.compat.avro_kinds import AVRO_KINDS
from harness.compat.kinds import KINDS
from harness.model import Bump, Change, Verdict

_WORDS = frozenset({"text", "server"})
_PATCH = frozenset({"operation-id-changed", "default-changed"})


def required_bump(changes: Iterable[Change], old_version: str) -> Bump:
    """Return the smallest step that tells consumers the truth; versions 0.y.z promise nothing (semver item 4)."""
    found = Bump.NONE
    for change in changes:
        step = _step(change)
        if step.rank > found.rank:
            found = step
    if found is Bump.MAJOR and old_version.lstrip("vV").startswith("0."):
        return Bump.MINOR
    return found


def _step(change: Change) -> Bump:
    if change.verdict is not Verdict.COMPATIBLE:
        return Bump.MAJOR
    kind = KINDS.get(change.rule) or AVRO_KINDS.get(change.rule)
    if change.rule in _PATCH or (kind is not None and kind.area in _WORDS):
        return Bump.PATCH
    return Bump.MINOR
