"""Documents that stand inside another one: in a row of a batch, in a call from Python."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from harness.documents import Document, Library, MemoryTree, Node
from harness.model import JSON

INLINE = "(inline)"
"""Path of an inline document; places in it are written without file and line."""


def inline_node(value: JSON) -> tuple[Library, Node]:
    """Return a library that holds nothing but `value`, and its root. References to files lead nowhere."""
    text = json.dumps(value, default=_number)
    digest = hashlib.sha256(text.encode()).hexdigest()
    library = Library(MemoryTree({}, "inline"))
    document = Document(path=INLINE, digest=digest, text=text, value=value, is_json=True)
    library.add(document)
    return library, document.root


def _number(value: object) -> object:
    """Write a Decimal so that places are found in the text; the value itself is kept beside it."""
    return float(value) if isinstance(value, Decimal) else str(value)
