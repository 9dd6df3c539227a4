"""JSON text to values, strictly (RFC 8259 as RFC 7493, I-JSON, narrows it), and back to lines.

The C scanner of the standard library does the work: with exact decimals and duplicate detection it reads
Stripe's 3.9 MB in about 50 ms. Positions are found by skipping whole values with that same scanner, so a line number
costs a walk along the pointer, not a second parse into nodes.
"""

from __future__ import annotations

import json
import json.decoder
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from harness.documents.decoding import place
from harness.model import JSON, Location, UnreadableError

MAX_DEPTH = 100
MAX_EXPONENT = 1000
"""Beyond it no validator agrees with another, and turning the number into an integer would fill the memory."""

_scan_string: Callable[[str, int], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]  # not in the stubs
_MEND = "Mend this place; what stands before it was understood."
_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR_END = re.compile(r"[^,\]}\s]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class Member(NamedTuple):
    """Where one member of a container starts: its key (or the value, in an array) and its value, as offsets."""

    at: int
    value: int


@dataclass(slots=True)
class Opened:
    """A container read as far as somebody asked: skipping a value costs its length, so none is skipped in advance.

    Attributes:
        found: Members read so far, by name or index.
        after: Offset of the last member's value (of the first member before any was read); -1 at the end.
        is_object: Whether members have names.
    """

    found: dict[str, Member]
    after: int
    is_object: bool


class _RefusedError(ValueError):
    """Found by a hook, which knows the value but not the place."""

    def __init__(self, message: str, needle: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.needle = needle
        self.remedy = remedy


class _DuplicateError(ValueError):
    """Two members of one object have one name."""


def read_json(text: str, path: str | None) -> JSON:
    """Return the value of a JSON text; numbers are `int`, or `Decimal` where written with a point or exponent.

    Raises:
        UnreadableError: Not JSON, or JSON on whose meaning tools differ: duplicate names, NaN, lone surrogates, NUL,
            numbers and nesting beyond measure. Line and column are given.
    """
    if _too_deep(text):
        raise _refused(text, path, f"nested deeper than {MAX_DEPTH} levels", _deep_offset(text), "Flatten it.")
    try:
        value: JSON = _DECODER.decode(text)
    except _DuplicateError:
        raise duplicate_error(text, path) from None
    except _RefusedError as error:
        found = text.find(error.needle) if error.needle else 0
        raise _refused(text, path, str(error), max(found, 0), error.remedy) from None
    except json.JSONDecodeError as error:
        raise _refused(text, path, f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos, _MEND) from None
    except (ValueError, RecursionError):  # int() of more than 4,300 digits; the depth was bounded above
        found_digits = re.search(r"\d{1000}", text)
        offset = found_digits.start() if found_digits else 0
        raise _refused(text, path, "a number with thousands of digits", offset, "Write it shorter.") from None
    _check_strings(text, path, value)
    return value


def member(text: str, container: int, token: str, known: dict[int, Opened]) -> Member | None:
    """Return where the member named `token` of the container at offset `container` stands, or None.

    Args:
        text: Valid JSON.
        container: Offset of `{` or `[`; any other value has no members.
        token: Unescaped pointer token.
        known: Containers read so far, by offset; filled here, and only as far as somebody asked.
    """
    if container not in known:
        known[container] = _open(text, container)
    opened = known[container]
    while token not in opened.found:
        if not _next_member(text, opened):
            return None
    return opened.found[token]


def root_offset(text: str) -> int:
    """Offset of the first character of the value."""
    return _skip(text, 0)


def source(text: str, offset: int) -> str:
    """Return the text of the value at `offset` as written."""
    return text[offset : _value_end(text, offset)]


def duplicate_error(text: str, path: str | None) -> UnreadableError:
    """Find the first duplicate name in valid JSON and say where both stand."""
    for first, second, name in _duplicates(text):
        line = place(text, first)[0]
        return _refused(
            text,
            path,
            f'"{name}" appears twice (first at line {line})',
            second,
            "Which one wins differs between tools, so neither is used. Remove one.",
        )
    return _refused(text, path, "a name appears twice in one object", 0, "Remove one.")


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _DuplicateError
    return result


def exact(literal: str) -> Decimal:
    """Return a number literal exactly, or raise ValueError where its exponent is beyond measure."""
    try:
        number = Decimal(literal)
    except InvalidOperation:  # an exponent that Decimal itself cannot hold
        raise _RefusedError(
            f"the number {literal[:40]} is out of range", literal, "Use a number of usual size."
        ) from None
    if number and abs(number.adjusted()) > MAX_EXPONENT or len(literal) > 4 * MAX_EXPONENT:  # noqa: RUF021  (as read)
        raise _RefusedError(f"the number {literal[:40]} is out of range", literal, "Use a number of usual size.")
    if number.as_tuple().exponent < -4 * MAX_EXPONENT or number.as_tuple().exponent > MAX_EXPONENT:  # type: ignore[operator]  # finite
        raise _RefusedError(f"the number {literal[:40]} is out of range", literal, "Use a number of usual size.")
    return number


def _constant(name: str) -> JSON:
    raise _RefusedError(f"{name} is not a JSON number", name, "Use a finite number, or null.")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=exact, parse_constant=_constant)
_SKIPPER = json.JSONDecoder()


def _check_strings(text: str, path: str | None, value: JSON) -> None:
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
        except UnicodeEncodeError:
            offset = _lone_surrogate(text)
            raise _refused(text, path, "half of a surrogate pair is not a character", offset, "Remove it.") from None
    if "\\u0000" in text:
        found = _ESCAPED_NUL.search(text)
        if found:
            raise _refused(text, path, "NUL character in a string", found.end() - 6, "Remove it.")


def _lone_surrogate(text: str) -> int:
    for token in _TOKEN.finditer(text):
        if token[0][0] == '"' and _SURROGATE.search(token[0]):
            try:
                json.loads(token[0]).encode("utf-8")
            except UnicodeEncodeError:
                return token.start()
    return 0


def _too_deep(text: str) -> bool:
    """Whether brackets nest too deep, by a cheap upper bound first: stripping one level per pass, at C speed."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    shape = text.encode("utf-8", "surrogatepass").translate(None, _BRACKETS)
    for _ in range(MAX_DEPTH):
        shape = shape.replace(b"{}", b"").replace(b"[]", b"")
        if not shape:
            return False
    return _deep_offset(text) > 0


def _deep_offset(text: str) -> int:
    """Offset of the first bracket that is too deep, 0 if there is none."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return token.start()
        elif token[0] in "}]":
            depth -= 1
    return 0


@dataclass(slots=True)
class _Frame:
    is_object: bool
    names: dict[str, int] = field(default_factory=dict)
    expects_name: bool = True


def _duplicates(text: str) -> list[tuple[int, int, str]]:
    stack: list[_Frame] = []
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            stack.append(_Frame(mark == "{"))
        elif mark in "}]":
            stack.pop()
        elif mark == ",":
            stack[-1].expects_name = True
        elif mark == ":":
            stack[-1].expects_name = False
        elif stack and stack[-1].is_object and stack[-1].expects_name:
            name = json.loads(mark)
            if name in stack[-1].names:
                return [(stack[-1].names[name], token.start(), name)]
            stack[-1].names[name] = token.start()
    return []


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _value_end(text: str, offset: int) -> int:
    if text[offset : offset + 1] == '"':
        return _scan_string(text, offset + 1)[1]
    if text[offset : offset + 1] in "{[":
        return _SKIPPER.raw_decode(text, offset)[1]
    found = _SCALAR_END.match(text, offset)
    return found.end() if found else offset


def _next_member(text: str, opened: Opened) -> bool:
    """Read one more member of a container; whether there was one."""
    if opened.after < 0:
        return False
    offset = opened.after
    if opened.found:
        offset = _skip(text, _value_end(text, offset))
        if text[offset] == ",":
            offset = _skip(text, offset + 1)
    if text[offset] in "}]":
        opened.after = -1
        return False
    start = offset
    name = str(len(opened.found))
    if opened.is_object:
        name, offset = _scan_string(text, offset + 1)
        offset = _skip(text, _skip(text, offset) + 1)
    opened.found[name] = Member(start, offset)
    opened.after = offset
    return True


def _open(text: str, container: int) -> Opened:
    opening = text[container : container + 1]
    after = _skip(text, container + 1) if opening in {"{", "["} else -1
    return Opened({}, after, is_object=opening == "{")


def _refused(text: str, path: str | None, message: str, offset: int, remedy: str) -> UnreadableError:
    line, column = place(text, offset)
    return UnreadableError(message, location=Location(path, line=line, column=column), remedy=remedy)
