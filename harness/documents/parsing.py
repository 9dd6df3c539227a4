"""The one way from bytes to documents."""

from __future__ import annotations

import hashlib
import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from harness.documents.decoding import decode
from harness.documents.document import Document
from harness.documents.json_text import read_json
from harness.documents.mark_table import MarkTable
from harness.documents.stored import keep, recall
from harness.documents.yaml_events import Placed, read_yaml
from harness.model import Location, UnreadableError

_MARKER = re.compile(r"^(?:---|\.\.\.)(?=[ \t\r\n]|$)([^\n]*)\n?", re.MULTILINE)
_BLANK = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?(?:\n|$)|%[^\n]*(?:\n|$))*\Z")
_JSON_SUFFIXES = (".json", ".avsc", ".avpr")
_Alive: TypeAlias = "dict[tuple[str, bool], tuple[weakref.ref[Document], ...]]"
_alive: _Alive = {}
"""What this process has parsed and still holds, by digest of the bytes and whether the name demands JSON.

Both revisions of a gate, and both sides of a comparison, mostly hold the same files.
"""


def parse(data: bytes, path: str) -> Document:
    """Return the one document in a file.

    Files that begin with `{` or `[` are JSON, whatever they are called; everything else is YAML 1.2.

    Args:
        data: The bytes, read once: digest and value are of the same bytes.
        path: As the tree names it.

    Raises:
        UnreadableError: Not UTF-8, not JSON or YAML, ambiguous (duplicate keys), more than one document, or beyond the
            bounds; with line, column and remedy.
    """
    documents = parse_all(data, path)
    if len(documents) > 1:
        raise UnreadableError(
            "a second document begins here, and it is not said which one is the contract",
            location=Location(path, line=documents[1].first_line, column=1),
            remedy="Keep one document in a file.",
        )
    return documents[0]


def parse_all(data: bytes, path: str, *, merge: bool = True) -> tuple[Document, ...]:
    """Return every document of a file: YAML may hold several, separated by `---`. At least one.

    Args:
        data: The bytes.
        path: As the tree names it.
        merge: Whether `<<` merges. YAML 1.2 has no merge key, and Backstage reads it as a key like any other.

    Raises:
        UnreadableError: As `parse`, or there is nothing in the file.
    """
    digest = hashlib.sha256(data).hexdigest()
    if not merge and b"<<" in data:
        return _read(data, path, digest, merge=False)
    key = (digest, path.endswith(_JSON_SUFFIXES))
    known = tuple(found for held in _alive.get(key, ()) if (found := held()) is not None)
    if known and len(known) == len(_alive[key]):
        return tuple(one if one.path == path else replace(one, path=path) for one in known)
    documents = _read(data, path, digest)
    _remember(key, documents)
    return documents


def _remember(key: tuple[str, bool], documents: tuple[Document, ...], alive: _Alive = _alive) -> None:
    def forget(_: weakref.ref[Document]) -> None:
        alive.pop(key, None)

    alive[key] = tuple(weakref.ref(one, forget) for one in documents)


def _read(data: bytes, path: str, digest: str, *, merge: bool = True) -> tuple[Document, ...]:
    text = decode(data, path)
    if text.lstrip(" \t\r\n")[:1] in {"{", "["} or path.endswith(_JSON_SUFFIXES):
        document = _json(text, path, digest)
        if document is not None:
            return (document,)
    parts = [(part, line) for part, line in _parts(text) if not _BLANK.match(part)]
    if not parts:
        raise UnreadableError(
            "the file is empty", location=Location(path, line=1, column=1), remedy="Write it, or remove it."
        )
    return tuple(_yaml(part, path, digest, line, merge=merge) for part, line in parts)


def _yaml(text: str, path: str, digest: str, first_line: int, *, merge: bool) -> Document:
    if not merge:  # what is kept between runs was read with merging
        placed = read_yaml(text, path, first_line, merge=False)
        return Document(path, digest, text, placed.value, first_line, placed=placed)
    kept: Placed | MarkTable | None = recall(text)
    if kept is None:
        kept = placed = read_yaml(text, path, first_line)
        keep(text, placed)
    return Document(path, digest, text, kept.value, first_line, placed=kept)


def _json(text: str, path: str, digest: str) -> Document | None:
    """Return None where a YAML file merely begins like JSON (a flow mapping)."""
    try:
        value = read_json(text, path)
    except UnreadableError as error:
        if path.endswith(_JSON_SUFFIXES) or not error.message.startswith("not JSON"):
            raise
        return None
    return Document(path=path, digest=digest, text=text, value=value, is_json=True)


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Split at document markers, which no scalar may hold at the start of a line (YAML 1.2.2, 9.1.1)."""
    start, line = 0, 1
    for marker in _MARKER.finditer(text):
        yield text[start : marker.start()], line
        line += text.count("\n", start, marker.start())
        if marker[1].split("#")[0].strip():  # content beside the marker keeps its column
            start = marker.start() + 3
            continue
        line += text.count("\n", marker.start(), marker.end())
        start = marker.end()
    yield text[start:], line
