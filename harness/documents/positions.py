"""From a JSON pointer back to line and column, found only when somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple, Protocol

from harness.documents import json_text
from harness.documents.yaml_events import EventReader, Span
from harness.documents.yaml_outline import Outline, outline
from harness.model import UnreadableError, escape


class Place(NamedTuple):
    """Line and column, from 1, of a member's key or of an item; and the scalar as written ("" for containers)."""

    line: int
    column: int
    source: str = ""


class Places(Protocol):
    """Finds nodes of one document."""

    def find(self, tokens: tuple[str, ...]) -> tuple[Place, int]:
        """Return the place of the deepest existing node on the way, and how many tokens were found."""


class JsonPlaces:
    """Walks JSON text along the pointer, skipping whole values."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, dict[str, json_text.Member]] = {}
        self._starts: list[int] = []

    def find(self, tokens: tuple[str, ...]) -> tuple[Place, int]:
        """See Places."""
        at = value = json_text.root_offset(self._text)
        found = 0
        for token in tokens:
            member = json_text.member(self._text, value, token, self._known)
            if member is None:
                break
            at, value = member
            found += 1
        source = "" if self._text[value : value + 1] in "{[" else json_text.source(self._text, value)
        return Place(*self._place(at), source), found

    def _place(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset; the starts of lines are counted once for all questions."""
        if not self._starts:
            self._starts = [0, *accumulate(map((1).__add__, map(len, self._text.split("\n"))))]
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1


class YamlPlaces:
    """Walks the outline of YAML text, or the spans of its events where there is no outline."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._first_line = first_line
        self._outline: Outline | None = None
        self._lines: list[str] = []
        self._spans: dict[str, Span] | None = None
        self._children: dict[int, dict[str, tuple[int, int]]] = {}
        self._ready = False

    def find(self, tokens: tuple[str, ...]) -> tuple[Place, int]:
        """See Places."""
        if not self._ready:
            self._ready = True
            self._outline = outline(self._text)
            if self._outline is None:
                self._spans = _spans(self._text, self._first_line)
            else:
                self._lines = self._text.split("\n")
        if self._outline is not None:
            return self._find_in(self._outline, tokens)
        return _deepest(self._spans or {}, self._text, tokens)

    def _find_in(self, shape: Outline, tokens: tuple[str, ...]) -> tuple[Place, int]:
        entry, low, high = -1, 0, len(shape.ranks)
        for depth, token in enumerate(tokens):
            children = self._members(shape, entry, low, high)
            if token not in children:
                return self._inside(shape, entry, tokens, depth)
            entry, high = children[token]
            low = entry + 1
        return self._at(shape, entry, is_scalar=low == high), len(tokens)

    def _members(self, shape: Outline, entry: int, low: int, high: int) -> dict[str, tuple[int, int]]:
        if entry not in self._children:
            ranks, keys = shape.ranks, shape.keys
            starts = [i for i in range(low, high) if ranks[i] == ranks[low]]
            ends = [*starts[1:], high][: len(starts)]
            self._children[entry] = {
                str(number) if keys[i] is None else str(keys[i]): (i, end)
                for number, (i, end) in enumerate(zip(starts, ends, strict=True))
            }
        return self._children[entry]

    def _inside(self, shape: Outline, entry: int, tokens: tuple[str, ...], depth: int) -> tuple[Place, int]:
        """Look into a flow collection, which the outline does not divide."""
        for text, line, column in shape.flows:
            if entry >= 0 and (line, column) == (shape.lines[entry], shape.values[entry]):
                found, deeper = _deepest(_spans(text, 1), text, tokens[depth:])
                if deeper == 0:
                    break
                shift = column if found.line == 1 else 0
                moved = Place(found.line + line + self._first_line - 1, found.column + shift, found.source)
                return moved, depth + deeper
        return self._at(shape, entry, is_scalar=False), depth

    def _at(self, shape: Outline, entry: int, *, is_scalar: bool) -> Place:
        if entry < 0:
            return Place(shape.lines[0] + self._first_line, shape.columns[0] + 1)
        line, start = shape.lines[entry], shape.values[entry]
        source = self._lines[line][start:] if is_scalar and start >= 0 else ""
        if source[:1] not in {'"', "'"}:
            source = source.partition(" #")[0].rstrip(" ")
        return Place(line + self._first_line, shape.columns[entry] + 1, source)


def _spans(text: str, first_line: int) -> dict[str, Span]:
    reader = EventReader(text, None, first_line, with_spans=True)
    try:
        reader.read()
    except UnreadableError:  # only where a parser more lenient than libyaml accepted the text
        return reader.spans
    return reader.spans


def _deepest(spans: dict[str, Span], text: str, tokens: tuple[str, ...]) -> tuple[Place, int]:
    pointers = [""]
    for token in tokens:
        pointers.append(f"{pointers[-1]}/{escape(token)}")
    for depth in range(len(tokens), -1, -1):
        span = spans.get(pointers[depth])
        if span is not None:
            return Place(span.line, span.column, text[span.start : span.end]), depth
    return Place(1, 1), 0
