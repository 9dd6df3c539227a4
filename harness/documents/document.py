"""A parsed file that still knows its lines, and one node of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.documents.mark_table import MarkTable
from harness.documents.positions import JsonPlaces, Place, Places, YamlPlaces
from harness.documents.yaml_events import Placed
from harness.model import JSON, Location, NotFoundError, join, split


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Document:
    """One JSON or YAML document.

    Attributes:
        path: As the tree names it, with `/`.
        digest: SHA-256 (hex) of the bytes the value was parsed from.
        text: Those bytes decoded; of a file with several documents, this document's part.
        value: Numbers are `int` or `Decimal`, never `float`; keys are strings. Never to be changed.
        first_line: Line of the file at which `text` begins.
        is_json: Whether `text` is JSON, else YAML.
        placed: Of YAML: `value` with its places, if the reader or an earlier run left them.
    """

    path: str
    digest: str
    text: str = field(repr=False, compare=False)
    value: JSON = field(repr=False, compare=False)
    first_line: int = 1
    is_json: bool = field(repr=False, compare=False, default=False)
    placed: Placed | MarkTable | None = field(repr=False, compare=False, default=None)
    _places: Places = field(repr=False, compare=False, init=False)

    def __post_init__(self) -> None:
        places = JsonPlaces(self.text) if self.is_json else YamlPlaces(self.text, self.first_line, self.placed)
        object.__setattr__(self, "_places", places)

    @property
    def root(self) -> Node:
        """The whole document as a node."""
        return Node(self, "", self.value)

    def position(self, pointer: str = "") -> tuple[int, int]:
        """Return line and column, from 1, of a member's key, of an item, or of the document.

        A pointer to nothing gives the place of the nearest node above it, so that a message about a missing
        member points at where it is missing.
        """
        return self._place(pointer)[:2]

    def source_of(self, pointer: str) -> str:
        """Return a scalar as written, on its first line: `1.10` where the value is 1.1; "" for containers."""
        return self._place(pointer).source

    def location(self, pointer: str = "") -> Location:
        """Return file, pointer, line and column."""
        line, column = self.position(pointer)
        return Location(self.path, pointer, line, column)

    def _place(self, pointer: str) -> Place:
        return self._places.find(tuple(split(pointer)))[0]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document together with the value there."""

    document: Document
    pointer: str
    value: JSON = field(repr=False, compare=False)

    def child(self, *tokens: str | int) -> Node:
        """Return the node below, by unescaped tokens.

        Raises:
            NotFoundError: There is no such member.
        """
        value = self.value
        for depth, token in enumerate(tokens):
            if isinstance(value, dict) and str(token) in value:
                value = value[str(token)]
            elif isinstance(value, list) and str(token).isdecimal() and int(token) < len(value):
                value = value[int(token)]
            else:
                pointer = join(self.pointer, *tokens[: depth + 1])
                raise NotFoundError(
                    f"{self.document.path} has nothing at #{pointer}", location=self.document.location(pointer)
                )
        return Node(self.document, join(self.pointer, *tokens), value)

    @property
    def location(self) -> Location:
        """File, pointer, line and column."""
        return self.document.location(self.pointer)
