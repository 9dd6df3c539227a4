"""The careful YAML reader: libyaml events, no recursion, every bound checked while reading.

Fast parsers abort or overrun the process on alias bombs and deep nesting, which no `except` catches; events are flat,
so the bounds hold whatever the input (threats 4.4). It costs about 1 s for 2 MB, so `yaml_outline` spares the usual
file from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.documents.json_text import MAX_DEPTH
from harness.documents.yaml_scalars import plain_value
from harness.model import JSON, Location, UnreadableError, escape

MAX_NODES = 2_000_000
MAX_ALIASED_NODES = 100_000
MAX_ALIASED_CHARACTERS = 16 * 1024 * 1024
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"int", "float", "bool", "null"}
_BOTH_WAYS = "Which one wins differs between tools, so neither is used. Remove one."


class Span(NamedTuple):
    """Where a node stands in the text: line and column of its key (or itself), and the value's offsets."""

    line: int
    column: int
    start: int
    end: int


@dataclass(slots=True)
class _Frame:
    value: list[JSON] | dict[str, JSON]
    pointer: str
    anchor: str | None
    mark: Any
    nodes: int = 1
    characters: int = 0
    key: str | None = None
    key_mark: Any = None
    lines: dict[str, int] = field(default_factory=dict)


class _Anchored(NamedTuple):
    value: JSON
    nodes: int
    characters: int


