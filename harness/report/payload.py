"""A JSON payload as one line, with the place that matters marked under it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from harness.model import JSON, join
from harness.report.printable import printable

WIDTH = 96
"""Columns that a payload may take in a terminal."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of JSON and the half-open range of columns to mark (empty range: nothing to mark)."""

    text: str
    start: int
    end: int

    @property
    def marker(self) -> str:
        """Spaces and carets that stand under the marked range."""
        return " " * self.start + "^" * (self.end - self.start)


def one_line(value: JSON, mark: str = "", width: int = WIDTH) -> Line:
    """Return `value` as one line of at most about `width` columns, `mark` (a JSON pointer) being visible.

    Where `mark` names nothing in `value` (a lost field), nothing is marked.
    """
    writer = _Writer(mark)
    writer.write(value, "")
    text, start, end = "".join(writer.parts), writer.start, writer.end
    if len(text) <= width:
        return Line(text, start, end)
    return _window(text, start, end, width)


def pretty(value: JSON) -> str:
    """Return `value` as indented JSON, control characters escaped line by line."""
    return "\n".join(printable(line) for line in json.dumps(_plain(value), indent=2, ensure_ascii=False).split("\n"))


def _plain(value: JSON) -> object:
    """Return `value` with decimals as numbers that `json` can write (for people: at most 17 digits)."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _window(text: str, start: int, end: int, width: int) -> Line:
    """Cut `text` to `width` columns around the marked range, with `…` where something is left out."""
    end = min(end, start + width // 2)
    left = max(0, min(start - width // 3, len(text) - width)) if end > start else 0
    head = "…" if left else ""
    tail = "…" if left + width < len(text) else ""
    shown = head + text[left + len(head) : left + width - len(tail)] + tail
    return Line(shown, max(0, start - left), max(0, min(end - left, len(shown))))


class _Writer:
    """Writes JSON piece by piece and remembers where the marked value begins and ends."""

    def __init__(self, mark: str) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.mark = mark
        self.start = 0
        self.end = 0

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def write(self, value: JSON, pointer: str) -> None:
        begin = self.length
        if isinstance(value, dict):
            members = [(json.dumps(key, ensure_ascii=False) + ": ", key, item) for key, item in value.items()]
            self._members("{", "}", members, pointer)
        elif isinstance(value, list):
            self._members("[", "]", [("", str(i), v) for i, v in enumerate(value)], pointer)
        else:
            self.put(scalar(value))
        if pointer and pointer == self.mark:
            self.start, self.end = begin, self.length

    def _members(self, opening: str, closing: str, members: list[tuple[str, str, JSON]], pointer: str) -> None:
        self.put(opening)
        for index, (label, token, value) in enumerate(members):
            self.put((", " if index else "") + printable(label))
            self.write(value, join(pointer, token))
        self.put(closing)


def scalar(value: JSON) -> str:
    """Return one JSON scalar as text, exact for decimals, invisible characters escaped."""
    if isinstance(value, Decimal):
        return str(value)
    return printable(json.dumps(value, ensure_ascii=False))
