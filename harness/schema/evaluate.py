"""Whether one concrete value satisfies a formula: three-valued, by the meaning of the formula alone.

Used for finite sets (every member is tried) and by the replay of derivations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from harness.schema import formats
from harness.schema.apart import members
from harness.schema.language import Language, PatternError
from harness.schema.nodes import END, KeySet, Node
from harness.schema.store import Store
from harness.schema.values import canon, divides, exact, type_of


class Unusable(Exception):  # noqa: N818  (not an error: a pattern without an automaton is a fact about the schema)
    """A pattern that no automaton stands for; with the reason."""


@lru_cache(maxsize=4096)
def _parsed(pattern: str) -> Language | str:
    try:
        return Language.parse(pattern)
    except PatternError as problem:
        return f"pattern “{pattern}”: {problem}"


def language(pattern: str) -> Language:
    """Return the texts that a pattern matches.

    Raises:
        Unusable: No automaton stands for the pattern.
    """
    found = _parsed(pattern)
    if isinstance(found, str):
        raise Unusable(found)
    return found


def holds_key(keys: KeySet, name: str) -> bool:
    """Whether a key belongs to a key set.

    Raises:
        Unusable: A pattern of the set has no automaton.
    """
    inside = name in keys.names or any(language(pattern).matches(name) for pattern in keys.patterns)
    return inside != keys.other


class Evaluator:
    """Evaluates formulas of one store."""

    def __init__(self, store: Store) -> None:
        """The store expands references."""
        self.store = store

    def all_hold(self, nodes: Iterable[Node], value: object) -> bool | None:
        """Whether a value satisfies every formula; None where that is unknown."""
        return _every(self.holds(node, value) for node in nodes)

    def holds(self, node: Node, value: object) -> bool | None:  # noqa: C901, PLR0911  (one line a kind)
        """Whether a value satisfies a formula; None where that is unknown."""
        kind, bit = node.kind, type_of(value)
        if node.sure & bit:
            return True
        if not node.mask & bit:
            return False
        if kind == "AND":
            return _every(self.holds(part, value) for part in node.args)  # type: ignore[arg-type]  # nodes
        if kind == "OR":
            return _some(self.holds(part, value) for part in node.args)  # type: ignore[arg-type]  # nodes
        if kind in {"ONE", "NOTONE"}:
            return self._exactly_one(node, value, wanted=kind == "ONE")
        if kind in {"REF", "UNEVALP", "UNEVALI"}:
            return self.holds(self.store.expand(node), value)
        if kind in {"IN", "OUT"}:
            return (canon(value) in members(node)) == (kind == "IN")
        if kind == "TYPES":
            return True
        if kind == "ABSENT":
            return None
        try:
            return _ATOMS[kind](self, node.args, value)
        except (Unusable, PatternError):
            return None

    def _exactly_one(self, node: Node, value: object, *, wanted: bool) -> bool | None:
        results = [self.holds(part, value) for part in node.args]  # type: ignore[arg-type]  # nodes
        certain = results.count(True)
        if certain > 1:
            return not wanted
        return None if None in results else (certain == 1) == wanted

    def each(self, args: tuple, value: list[object]) -> bool | None:  # type: ignore[type-arg]  # n, m, S
        """Whether every item of the span satisfies S."""
        first, last, subject = args
        return _every(self.holds(subject, item) for item in (value[first:] if last == END else value[first:last]))

    def some(self, args: tuple, value: list[object]) -> bool | None:  # type: ignore[type-arg]  # n, m, S
        """Whether some item of the span satisfies S."""
        first, last, subject = args
        return _some(self.holds(subject, item) for item in (value[first:] if last == END else value[first:last]))

    def count(self, args: tuple, value: list[object], *, least: bool) -> bool | None:  # type: ignore[type-arg]  # n, S
        """Whether at least (at most) so many items satisfy S."""
        wanted, subject = args
        results = [self.holds(subject, item) for item in value]
        low, high = results.count(True), len(results) - results.count(False)
        if least:
            return True if low >= wanted else None if high >= wanted else False
        return True if high <= wanted else None if low <= wanted else False

    def keyed(self, args: tuple, value: dict[str, object], *, every: bool) -> bool | None:  # type: ignore[type-arg]  # K, S
        """Whether every (some) value under a key of K satisfies S."""
        keys, subject = args
        results = (self.holds(subject, item) for name, item in value.items() if holds_key(keys, name))
        return _every(results) if every else _some(results)


def _every(results: Iterable[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _some(results: Iterable[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result:
            return True
        unknown = unknown or result is None
    return None if unknown else False


def _formatted(name: str, value: str, *, wanted: bool) -> bool | None:
    result = formats.matches(name, value)
    return None if result is None else result == wanted


def distinct(value: list[object]) -> bool:
    """Whether all items differ as JSON values."""
    return len({canon(item) for item in value}) == len(value)


_ATOMS: dict[str, Callable[..., bool | None]] = {
    "GE": lambda _e, a, v: exact(v) >= a[0],
    "GT": lambda _e, a, v: exact(v) > a[0],
    "LE": lambda _e, a, v: exact(v) <= a[0],
    "LT": lambda _e, a, v: exact(v) < a[0],
    "MULT": lambda _e, a, v: divides(a[0], exact(v)),
    "NMULT": lambda _e, a, v: not divides(a[0], exact(v)),
    "MINLEN": lambda _e, a, v: len(v) >= a[0],
    "MAXLEN": lambda _e, a, v: len(v) <= a[0],
    "PATTERN": lambda _e, a, v: language(a[0]).matches(v),
    "NPATTERN": lambda _e, a, v: not language(a[0]).matches(v),
    "FORMAT": lambda _e, a, v: _formatted(a[0], v, wanted=True),
    "NFORMAT": lambda _e, a, v: _formatted(a[0], v, wanted=False),
    "MINITEMS": lambda _e, a, v: len(v) >= a[0],
    "MAXITEMS": lambda _e, a, v: len(v) <= a[0],
    "UNIQUE": lambda _e, _a, v: distinct(v),
    "DUP": lambda _e, _a, v: not distinct(v),
    "EACH": Evaluator.each,
    "SOME": Evaluator.some,
    "ATLEAST": lambda e, a, v: e.count(a, v, least=True),
    "ATMOST": lambda e, a, v: e.count(a, v, least=False),
    "HAS": lambda _e, a, v: a[0] in v,
    "LACKS": lambda _e, a, v: a[0] not in v,
    "MINP": lambda _e, a, v: len(v) >= a[0],
    "MAXP": lambda _e, a, v: len(v) <= a[0],
    "KEYS": lambda e, a, v: e.keyed(a, v, every=True),
    "KEYX": lambda e, a, v: e.keyed(a, v, every=False),
    "NAMES": lambda e, a, v: _every(e.holds(a[0], name) for name in v),
    "NAMEX": lambda e, a, v: _some(e.holds(a[0], name) for name in v),
}
