"""Makes formulas, keeps equal ones one object, and simplifies what is plain."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from harness.schema import atoms
from harness.schema.apart import apart, profile
from harness.schema.nodes import ATOM_TYPES, KeySet, Node, order
from harness.schema.values import ALL, BOOL, NULL, canon, type_of


def _spell(argument: object) -> bytes:
    if isinstance(argument, Node):
        return argument.digest
    if isinstance(argument, KeySet):
        return argument.text.encode("utf-8", "surrogatepass")
    if isinstance(argument, str):
        return b'"' + argument.encode("utf-8", "surrogatepass")
    if isinstance(argument, tuple):  # the values of IN and OUT, already in canonical order
        return "\x01".join(text for text, _ in argument).encode("utf-8", "surrogatepass")
    return str(argument).encode()


class Store:
    """Makes formulas, keeps equal ones one object, and simplifies what is plain."""

    def __init__(self) -> None:
        """Start with the two constants."""
        self.nodes: dict[bytes, Node] = {}
        self._choices: dict[tuple[Node, int], Node] = {}
        self.true = self._intern("TRUE", (), ALL, ALL)
        self.false = self._intern("FALSE", (), 0, 0)
        self.true.negation, self.false.negation = self.false, self.true

    def _intern(self, kind: str, args: tuple[object, ...], mask: int, sure: int) -> Node:
        digest = hashlib.blake2b(
            b"\x00".join((kind.encode(), *map(_spell, args))), digest_size=12, usedforsecurity=False
        ).digest()
        node = self.nodes.get(digest)
        if node is None:
            node = self.nodes[digest] = Node(kind, args, digest, mask, sure)
        return node

    # --- boolean structure -------------------------------------------------------------------------------------

    def conj(self, parts: Iterable[Node]) -> Node:
        """Return the conjunction, flattened and in canonical order."""
        flat: dict[Node, None] = {}
        bits = ALL
        for part in parts:
            for leaf in part.args if part.kind == "AND" else (part,):
                assert isinstance(leaf, Node)  # noqa: S101  (AND holds nodes only)
                if leaf.kind == "TYPES":
                    bits &= leaf.mask
                elif leaf.kind != "TRUE":
                    flat[leaf] = None
        return self._met(flat, bits)

    def _met(self, flat: dict[Node, None], bits: int) -> Node:
        if any(leaf.negation in flat for leaf in flat if leaf.negation is not None):
            return self.false
        possible = bits
        for leaf in flat:
            possible &= leaf.mask
        if not possible:
            return self.false
        kept = [leaf for leaf in flat if possible & ~leaf.sure]
        implied = ALL
        for leaf in kept:
            implied &= leaf.mask
        if implied & ~possible:
            kept.append(self.types(possible))
        if len(kept) <= 1:
            return kept[0] if kept else self.types(possible)
        kept.sort(key=order)
        sure = possible
        for leaf in kept:
            sure &= leaf.sure
        return self._intern("AND", tuple(kept), possible, sure)

    def disj(self, parts: Iterable[Node]) -> Node:
        """Return the disjunction, flattened and in canonical order; finite sets and types are merged."""
        flat: dict[Node, None] = {}
        bits = 0
        values: dict[str, object] = {}
        for part in parts:
            for leaf in part.args if part.kind == "OR" else (part,):
                assert isinstance(leaf, Node)  # noqa: S101  (OR holds nodes only)
                if leaf.kind == "TYPES":
                    bits |= leaf.mask
                elif leaf.kind == "IN":
                    values.update(leaf.args[0])  # type: ignore[call-overload]  # IN holds (text, value) pairs
                elif leaf.kind != "FALSE":
                    flat[leaf] = None
        if values:
            more, finite = self._finite({text: value for text, value in values.items() if not type_of(value) & bits})
            bits |= more
            if finite is not None:
                flat[finite] = None
        return self._joined({self._widened(leaf, bits): None for leaf in flat}, bits)

    def _widened(self, leaf: Node, bits: int) -> Node:
        """Drop from a branch the type it repeats: `not T, or T and x` is `not T, or x`."""
        if bits and leaf.kind == "AND" and leaf.args[0].kind == "TYPES":  # type: ignore[attr-defined]  # nodes
            wide = leaf.args[0].mask | bits  # type: ignore[attr-defined]  # nodes
            if wide == ALL:
                return self.conj(leaf.args[1:])  # type: ignore[arg-type]  # nodes
        return leaf

    def _joined(self, flat: dict[Node, None], bits: int) -> Node:
        if any(leaf.negation in flat for leaf in flat if leaf.negation is not None):
            return self.true
        granted = 0
        for leaf in flat:
            granted |= leaf.sure
        if bits | granted == ALL:
            return self.true
        kept = [leaf for leaf in flat if leaf.mask & ~(bits | granted) or leaf.sure & ~bits]
        if bits & ~granted:
            kept.append(self.types(bits))
        if len(kept) <= 1:
            return kept[0] if kept else self.false
        kept.sort(key=order)
        mask = bits
        for leaf in kept:
            mask |= leaf.mask
        return self._intern("OR", tuple(kept), mask, bits | granted)

    def one(self, parts: Iterable[Node]) -> Node:
        """Return "exactly one of"; the same branch twice can never be the one."""
        counts: dict[Node, int] = {}
        for part in parts:
            if part.kind != "FALSE":
                counts[part] = counts.get(part, 0) + 1
        doubled = [part for part, count in counts.items() if count > 1]
        rest = [part for part, count in counts.items() if count == 1]
        refused = [self.neg(part) for part in doubled]
        if self.true in rest:
            return self.conj([*(self.neg(part) for part in rest if part is not self.true), *refused])
        if len(rest) <= 1:
            return self.conj([*rest, *refused]) if rest else self.false
        if self._apart(rest):
            return self.conj([self.disj(rest), *refused])
        rest.sort(key=order)
        mask = 0
        for part in rest:
            mask |= part.mask
        return self.conj([self._intern("ONE", tuple(rest), mask, 0), *refused])

    @staticmethod
    def _apart(parts: list[Node]) -> bool:
        seen = 0
        for part in parts:
            if part.kind == "REF" or seen & part.mask:
                return False
            seen |= part.mask
        return True

    def ite(self, test: Node, then: Node, other: Node) -> Node:
        """Return "if test then `then` else `other`", with its negation in the same form."""
        if then is other:
            return then
        against = self.neg(test)
        node = self.disj([self.conj([test, then]), self.conj([against, other])])
        if node.negation is None:
            opposite = self.disj([self.conj([test, self.neg(then)]), self.conj([against, self.neg(other)])])
            if opposite.negation is None:
                node.negation, opposite.negation = opposite, node
        return node

    def chosen(self, node: Node, bit: int) -> Node:
        """Spell out ONE (each branch alone) or NOTONE (none, or a branch and a later one), for one type of value.

        Branches that exclude each other at a glance (`apart.py`) need no "and not the other".
        """
        known = self._choices.get((node, bit))
        if known is None:
            known = self._choices[node, bit] = self._chosen(node, bit)
        return known

    def _chosen(self, node: Node, bit: int) -> Node:
        able = [part for part in node.args if isinstance(part, Node) and part.mask & bit]
        seen = [profile(self, part, bit) for part in able]
        meets = [
            [other for other in range(len(able)) if other != one and not apart(seen[one], seen[other])]
            for one in range(len(able))
        ]
        if node.kind == "ONE":
            return self.disj(
                self.conj([part, *(self.neg(able[other]) for other in meets[one])]) for one, part in enumerate(able)
            )
        pairs = [
            self.conj([part, self.disj(able[other] for other in meets[one] if other > one)])
            for one, part in enumerate(able)
        ]
        return self.disj([self.conj(self.neg(part) for part in able), *pairs])

    # --- leaves ------------------------------------------------------------------------------------------------

    def types(self, bits: int) -> Node:
        """Return "is of one of these types"."""
        if bits == ALL:
            return self.true
        return self._intern("TYPES", (bits,), bits, bits) if bits else self.false

    def inside(self, values: Iterable[object]) -> Node:
        """Return "equals one of these values"; null and the pair of booleans become types."""
        bits, finite = self._finite({canon(value): value for value in values})
        if finite is None:
            return self.types(bits)
        return self._joined({finite: None}, bits) if bits else finite

    def _finite(self, table: dict[str, object]) -> tuple[int, Node | None]:
        bits = 0
        if "null" in table:
            bits |= NULL
        if "true" in table and "false" in table:
            bits |= BOOL
        rest = {text: value for text, value in table.items() if not type_of(value) & bits}
        if not rest:
            return bits, None
        mask = 0
        for value in rest.values():
            mask |= type_of(value)
        return bits, self._intern("IN", (tuple(sorted(rest.items(), key=_first)),), mask, 0)

    def ref(self, key: str, *, expansion: Callable[[], Node]) -> Node:
        """Return a reference to the schema named `key`, compiled when first looked at."""
        node = self._intern("REF", (key, 1), ALL, 0)
        if node.expansion is None:
            node.expansion = expansion
        return node

    def absent(self, name: str) -> Node:
        """Return the formula of a schema that is not at hand: nothing is known but that it equals itself."""
        return self._intern("ABSENT", (name, 1), ALL, 0)

    def lazy(self, kind: str, args: tuple[object, ...], expansion: Callable[[], Node]) -> Node:
        """Return a formula about one type that is spelled out when first looked at."""
        node = self._intern(kind, args, ALL, ALL & ~ATOM_TYPES[kind])
        if node.expansion is None:
            node.expansion = expansion
        return node

    def expand(self, node: Node) -> Node:
        """Return what a REF or UNEVAL node stands for."""
        found = node.expansion
        if not isinstance(found, Node):
            assert found is not None  # noqa: S101  (made with an expansion)
            # masks stay as they are: formulas must not depend on what happened to be looked at before
            found = node.expansion = found()
        return found

    def atom(self, kind: str, *args: object) -> Node:
        """Return an atom, simplified where that is plain."""
        plain = atoms.simplified(self, kind, args)
        if plain is not None:
            return plain
        about = ATOM_TYPES[kind]
        return self._intern(kind, args, ALL, ALL & ~about)

    # --- negation ----------------------------------------------------------------------------------------------

    def neg(self, node: Node) -> Node:
        """Return the negation, pushed inward."""
        if node.negation is None:
            opposite = self._negated(node)
            node.negation = opposite
            if opposite.negation is None:
                opposite.negation = node
                opposite.against = not node.against
            _note_contrary(node, opposite)
        return node.negation

    def _negated(self, node: Node) -> Node:  # noqa: PLR0911  (one line a kind)
        kind, args = node.kind, node.args
        if kind in {"AND", "OR"}:
            parts = [self.neg(part) for part in args if isinstance(part, Node)]
            return self.disj(parts) if kind == "AND" else self.conj(parts)
        if kind in {"ONE", "NOTONE"}:
            mask, sure = (ALL, ALL & ~node.mask) if kind == "ONE" else (ALL, 0)
            return self._intern("NOTONE" if kind == "ONE" else "ONE", args, mask, sure)
        if kind == "TYPES":
            return self.types(ALL & ~node.mask)
        if kind in {"IN", "OUT"}:
            inside = kind == "OUT"
            mask, sure = (ALL & ~node.sure, 0) if inside else (ALL, ALL & ~node.mask)
            return self._intern("IN" if inside else "OUT", args, mask, sure)
        if kind == "REF":
            return self._reversed(node)
        if kind == "ABSENT":
            return self._intern(kind, (args[0], -int(str(args[1]))), ALL, 0)
        about = ATOM_TYPES[kind]
        return self.conj([self.types(about), atoms.contrary(self, node)])

    def _reversed(self, node: Node) -> Node:
        opposite = self._intern("REF", (node.args[0], -int(str(node.args[1]))), ALL & ~node.sure, ALL & ~node.mask)
        opposite.expansion = lambda: self.neg(self.expand(node))
        return opposite

    def flipped(self, node: Node) -> Node:
        """Return the contrary of an UNEVAL formula, spelled out on demand as well."""
        opposite = self._intern(node.kind, (*node.args, "not"), node.mask, node.sure)
        opposite.expansion = lambda: self.neg(self.expand(node))
        return opposite


def _note_contrary(node: Node, opposite: Node) -> None:
    """Link an atom with what contradicts it among values of its type; both say nothing about other values."""
    for one, other in ((node, opposite), (opposite, node)):
        if other.kind == "AND" and len(other.args) == 2:
            kind, atom = other.args
            if (
                isinstance(kind, Node)
                and kind.kind == "TYPES"
                and isinstance(atom, Node)
                and kind.mask == ATOM_TYPES.get(atom.kind)
            ):
                one.contrary = atom
                atom.contrary = atom.contrary or one


def _first(pair: tuple[str, object]) -> str:
    return pair[0]
