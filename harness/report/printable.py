"""The one boundary between data and what a person sees."""

from __future__ import annotations

import unicodedata

LIMIT = 200
"""Characters of one piece of data that a report shows."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that draw nothing, move the cursor or reorder text (controls, bidi, surrogates)."""


def printable(text: object, limit: int = LIMIT) -> str:
    """Return `text` with every invisible or steering character escaped, cut after `limit` characters."""
    shown = "".join(map(_visible, str(text)))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else f"\\u{ord(char):04x}"
    if unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
