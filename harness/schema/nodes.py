"""Formulas over JSON values: what every schema of every dialect is compiled into.

A formula (`Node`) is true or false of a JSON value. Equal formulas are one object (`Store`), named by a digest that
depends on structure only, so the order of properties, enum members and branches in a document does not matter.

Atoms are conditional: an atom about numbers is true of everything that is no number, as keywords of JSON Schema are
(core 2020-12, section 7.6.1 and validation, section 6). The negation of an atom is therefore "of that type, and not
so": `neg(GE 5)` is `AND(TYPES number, LT 5)`. Negation is pushed inward as far as it goes; no node "not" exists.

Kinds and their arguments (n, m are natural numbers, S a Node, q an exact number, K a `KeySet`):

    TRUE FALSE          AND(S...)  OR(S...)      ONE(S...) exactly one       NOTONE(S...) none, or two or more
    REF(target, sign)   a schema elsewhere, expanded on demand        UNEVAL(...) see `unevaluated.py`
    TYPES(bits)         IN(values)  OUT(values)  equal to one / to none of finitely many values
    numbers  GE(q) GT(q) LE(q) LT(q) MULT(q) NMULT(q)
    strings  MINLEN(n) MAXLEN(n) PATTERN(text) NPATTERN(text) FORMAT(name) NFORMAT(name)
    arrays   MINITEMS(n) MAXITEMS(n) UNIQUE DUP  EACH(n,m,S) every item at n <= i < m   SOME(n,m,S) one of them
             ATLEAST(n,S) ATMOST(n,S) count the items that satisfy S.  m is -1 for "to the end"
    objects  HAS(name) LACKS(name) MINP(n) MAXP(n)  KEYS(K,S) every value under a key of K  KEYX(K,S) one of them
             NAMES(S) every key, as a string      NAMEX(S) one of them
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from fractions import Fraction

from harness.schema.values import ALL, ARR, BOOL, NULL, NUM, OBJ, STR, canon, type_of

ATOM_TYPES = {
    **dict.fromkeys(("GE", "GT", "LE", "LT", "MULT", "NMULT"), NUM),
    **dict.fromkeys(("MINLEN", "MAXLEN", "PATTERN", "NPATTERN", "FORMAT", "NFORMAT"), STR),
    **dict.fromkeys(("MINITEMS", "MAXITEMS", "UNIQUE", "DUP", "EACH", "SOME", "ATLEAST", "ATMOST"), ARR),
    **dict.fromkeys(("HAS", "LACKS", "MINP", "MAXP", "KEYS", "KEYX", "NAMES", "NAMEX", "UNEVALP"), OBJ),
    "UNEVALI": ARR,
}
_OPPOSITE = {
    "GE": "LT", "GT": "LE", "LE": "GT", "LT": "GE", "MULT": "NMULT", "NMULT": "MULT",
    "PATTERN": "NPATTERN", "NPATTERN": "PATTERN", "FORMAT": "NFORMAT", "NFORMAT": "FORMAT",
    "UNIQUE": "DUP", "DUP": "UNIQUE", "HAS": "LACKS", "LACKS": "HAS",
    "KEYS": "KEYX", "KEYX": "KEYS", "NAMES": "NAMEX", "NAMEX": "NAMES", "EACH": "SOME", "SOME": "EACH",
}  # fmt: skip
END = -1


class KeySet:
    """A set of object keys: the union of names and of patterns' matches, or the complement of that union."""

    __slots__ = ("names", "other", "patterns", "text")

    def __init__(self, names: Iterable[str], patterns: Iterable[str] = (), *, other: bool = False) -> None:
        """`other=True`: every key outside the union."""
        self.names = frozenset(names)
        self.patterns = tuple(sorted(set(patterns)))
        self.other = other
        self.text = canon([sorted(self.names), list(self.patterns), other])

    @property
    def single(self) -> str | None:
        """The one name this set consists of, if that is plain."""
        if self.other or self.patterns or len(self.names) != 1:
            return None
        return next(iter(self.names))


Argument = "Node | KeySet | Fraction | int | str | tuple[tuple[str, object], ...]"


