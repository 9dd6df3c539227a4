from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from harness.cli.commands import COMMANDS
from harness.cli.main import help_screen, run
from harness.cli.missing import not_installed

ROOT = Path(__file__).parents[2]


def harness(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does, without the variables of a CI runner."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", *arguments],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_the_help_screen_names_every_command_once_and_ends_with_the_exit_codes() -> None:
    screen = help_screen()
    for command in COMMANDS:
        assert re.search(rf"^  {command.name} +{re.escape(command.help)}$", screen, re.MULTILINE)
    assert screen.rstrip().endswith("Exit codes: 0 yes   1 no   2 asked wrongly   3 could not tell   4 our bug")
    assert max(map(len, screen.splitlines())) <= 100


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


def test_a_mistyped_command_is_asked_wrongly_and_the_near_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chek"]) == 2
    assert 'Did you mean "check"?' in capsys.readouterr().err


def test_a_crash_is_our_bug_and_never_a_verdict(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(import_module("harness.cli.main").cli, "main", crash)
    assert run(["check"]) == 4
    told = capsys.readouterr().err
    assert "this is our bug: ZeroDivisionError: planted" in told
    assert "Traceback" not in told


def test_two_operands_are_needed_to_compare(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "one.yaml"]) == 2
    assert "OLD and NEW; 1 given" in capsys.readouterr().err


def retired_parameter(parameters: list[object]) -> dict[str, object]:
    operation = {"parameters": parameters, "responses": {"200": {"description": "fine"}}}
    return {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": operation}}}


@pytest.mark.parametrize(("day", "verdict"), [("2023-01-01", "compatible"), ("2022-01-01", "breaking")])
def test_a_batch_takes_the_day_of_its_sunset_rules_from_the_command(tmp_path: Path, day: str, verdict: str) -> None:
    gone = {"name": "id", "in": "query", "deprecated": True, "x-sunset": "2022-08-10", "schema": {"type": "string"}}
    pair = {"id": 1, "kind": "openapi", "old": retired_parameter([gone]), "new": retired_parameter([])}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(pair) + "\n", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert run(["compare", "--batch", str(tmp_path / "pairs.jsonl"), "--out", str(out), "--as-of", day]) == 0
    assert json.loads(out.read_text("utf-8"))["verdict"] == verdict


def test_a_batch_ignores_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--batch", "a.jsonl", "--out", "b.jsonl", "--content-model", "open"]) == 2
    assert "each row says for itself" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named_with_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "nowhere/old.yaml", "nowhere/new.yaml"]) == 2
    told = capsys.readouterr().err
    assert "nowhere/old.yaml" in told
    assert "Fix:" in told


@pytest.mark.parametrize("arguments", [["compare", "{}", "{}"], ["changelog", "{}", "x"], ["compare", "HEAD:{}", "x"]])
def test_a_name_that_no_system_takes_could_not_be_looked_at(arguments: list[str], capsys) -> None:
    code = run([argument.format("a" * 5_000) for argument in arguments])
    told = capsys.readouterr().err
    assert code in {2, 3}
    assert "our bug" not in told
    assert "Fix:" in told


def test_explain_knows_every_exit_code_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "3"]) == 0
    assert "could not tell" in capsys.readouterr().out
    assert run(["explain", "field-withdrawn"]) == 0
    assert "Why it hurts" in capsys.readouterr().out


def test_explain_names_the_nearest_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "field-withdrawm"]) == 2
    assert 'Did you mean "field-withdrawn"?' in capsys.readouterr().err


@pytest.mark.integration
def test_a_reader_that_goes_away_gets_no_traceback() -> None:
    command = f"{sys.executable} -P -m harness.cli rules list | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.integration
def test_a_narrow_encoding_still_gets_every_word() -> None:
    done = harness("explain", "pass", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0
    assert "may merge" in done.stdout


# What each command may import. A new name here costs start-up: measure before adding it.
HEAVY = {"rich", "jinja2", "jsonschema", "referencing", "sqlalchemy", "httpx", "yaml", "jsonschema_rs"}
HEAVY |= {"importlib.metadata", "hypothesis", "git", "synthetic.cli.demo"}
ALLOWED = {
    "--help": set(),
    "explain": set(),
    "compare": {"yaml", "jsonschema_rs"},
    "gate": {"yaml", "jsonschema_rs"},
}


def imported(*arguments: str, cwd: Path) -> set[str]:
    """Return the modules that a command imports, read from `-X importtime`."""
    command = [sys.executable, "-P", "-X", "importtime", "-m", "harness.cli", *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in {0, 1}, done.stderr[-2000:]
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("--help", ["--help"]),
        ("explain", ["explain", "field-withdrawn"]),
        (
            "compare",
            [
                "compare",
                "contracts/apis/billing-invoices/2.2.0/openapi.yaml",
                "contracts/apis/billing-invoices/2.3.0/openapi.yaml",
            ],
        ),
        ("gate", ["gate", "--base", "HEAD", "--head", "HEAD"]),
    ],
)
def test_a_command_imports_only_its_allow_list(name: str, arguments: list[str]) -> None:
    assert imported(*arguments, cwd=ROOT) & HEAVY <= ALLOWED[name]


@pytest.mark.integration
@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (["metrics"], "sqlalchemy", "history"),
        (["monitor", "once"], "sqlalchemy", "history"),
        (["token", "list"], "sqlalchemy", "history"),
        (["serve"], "starlette", "serve"),
        (["sandbox", "up"], "uvicorn", "sandbox"),
    ],
)
def test_what_a_small_installation_lacks_is_told_with_the_extra_that_brings_it(arguments, module, extra, tmp_path):
    begun = f"import sys; sys.modules[{module!r}] = None; from harness.cli.main import run; sys.exit(run({arguments}))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", begun], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert module in done.stderr
    assert f"pip install 'contract-harness[{extra}]'" in done.stderr
    assert "bug" not in done.stderr


def test_a_module_of_our_own_that_is_missing_is_our_bug() -> None:
    assert not_installed(ModuleNotFoundError("no", name="harness.nothing")) is None
    assert not_installed(ModuleNotFoundError("no", name="nobody_knows_it")) is None
