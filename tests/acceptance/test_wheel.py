"""The wheel, installed where nothing of the checkout can be seen, does what the checkout does."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CONTRACT = (
    "openapi: 3.0.3\ninfo: {title: t, version: 1.0.0}\npaths: {/a: {get: {responses: {'200': {description: x, "
    "content: {application/json: {schema: {type: integer}}}}}}}}\n"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from what git tracks: a file that only this machine has must not be what makes it work."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "source").mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True, timeout=60).stdout
    subprocess.run(["tar", "-x", "-C", str(folder / "source")], input=archive, check=True, timeout=60)
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(folder), str(folder / "source"))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    pip(str(folder / "bin" / "python"), "install", "-c", str(ROOT / "constraints.txt"), str(wheel))
    return folder / "bin" / "harness"


def pip(python: str, *arguments: str) -> None:
    command = [python, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def ran(program: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI", "PYTHON"))}
    return subprocess.run(
        [str(program), *arguments], cwd=cwd, env=kept, capture_output=True, text=True, timeout=180, check=False
    )


def test_the_wheel_holds_the_data_it_needs_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "harness/landscape/contracts/apis/billing-invoices/2.3.0/openapi.yaml",
        "harness/landscape/catalog/components.yaml",
        "harness/schemas/gate.json",
        "harness/py.typed",
        "synthetic/specs/stripe-2021-08.json.xz",
        "synthetic/specs/NOTICE.md",
    ):
        assert part in names
    for folder in ("harness/rules/examples/", "harness/report/templates/", "harness/schema/metaschemas/"):
        assert [name for name in names if name.startswith(folder) and not name.endswith(".py")], folder
    assert [name for name in names if name.startswith(("tests/", "docs/", "reports/"))] == []
    assert [name for name in names if name.endswith("/LICENSE")]


def test_the_installed_program_knows_its_commands_and_rules(program: Path, tmp_path: Path) -> None:
    told = ran(program, tmp_path, "--help")
    assert told.returncode == 0
    assert "demo" in told.stdout
    explained = ran(program, tmp_path, "explain", "type-changed")
    assert (explained.returncode, "Example:" in explained.stdout) == (0, True)


def test_the_installed_program_compares_files(program: Path, tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(CONTRACT, "utf-8")
    (tmp_path / "new.yaml").write_text(CONTRACT.replace("integer", "string"), "utf-8")
    done = ran(program, tmp_path, "compare", "old.yaml", "new.yaml")
    assert done.returncode == 1
    assert "type-changed" in done.stdout
    assert done.stderr == ""


def test_the_installed_program_runs_the_demo_outside_of_a_checkout(program: Path, tmp_path: Path) -> None:
    done = ran(program, tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    for words in ("add-footer       ✓ pass", "drop-tax-amount  ✗ blocked", "retype-tax       ! needs-sign-off"):
        assert words in done.stdout
    assert (tmp_path / "reports/out/index.html").is_file()
    assert (tmp_path / "reports/out/drop-tax-amount/gate.html").is_file()
