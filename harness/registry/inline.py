"""Contracts that stand inside catalog files: Backstage's `definition: |` of an API entity."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.documents import Document, parse
from harness.documents.parsing import parse_all
from harness.model import HarnessError
from harness.registry.sniffing import Sniffed, sniff

_API = re.compile(rb"""^kind:[ ]*["']?API["']?[ ]*(?:#.*)?\r?$""", re.MULTILINE)
_DEFINITION = re.compile(rb"^[ ]+definition:[ ]*[^\s{]", re.MULTILINE)
POINTER = "/spec/definition"


class Inline(NamedTuple):
    """A contract inside another file: its name, what it is, and the document under its own key."""

    name: str
    key: str
    sniffed: Sniffed
    document: Document


def may_hold_definitions(data: bytes) -> bool:
    """Whether a file may be a catalog file with an API whose definition stands in it."""
    return _API.search(data) is not None and _DEFINITION.search(data) is not None


def definitions(data: bytes, path: str) -> Iterator[Inline]:
    """Yield the contracts inside a catalog file; a definition that refers to a file (`$text`) is no contract here.

    Lines of such a document are those of the catalog file; columns are those of the definition itself.
    """
    try:
        documents = parse_all(data, path)
    except HarnessError:
        return  # the catalog says what is wrong with its file
    for document in documents:
        found = _definition(document)
        if found is None:
            continue
        name, text = found
        sniffed = sniff(text.encode(), path + ".yaml")
        if sniffed is None:
            continue
        try:
            yield Inline(name, f"{path}#{name}", sniffed, _placed(document, text))
        except HarnessError:
            continue


def _definition(document: Document) -> tuple[str, str] | None:
    entity = document.value
    if not isinstance(entity, dict) or entity.get("kind") != "API":
        return None
    spec, metadata = entity.get("spec"), entity.get("metadata")
    text = spec.get("definition") if isinstance(spec, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return (name, text) if isinstance(text, str) and isinstance(name, str) else None


def _placed(holder: Document, text: str) -> Document:
    """Parse a definition and move it to its lines: a block scalar begins on the line after its key."""
    document = parse(text.encode(), holder.path)
    line, _ = holder.position(POINTER)
    is_block = holder.source_of(POINTER)[:1] in {"|", ">"}
    return Document(
        path=holder.path,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        text=document.text,
        value=document.value,
        first_line=line + document.first_line - (0 if is_block else 1),
        is_json=document.is_json,
    )
