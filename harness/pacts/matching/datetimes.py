"""Dates and times in the formats of Java's DateTimeFormatter, as matchers of version 3 and 4 name them."""

from __future__ import annotations

import re
from functools import lru_cache

_DEFAULTS = {"date": "yyyy-MM-dd", "time": "HH:mm:ss", "datetime": "yyyy-MM-dd'T'HH:mm:ss"}
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']", re.DOTALL)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_LONG_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_LONG_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_OFFSET = r"[+-](?:0\d|1[0-8]):?[0-5]\d(?::?[0-5]\d)?"
_ZONE = r"[A-Za-z]{1,5}(?:[A-Za-z_]{0,20}(?:/[A-Za-z_+\-0-9]{1,30}){1,2})?"
_TWO = {
    "M": "(?P<month>0[1-9]|1[0-2])",
    "d": "(?P<day>0[1-9]|[12]\\d|3[01])",
    "H": "(?:[01]\\d|2[0-3])",
    "h": "(?:0[1-9]|1[0-2])",
    "k": "(?:0[1-9]|1\\d|2[0-4])",
    "K": "(?:0\\d|1[01])",
    "m": "[0-5]\\d",
    "s": "(?:[0-5]\\d|60)",
}
_ONE = {
    "M": "(?P<month>0?[1-9]|1[0-2])",
    "d": "(?P<day>0?[1-9]|[12]\\d|3[01])",
    "H": "(?:[01]?\\d|2[0-3])",
    "h": "(?:0?[1-9]|1[0-2])",
    "k": "(?:0?[1-9]|1\\d|2[0-4])",
    "K": "(?:0?\\d|1[01])",
    "m": "[0-5]?\\d",
    "s": "(?:[0-5]?\\d|60)",
}
_LONGEST = 200


def matches_format(kind: str, written: str, text: str) -> bool | None:
    """Whether a text is a date or time in a format; None for a format that holds letters nobody knows here.

    Args:
        kind: `date`, `time` or `datetime`, for the default format.
        written: The format, "" for the default.
        text: What came.
    """
    if len(text) > _LONGEST or len(written) > _LONGEST:
        return None
    pattern = _pattern(written or _DEFAULTS[kind])
    if pattern is None:
        return None
    found = pattern.fullmatch(text)
    if found is None:
        return False
    parts = found.groupdict()
    if parts.get("day") and parts.get("month"):
        year = int(parts.get("year") or 2000)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        return int(parts["day"]) <= days[int(parts["month"]) - 1]
    return True


@lru_cache(maxsize=512)
def _pattern(written: str) -> re.Pattern[str] | None:
    parts: list[str] = []
    names: set[str] = set()
    position = 0
    while position < len(written):
        token = _TOKEN.match(written, position)
        if token is None:
            return None
        position = token.end()
        part = _part(token, names)
        if part is None:
            return None
        parts.append(part)
    return re.compile("".join(parts), re.IGNORECASE | re.ASCII)


def _part(token: re.Match[str], names: set[str]) -> str | None:
    if token[1] is not None:
        return re.escape(token[1].replace("''", "'") or "'")
    if token[2] is None:
        return re.escape(token[0])
    part = _letter(token[2], len(token[0]))
    for name in ("year", "month", "day"):
        if part is not None and f"?P<{name}>" in part:
            # a second field of the same kind is only checked by itself
            part = part.replace(f"?P<{name}>", "?:") if name in names else part
            names.add(name)
    return part


def _letter(letter: str, count: int) -> str | None:
    if letter in {"y", "u", "Y"}:
        return r"(?:\d\d)" if count == 2 else r"(?P<year>\d{4})"
    if letter in {"M", "L"} and count >= 3:
        return f"(?:{_MONTHS})" if count == 3 else f"(?:{_LONG_MONTHS})"
    if letter in {"E", "e", "c"}:
        return f"(?:{_DAYS})" if count <= 3 else f"(?:{_LONG_DAYS})"
    if letter == "L":
        letter = "M"
    if letter in _TWO:
        return _TWO[letter] if count >= 2 else _ONE[letter]
    if letter in {"S", "n", "A", "N"}:
        return rf"\d{{{count}}}" if letter == "S" else r"\d+"
    return _rare(letter, count)


def _rare(letter: str, count: int) -> str | None:
    if letter in {"X", "x"}:
        zone = r"[+-]\d\d(?:[0-5]\d)?" if count == 1 else r"[+-]\d\d[0-5]\d" if count in {2, 4} else r"[+-]\d\d:[0-5]\d"
        return f"(?:z|{zone})" if letter == "X" else f"(?:{zone})"
    if letter == "D":
        return r"\d{3}" if count >= 3 else r"\d{1,3}"
    if letter == "w":
        return r"\d{1,2}"
    return {
        "a": "(?:am|pm)",
        "G": "(?:ad|bc|anno domini|before christ)",
        "Z": f"(?:{_OFFSET}|gmt(?:{_OFFSET})?)",
        "O": "gmt(?:[+-]\\d{1,2}(?::\\d\\d)?)?",
        "z": f"(?:{_ZONE}|{_OFFSET})",
        "V": f"(?:{_ZONE}|{_OFFSET})",
    }.get(letter)
