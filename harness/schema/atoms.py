"""What is plain about single atoms: those that say nothing or everything, and what contradicts each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.schema.nodes import ATOM_TYPES, END, KeySet, Node
from harness.schema.values import ALL, ARR, OBJ

if TYPE_CHECKING:
    from harness.schema.store import Store

_OPPOSITE = {
    "GE": "LT", "GT": "LE", "LE": "GT", "LT": "GE", "MULT": "NMULT", "NMULT": "MULT",
    "PATTERN": "NPATTERN", "NPATTERN": "PATTERN", "FORMAT": "NFORMAT", "NFORMAT": "FORMAT",
    "UNIQUE": "DUP", "DUP": "UNIQUE", "HAS": "LACKS", "LACKS": "HAS",
    "KEYS": "KEYX", "KEYX": "KEYS", "NAMES": "NAMEX", "NAMEX": "NAMES", "EACH": "SOME", "SOME": "EACH",
}  # fmt: skip


def simplified(store: Store, kind: str, args: tuple[object, ...]) -> Node | None:
    """Return a simpler formula for an atom, None if it is simple."""
    rule = _RULES.get(kind)
    return rule(store, kind, *args) if rule is not None else None


def _at_least(store: Store, kind: str, count: int) -> Node | None:
    del kind
    return store.true if count <= 0 else None


def _at_most(store: Store, kind: str, count: int) -> Node | None:
    return store.types(ALL & ~ATOM_TYPES[kind]) if count < 0 else None


def _each(store: Store, kind: str, first: int, last: int, subject: Node) -> Node | None:
    del kind
    if subject is store.true or (last != END and last <= first):
        return store.true
    return store.atom("MAXITEMS", first) if subject is store.false else None


def _some(store: Store, kind: str, first: int, last: int, subject: Node) -> Node | None:
    del kind
    if subject is store.false or (last != END and last <= first):
        return store.types(ALL & ~ARR)
    if subject is store.true:
        return store.atom("MINITEMS", first + 1)
    if last == first + 1:
        return store.conj([store.atom("MINITEMS", last), store.atom("EACH", first, last, subject)])
    return None


def _many(store: Store, kind: str, count: int, subject: Node) -> Node | None:
    del kind
    if count <= 0:
        return store.true
    if subject is store.true:
        return store.atom("MINITEMS", count)
    if subject is store.false:
        return store.types(ALL & ~ARR)
    return store.atom("SOME", 0, END, subject) if count == 1 else None


def _few(store: Store, kind: str, count: int, subject: Node) -> Node | None:
    del kind
    if count < 0:
        return store.types(ALL & ~ARR)
    if subject is store.false:
        return store.true
    if subject is store.true:
        return store.atom("MAXITEMS", count)
    return store.atom("EACH", 0, END, store.neg(subject)) if count == 0 else None


def _keys(store: Store, kind: str, keys: KeySet, subject: Node) -> Node | None:
    del kind
    if keys.nothing or subject is store.true:
        return store.true
    if subject is not store.false:
        return None
    if keys.single is not None:
        return store.atom("LACKS", keys.single)
    return store.atom("MAXP", 0) if keys.everything else None


def _keyx(store: Store, kind: str, keys: KeySet, subject: Node) -> Node | None:
    del kind
    if keys.nothing or subject is store.false:
        return store.types(ALL & ~OBJ)
    if keys.single is not None:
        return store.conj([store.atom("HAS", keys.single), store.atom("KEYS", keys, subject)])
    return store.atom("MINP", 1) if subject is store.true and keys.everything else None


def _names(store: Store, kind: str, subject: Node) -> Node | None:
    del kind
    if subject is store.true:
        return store.true
    return store.atom("MAXP", 0) if subject is store.false else None


def _namex(store: Store, kind: str, subject: Node) -> Node | None:
    del kind
    if subject is store.true:
        return store.atom("MINP", 1)
    return store.types(ALL & ~OBJ) if subject is store.false else None


_RULES: dict[str, Callable[..., Node | None]] = {
    **dict.fromkeys(("MINLEN", "MINITEMS", "MINP"), _at_least),
    **dict.fromkeys(("MAXLEN", "MAXITEMS", "MAXP"), _at_most),
    "EACH": _each,
    "SOME": _some,
    "ATLEAST": _many,
    "ATMOST": _few,
    "KEYS": _keys,
    "KEYX": _keyx,
    "NAMES": _names,
    "NAMEX": _namex,
}


def contrary(store: Store, node: Node) -> Node:
    """Return what contradicts an atom among the values of its type."""
    kind, args = node.kind, node.args
    if kind in {"UNEVALP", "UNEVALI"}:
        return store.flipped(node)
    if kind[:3] in {"MIN", "MAX"}:
        step, other = (-1, "MAX") if kind[:3] == "MIN" else (1, "MIN")
        return store.atom(other + kind[3:], int(args[0]) + step)  # type: ignore[call-overload]  # a count
    if kind in {"ATLEAST", "ATMOST"}:
        step, other = (-1, "ATMOST") if kind == "ATLEAST" else (1, "ATLEAST")
        return store.atom(other, int(args[0]) + step, args[1])  # type: ignore[call-overload]  # a count
    if kind in {"KEYS", "KEYX", "NAMES", "NAMEX", "EACH", "SOME"}:
        return store.atom(_OPPOSITE[kind], *args[:-1], store.neg(args[-1]))  # type: ignore[arg-type]  # S is last
    return store.atom(_OPPOSITE[kind], *args)
