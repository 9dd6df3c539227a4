"""The documents of one tree, each read once, and the references between them."""

from __future__ import annotations

import difflib
import hashlib
import posixpath

from harness.documents.document import Document, Node
from harness.documents.parsing import parse, parse_all
from harness.documents.references import file_references, quick_references, target
from harness.documents.values import Tree
from harness.model import HarnessError, Location, NotFoundError, UnreadableError


class Library:
    """Reads and remembers. One library belongs to one tree, so an answer never mixes two revisions."""

    def __init__(self, tree: Tree) -> None:
        """Take the tree; nothing is read yet."""
        self.tree = tree
        self._loaded: dict[str, Document | HarnessError] = {}
        self._scanned: dict[str, tuple[str, frozenset[str] | None]] = {}
        self._referred: dict[str, frozenset[str]] = {}

    def load(self, path: str) -> Document:
        """Return the document of a file.

        Raises:
            UnreadableError: See `parse`. The same error again on every further call.
        """
        path = _inside(path)
        if path not in self._loaded:
            try:
                self._loaded[path] = self._parse(path)
            except HarnessError as error:
                self._loaded[path] = error
        found = self._loaded[path]
        if isinstance(found, HarnessError):
            raise found
        return found

    @property
    def read_paths(self) -> tuple[str, ...]:
        """The files that were asked for so far, also those that could not be read, in order of name."""
        return tuple(sorted(self._loaded))

    def _parse(self, path: str) -> Document:
        document = parse(self.tree.read(path), path)
        known = self._scanned.get(path)
        if known is not None and known[0] != document.digest:
            raise UnreadableError(
                "the file changed while it was read", location=Location(path), remedy="Run the command again."
            )
        return document

    def load_all(self, path: str) -> tuple[Document, ...]:
        """Return every document of a file that may hold several (catalog files do)."""
        path = _inside(path)
        return parse_all(self.tree.read(path), path)

    def add(self, document: Document, key: str = "") -> None:
        """Put a document in under its path, or another key: one inside another file, or given inline."""
        self._loaded[key or document.path] = document

    def node(self, path: str, pointer: str = "") -> Node:
        """Return the node at a JSON pointer.

        Raises:
            UnreadableError: See `load`.
            NotFoundError: There is no such node.
        """
        return _descend(self.load(path), pointer)

    def resolve(self, node: Node, ref: str) -> Node:
        """Return what a reference that stands at `node` points to: `#/a/b`, `other.yaml#/x`, `../x.json`.

        Raises:
            UnreadableError: It points to nothing, or out of the tree.
        """
        path, pointer = self._target(node, ref)
        document = node.document if path == node.document.path else self._referred_to(path, node, ref)
        try:
            return _descend(document, pointer)
        except NotFoundError as error:
            raise UnreadableError(
                f'$ref "{ref[:200]}" points to nothing', location=node.location, remedy=error.remedy or "Correct it."
            ) from None

    def _target(self, node: Node, ref: str) -> tuple[str, str]:
        """Return path and pointer that a reference means; its own line is looked up only where it is refused."""
        try:
            return target(node.document.path, ref)
        except UnreadableError:
            return target(node.document.path, ref, node.location)

    def follow(self, node: Node) -> Node:
        """Return the first node that is no `$ref`, starting at `node` itself.

        Raises:
            UnreadableError: A reference points to nothing, or the references run in a circle.
        """
        seen: list[tuple[str, str]] = []
        start = node
        while isinstance(node.value, dict) and isinstance(ref := node.value.get("$ref"), str):
            here = (node.document.path, node.pointer)
            if here in seen:
                loop = " -> ".join(f"{path}#{pointer}" for path, pointer in [*seen[seen.index(here) :], here])
                raise UnreadableError(
                    f"references run in a circle: {loop}",
                    location=start.location,
                    remedy="Let one of them hold a definition.",
                )
            seen.append(here)
            node = self.resolve(node, ref)
        return node

    def references(self, path: str) -> frozenset[str]:
        """Return every other file the document refers to, directly or through others; absent files included.

        References to elsewhere (URLs) are left out: they are never read. A referred file that cannot be parsed
        is included, without what it may refer to.
        """
        path = _inside(path)
        found: set[str] = set()
        waiting = [path]
        while waiting:
            for other in self.direct_references(waiting.pop()) - found:
                found.add(other)
                waiting.append(other)
        return frozenset(found - {path})

    def digest(self, path: str) -> str:
        """Return SHA-256 (hex) over a file and every file it refers to; it changes if and only if one of them does.

        Raises:
            UnreadableError: The file itself cannot be read.
        """
        path = _inside(path)
        total = hashlib.sha256(self._scan(path)[0].encode())
        for other in sorted(self.references(path)):
            try:
                content = self._scan(other)[0]
            except HarnessError:
                content = "absent"
            total.update(f"\0{other}\0{content}".encode("utf-8", "surrogateescape"))
        return total.hexdigest()

    def _scan(self, path: str) -> tuple[str, frozenset[str] | None]:
        """Return the digest of a file's bytes and the references a quick look finds, without parsing it."""
        if path not in self._scanned:
            loaded = self._loaded.get(path)
            if isinstance(loaded, Document):
                whole = loaded.path == path and loaded.first_line == 1  # else it is a part of another file
                refs = quick_references(loaded.text, is_json=loaded.is_json) if whole else None
                self._scanned[path] = (loaded.digest, refs)
            else:
                data = self.tree.read(path)
                is_json = data.lstrip()[:1] in {b"{", b"["}
                try:
                    refs = quick_references(data.decode("utf-8"), is_json=is_json)
                except UnicodeDecodeError:
                    refs = None
                self._scanned[path] = (hashlib.sha256(data).hexdigest(), refs)
        return self._scanned[path]

    def direct_references(self, path: str) -> frozenset[str]:
        """Return the files a document refers to itself; nothing where it cannot be read."""
        if path not in self._referred:
            self._referred[path] = frozenset(self._targets(path))
        return self._referred[path]

    def _targets(self, path: str) -> set[str]:
        try:
            refs = self._scan(path)[1]
            written = file_references(self.load(path).value) if refs is None else refs
            loaded = self._loaded.get(path)
            here = loaded.path if isinstance(loaded, Document) else path  # an inline document stands in another file
        except HarnessError:
            return set()
        found: set[str] = set()
        for ref in written:
            try:
                found.add(target(here, ref)[0])
            except UnreadableError:
                continue  # said where it is resolved
        return found

    def _referred_to(self, path: str, node: Node, ref: str) -> Document:
        try:
            return self.load(path)
        except UnreadableError as error:
            if error.location is not None and error.location.line is not None:
                raise
            raise UnreadableError(
                f'$ref "{ref[:200]}": {error.message} ({path})', location=node.location, remedy=error.remedy
            ) from None


def _inside(path: str) -> str:
    normal = posixpath.normpath(path)
    if path.startswith("/") or normal == ".." or normal.startswith("../"):
        raise UnreadableError("not a path inside the tree", location=Location(path), remedy="Give a relative path.")
    return normal


def _descend(document: Document, pointer: str) -> Node:
    if pointer and not pointer.startswith("/"):
        raise NotFoundError(f'"{pointer}" is not a JSON pointer', remedy="Write it as /path/to/the/node.")
    value = document.value
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            close = difflib.get_close_matches(name, list(value), 1) if isinstance(value, dict) else []
            remedy = f'Did you mean "{close[0]}"?' if close else ""
            raise NotFoundError(
                f"{document.path} has nothing at #{pointer}", location=document.location(pointer), remedy=remedy
            )
    return Node(document, pointer, value)
