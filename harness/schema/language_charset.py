"""Sets of characters as sorted, disjoint intervals of code points, and how to cut them into classes.

The alphabet is the Unicode scalar values: surrogate halves are no characters, so no set holds them
(RFC 8259 section 8.2 calls texts with lone halves unpredictable; JSON Schema counts characters).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Inclusive intervals, sorted, neither touching nor overlapping."""

_UNIVERSE: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))
_LATIN = ((0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F))
# Where a sample takes its characters from: what a person reads first, control characters last.
_PREFERENCE: Ranges = (
    (0x61, 0x7A),
    (0x30, 0x39),
    (0x41, 0x5A),
    (0x2D, 0x2F),
    (0x5F, 0x5F),
    (0x3A, 0x40),
    (0x20, 0x2C),
    (0x5B, 0x60),
    (0x7B, 0x7E),
    *_LATIN,
    (0x391, 0x3C9),
    (0x410, 0x44F),
    (0x4E00, 0x9FBB),
    (0xA1, 0xAC),
    (0xAE, 0xD7FF),
    (0x1F300, 0x1F64F),
    (0xE000, 0x10FFFF),
    (0x09, 0x0D),
    (0x00, 0x10FFFF),
)


@dataclass(frozen=True, slots=True, eq=False)
class CharSet:
    """A set of characters. Equal sets are the same object, so identity is equality.

    Attributes:
        ranges: Its intervals.
        starts: The lower ends, for binary search.
    """

    ranges: Ranges
    starts: tuple[int, ...]

    def __contains__(self, code: int) -> bool:
        """Tell whether the code point is a member."""
        index = bisect_right(self.starts, code) - 1
        return index >= 0 and code <= self.ranges[index][1]

    def __or__(self, other: CharSet) -> CharSet:
        """Join two sets."""
        return charset((*self.ranges, *other.ranges))

    def __sub__(self, other: CharSet) -> CharSet:
        """Return the members that the other set lacks."""
        return ~(~self | other)

    def __invert__(self) -> CharSet:
        """Return every character that is no member."""
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in self.ranges:
            gaps.append((start, low - 1))
            start = high + 1
        gaps.append((start, _UNIVERSE[-1][1]))
        return charset(gaps)

    def __len__(self) -> int:
        """Count the members."""
        return sum(high - low + 1 for low, high in self.ranges)

    def preferred(self) -> int:
        """Return the most readable member. The set must not be empty."""
        for low, high in _PREFERENCE:
            index = max(bisect_right(self.starts, low) - 1, 0)
            for first, last in self.ranges[index : index + 2]:
                if max(first, low) <= min(last, high):
                    return max(first, low)
            index = bisect_right(self.starts, high) - 1
            if index >= 0 and self.ranges[index][1] >= low:
                return self._first_from(low)
        raise ValueError("an empty set has no members")

    def _first_from(self, low: int) -> int:
        index = bisect_right(self.starts, low)
        if index and self.ranges[index - 1][1] >= low:
            return low
        return self.ranges[index][0]


_INTERNED: dict[Ranges, CharSet] = {}


def charset(ranges: Iterable[tuple[int, int]]) -> CharSet:
    """Build a set from inclusive intervals in any order; surrogate halves and empty intervals fall out."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(_scalars(ranges)):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    key = tuple(merged)
    found = _INTERNED.get(key)
    if found is None:
        found = _INTERNED[key] = CharSet(key, tuple(low for low, _ in key))
    return found


def _scalars(ranges: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for low, high in ranges:
        for first, last in _UNIVERSE:
            if max(low, first) <= min(high, last):
                yield max(low, first), min(high, last)


def chars(text: str) -> CharSet:
    """Return the set of the characters of a text."""
    return charset((ord(char), ord(char)) for char in text)


def partition(sets: frozenset[CharSet]) -> tuple[CharSet, ...]:
    """Cut the alphabet into the coarsest classes that no given set divides, in order of readability.

    Cost: n log n in the number of intervals of all sets.
    """
    if len(sets) == 1:
        (only,) = sets
        classes = [only, ~only]
    else:
        classes = _overlay(sorted(sets, key=lambda item: item.ranges))
    return tuple(sorted((item for item in classes if item.ranges), key=_rank))


def _overlay(sets: list[CharSet]) -> list[CharSet]:
    events: dict[int, int] = {0: 0}
    for index, item in enumerate(sets):
        for low, high in item.ranges:
            events[low] = events.get(low, 0) ^ (1 << index)
            events[high + 1] = events.get(high + 1, 0) ^ (1 << index)
    edges = sorted(events)
    members: dict[int, list[tuple[int, int]]] = {}
    inside = 0
    for edge, following in zip(edges, (*edges[1:], _UNIVERSE[-1][1] + 1), strict=True):
        inside ^= events[edge]
        if edge < following:
            members.setdefault(inside, []).append((edge, following - 1))
    return [charset(ranges) for ranges in members.values()]


def _rank(item: CharSet) -> tuple[int, int]:
    return readability(item.preferred())


def readability(code: int) -> tuple[int, int]:
    """Order characters by how readily a person reads them; smaller is better."""
    for place, (low, high) in enumerate(_PREFERENCE):
        if low <= code <= high:
            return place, code
    raise ValueError(f"{code} is no code point")


NONE = charset(())
ANY = charset(_UNIVERSE)
DIGITS = charset(((0x30, 0x39),))
WORD = charset(((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)))
# ECMA-262 WhiteSpace and LineTerminator: general category Zs, tab, VT, FF, ZWNBSP and the four line ends
SPACES = charset(
    (ord(char), ord(char)) for char in "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
) | charset(((0x2000, 0x200A),))
DOT = ~chars("\n\r\u2028\u2029")
