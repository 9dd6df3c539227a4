from __future__ import annotations

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
