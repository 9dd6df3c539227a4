"""Files as trees, bytes as documents with positions, references between them, and git revisions.

`GitRepository` is loaded on first use: most commands never open a repository.
"""

from harness.documents.decoding import MAX_BYTES
from harness.documents.document import Document, Node
from harness.documents.library import Library
from harness.documents.parsing import parse, parse_all
from harness.documents.trees import FolderTree, MemoryTree, blob_id
from harness.documents.values import Entry, EntryKind, Tree

__all__ = [
    "MAX_BYTES",
    "Document",
    "Entry",
    "EntryKind",
    "FolderTree",
    "Library",
    "MemoryTree",
    "Node",
    "Tree",
    "blob_id",
    "parse",
    "parse_all",
]
