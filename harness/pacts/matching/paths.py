"""Path expressions of matching rules: `$.lines[*].net`, `$['a b'][0]`, `$.root['@attribute']`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

STAR: Final = "*"
STAR_INDEX: Final = "[*]"
Token = str | int
"""A name, an index, `*` for any name or index, `[*]` for any index."""


@lru_cache(maxsize=4096)
def parse(expression: str) -> tuple[Token, ...]:
    """Return the tokens of a path expression without its `$`; what cannot be read is one name."""
    text = expression.strip()
    position = 1 if text.startswith("$") else 0
    tokens: list[Token] = []
    while position < len(text):
        if text[position] == ".":
            position += 1
        elif text[position] == "[":
            token, position = _bracket(text, position)
            tokens.append(token)
        else:
            end = position
            while end < len(text) and text[end] not in ".[":
                end += 1
            tokens.append(text[position:end])
            position = end
    return tuple(tokens)


def _bracket(text: str, start: int) -> tuple[Token, int]:
    quote = text[start + 1 : start + 2]
    if quote in {"'", '"'}:
        position = start + 2
        name: list[str] = []
        while position < len(text) and text[position] != quote:
            position += text[position] == "\\"
            name.append(text[position : position + 1])
            position += 1
        closing = text.find("]", position)
        return "".join(name), len(text) if closing == -1 else closing + 1
    closing = text.find("]", start)
    closing = len(text) if closing == -1 else closing
    inside = text[start + 1 : closing]
    if inside == STAR:
        return STAR_INDEX, closing + 1
    return int(inside) if inside.isascii() and inside.isdigit() else inside, closing + 1


def weight(expression: Sequence[Token], path: Sequence[Token]) -> int:
    """Return how exactly an expression names a place or one of its parents; 0 if it does not.

    Exact tokens count 2, stars 1, and the result grows with the length, so that the nearest and most exact wins.
    """
    if len(expression) > len(path):
        return 0
    product = 2
    for written, token in zip(expression, path, strict=False):
        value = fits(written, token)
        if not value:
            return 0
        product *= value
    return product * (len(expression) + 1)


def fits(written: Token, token: Token) -> int:
    """Return 2 if a token is meant exactly, 1 if by a star, 0 if not at all."""
    if written == token or (isinstance(token, int) and written == str(token)):
        return 2
    if written == STAR or (written == STAR_INDEX and isinstance(token, int)):
        return 1
    return 0


def shown(path: Iterable[Token]) -> str:
    """Return a path as an expression, for people."""
    return "$" + "".join(f"[{token}]" if isinstance(token, int) else f".{token}" for token in path)
