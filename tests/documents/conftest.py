import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from git_repositories import Builder


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A fresh repository; the program sees no configuration of this machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return Builder(tmp_path / "repo")
