"""Opens what a report names, without the product's own readers: PyYAML's marks for YAML, text for large JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import yaml

Reader = Callable[[str], bytes | None]
"""Path -> bytes at one revision, None where there is no such file."""

_LARGE = 500_000


class Place:
    """One file of one revision, read once, whose pointers can be looked up."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("utf-8")
        self.lines = self.text.split("\n")
        self.roots = [] if len(data) > _LARGE else list(yaml.compose_all(self.text, Loader=yaml.CSafeLoader))
        self.value = json.loads(self.text) if len(data) > _LARGE else None

    def fault(self, pointer: str, line: int | None) -> str:
        """Say what is wrong with pointer and line; "" where both lead to the same node."""
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
        if self.value is not None:
            return self._fault_in_json(tokens, line)
        lines = [found for root in self.roots if (found := _line_of(root, tokens)) is not None]
        if not lines:
            return f"nothing at #{pointer}"
        if line is None:
            return f"no line for #{pointer}, which stands at {lines[0]}"
        return "" if line in lines else f"line {line}, but #{pointer} stands at {lines}"

    def _fault_in_json(self, tokens: list[str], line: int | None) -> str:
        here = self.value
        for token in tokens:
            try:
                here = here[int(token)] if isinstance(here, list) else here[token]
            except (KeyError, IndexError, ValueError, TypeError):
                return f"nothing at {tokens}"
        if line is None:
            return f"no line for {tokens}"
        written = self.lines[line - 1].strip()
        if not tokens or written.startswith(json.dumps(tokens[-1]) + ":"):
            return ""
        start = json.dumps(here, indent=1).split("\n")[0].strip()
        return "" if tokens[-1].isdigit() and written.startswith(start) else f"line {line} is {written!r} for {tokens}"


def _line_of(node: yaml.Node, tokens: list[str]) -> int | None:
    """Return the line of a member's key or of an item, counted from 1; None where the pointer leads nowhere."""
    line = node.start_mark.line + 1
    for token in tokens:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == token), None)
            if found is None:
                return None
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
            node = node.value[int(token)]
            line = node.start_mark.line + 1
        else:
            return None
    return line


def faults(places: Iterator[tuple[Reader, dict[str, object]]]) -> list[str]:
    """Open every place; return one line for each that does not show what it names."""
    opened: dict[tuple[int, str], Place | None] = {}
    wrong = []
    for reader, place in places:
        file, pointer, line = str(place["file"]), str(place["pointer"]), place.get("line")
        key = (id(reader), file)
        if key not in opened:
            data = reader(file)
            opened[key] = None if data is None else Place(data)
        found = opened[key]
        fault = "no such file" if found is None else found.fault(pointer, line if isinstance(line, int) else None)
        if fault:
            wrong.append(f"{file}:{line}#{pointer}: {fault}")
    return wrong
