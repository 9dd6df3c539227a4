"""Who does not want documents kept says so, by flag or by environment, on every command that reads contracts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = "type: object\nproperties:\n" + "".join(f"  field_{n}: {{type: string, maxLength: {n}}}\n" for n in range(99))


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program in `folder`, which keeps its own cache."""
    kept = {key: value for key, value in os.environ.items() if key != "HARNESS_NO_CACHE"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", *arguments],
        cwd=folder,
        env=kept | {"XDG_CACHE_HOME": str(folder / "cache")} | environment,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions of a schema."""
    (tmp_path / "old.yaml").write_text(SCHEMA, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(SCHEMA.replace("maxLength: 50", "maxLength: 40"), encoding="utf-8")
    return tmp_path


COMPARE = ("compare", "old.yaml", "new.yaml", "--kind", "jsonschema", "--format", "json")


def test_kept_documents_change_no_byte_of_the_answer(folder: Path) -> None:
    told = [run(folder, *COMPARE, "--no-cache"), run(folder, *COMPARE), run(folder, *COMPARE)]
    assert len({answer.stdout for answer in told}) == 1
    assert [answer.returncode for answer in told] == [1, 1, 1]
    kept = [path.parent.name for path in sorted((folder / "cache").rglob("*")) if path.is_file()]
    assert kept == ["answers", "documents", "documents"]


@pytest.mark.parametrize("command", [COMPARE, ("check",), ("gate",)])
def test_the_flag_and_the_environment_keep_nothing(folder: Path, command: tuple[str, ...]) -> None:
    flag, variable = run(folder, *command, "--no-cache"), run(folder, *command, HARNESS_NO_CACHE="1")
    assert (flag.returncode, flag.stderr) == (variable.returncode, variable.stderr)
    assert b"No such option" not in flag.stderr
    assert not (folder / "cache").exists()
