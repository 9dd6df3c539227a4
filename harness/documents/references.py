"""Where a `$ref` points, decided on its text alone: inside the tree or nowhere (threats 4.6, tests P16)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from harness.model import JSON, Location, UnreadableError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_WRITTEN = re.compile(
    r"""(?<![\w$\-])["']?\$ref["']?\s*:\s*(?:"([^"\\\n]*)"|'([^'\n]*)'|([^\s"'&*!|>%@`#,\[\]{}]\S*?))"""
    r"(?=\s*(?:[,}\]\n]|\Z)|[ ]+\#)"
)
_ESCAPED_LETTER = re.compile(r"\\(?:u00[2-7]|x[2-7]|U000000[2-7])")
_LOCAL = ("$ref: '#", '$ref: "#', '$ref": "#', '$ref":"#')
_COMMENTED = re.compile(r"#[^\n]*\$ref")


def target(base: str, ref: str, location: Location | None = None) -> tuple[str, str]:
    """Return path and JSON pointer that `ref` means when it stands in the file `base`.

    Percent-encoding is undone once, then the result is judged: `%2e%2e/` is `../`, and `%252e` stays `%2e`.

    Raises:
        UnreadableError: A scheme, a drive, an absolute path, a way out of the tree, or a fragment that is no pointer.
    """
    if ref.startswith("#/") and "%" not in ref:
        return base, ref[1:]
    before, _, after = ref.partition("#")
    path, pointer = unquote(before), unquote(after)
    if _SCHEME.match(before) or _SCHEME.match(path):
        raise _refused(
            ref,
            "points outside the repository, and nothing is fetched",
            location,
            "Copy the file into the repository and refer to it by a relative path.",
        )
    if path.startswith(("/", "\\")) or "\\" in path or "\0" in path:
        raise _refused(ref, "is not a relative path", location, "Write it relative to this file, with /.")
    if pointer and not pointer.startswith("/"):
        raise _refused(ref, "does not end in a JSON pointer", location, "Write it as #/path/to/the/node.")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base
    if joined == ".." or joined.startswith("../"):
        raise _refused(ref, "leaves the repository", location, "Refer to a file inside the repository.")
    return joined, pointer


def file_references(value: JSON) -> Iterator[str]:
    """Every `$ref` in a value that names another file, as written."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            ref = one.get("$ref")
            if isinstance(ref, str) and ref and not ref.startswith("#"):
                yield ref
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)


def quick_references(text: str, *, is_json: bool) -> frozenset[str] | None:
    """Return what `file_references` would find, without parsing; None where only parsing can tell.

    Every occurrence of `$ref` must be of a form understood here, and none may hide behind an escape.
    """
    if "\\" in text and _ESCAPED_LETTER.search(text):
        return None
    count = text.count("$ref")
    if count == sum(text.count(form) for form in _LOCAL):  # the usual file: counting is fifty times faster
        return frozenset()
    if not is_json and _COMMENTED.search(text):
        return None
    found = [match[1] or match[2] or match[3] or "" for match in _WRITTEN.finditer(text)]
    if len(found) != count:
        return None
    return frozenset(ref for ref in found if ref and not ref.startswith("#"))


def _refused(ref: str, why: str, location: Location | None, remedy: str) -> UnreadableError:
    return UnreadableError(f'$ref "{ref[:200]}" {why}', location=location, remedy=remedy)
