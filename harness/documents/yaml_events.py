"""YAML text to values: libyaml's events, no recursion, every bound checked while reading (threats 4.4).

Fast parsers abort or overrun the process on alias bombs and deep nesting, which no `except` catches; events are flat,
so the bounds hold whatever the input. Building the value from them is as fast as py-yaml12 after the checks that one
needs (3 MB: 0.4 to 0.6 s both, measured), keeps numbers exact and keys as written, and yields positions on the way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from harness.documents.json_text import MAX_DEPTH
from harness.documents.yaml_scalars import plain_value
from harness.model import JSON, Location, UnreadableError

MAX_NODES = 2_000_000
MAX_ALIASED_NODES = 100_000
MAX_ALIASED_CHARACTERS = 16 * 1024 * 1024
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"int", "float", "bool", "null"}
_MEND = "Mend this place; what stands before it was understood."
_BOTH_WAYS = "Which one wins differs between tools, so neither is used. Remove one."


Marks: TypeAlias = "tuple[Any, Any, Any]"
"""Where a member stands: libyaml's marks of its key (or of an item itself), and of its value's start and end."""


@dataclass(slots=True)
class Placed:
    """A value, and for each container in it (by `id`) the marks of its members; alive as long as the value is."""

    value: JSON = None
    root: Marks | None = None
    members: dict[int, dict[str, Marks]] = field(default_factory=dict)


@dataclass(slots=True)
class _Frame:
    value: list[JSON] | dict[str, JSON]
    is_mapping: bool
    anchor: str | None
    mark: Any
    nodes: int = 1
    characters: int = 0
    key: str | None = None
    key_mark: Any = None
    is_merge: bool = False
    marks: dict[str, Marks] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)


class _Anchored(NamedTuple):
    value: JSON
    nodes: int
    characters: int


def read_yaml(text: str, path: str | None, first_line: int = 1, *, merge: bool = True) -> Placed:
    """Return the value of one YAML document (scalars as in 1.2; dates, `no` and `on` stay strings) and its places.

    Args:
        text: The document, without markers of others.
        path: For messages.
        first_line: Line of the file at which `text` begins.
        merge: Whether `<<` merges, as YAML 1.1 and most tools do; without, it is a key like any other.

    Raises:
        UnreadableError: Not YAML, not expressible as JSON, with a duplicate key, or out of bounds; with line and
            column.
    """
    collecting = gc.isenabled()
    gc.disable()  # nothing here is garbage, and looking for some among a million new objects doubles the time
    try:
        return _Reader(text, path, first_line, merge=merge).read()
    finally:
        if collecting:
            gc.enable()


class _Reader:
    """State of reading one document."""

    def __init__(self, text: str, path: str | None, first_line: int, *, merge: bool = True) -> None:
        self._text = text
        self._merges = merge
        self._path = path
        self._first_line = first_line
        self._anchors: dict[str, _Anchored] = {}
        self._frames: list[_Frame] = []
        self._aliased = [0, 0]
        self._documents = 0
        self._out = Placed()

    def read(self) -> Placed:
        """Consume all events."""
        import yaml  # noqa: PLC0415  (start-up: JSON needs no YAML)

        handlers = self._handlers(yaml)
        try:
            parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(self._text)
            for _ in range(MAX_NODES):
                event = parser.get_event()
                if event is None:
                    return self._out
                handler = handlers.get(type(event))
                if handler is not None:
                    handler(event)
        except yaml.MarkedYAMLError as error:
            said = error.problem or error.context or "not understood"
            raise self._refused(f"not YAML: {said}", error.problem_mark or error.context_mark, _MEND) from None
        except yaml.reader.ReaderError:
            raise self._unprintable() from None
        raise self._refused(f"more than {MAX_NODES:,} nodes", event.start_mark, "Split the file.")

    def _handlers(self, yaml: Any) -> dict[type, Callable[[Any], None]]:
        return {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_sequence,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start,
        }

    def _start(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._refused("a second document begins here", event.start_mark, "Keep one document in a file.")

    def _unprintable(self) -> UnreadableError:
        found = next((i for i, c in enumerate(self._text) if not c.isprintable() and c not in "\t\n\r"), 0)
        line = self._text.count("\n", 0, found)
        column = found - self._text.rfind("\n", 0, found)
        return UnreadableError(
            f"control character U+{ord(self._text[found]):04X}",
            location=Location(self._path, line=line + self._first_line, column=column),
            remedy="Remove it, or write it as an escape in double quotes.",
        )

    def _scalar(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        text = event.value
        if "\x00" in text:
            raise self._refused("NUL character in a string", event.start_mark, "Remove it.")
        if frame is not None and frame.is_mapping and frame.key is None:
            self._key(frame, event)
            return
        value: JSON = text
        if event.tag is not None:
            value = self._tagged(event)
        elif event.implicit[0]:
            value = self._plain(event)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, 1, len(text))
        self._place(value, event.start_mark, event.end_mark, 1, len(text))

    def _plain(self, event: Any) -> JSON:
        try:
            return plain_value(event.value)
        except ValueError as error:
            raise self._refused(str(error), event.start_mark, "Write a finite number, or quote it.") from None

    def _key(self, frame: _Frame, event: Any) -> None:
        key = event.value
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(key, 1, len(key))
        if event.tag is not None:
            self._check_tag(event)
        if key in frame.written:
            line = frame.marks[key][0].line + self._first_line
            raise self._refused(f'"{key}" appears twice (first at line {line})', event.start_mark, _BOTH_WAYS)
        frame.written.add(key)
        frame.is_merge = self._merges and key == "<<" and event.implicit[0]
        frame.key = key
        frame.key_mark = event.start_mark

    def _tagged(self, event: Any) -> JSON:
        name = self._check_tag(event)
        return self._plain(event) if name in _SCALAR_TAGS else str(event.value)

    def _check_tag(self, event: Any) -> str:
        """Return the core schema's name of an explicit tag; `!` alone means a string."""
        if event.tag == "!":
            return "str"
        name = str(event.tag).removeprefix(_CORE)
        if event.tag.startswith(_CORE) and name in _SCALAR_TAGS | {"str", "map", "seq"}:
            return name
        raise self._refused(f"tag {event.tag} is not allowed: a contract is data", event.start_mark, "Remove the tag.")

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, is_mapping=True)

    def _open_sequence(self, event: Any) -> None:
        self._open(event, [], is_mapping=False)

    def _open(self, event: Any, value: list[JSON] | dict[str, JSON], *, is_mapping: bool) -> None:
        if len(self._frames) >= MAX_DEPTH:
            raise self._refused(f"nested deeper than {MAX_DEPTH} levels", event.start_mark, "Flatten it.")
        self._check_value_expected(event)
        if event.tag is not None:
            self._check_tag(event)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._frames.append(_Frame(value, is_mapping, event.anchor, event.start_mark))

    def _check_value_expected(self, event: Any) -> None:
        if self._frames and self._frames[-1].is_mapping and self._frames[-1].key is None:
            raise self._refused("a key must be a plain or quoted string", event.start_mark, "Write the key out.")

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        self._out.members[id(frame.value)] = frame.marks
        if frame.anchor:
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.nodes, frame.characters)
        self._place(frame.value, frame.mark, event.end_mark, frame.nodes, frame.characters)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        self._check_value_expected(event)
        if name not in self._anchors:
            inside = any(frame.anchor == name for frame in self._frames)
            said = f"alias *{name} contains itself" if inside else f"no anchor &{name} before this"
            raise self._refused(said, event.start_mark, "Write it out." if inside else "Define it first.")
        anchored = self._anchors[name]
        self._aliased[0] += anchored.nodes
        self._aliased[1] += anchored.characters
        if self._aliased[0] > MAX_ALIASED_NODES or self._aliased[1] > MAX_ALIASED_CHARACTERS:
            raise self._refused("aliases expand beyond measure", event.start_mark, "Use $ref instead of aliases.")
        self._place(anchored.value, event.start_mark, event.end_mark, anchored.nodes, anchored.characters)

    def _place(self, value: JSON, start: Any, end: Any, nodes: int, characters: int) -> None:
        if not self._frames:
            self._out.value = value
            self._out.root = (start, start, end)
            return
        frame = self._frames[-1]
        frame.nodes += nodes
        frame.characters += characters
        target, key = frame.value, frame.key
        if isinstance(target, list):
            frame.marks[str(len(target))] = (start, start, end)
            target.append(value)
        elif key is not None:
            frame.marks[key] = (frame.key_mark, start, end)
            frame.key = None
            if frame.is_merge:
                self._merge(target, value, frame.key_mark)
            else:
                target[key] = value

    def _merge(self, target: dict[str, JSON], value: JSON, mark: Any) -> None:
        """Copy the members of `<<` in; keys written out win, whether they come before or after it."""
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise self._refused("<< needs a mapping or a list of mappings", mark, "Write the keys out.")
            for name, member in one.items():
                target.setdefault(name, member)

    def _refused(self, message: str, mark: Any, remedy: str) -> UnreadableError:
        line = mark.line + self._first_line if mark is not None else None
        column = mark.column + 1 if mark is not None else None
        return UnreadableError(message, location=Location(self._path, line=line, column=column), remedy=remedy)
