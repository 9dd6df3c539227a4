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
from pathlib import PurePosixPath
from typing import TypeAlias

from harness.documents import Library, Node
from harness.model import JSON, Side, UnreadableError, escape, split

_REF = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')
_NAME = b"u\x04\x00\x00\x00$ref"
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
        node = self.node
        for token in tokens:
            node = below(node, token)
        return Site(node, self.dialect)


def below(node: Node, token: str | int) -> Node:
    """Return a member of an object or array that is known to be there: `Node.child` without its questions."""
    value = node.value
    if isinstance(value, dict):
        name = str(token)
        return Node(node.document, f"{node.pointer}/{escape(name)}", value[name])
    if isinstance(value, list):
        return Node(node.document, f"{node.pointer}/{token}", value[int(token)])
    return node.child(token)


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
        name: What its document calls it, such as `2.3.0`; "" where unknown.
    """

    def __init__(self, side: Side, library: Library) -> None:
        self.side = side
        self.library = library
        self.name = ""
        self.root_path: str | None = None
        self._resolved: dict[tuple[str, str], Node] = {}
        self._texts: dict[Key, str] = {}
        self._bytes: dict[Key, bytes | None] = {}

    def name_after(self, root: Node) -> None:
        """Take the name that the document gives itself under `info`, and note that it is where reading starts."""
        self.root_path = root.document.path
        info = root.value.get("info") if isinstance(root.value, dict) else None
        self.name = str(info.get("version", "")) if isinstance(info, dict) else ""

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

    def written(self, node: Node) -> bytes | None:
        """Return the bytes of a node's value; see `written`. Remembers them."""
        key = (node.document.path, node.pointer)
        if key not in self._bytes:
            self._bytes[key] = written(node.value)
        return self._bytes[key]

    def references(self, node: Node) -> list[str]:
        """Return every reference written below a node, in order, once each."""
        data = self.written(node)
        if data is not None:
            return _references(data)
        return list(dict.fromkeys(json.loads(found) for found in _REF.findall(self.text(node))))


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole and abs(value) < 10**18 else f"\x00{value.normalize()}"
    return str(value)


def written(value: JSON) -> bytes | None:
    """Return bytes that are equal only for values written alike, members in the same order; None with a Decimal."""
    try:
        return marshal.dumps(value, 2)  # type: ignore[arg-type]  # a Decimal is refused below
    except ValueError:
        return None


canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_number).encode
"""Return one text for a JSON value: equal texts are equal JSON (`1` and `1.0` alike, `1` and `true` not)."""


def plainly_equal(old: JSON, new: JSON) -> bool:
    """Whether two values are written alike and hold no reference: a quick yes, or a no that means little.

    One value may stand for both sides (equal bytes are parsed once), and its references still lead to two trees.
    """
    if old is not new and old != new:
        return False
    text = written(old)
    return text is not None and b"$ref" not in text and (old is new or text == written(new))


def _references(data: bytes) -> list[str]:
    """Return every reference in the bytes of a value, in order, once each.

    After the name comes the letter u, four bytes of length, and the text (marshal format 2). An example that holds
    the name as a text may give a phantom, which leads nowhere and costs a look.
    """
    found: dict[str, None] = {}
    at = data.find(_NAME)
    while at >= 0:
        start = at + len(_NAME)
        if data[start : start + 1] == b"u":
            size = int.from_bytes(data[start + 1 : start + 5], "little")
            found[data[start + 5 : start + 5 + size].decode("utf-8", "surrogatepass")] = None
        at = data.find(_NAME, start)
    return list(found)


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
        data = self._old.written(old)
        if data is not None and data == self._new.written(new):
            return True
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
            for reference in self._old.references(left):
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


def referred_name(reference: JSON) -> str:
    """Return the name that a reference ends with, of the place or of the whole file; "" where it has none.

    So a definition keeps its name when it moves into a file of its own.
    """
    file, _, fragment = str(reference).partition("#") if isinstance(reference, str) else ("", "", "")
    return split(fragment)[-1] if fragment.startswith("/") else PurePosixPath(file).stem
