from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from harness.history.store import open_history

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def history():
    opened = open_history("sqlite://")
    yield opened
    opened.close()


def _shared_servers():
    """The servers of the tests of the history; pytest allows plug-ins at the root only."""
    path = Path(__file__).parents[2] / "history" / "conftest.py"
    spec = importlib.util.spec_from_file_location("history_servers", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


postgres, database = (getattr(_shared_servers(), name) for name in ("postgres", "database"))
