"""Find the operation of a concrete request, as the comparator's router (find-my-way 9) does.

Templates are compared segment by segment; where several fit, text wins over a parameter from left to right. A
parameter takes at least one character and may share its segment with text (`{id}.json`, label and matrix styles).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from harness.pacts.comparator.javascript import either, listed, mapping, resolved, truthy

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"})
LONGEST_PARAMETER: Final = 2048
_PARAMETER = re.compile(r"\{([.;]?)([^{}*]+?)\*?\}")
_RESERVED = {
    **{f"%{ord(char):02X}": char for char in "#$%&+,/:;=?@"},
    **{f"%{ord(char):02x}": char for char in "#$%&+,/:;=?@"},
}
_SLASHES = re.compile(r"//+")
_ESCAPES = re.compile(r"%..", re.DOTALL)

Segment = tuple[tuple[str, str], ...]
"""Text and parameter name in turn: `(("invoice-", "id"), (".pdf", ""))`; an empty name is no parameter."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of an OpenAPI document.

    Attributes:
        method: As the document writes it.
        path: The template as the document writes it.
        operation: The operation with the parameters, security and media types it inherits.
        security_schemes: By name.
        segments: The template's segments.
        rest: Whether the template ends in `*`.
    """

    method: str
    path: str
    operation: dict[str, Any]
    security_schemes: Mapping[str, Any]
    segments: tuple[Segment, ...]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A request's operation with the values of the template's parameters and the query."""

    route: Route
    parameters: Mapping[str, str]
    query: str


class Router:
    """All operations of one document, by method."""

    def __init__(self, document: dict[str, Any], settings: Mapping[str, object]) -> None:
        """Read the operations.

        Args:
            document: OpenAPI 2.0, 3.0 or 3.1; references inside it resolve.
            settings: The `x-opc-config-*` members of `info`, without prefix.
        """
        self._lower = bool(settings.get("case-insensitive"))
        self._merge_slashes = bool(settings.get("ignore-duplicate-slashes"))
        self._trim_slash = bool(settings.get("ignore-trailing-slash"))
        self._routes: dict[str, list[Route]] = {}
        base = str(settings.get("base-path") or document.get("basePath") or "")
        for path, item in mapping(document.get("paths")).items():
            for method, operation in mapping(resolved(item, document)).items():
                if method.upper() in METHODS and isinstance(operation, dict):
                    route = self._route(document, base, path, method, mapping(resolved(item, document)))
                    self._routes.setdefault(method.upper(), []).append(route)

    def _route(self, document: dict[str, Any], base: str, path: str, method: str, item: dict[str, Any]) -> Route:
        template = self._trimmed(base + path)
        rest = template.endswith("*")
        schemes = document.get("securityDefinitions") or mapping(document.get("components")).get("securitySchemes")
        return Route(
            method,
            path,
            _inherited(document, item, item[method]),
            mapping(schemes),
            tuple(self._segment(part) for part in template.rstrip("*").split("/")[1:]),
            rest,
        )

    def _trimmed(self, path: str) -> str:
        if self._merge_slashes:
            path = _SLASHES.sub("/", path)
        return path[:-1] if self._trim_slash and len(path) > 1 and path.endswith("/") else path

    def _segment(self, part: str) -> Segment:
        pieces: list[tuple[str, str]] = []
        position = 0
        for found in _PARAMETER.finditer(part):
            pieces.append((self._text(part[position : found.start()] + found[1]), found[2].replace("-", "")))
            position = found.end()
        if position < len(part) or not pieces:
            pieces.append((self._text(part[position:]), ""))
        return tuple(pieces)

    def _text(self, text: str) -> str:
        return text.lower().replace("%", "%25") if self._lower else text.replace("%", "%25")

    def find(self, method: str, path: str) -> Found | None:
        """Return the operation of a request, None if there is none; `path` holds the query."""
        located = _split(_SLASHES.sub("/", path) if self._merge_slashes else path)
        if located is None:
            return None
        path, query, encoded = located
        segments = self._trimmed(path).split("/")[1:]
        best: tuple[list[tuple[int, ...]], Route, dict[str, str]] | None = None
        for route in self._routes.get(method.upper(), ()):
            parameters = self._fit(route, segments)
            if parameters is not None:
                rank = _rank(route)
                if best is None or rank < best[0]:
                    best = (rank, route, parameters)
        if best is None:
            return None
        values = {name: _decoded(value) if encoded else value for name, value in best[2].items()}
        return Found(best[1], values, query)

    def _fit(self, route: Route, segments: list[str]) -> dict[str, str] | None:
        count = len(route.segments)
        if route.rest:
            if len(segments) < count:
                return None
            segments = [*segments[: count - 1], "/".join(segments[count - 1 :])]
        elif len(segments) != count:
            return None
        parameters: dict[str, str] = {}
        for position, (pattern, segment) in enumerate(zip(route.segments, segments, strict=True)):
            if route.rest and position == count - 1:
                if not self._cased(segment).startswith(pattern[0][0]):
                    return None
            elif not self._fits(pattern, segment, parameters):
                return None
        return parameters

    def _cased(self, text: str) -> str:
        return text.lower() if self._lower else text

    def _fits(self, pattern: Segment, segment: str, into: dict[str, str]) -> bool:
        """Match one segment; a parameter takes as much as it can and leaves the others what they need."""
        text, name = pattern[0]
        if not name:
            return self._cased(segment) == text
        if not self._cased(segment).startswith(text):
            return False
        values = self._values(pattern, segment[len(text) :], self._cased(segment)[len(text) :])
        if values is None or any(len(value) > LONGEST_PARAMETER for value in values):
            return False
        into |= zip((name for _, name in pattern if name), values, strict=True)
        return True

    def _values(self, pattern: Segment, segment: str, cased: str) -> list[str] | None:
        """Split a segment at the texts between parameters, from the right: each text at its last place."""
        values: list[str] = []
        end = len(segment)
        texts = [text for text, _ in pattern[1:]]
        if pattern[-1][1] == "":
            last = texts.pop()
            if not cased.endswith(last):
                return None
            end -= len(last)
        for position in range(len(texts) - 1, -1, -1):
            cut = cased.rfind(texts[position], position + 1, end - 1)
            if cut < 1:
                return None
            values.insert(0, segment[cut + len(texts[position]) : end])
            end = cut
        return [segment[:end], *values] if end > 0 and all(values) else None


