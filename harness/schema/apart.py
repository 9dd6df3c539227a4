"""Which branches of a union no value can satisfy together, as a glance at them shows: types, constants, discriminators.

Part of what formulas mean (ONE and NOTONE are spelled out with it), so it proves what it says by looking only: two
branches are apart if one requires a key for which both allow only finitely many, different values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.schema.nodes import KeySet, Node
from harness.schema.values import OBJ

if TYPE_CHECKING:
    from harness.schema.store import Store

Profile = tuple[int, frozenset[str], dict[str, frozenset[str]]]
"""Types, required keys, and the finite sets of values under keys ("" stands for the value itself)."""
_ITSELF = "\x00"


def profile(store: Store, node: Node, bit: int) -> Profile:
    """Return what a glance at a branch shows, for one type of value."""
    types, required, finite = bit, set(), dict[str, frozenset[str]]()
    for part in _parts(store, node):
        types &= part.mask
        if part.kind == "HAS":
            required.add(str(part.args[0]))
        elif part.kind == "IN":
            _narrow(finite, _ITSELF, part)
        elif part.kind == "KEYS":
            keys, subject = part.args
            single = keys.single if isinstance(keys, KeySet) else None
            if single is not None and isinstance(subject, Node):
                for inner in _parts(store, subject):
                    if inner.kind == "IN":
                        _narrow(finite, single, inner)
    return types, frozenset(required), finite


def _narrow(finite: dict[str, frozenset[str]], name: str, node: Node) -> None:
    texts = members(node)
    finite[name] = texts & finite[name] if name in finite else texts


def members(node: Node) -> frozenset[str]:
    """Return the canonical texts of the values of an IN or OUT formula."""
    if node.members is None:
        node.members = frozenset(text for text, _ in node.args[0])  # type: ignore[attr-defined]  # pairs
    return node.members


def _parts(store: Store, node: Node) -> Iterator[Node]:
    seen = 0
    while node.kind == "REF" and node.args[1] == 1 and seen < 8:
        node = store.expand(node)
        seen += 1
    for part in node.args if node.kind == "AND" else (node,):
        if isinstance(part, Node):
            if part.kind == "REF" and part.args[1] == 1 and seen < 8:
                meaning = store.expand(part)
                yield from (inner for inner in _flat(meaning) if inner.kind != "REF")
            yield part


def _flat(node: Node) -> Iterator[Node]:
    for part in node.args if node.kind == "AND" else (node,):
        if isinstance(part, Node):
            yield part


def apart(left: Profile, right: Profile) -> bool:
    """Whether two branches exclude each other."""
    if not left[0] & right[0]:
        return True
    for name, texts in left[2].items():
        others = right[2].get(name)
        if others is not None and texts.isdisjoint(others):
            if name == _ITSELF:
                return True
            if left[0] & right[0] == OBJ and (name in left[1] or name in right[1]):
                return True
    return False
