"""The step that a branch declares by its version numbers."""

from __future__ import annotations

import re

from harness.model import Bump

_NUMBERS = re.compile(r"v?(\d{1,9}(?:[.-]\d{1,9})*)(?![0-9A-Za-z])")


def declared_step(old: str, new: str) -> Bump:
    """Return the step from one version to the next.

    Dates and other dotted numbers count by position, like semantic versions: the first number is the major one. A
    version that goes down, and one that stays, declares nothing. Words that are no numbers declare a major step
    when they change, since nothing smaller can be read from them.
    """
    if old == new:
        return Bump.NONE
    numbers = [_numbers(version) for version in (old, new)]
    if not numbers[0] or not numbers[1]:
        return Bump.MAJOR if new else Bump.NONE
    size = max(map(len, numbers))
    before, after = ((*found, *[0] * (size - len(found))) for found in numbers)
    if after < before:
        return Bump.NONE
    for position, (left, right) in enumerate(zip(before, after, strict=True)):
        if left != right:
            return (Bump.MAJOR, Bump.MINOR)[position] if position < 2 else Bump.PATCH
    return Bump.PATCH


def _numbers(version: str) -> list[int]:
    found = _NUMBERS.match(version)
    return [int(part) for part in re.split(r"[.-]", found.group(1))] if found else []
