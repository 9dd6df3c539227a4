"""A schema that refers to other files as one value that refers to nothing but itself (JSON Schema Core, 9.3)."""

from __future__ import annotations

import posixpath

from harness.documents import Library, Node
from harness.model import JSON, HarnessError, escape

_VALUES = frozenset({"enum", "const", "default", "examples", "example"})
_HOME = "harness:files"


def bundle(node: Node, library: Library) -> JSON:
    """Return the document of `node`, a whole document, with every file it refers to put under `$defs`.

    A document without references to files is returned as it is, the very same object.
    """
    home = node.document.path
    files = _files(node, library)
    if not files or not isinstance(node.value, dict):
        return node.value
    names = {path: f"#/$defs/{escape(_HOME)}/$defs/{escape(path.replace('/', '_'))}" for path in files} | {home: "#"}
    rooms: dict[str, JSON] = {
        path.replace("/", "_"): _moved(library.load(path).value, path, names, inside=True) for path in files
    }
    whole = _moved(node.value, home, names, inside=False)
    assert isinstance(whole, dict)  # noqa: S101  (a dict stays a dict)
    kept = whole.get("$defs")
    return {**whole, "$defs": {**(kept if isinstance(kept, dict) else {}), _HOME: {"$defs": rooms}}}


def _files(node: Node, library: Library) -> list[str]:
    """Return the files that are referred to and exist.

    What looks like a file may be a reference by identifier (`$id`): whoever reads the schema resolves that, or says
    that it cannot be resolved.
    """
    home = node.document.path
    try:
        found = sorted(library.references(home) - {home})
    except HarnessError:
        return []
    return [path for path in found if _exists(path, library)]


def _exists(path: str, library: Library) -> bool:
    try:
        library.load(path)
    except HarnessError:
        return False
    return True


def _moved(value: JSON, path: str, names: dict[str, str], *, inside: bool) -> JSON:
    """Copy `value` with its references pointing into the bundle; identifiers of moved files would hide their place."""
    if isinstance(value, list):
        return [_moved(item, path, names, inside=inside) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, JSON] = {}
    for key, inner in value.items():
        if key == "$ref" and isinstance(inner, str):
            found[key] = _reference(inner, path, names)
        elif inside and key in {"$id", "id", "$schema"} and isinstance(inner, str):
            continue
        else:
            found[key] = inner if key in _VALUES else _moved(inner, path, names, inside=inside)
    return found


def _reference(text: str, path: str, names: dict[str, str]) -> str:
    file, _, fragment = text.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
    if target not in names or (fragment and not fragment.startswith("/")):
        return text
    return names[target] + fragment
