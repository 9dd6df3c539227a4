"""What two documents share: schemas that say the same in both are one formula, and equal formulas need no proof."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.model import UnreadableError
from harness.schema.resources import Place, Schemas


class Twins:
    """Which schemas of two documents are the same text at the same pointer, with all they refer to."""

    def __init__(self, first: Schemas, second: Schemas) -> None:
        """Looks at the documents when first asked."""
        self._documents = (first, second)
        self._different: set[str] | None = None

    def name_of(self, place: Place) -> str | None:
        """Return the first document's name for a place of the second, if the same stands there."""
        first, second = self._documents
        if place.resource.pointer or place.resource.uri != first.top.uri or first.top.uri != second.top.uri:
            return None
        if self._different is None:
            self._different = self._compared()
        return (
            first.name
            if place.pointer and place.pointer not in self._different and place.pointer in self._seen
            else None
        )

    def _compared(self) -> set[str]:
        first, second = self._documents
        users: dict[str, list[str]] = {}
        different: set[str] = set()
        self._seen: set[str] = set()
        pending = sorted(_targets(second.root))
        while pending:
            pointer = pending.pop()
            if pointer in self._seen:
                continue
            self._seen.add(pointer)
            here, there = _at(first, pointer), _at(second, pointer)
            if not same(here, there) or _named(there):
                different.add(pointer)
            for target in _targets(there):
                users.setdefault(target, []).append(pointer)
                pending.append(target)
        spreading = list(different)
        while spreading:
            for user in users.get(spreading.pop(), ()):
                if user not in different:
                    different.add(user)
                    spreading.append(user)
        return different


def _at(schemas: Schemas, pointer: str) -> object:
    try:
        return schemas.at(pointer.removeprefix("#")).value if pointer.startswith("/") or not pointer else _MISSING
    except UnreadableError:
        return _MISSING


_MISSING = object()


def _named(value: object) -> bool:
    return any("$id" in one or "id" in one or "$anchor" in one or "$dynamicRef" in one for one in objects_in(value))


def objects_in(value: object) -> Iterator[dict[str, object]]:
    """Yield every object anywhere in a document."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            yield current
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)


def _targets(value: object) -> set[str]:
    """Return the pointers that `$ref`s inside a value lead to, "?" for those that are no plain pointers."""
    found = set()
    for one in objects_in(value):
        text = one.get("$ref")
        if isinstance(text, str):
            found.add(text[1:] if text.startswith("#/") and "%" not in text else "?")
        if "$dynamicRef" in one or "$recursiveRef" in one:
            found.add("?")
    return found


def same(left: object, right: object) -> bool:
    """Whether two documents are the same text but for layout (so `1` and `1.0` differ; that costs only sharing)."""
    if left is right:
        return left is not _MISSING
    if left is _MISSING or right is _MISSING or left != right:
        return False
    return json.dumps(left, default=repr) == json.dumps(right, default=repr)