class EventReader:
    """Reads one document. After `read`, `spans` has every node if it was asked for, by pointer."""

    def __init__(self, text: str, path: str | None, first_line: int = 1, *, with_spans: bool = False) -> None:
        self._text = text
        self._path = path
        self._first_line = first_line
        self._anchors: dict[str, _Anchored] = {}
        self._frames: list[_Frame] = []
        self._with_spans = with_spans
        self._aliased = [0, 0]
        self.spans: dict[str, Span] = {}
        self.root: JSON = None

    def read(self) -> JSON:
        """Return the value; numbers exact, keys as they are written.

        Raises:
            UnreadableError: Not YAML, not expressible as JSON, with a duplicate key, or out of bounds.
        """
        from yaml import events as kinds  # noqa: PLC0415  (start-up: only files that need it)

        documents = 0
        for count, event in enumerate(self._events()):
            if count > MAX_NODES:
                raise self._refused(f"more than {MAX_NODES:,} nodes", event.start_mark, "Split the file.")
            if isinstance(event, kinds.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
                self._open(event, {} if isinstance(event, kinds.MappingStartEvent) else [])
            elif isinstance(event, (kinds.MappingEndEvent, kinds.SequenceEndEvent)):
                self._close(event)
            elif isinstance(event, kinds.AliasEvent):
                self._alias(event)
            elif isinstance(event, kinds.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(
                        "a second document begins here", event.start_mark, "Keep one document in a file."
                    )
        return self.root

    def _events(self) -> Iterator[Any]:
        import yaml  # noqa: PLC0415  (start-up)

        parser = getattr(yaml, "CParser", yaml.SafeLoader)(self._text)
        try:
            while True:
                event = parser.get_event()
                if event is None or isinstance(event, yaml.events.StreamEndEvent):
                    return
                yield event
        except yaml.MarkedYAMLError as error:
            said = error.problem or error.context or "not understood"
            raise self._refused(f"not YAML: {said}", error.problem_mark or error.context_mark, "") from None
        except yaml.reader.ReaderError as error:
            raise self._unprintable(error) from None
        except UnicodeEncodeError:
            raise UnreadableError(
                "half of a surrogate pair is not a character", location=Location(self._path), remedy="Remove it."
            ) from None

    def _unprintable(self, error: Any) -> UnreadableError:
        found = next(
            (i for i, c in enumerate(self._text) if (c < " " and c not in "\t\n\r") or "\x7f" <= c <= "\x9f"), 0
        )
        line = self._text.count("\n", 0, found)
        column = found - self._text.rfind("\n", 0, found)
        return UnreadableError(
            f"control character U+{ord(self._text[found]):04X}" if self._text else f"not YAML: {error.reason}",
            location=Location(self._path, line=line + self._first_line, column=column),
            remedy="Remove it, or write it as an escape in double quotes.",
        )

    def _scalar(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
            return
        try:
            value = self._scalar_value(event)
        except ValueError as error:
            raise self._refused(str(error), event.start_mark, "Write a finite number, or quote it.") from None
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, 1, len(event.value))
        self._place(value, event.start_mark, event.end_mark, 1, len(event.value))

    def _key(self, frame: _Frame, event: Any) -> None:
        key = event.value
        self._check_characters(event)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(key, 1, len(key))
        if key in frame.lines:
            raise self._refused(
                f'"{key}" appears twice (first at line {frame.lines[key]})', event.start_mark, _BOTH_WAYS
            )
        frame.lines[key] = event.start_mark.line + self._first_line
        frame.key = "<<" if key == "<<" and event.implicit[0] else key
        frame.key_mark = event.start_mark
        self._check_tag(event)

    def _scalar_value(self, event: Any) -> JSON:
        self._check_characters(event)
        name = self._check_tag(event)
        if name == "str" or (name is None and not event.implicit[0]) or event.tag == "!":
            return str(event.value)
        return plain_value(event.value) if name is not None or event.implicit[0] else event.value

    def _check_characters(self, event: Any) -> None:
        """Refuse what escapes can smuggle in; libyaml lets both through."""
        if "\x00" in event.value:
            raise self._refused("NUL character in a string", event.start_mark, "Remove it.")
        try:
            event.value.encode("utf-8")
        except UnicodeEncodeError:
            raise self._refused("half of a surrogate pair is not a character", event.start_mark, "Remove it.") from None

    def _check_tag(self, event: Any) -> str | None:
        """Return the core schema's name of an explicit tag, None where there is none."""
        if not event.tag or event.tag == "!":
            return None
        name = str(event.tag).removeprefix(_CORE)
        if event.tag.startswith(_CORE) and name in _SCALAR_TAGS | {"str", "map", "seq"}:
            return name
        raise self._refused(f"tag {event.tag} is not allowed: a contract is data", event.start_mark, "Remove the tag.")

    def _open(self, event: Any, value: list[JSON] | dict[str, JSON]) -> None:
        if len(self._frames) >= MAX_DEPTH:
            raise self._refused(f"nested deeper than {MAX_DEPTH} levels", event.start_mark, "Flatten it.")
        parent = self._frames[-1] if self._frames else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            raise self._refused("a key must be a string", event.start_mark, "Use a plain key.")
        self._check_tag(event)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._frames.append(_Frame(value, self._pointer(), event.anchor, event.start_mark))

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.nodes, frame.characters)
        self._place(frame.value, frame.mark, event.end_mark, frame.nodes, frame.characters)

    def _alias(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        if any(open_.anchor == event.anchor for open_ in self._frames) and event.anchor not in self._anchors:
            raise self._refused(f"alias *{event.anchor} contains itself", event.start_mark, "Write it out.")
        if event.anchor not in self._anchors:
            raise self._refused(f"no anchor &{event.anchor} before this", event.start_mark, "Define it first.")
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            raise self._refused("an alias as a key", event.start_mark, "Write the key out.")
        anchored = self._anchors[event.anchor]
        self._aliased[0] += anchored.nodes
        self._aliased[1] += anchored.characters
        if self._aliased[0] > MAX_ALIASED_NODES or self._aliased[1] > MAX_ALIASED_CHARACTERS:
            raise self._refused("aliases expand beyond measure", event.start_mark, "Use $ref instead of aliases.")
        self._place(anchored.value, event.start_mark, event.end_mark, anchored.nodes, anchored.characters)

    def _place(self, value: JSON, start: Any, end: Any, nodes: int, characters: int) -> None:
        pointer = self._pointer()
        frame = self._frames[-1] if self._frames else None
        mark = start
        if frame is None:
            self.root = value
        elif isinstance(frame.value, list):
            frame.value.append(value)
        else:
            key, mark = str(frame.key), frame.key_mark
            self._set(frame.value, key, value, mark, merge=frame.key == "<<")
            frame.key = None
        if frame is not None:
            frame.nodes += nodes
            frame.characters += characters
        if self._with_spans:
            self.spans[pointer] = Span(mark.line + self._first_line, mark.column + 1, start.index, end.index)

    def _set(self, target: dict[str, JSON], key: str, value: JSON, mark: Any, *, merge: bool) -> None:
        """Set a member, or merge: keys written out win whether they come before or after `<<`."""
        if not merge:
            target[key] = value  # also over what a merge put here before
            return
        sources = value if isinstance(value, list) else [value]
        for one in sources:
            if not isinstance(one, dict):
                raise self._refused("<< needs a mapping or a list of mappings", mark, "Write the keys out.")
            for name, member in one.items():
                target.setdefault(name, member)

    def _pointer(self) -> str:
        if not self._with_spans or not self._frames:
            return ""
        frame = self._frames[-1]
        token = str(len(frame.value)) if isinstance(frame.value, list) else escape(frame.key or "")
        return f"{frame.pointer}/{token}"

    def _refused(self, message: str, mark: Any, remedy: str) -> UnreadableError:
        line = mark.line + self._first_line if mark is not None else None
        column = mark.column + 1 if mark is not None else None
        return UnreadableError(message, location=Location(self._path, line=line, column=column), remedy=remedy)
