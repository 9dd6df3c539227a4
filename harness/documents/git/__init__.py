"""The one module that talks to git (threats 4.5)."""

from harness.documents.git.commits import Commit
from harness.documents.git.repository import GitRepository

__all__ = ["Commit", "GitRepository"]
