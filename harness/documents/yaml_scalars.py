"""Plain scalars by the core schema of YAML 1.2.2, section 10.3.2: `no` and dates are strings, numbers are exact."""

from __future__ import annotations

import re
from decimal import Decimal

from harness.documents.json_text import exact
from harness.model import JSON

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_MAX_DIGITS = 4300


def plain_value(text: str) -> JSON:
    """Return the value of a plain (unquoted) scalar.

    Raises:
        ValueError: A number that JSON cannot hold or nobody can use: `.inf`, `.nan`, thousands of digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if len(text) > _MAX_DIGITS and text[-1].isdigit():
        raise ValueError("a number with thousands of digits")
    return _number(text)


def _number(text: str) -> int | Decimal | str:
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return exact(text)
    if _OCTAL.match(text) or _HEXADECIMAL.match(text):
        return int(text, 0)
    if _NOT_FINITE.match(text):
        raise ValueError(f"{text} is not a JSON number")
    return text
