"""One version of a contract as the comparators read it: schema sites, references, and what did not change.

`Sameness` is why cost follows the change: two places with equal text whose references lead to the same
places are skipped at once, and that is decided once for everything a place reaches (greatest fixed point).
"""

from __future__ import annotations

import json
import marshal
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from harness.documents import Library, Node
from harness.model import JSON, Side, UnreadableError

_REF = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')
_MAX_CHASE = 64

Key: TypeAlias = tuple[str, str]
"""File and pointer: where a node stands in one version."""


@dataclass(frozen=True, slots=True)
class Site:
    """A schema at a place of one version.

    Attributes:
        node: Where it stands.
        dialect: `openapi-3.0`, `swagger-2.0`, `2020-12` or an older draft: how its keywords are read.
    """

    node: Node
    dialect: str

    @property
    def key(self) -> Key:
        """File and pointer."""
        return (self.node.document.path, self.node.pointer)

    def child(self, *tokens: str | int) -> Site:
        """Return the schema below this one."""
        return Site(self.node.child(*tokens), self.dialect)


Position: TypeAlias = tuple[Site, ...]
"""What a value must satisfy all of: several sites where allOf members declare the same field; () = anything."""

ANYTHING: Position = ()


def position_key(position: Position) -> tuple[Key, ...]:
    """Return what names a position within its version."""
    return tuple(site.key for site in position)


class Version:
    """One of the two compared versions: resolves references and keeps what was read.

    Attributes:
        side: Old or new.
        library: The files of this version.
    """

    def __init__(self, side: Side, library: Library) -> None:
        self.side = side
        self.library = library
        self._resolved: dict[tuple[str, str], Node] = {}
        self._texts: dict[Key, str] = {}

    def resolve(self, node: Node, reference: str) -> Node:
        """Return the node that `reference`, written at `node`, leads to; remembers it."""
        key = (node.document.path, reference)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self.library.resolve(node, reference)
        return found

    def follow(self, node: Node) -> Node:
        """Return what `node` is, or what it refers to if it is nothing but a reference (not for schemas)."""
        for _ in range(_MAX_CHASE):
            value = node.value
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return node
            node = self.resolve(node, str(value["$ref"]))
        raise UnreadableError(
            "A reference leads back to itself.",
            location=node.location,
            remedy="Let one of the references name a definition.",
        )

    def text(self, node: Node) -> str:
        """Return canonical text of a node's value: equal texts are equal JSON."""
        key = (node.document.path, node.pointer)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = canonical(node.value)
        return found


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole and abs(value) < 10**18 else f"\x00{value.normalize()}"
    return str(value)


canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_number).encode
"""Return one text for a JSON value: equal texts are equal JSON (`1` and `1.0` alike, `1` and `true` not)."""


def plainly_equal(old: JSON, new: JSON) -> bool:
    """Whether two values are written alike and hold no reference: a quick yes, or a no that means little."""
    if old is new:
        return True
    if old != new:
        return False
    try:
        text = marshal.dumps(old, 2)
        return b"$ref" not in text and text == marshal.dumps(new, 2)
    except ValueError:
        # A Decimal: the canonical text decides.
        return False


def references_in(text: str) -> list[str]:
    """Return every reference written in a canonical text, in order, once each."""
    return list(dict.fromkeys(json.loads(found) for found in _REF.findall(text)))


class Sameness:
    """Whether two nodes mean the same, references included."""

    def __init__(self, old: Version, new: Version) -> None:
        self._old = old
        self._new = new
        self._known: dict[tuple[Key, Key], bool] = {}

    def same(self, old: Node, new: Node) -> bool:
        """Whether `old` and `new` read the same and everything they refer to does, too."""
        if plainly_equal(old.value, new.value):
            return True
        start = _pair(old, new)
        if start not in self._known:
            self._decide(old, new)
        return self._known[start]

    def alike(self, old: Node, new: Node) -> bool:
        """Whether `old` and `new` read the same, whatever their references lead to."""
        if old.value is not new.value and old.value != new.value:
            return False
        return self._old.text(old) == self._new.text(new)

    def _decide(self, old: Node, new: Node) -> None:
        parents: dict[tuple[Key, Key], list[tuple[Key, Key]]] = {_pair(old, new): []}
        waiting = [(old, new)]
        differing: list[tuple[Key, Key]] = []
        while waiting:
            left, right = waiting.pop()
            here = _pair(left, right)
            known = self._known.get(here)
            if known is False or (known is None and not self.alike(left, right)):
                differing.append(here)
                continue
            if known:
                continue
            for reference in references_in(self._old.text(left)):
                target = self._targets(left, right, reference)
                if target is None:
                    differing.append(here)
                    continue
                below = _pair(*target)
                if below not in parents:
                    parents[below] = []
                    waiting.append(target)
                parents[below].append(here)
        self._settle(parents, differing)

    def _settle(self, parents: dict[tuple[Key, Key], list[tuple[Key, Key]]], differing: list[tuple[Key, Key]]) -> None:
        changed: set[tuple[Key, Key]] = set()
        while differing:
            here = differing.pop()
            if here not in changed:
                changed.add(here)
                differing.extend(parents[here])
        for pair in parents:
            self._known[pair] = pair not in changed

    def _targets(self, old: Node, new: Node, reference: str) -> tuple[Node, Node] | None:
        try:
            return self._old.resolve(old, reference), self._new.resolve(new, reference)
        except UnreadableError:
            # An example may hold the text of a reference; the walk itself reports real ones.
            return None


def _pair(old: Node, new: Node) -> tuple[Key, Key]:
    return (old.document.path, old.pointer), (new.document.path, new.pointer)
