"""From a JSON pointer back to line and column, found only when somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple, Protocol

from harness.documents import json_text
from harness.documents.mark_table import MarkTable
from harness.documents.yaml_events import Placed, read_yaml


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
        self._known: dict[int, json_text.Opened] = {}
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
    """Looks up the marks that reading YAML left behind; reads again where the value came without them."""

    def __init__(self, text: str, first_line: int, placed: Placed | MarkTable | None) -> None:
        self._text = text
        self._first_line = first_line
        self._placed = placed

    def find(self, tokens: tuple[str, ...]) -> tuple[Place, int]:
        """See Places."""
        if isinstance(self._placed, MarkTable):
            entry, found = self._placed.find(tokens)
            source = "" if isinstance(entry.value, (dict, list)) else self._text[entry.start : entry.end]
            return Place(entry.line + self._first_line, entry.column + 1, source), found
        if self._placed is None:
            self._placed = read_yaml(self._text, None, self._first_line)
        value, marks, found = self._placed.value, self._placed.root, 0
        for token in tokens:
            inner = self._placed.members.get(id(value), {}).get(token)
            if isinstance(value, dict) and token in value:
                value = value[token]
            elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            else:
                break
            marks = inner or marks  # a member that a merge brought has the place of what merged it
            found += 1
        if marks is None:
            return Place(self._first_line, 1), found
        source = "" if isinstance(value, (dict, list)) else self._text[marks[1].index : marks[2].index]
        return Place(marks[0].line + self._first_line, marks[0].column + 1, source), found
