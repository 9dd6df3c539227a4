"""JSON objects as people write about them: `facts["invoice"]["tax"]`, `facts.invoice.tax`, `facts["invoice.tax"]`.

Whoever does not know how deep a part lies may leave the document out (`facts["tax"]`, where only one has it), and need
not know whether a reference is spelled `customer` or `customer_id`, a company `entity` or `legal_entity`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

_ABSENT = object()
_REFERENCES = frozenset(
    {"customer", "invoice", "subscription", "contract", "payment", "account", "credit", "refund", "dispute", "payout"}
)
_LEGAL = frozenset({"entity", "name"})
"""What a look shows by another name than the document it was made from."""


class Facts(dict[str, Any]):
    """An object with its parts by key, by attribute and by path; a key it has comes first, a guess last."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """Return a part by attribute.

        Raises:
            AttributeError: There is none.
        """
        if name in self or self._guessed(name) is not None:
            return self[name]
        raise AttributeError(f"there is no {name}: there are {', '.join(self) or 'no fields'}")

    def __setattr__(self, name: str, value: object) -> None:
        """Set a part by attribute."""
        self[name] = value

    def __delattr__(self, name: str) -> None:
        """Take a part out by attribute."""
        del self[name]

    def __await__(self) -> Generator[None, None, Facts]:
        """Return itself, for whoever writes `await forward()`: what is answered is there at once."""
        yield from ()
        return self

    def __missing__(self, key: str) -> Any:
        """Return what a path leads to.

        Raises:
            KeyError: It leads nowhere.
        """
        found = self._at(key)
        if found is _ABSENT and (guess := self._guessed(key)) is not None:
            holder, name = guess
            return dict.__getitem__(holder, name)
        if found is _ABSENT:
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, value: object) -> None:
        """Set a part by key, or where a path leads."""
        where, last = self._parent(key)
        if where is self and (guess := self._guessed(key)) is not None:
            where, last = guess
            dict.__setitem__(where, last, value)
        elif isinstance(where, list):
            where[int(last)] = value
        elif where is None or where is self:
            super().__setitem__(key, value)
        else:
            where[last] = value

    def __delitem__(self, key: str) -> None:
        """Take a part out by key, or where a path leads."""
        where, last = self._guessed(key) or self._parent(key)
        if where is None or where is self:
            super().__delitem__(last)
        elif isinstance(where, list):
            del where[int(last)]
        else:
            del where[last]

    def __contains__(self, key: object) -> bool:
        """Whether a key is there, or a path leads somewhere: who tries several spellings means each of them once."""
        return super().__contains__(key) or (isinstance(key, str) and "." in key and self._at(key) is not _ABSENT)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a part by key or path."""
        try:
            return self[key]
        except KeyError:
            return default

    def update(self, *others: Any, **more: Any) -> None:
        """Set parts by key or path."""
        for name, value in dict(*others, **more).items():
            self[name] = value

    def pop(self, key: str, *default: Any) -> Any:
        """Take a part out by key or path and return it."""
        if key in self:
            found = self[key]
            del self[key]
            return found
        return super().pop(key, *default)

    def copy(self) -> Facts:
        """Return a copy of the outermost object."""
        return Facts(self)

    def __copy__(self) -> Facts:
        """Return a copy of the outermost object."""
        return Facts(self)

    def __deepcopy__(self, memo: object) -> Facts:
        """Return a copy of all of it."""
        return facts_of(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep a pickle plain."""
        return Facts, (plain(self),)

    def _at(self, path: str) -> Any:
        where, last = self._parent(path)
        if where is None or where is self:
            return _ABSENT
        if isinstance(where, list):
            return where[int(last)] if last.isdigit() and int(last) < len(where) else _ABSENT
        return dict.get(where, last, _ABSENT) if isinstance(where, dict) else _ABSENT

    def _guessed(self, key: Any) -> tuple[dict[str, Any], str] | None:
        """Return what holds the part that a key means which is not there: spelled otherwise, or in one document."""
        if not isinstance(key, str) or "." in key or dict.__contains__(self, key):
            return None
        for name in (key, *_spellings(key)):
            if dict.__contains__(self, name):
                return self, name
        within = [one for one in self.values() if isinstance(one, dict)]
        for name in (key, *_spellings(key)):
            holders = [one for one in within if dict.__contains__(one, name)]
            if len(holders) == 1:
                return holders[0], name
        return None

    def _parent(self, path: Any) -> tuple[Any, Any]:
        """Return what holds the last step of a path, None if the path leads nowhere, itself for a plain key."""
        if not isinstance(path, str) or "." not in path or super().__contains__(path):
            return self, path
        *way, last = path.split(".")
        where: Any = self
        for step in way:
            if isinstance(where, list):
                where = where[int(step)] if step.isdigit() and int(step) < len(where) else None
            else:
                where = dict.get(where, step) if isinstance(where, dict) else None
        return (where if isinstance(where, (dict, list)) else None), last


def _spellings(key: str) -> tuple[str, ...]:
    """Return how a field is called elsewhere: a look shows `customer` and `entity`, a document has `customer_id`."""
    bare = key.removesuffix("_id").removeprefix("legal_")
    if bare in _REFERENCES:
        return tuple(one for one in (bare, f"{bare}_id") if one != key)
    return tuple(one for one in (bare, f"legal_{bare}") if one != key) if bare in _LEGAL else ()


def facts_of(value: Mapping[str, Any]) -> Facts:
    """Return a deep copy of a JSON object whose parts are reached in all three ways."""
    found = Facts()
    for name, part in value.items():
        dict.__setitem__(found, name, _reached(part))
    return found


def _reached(value: Any) -> Any:
    if isinstance(value, Mapping):
        return facts_of(value)
    return [_reached(part) for part in value] if isinstance(value, (list, tuple)) else value


def plain(value: Any) -> Any:
    """Return a deep copy of JSON as plain dictionaries and lists."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value
