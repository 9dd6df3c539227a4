"""Formulas over JSON values: what every schema of every dialect is compiled into.

A formula (`Node`) is true or false of a JSON value. Equal formulas are one object (`Store`), named by a digest that
depends on structure only, so the order of properties, enum members and branches in a document does not matter.

Atoms are conditional: an atom about numbers is true of everything that is no number, as keywords of JSON Schema are
(core 2020-12, section 7.6.1 and validation, section 6). The negation of an atom is therefore "of that type, and not
so": `neg(GE 5)` is `AND(TYPES number, LT 5)`. Negation is pushed inward as far as it goes; no node "not" exists.

Kinds and their arguments (n, m are natural numbers, S a Node, q an exact number, K a `KeySet`):

    TRUE FALSE          AND(S...)  OR(S...)      ONE(S...) exactly one       NOTONE(S...) none, or two or more
    REF(target, sign)   a schema elsewhere, expanded on demand        UNEVAL(...) see `unevaluated.py`
    ABSENT(name, sign)  a schema of a document that is not at hand
    TYPES(bits)         IN(values)  OUT(values)  equal to one / to none of finitely many values
    numbers  GE(q) GT(q) LE(q) LT(q) MULT(q) NMULT(q)
    strings  MINLEN(n) MAXLEN(n) PATTERN(text) NPATTERN(text) FORMAT(name) NFORMAT(name)
    arrays   MINITEMS(n) MAXITEMS(n) UNIQUE DUP  EACH(n,m,S) every item at n <= i < m   SOME(n,m,S) one of them
             ATLEAST(n,S) ATMOST(n,S) count the items that satisfy S.  m is -1 for "to the end"
    objects  HAS(name) LACKS(name) MINP(n) MAXP(n)  KEYS(K,S) every value under a key of K  KEYX(K,S) one of them
             NAMES(S) every key, as a string      NAMEX(S) one of them
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.schema.values import ARR, NUM, OBJ, STR, canon

ATOM_TYPES = {
    **dict.fromkeys(("GE", "GT", "LE", "LT", "MULT", "NMULT"), NUM),
    **dict.fromkeys(("MINLEN", "MAXLEN", "PATTERN", "NPATTERN", "FORMAT", "NFORMAT"), STR),
    **dict.fromkeys(("MINITEMS", "MAXITEMS", "UNIQUE", "DUP", "EACH", "SOME", "ATLEAST", "ATMOST"), ARR),
    **dict.fromkeys(("HAS", "LACKS", "MINP", "MAXP", "KEYS", "KEYX", "NAMES", "NAMEX", "UNEVALP"), OBJ),
    "UNEVALI": ARR,
}
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
    def everything(self) -> bool:
        """Whether every key belongs, plainly."""
        return self.other and not self.names and not self.patterns

    @property
    def nothing(self) -> bool:
        """Whether no key belongs, plainly."""
        return not (self.other or self.names or self.patterns)

    @property
    def single(self) -> str | None:
        """The one name this set consists of, if that is plain."""
        if self.other or self.patterns or len(self.names) != 1:
            return None
        return next(iter(self.names))


class Node:
    """One formula; compare by identity. Made by a `Store` only."""

    __slots__ = ("against", "args", "contrary", "digest", "expansion", "kind", "mask", "members", "negation", "sure")

    def __init__(self, kind: str, args: tuple[object, ...], digest: bytes, mask: int, sure: int) -> None:
        """`mask`: types of values it may be true of; `sure`: types whose every value it is true of."""
        self.kind = kind
        self.args = args
        self.digest = digest
        self.mask = mask
        self.sure = sure
        self.negation: Node | None = None
        self.against = False
        self.contrary: Node | None = None
        self.members: frozenset[str] | None = None
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


_RANK = {"TYPES": 0, "IN": 1, "HAS": 2, "OUT": 3, "REF": 7, "OR": 8, "ONE": 9, "NOTONE": 9, "AND": 6}


def order(node: Node) -> tuple[int, bytes]:
    """Return the key by which the parts of a formula are ordered: cheap kinds first, then by digest."""
    return (_RANK.get(node.kind, 5), node.digest)
