"""Whether contracts can be read at all, and where in its file stands what a finding names by pointer alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.documents import Document, Library, Node
from harness.model import JSON, Finding, HarnessError, join

_DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Members whose values are data: a `$ref` in them refers to nothing."""


def unreadable_contracts(library: Library, paths: Iterable[str]) -> Iterator[HarnessError]:
    """Yield what is wrong with the contracts and with every file they refer to, each file looked at once.

    Args:
        library: Reads the revision.
        paths: Keys of the contracts in it.
    """
    waiting, seen = list(paths), set(paths)
    while waiting:
        path = waiting.pop()
        try:
            document = library.load(path)
        except HarnessError as problem:
            yield problem
            continue
        yield from _dangling(library, document)
        found = library.direct_references(path) - seen
        seen |= found
        waiting += sorted(found & library.tree.entries().keys())


def _dangling(library: Library, document: Document) -> Iterator[HarnessError]:
    """Yield one error a reference that leads nowhere; references by `$id` or anchor are the comparison's to judge."""
    if "$ref" not in document.text or "$id" in document.text:
        return
    for pointer, ref in _references(document.value, ""):
        file, _, fragment = ref.partition("#")
        if ":" in file or (fragment and not fragment.startswith("/")):
            continue
        try:
            library.resolve(Node(document, pointer, None), ref)
        except HarnessError as problem:
            if problem.location is None or problem.location.file == document.path:
                yield problem  # a file that cannot be read is said once, at its own place


def _references(value: JSON, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, join(pointer, index))
    elif isinstance(value, dict):
        ref = value.get("$ref")
        if isinstance(ref, str):
            yield pointer, ref
        for key, item in value.items():
            if isinstance(item, (dict, list)) and key not in _DATA and not key.startswith("x-"):
                yield from _references(item, join(pointer, key))


def placed(finding: Finding, library: Library) -> Finding:
    """Return the finding with the line of what it names; as it is where the file is gone or cannot be read."""
    place = finding.location
    if place.file is None or place.line is not None:
        return finding
    try:
        return replace(finding, location=library.load(place.file).location(place.pointer))
    except HarnessError:
        return finding
