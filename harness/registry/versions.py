"""Versions in order, and the step between two: semantic versions, dates, and dotted numbers."""

from __future__ import annotations

import re

from harness.model import Bump

_SEMVER = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:\.\d+)*)(?:-([0-9A-Za-z.\-]+))?(?:\+[0-9A-Za-z.\-]+)?\Z")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[.\-]?([A-Za-z][A-Za-z0-9.\-]*))?\Z")
_FULL = re.compile(r"v?\d+\.\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.\-+]+)?\Z")

_Key = tuple[int, tuple[int, ...], tuple[tuple[int, int, str], ...], str]


def version_key(version: str) -> _Key:
    """Return a key that sorts versions: words first, then by number; a pre-release before its release.

    Order of pre-releases is semver.org 2.0.0 item 11; build metadata never counts. Dates such as 2021-08-01, also
    with a name behind (2025-03-31.basil), sort as dates.
    """
    date = _DATE.match(version)
    if date is not None:
        return 1, tuple(int(part) for part in date.group(1, 2, 3)), ((2, 0, ""),), date[4] or ""
    found = _SEMVER.match(version)
    if found is None:
        return 0, (), (), version
    numbers = [int(part or 0) for part in found.group(1, 2, 3)] + [int(part) for part in found[4].split(".") if part]
    release = ((2, 0, ""),) if found[5] is None else tuple(_part(part) for part in found[5].split("."))
    return 1, tuple(numbers), release, ""


def is_version(name: str) -> bool:
    """Whether a folder or file is named by a full version (2.4.0, 2.4, 2021-08-01), not by a major alone (v2)."""
    return bool(_FULL.match(name) or _DATE.match(name))


def declared_bump(old: str, new: str) -> Bump:
    """Return the step that two version numbers declare.

    A changed date counts as major: a dated version promises nothing about the one before. A version that goes down
    or cannot be read declares nothing. What a change needs below 1.0.0 is the comparator's matter.
    """
    before, after = version_key(old), version_key(new)
    if old == new or before[0] == 0 or after[0] == 0 or after < before:
        return Bump.NONE
    if _DATE.match(new) or _DATE.match(old):
        return Bump.MAJOR if before[1] != after[1] else Bump.MINOR
    for step, left, right in zip((Bump.MAJOR, Bump.MINOR, Bump.PATCH), before[1], after[1], strict=False):
        if left != right:
            return step
    return Bump.PATCH


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)
