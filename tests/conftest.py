"""What all tests share: golden files, the shared corpus if it is there, and required tools in CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SNAPSHOTS = Path(__file__).parent / "snapshots"

settings.register_profile("ci", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep parsed documents of tests away from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare text with a file under tests/snapshots; `UPDATE_GOLDEN=1` writes it, to be read before commit."""

    def check(name: str, text: str) -> None:
        path = SNAPSHOTS / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no snapshot {name}: run with UPDATE_GOLDEN=1 and read what it writes"
        assert text == path.read_text("utf-8")

    return check


def require(tool: str) -> None:
    """Skip visibly where `tool` is missing, or fail where HARNESS_REQUIRE names it."""
    if tool in os.environ.get("HARNESS_REQUIRE", "").split(","):
        pytest.fail(f"{tool} is required here and missing")
    pytest.skip(f"{tool} is not installed")


@pytest.fixture(scope="session")
def required() -> Callable[[str], None]:
    """Return `require`, for tests that need a tool of the machine."""
    return require


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared sample of external cases; tests that need it skip visibly where it is absent."""
    folder = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("the shared corpus is not beside this checkout (HARNESS_CORPUS names another place)")
    return folder
