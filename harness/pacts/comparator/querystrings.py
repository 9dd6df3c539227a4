"""Query strings as the comparator reads them: nested keys, commas and repeated names (the npm package `qs`, 6.15).

A value is a text, a list or an object; a list may hold gaps while it is built, which are closed at the end.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote_to_bytes

from harness.pacts.comparator.javascript import MISSING

ARRAY_LIMIT: Final = 20
DEPTH: Final = 5
PARAMETER_LIMIT: Final = 1000
_INHERITED = frozenset(
    {
        "constructor", "__defineGetter__", "__defineSetter__", "hasOwnProperty", "__lookupGetter__",
        "__lookupSetter__", "isPrototypeOf", "propertyIsEnumerable", "toString", "valueOf", "__proto__",
        "toLocaleString",
    }
)  # fmt: skip
"""Names every JavaScript object has; a parameter of such a name is ignored."""


class _Overflow(dict[str, Any]):
    """A list that grew beyond the limit: an object with numbers for names."""


def parse(text: str, *, dots: bool = True, comma: bool = True) -> dict[str, Any]:
    """Return the parameters of a query string.

    Args:
        text: Without the leading question mark.
        dots: Whether `a.b` means `a[b]`.
        comma: Whether a comma separates items of a list.
    """
    found: dict[str, Any] = {}
    for key, value in _pairs(text, comma=comma).items():
        segments = _segments(key, dots=dots)
        if segments:
            found = _merge(found, _nested(segments, value))
    return {key: _compact(value) for key, value in found.items()}


def parse_flat(text: str) -> dict[str, Any]:
    """Return the parameters of a query string without any nesting: texts, and lists for repeated names."""
    found: dict[str, Any] = {}
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            key, decoded = _decode(name), _decode(value)
            if key in found:
                known = found[key]
                found[key] = [*known, decoded] if isinstance(known, list) else [known, decoded]
            else:
                found[key] = decoded
    return found


def parse_value(text: str | None) -> Any:
    """Return a value of a path or header: an object of `a=1,b=2`, a list of `1,2`, else the text."""
    if not text:
        return text
    if "=" in text:
        return parse(text.replace(",", "&"))
    return text.split(",") if "," in text else text


def _pairs(text: str, *, comma: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not text:
        return found
    for hexed, bracket in (("%5B", "["), ("%5b", "["), ("%5D", "]"), ("%5d", "]")):
        text = text.replace(hexed, bracket)
    for part in text.split("&")[:PARAMETER_LIMIT]:
        key, value = _pair(part, comma=comma)
        found[key] = _combine(found[key], value) if key in found else value
    return found


def _pair(part: str, *, comma: bool) -> tuple[str, Any]:
    after = part.find("]=")
    position = part.find("=") if after == -1 else after + 1
    if position == -1:
        return _decode(part), ""
    raw = part[position + 1 :]
    value: Any = [_decode(item) for item in raw.split(",")] if comma and "," in raw else _decode(raw)
    if isinstance(value, list):
        if "[]=" in part:
            value = [value]
        if len(value) > ARRAY_LIMIT:
            value = _combine([], value)
    return _decode(part[:position]), value


def _decode(text: str) -> str:
    spaced = text.replace("+", " ")
    if "%" not in spaced:
        return spaced
    decoded = strictly_decoded(spaced)
    return spaced if decoded is None else decoded


def strictly_decoded(text: str) -> str | None:
    """Return a text without percent encoding; None where the encoding is broken."""
    for part in text.split("%")[1:]:
        if len(part) < 2 or not all(digit in "0123456789abcdefABCDEF" for digit in part[:2]):
            return None
    try:
        return unquote_to_bytes(text.encode("utf-8")).decode("utf-8")
    except UnicodeError:
        return None


def _combine(known: Any, more: Any) -> Any:
    if isinstance(known, _Overflow):
        for item in more if isinstance(more, list) else [more]:
            known[str(len(known))] = item
        return known
    joined = [*(known if isinstance(known, list) else [known]), *(more if isinstance(more, list) else [more])]
    return _bounded(joined)


def _bounded(items: list[Any]) -> Any:
    return items if len(items) <= ARRAY_LIMIT else _as_object(items, overflow=True)


def _as_object(items: list[Any], *, overflow: bool = False) -> dict[str, Any]:
    kind = _Overflow if overflow else dict
    return kind((str(index), item) for index, item in enumerate(items) if item is not MISSING)


def _segments(key: str, *, dots: bool) -> list[str]:
    """Split `a[b][c]` into `a`, `[b]`, `[c]`; none where the key must be ignored."""
    key = _bracketed(key) if dots else key
    first = key.find("[")
    parent = key if first == -1 else key[:first]
    if parent in _INHERITED:
        return []
    segments = [parent] if parent else []
    opening, taken = first, 0
    while opening >= 0 and taken < DEPTH:
        closing = _closing(key, opening)
        if closing == -1:
            return [*segments, f"[{key[opening:]}]"]
        if key[opening + 1 : closing] in _INHERITED:
            return []
        segments.append(key[opening : closing + 1])
        taken += 1
        opening = key.find("[", closing + 1)
    return segments if opening == -1 else [*segments, f"[{key[opening:]}]"]


def _bracketed(key: str) -> str:
    """Turn `a.b` into `a[b]`: a point followed by anything but a point or an opening bracket."""
    parts: list[str] = []
    position = 0
    while position < len(key):
        end = position + 1
        if key[position] == ".":
            while end < len(key) and key[end] not in ".[":
                end += 1
        if key[position] == "." and end > position + 1:
            parts.append(f"[{key[position + 1 : end]}]")
        else:
            parts.append(key[position:end])
        position = end
    return "".join(parts)


def _closing(key: str, opening: int) -> int:
    level = 0
    for position in range(opening, len(key)):
        level += {"[": 1, "]": -1}.get(key[position], 0)
        if level == 0:
            return position
    return -1


def _nested(segments: list[str], value: Any) -> Any:
    """Build the containers that the segments name, from the innermost outwards."""
    leaf = value
    for segment in reversed(segments):
        name = segment[1:-1] if segment.startswith("[") and segment.endswith("]") else segment
        is_index = name != segment and name.isascii() and name.isdigit() and str(int(name)) == name
        if segment == "[]":
            leaf = leaf if isinstance(leaf, _Overflow) else _combine([], leaf)
        elif is_index and int(name) < ARRAY_LIMIT:
            leaf = [*[MISSING] * int(name), leaf]
        elif is_index:
            leaf = _Overflow({name: leaf})
        else:
            leaf = {name: leaf}
    return leaf


def _merge(target: Any, source: Any) -> Any:
    if not isinstance(source, (dict, list)):
        return _merged_leaf(target, source) if source or source == "" else target
    if not isinstance(target, (dict, list)):
        return _bounded([target, *(source if isinstance(source, list) else [source])])
    if isinstance(target, list) and isinstance(source, list):
        return _merged_lists(target, source)
    into = _as_object(target) if isinstance(target, list) else target
    members = source if isinstance(source, dict) else _as_object(source)
    for key, value in members.items():
        into[key] = _merge(into[key], value) if key in into else value
    return into


def _merged_leaf(target: Any, source: Any) -> Any:
    if source == "":
        return target
    if isinstance(target, list):
        return _bounded([*target, source])
    if isinstance(target, _Overflow):
        return _combine(target, source)
    return [target, source]


def _merged_lists(target: list[Any], source: list[Any]) -> Any:
    for index, item in enumerate(source):
        if item is MISSING:
            continue
        if index >= len(target):
            target.extend([MISSING] * (index - len(target) + 1))
        known = target[index]
        if known is MISSING:
            target[index] = item
        elif isinstance(known, (dict, list)) and isinstance(item, (dict, list)):
            target[index] = _merge(known, item)
        else:
            target.append(item)
    return _bounded(target)


def _compact(value: Any) -> Any:
    if isinstance(value, list):
        return [_compact(item) for item in value if item is not MISSING]
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items()}
    return value
