"""Consumer tests of the reference landscape: each writes part of a pact under contracts/pacts.

They need the plug-in `harness.pacts.pytest`, so that a run without it does not collect them:

    python -m pytest -p harness.pacts.pytest tests/consumers --pact-write contracts/pacts
"""

from __future__ import annotations

import pytest


def pytest_ignore_collect(collection_path, config: pytest.Config) -> bool | None:
    if collection_path.name.startswith("test_") and not config.pluginmanager.hasplugin("harness.pacts.pytest"):
        return True
    return None
