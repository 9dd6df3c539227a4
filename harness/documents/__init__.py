"""Files as trees, bytes as documents with positions, references between them, and git revisions."""

from harness.documents.decoding import MAX_BYTES
from harness.documents.document import Document, Node
from harness.documents.git import Commit, GitRepository
from harness.documents.library import Library
from harness.documents.parsing import parse, parse_all
from harness.documents.trees import FolderTree, MemoryTree, blob_id
from harness.documents.values import Entry, EntryKind, Tree

__all__ = [
    "MAX_BYTES",
    "Commit",
    "Document",
    "Entry",
    "EntryKind",
    "FolderTree",
    "GitRepository",
    "Library",
    "MemoryTree",
    "Node",
    "Tree",
    "blob_id",
    "parse",
    "parse_all",
]
