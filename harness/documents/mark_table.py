"""The places of a YAML value as one flat array of numbers, small enough to keep beside the value on disk."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from harness.documents.yaml_events import Marks, Placed
from harness.model import JSON

WIDTH = 5
_SIZE, _LINE, _COLUMN, _START, _END = range(WIDTH)


class Entry(NamedTuple):
    """One node: its value, line and column from 0 of its key, and the offsets of the value in the text."""

    value: JSON
    line: int
    column: int
    start: int
    end: int


class MarkTable:
    """A value in document order, five numbers a node: nodes of the subtree, line, column, start, end.

    The size of the subtree lets a search skip what it does not enter, so finding a place costs the siblings on the way.
    """

    def __init__(self, value: JSON, numbers: array[int]) -> None:
        """Take what `flat` wrote for this very value."""
        self.value = value
        self._numbers = numbers

    def find(self, tokens: tuple[str, ...]) -> tuple[Entry, int]:
        """Return the deepest existing node on the way, and how many tokens were found."""
        value, at, found = self.value, 0, 0
        for token in tokens:
            inner = at + WIDTH
            for name, member in _members(value):
                if name == token:
                    value, at = member, inner
                    break
                inner += WIDTH * self._numbers[inner + _SIZE]
            else:
                break
            found += 1
        return Entry(value, *self._numbers[at + _LINE : at + WIDTH]), found


def flat(placed: Placed) -> array[int] | None:
    """Return the numbers of a value that was just read; None where it has no place at all."""
    numbers = array("I")
    if placed.root is None:
        return None
    _append(numbers, placed.value, placed.root, placed.members)
    return numbers


def _append(numbers: array[int], value: JSON, marks: Marks, known: dict[int, dict[str, Marks]]) -> None:
    at = len(numbers)
    key, start, end = marks
    numbers.extend((0, key.line, key.column, start.index, end.index))
    if isinstance(value, (dict, list)):
        inner = known.get(id(value), {})
        for name, member in _members(value):
            _append(numbers, member, inner.get(name, marks), known)  # a merged member has the place of what merged it
    numbers[at + _SIZE] = (len(numbers) - at) // WIDTH


def _members(value: JSON) -> Iterator[tuple[str, JSON]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield str(index), member