def _rank(route: Route) -> list[tuple[int, ...]]:
    """Order templates that fit the same request: text before parameters, character by character, `*` last."""
    ranks: list[tuple[int, ...]] = []
    for position, segment in enumerate(route.segments):
        text, name = segment[0]
        if route.rest and position == len(route.segments) - 1:
            ranks.append((2, -len(text)))
        elif not name:
            ranks.append((0,))
        else:
            suffix = segment[-1][0] if not segment[-1][1] else ""
            ranks.append((1, -len(text), -len(suffix)))
    return ranks


def _inherited(document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation with what path item and document say for it."""
    parameters: dict[tuple[str, str], Any] = {}
    for written in [*listed(operation.get("parameters")), *listed(item.get("parameters"))]:
        parameter = mapping(resolved(written, document))
        parameters.setdefault((str(parameter.get("name")), str(parameter.get("in"))), parameter)
    found = {**operation, "parameters": list(parameters.values())}
    for name in ("consumes", "produces"):
        found[name] = either(operation.get(name), document.get(name))
    if not truthy(operation.get("security")):
        found["security"] = document.get("security")
    return found


def _split(path: str) -> tuple[str, str, bool] | None:
    """Return path, query and whether parameters are still encoded; None for a broken encoding."""
    ends = [place for place in (path.find("?", 1), path.find("#", 1)) if place != -1]
    end = min(ends, default=len(path))
    path, query = path[:end], path[end + 1 :]
    if "%" not in path:
        return path, query, False
    decoded = _without_plain_escapes(path)
    return None if decoded is None else (decoded, query, True)


def _without_plain_escapes(path: str) -> str | None:
    """Decode everything but the characters that mean something in a path, `%25` becoming itself once more."""
    parts: list[str] = []
    position = 0
    while position < len(path):
        if path[position] != "%":
            parts.append(path[position])
            position += 1
            continue
        start = position
        while path[position : position + 1] == "%" and path[position : position + 3] not in _RESERVED:
            position += 3
        if position > start:
            raw = path[start:position]
            if any(len(found) != 3 or not _is_hex(found[1:]) for found in _ESCAPES.findall(raw)) or len(raw) % 3:
                return None
            try:
                parts.append(unquote_to_bytes(raw.encode("utf-8")).decode("utf-8"))
            except UnicodeError:
                return None
        else:
            parts.append(path[position : position + 3])
            position += 3
    return "".join(parts)


def _is_hex(text: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in text)


def _decoded(text: str) -> str:
    return _ESCAPES.sub(lambda found: _RESERVED.get(found[0], found[0]), text)