class Node:
    """One formula; compare by identity. Made by a `Store` only."""

    __slots__ = ("args", "contrary", "digest", "expansion", "kind", "mask", "negation", "sure")

    def __init__(self, kind: str, args: tuple[object, ...], digest: bytes, mask: int, sure: int) -> None:
        """`mask`: types of values it may be true of; `sure`: types whose every value it is true of."""
        self.kind = kind
        self.args = args
        self.digest = digest
        self.mask = mask
        self.sure = sure
        self.negation: Node | None = None
        self.contrary: Node | None = None
        self.expansion: Node | Callable[[], Node] | None = None

    def __repr__(self) -> str:
        inside = ", ".join(
            argument.text if isinstance(argument, KeySet) else repr(argument) if self.kind != "REF" else str(argument)
            for argument in self.args
        )
        return f"{self.kind}({inside})"

    @property
    def name(self) -> str:
        """Short text of the digest, the same on every machine."""
        return self.digest.hex()


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
        self.hints: dict[Node, tuple[object, ...]] = {}
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
        kept.sort(key=_order)
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
        kept.sort(key=_order)
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
        rest.sort(key=_order)
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
        """Spell out ONE (each branch alone) or NOTONE (none, or a branch and a later one), for one type of value."""
        known = self._choices.get((node, bit))
        if known is None:
            known = self._choices[node, bit] = self._chosen(node, bit)
        return known

    def _chosen(self, node: Node, bit: int) -> Node:
        able = [part for part in node.args if isinstance(part, Node) and part.mask & bit]
        if node.kind == "ONE":
            return self.disj(
                self.conj([part, *(self.neg(other) for other in able if other is not part)]) for part in able
            )
        none = self.conj(self.neg(part) for part in able)
        pairs = [self.conj([part, self.disj(able[position + 1 :])]) for position, part in enumerate(able[:-1])]
        return self.disj([none, *pairs])

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
        plain = self._simplified(kind, args)
        if plain is not None:
            return plain
        about = ATOM_TYPES[kind]
        return self._intern(kind, args, ALL, ALL & ~about)

    def _simplified(self, kind: str, args: tuple[object, ...]) -> Node | None:
        subject = args[-1] if args else None
        if kind in {"MINLEN", "MINITEMS", "MINP"} and subject <= 0:  # type: ignore[operator]  # a count
            return self.true
        if kind in {"MAXLEN", "MAXITEMS", "MAXP"} and subject < 0:  # type: ignore[operator]  # a count
            return self.types(ALL & ~ATOM_TYPES[kind])
        if kind in {"EACH", "SOME"}:
            return self._ranged(kind, *args)  # type: ignore[arg-type]  # n, m, S
        if kind in {"ATLEAST", "ATMOST"}:
            return self._counted(kind, *args)  # type: ignore[arg-type]  # n, S
        if kind in {"KEYS", "KEYX"}:
            return self._keyed(kind, *args)  # type: ignore[arg-type]  # K, S
        if kind == "NAMES" and subject in (self.true, self.false):
            return self.true if subject is self.true else self.atom("MAXP", 0)
        if kind == "NAMEX" and subject in (self.true, self.false):
            return self.atom("MINP", 1) if subject is self.true else self.types(ALL & ~OBJ)
        return None

    def _ranged(self, kind: str, first: int, last: int, subject: Node) -> Node | None:
        empty = last not in (END,) and last <= first
        if kind == "EACH":
            if empty or subject is self.true:
                return self.true
            return self.atom("MAXITEMS", first) if subject is self.false else None
        if empty or subject is self.false:
            return self.types(ALL & ~ARR)
        if subject is self.true:
            return self.atom("MINITEMS", first + 1)
        if last == first + 1:
            return self.conj([self.atom("MINITEMS", last), self.atom("EACH", first, last, subject)])
        return None

    def _counted(self, kind: str, count: int, subject: Node) -> Node | None:
        if kind == "ATLEAST":
            if count <= 0:
                return self.true
            if subject is self.true:
                return self.atom("MINITEMS", count)
            if subject is self.false:
                return self.types(ALL & ~ARR)
            return self.atom("SOME", 0, END, subject) if count == 1 else None
        if count < 0:
            return self.types(ALL & ~ARR)
        if subject is self.false:
            return self.true
        if subject is self.true:
            return self.atom("MAXITEMS", count)
        return self.atom("EACH", 0, END, self.neg(subject)) if count == 0 else None

    def _keyed(self, kind: str, keys: KeySet, subject: Node) -> Node | None:
        everything = keys.other and not keys.names and not keys.patterns
        nothing = not keys.other and not keys.names and not keys.patterns
        single = keys.single
        if kind == "KEYS":
            if nothing or subject is self.true:
                return self.true
            if subject is self.false and single is not None:
                return self.atom("LACKS", single)
            return self.atom("MAXP", 0) if subject is self.false and everything else None
        if nothing or subject is self.false:
            return self.types(ALL & ~OBJ)
        if single is not None:
            return self.conj([self.atom("HAS", single), self.atom("KEYS", keys, subject)])
        return self.atom("MINP", 1) if subject is self.true and everything else None

    # --- negation ----------------------------------------------------------------------------------------------

    def neg(self, node: Node) -> Node:
        """Return the negation, pushed inward."""
        if node.negation is None:
            opposite = self._negated(node)
            node.negation = opposite
            if opposite.negation is None:
                opposite.negation = node
            _note_contrary(node, opposite)
        return node.negation

    def _negated(self, node: Node) -> Node:
        kind, args = node.kind, node.args
        if kind == "AND":
            return self.disj(map(self.neg, args))  # type: ignore[arg-type]  # AND holds nodes
        if kind == "OR":
            return self.conj(map(self.neg, args))  # type: ignore[arg-type]  # OR holds nodes
        if kind in {"ONE", "NOTONE"}:
            mask, sure = (ALL, ALL & ~node.mask) if kind == "ONE" else (ALL, 0)
            return self._intern("NOTONE" if kind == "ONE" else "ONE", args, mask, sure)
        if kind == "TYPES":
            return self.types(ALL & ~node.mask)
        if kind in {"IN", "OUT"}:
            if kind == "OUT":
                return self._intern("IN", args, ALL & ~node.sure, 0)
            return self._intern("OUT", args, ALL, ALL & ~node.mask)
        if kind == "REF":
            opposite = self._intern("REF", (args[0], -int(args[1])), ALL & ~node.sure, ALL & ~node.mask)  # type: ignore[call-overload]  # a sign
            opposite.expansion = lambda: self.neg(self.expand(node))
            return opposite
        about = ATOM_TYPES[kind]
        return self.conj([self.types(about), self._contrary(kind, args, node)])

    def _contrary(self, kind: str, args: tuple[object, ...], node: Node) -> Node:
        if kind in {"UNEVALP", "UNEVALI"}:
            flipped = self._intern(kind, (*args, "not"), ALL, ALL & ~ATOM_TYPES[kind])
            flipped.expansion = lambda: self.neg(self.expand(node))
            return flipped
        if kind.startswith("MIN"):
            return self.atom("MAX" + kind[3:], int(args[0]) - 1)  # type: ignore[call-overload]  # a count
        if kind.startswith("MAX"):
            return self.atom("MIN" + kind[3:], int(args[0]) + 1)  # type: ignore[call-overload]  # a count
        if kind in {"ATLEAST", "ATMOST"}:
            step, other = (-1, "ATMOST") if kind == "ATLEAST" else (1, "ATLEAST")
            return self.atom(other, int(args[0]) + step, args[1])  # type: ignore[call-overload]  # a count
        if kind in {"KEYS", "KEYX", "NAMES", "NAMEX", "EACH", "SOME"}:
            return self.atom(_OPPOSITE[kind], *args[:-1], self.neg(args[-1]))  # type: ignore[arg-type]  # S is last
        return self.atom(_OPPOSITE[kind], *args)


_RANK = {"TYPES": 0, "IN": 1, "HAS": 2, "OUT": 3, "REF": 7, "OR": 8, "ONE": 9, "NOTONE": 9, "AND": 6}


def _order(node: Node) -> tuple[int, bytes]:
    return (_RANK.get(node.kind, 5), node.digest)


def _note_contrary(node: Node, opposite: Node) -> None:
    """Link an atom with the atom that contradicts it among values of its type."""
    for one, other in ((node, opposite), (opposite, node)):
        if other.kind == "AND" and len(other.args) == 2:
            kind, atom = other.args
            if isinstance(kind, Node) and kind.kind == "TYPES" and isinstance(atom, Node):
                one.contrary = atom
                atom.contrary = atom.contrary or one


def _first(pair: tuple[str, object]) -> str:
    return pair[0]


__all__ = ["ALL", "ATOM_TYPES", "END", "Fraction", "KeySet", "Node", "Store"]
