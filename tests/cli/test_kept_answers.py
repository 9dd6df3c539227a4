"""An answer is looked up only where nothing it depends on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.kept_answers import Told, told_once
from harness.cli.main import run
from harness.documents import FolderTree, Library

OLD = {"type": "object", "properties": {"amount": {"$ref": "money.json"}}}
NEW = {"type": "object", "properties": {"amount": {"$ref": "money.json#/properties/value"}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HARNESS_NO_CACHE", raising=False)
    write(tmp_path / "old.json", OLD)
    write(tmp_path / "new.json", NEW)
    write(tmp_path / "money.json", {"properties": {"value": {"type": "integer"}}})
    return tmp_path


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def asking(folder: Path, *words: str) -> Callable[[], int]:
    """Return how to ask; what comes back is how often the work was done so far."""
    done: list[int] = []

    def ask() -> int:
        library = Library(FolderTree(folder))

        def work() -> Told:
            for path in ("old.json", "new.json", "money.json"):
                library.node(path)
            done.append(1)
            return Told("told", 1)

        assert told_once(words, ((library, "old.json"), (library, "new.json")), work) == Told("told", 1)
        return len(done)

    return ask


def test_the_same_question_about_the_same_bytes_is_answered_once(folder: Path) -> None:
    ask = asking(folder)
    assert [ask(), ask(), ask()] == [1, 1, 1]
    assert asking(folder, "another option")() == 1


@pytest.mark.parametrize("name", ["old.json", "new.json", "money.json"])
def test_a_changed_file_is_judged_anew_also_one_that_is_only_referred_to(folder: Path, name: str) -> None:
    ask = asking(folder)
    assert [ask(), ask()] == [1, 1]
    write(folder / name, {"type": "integer"})
    assert ask() == 2


def test_without_the_cache_nothing_is_looked_up_or_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_NO_CACHE", "1")
    ask = asking(folder)
    assert [ask(), ask()] == [1, 2]
    assert not (folder / "cache").exists()


def test_a_damaged_answer_is_made_anew(folder: Path) -> None:
    ask = asking(folder)
    assert ask() == 1
    for path in (folder / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-3])
    assert ask() == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_tells_the_same_again(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "compare", str(folder / "old.json"), str(folder / "new.json"),
        "--kind", "jsonschema", "--as-of", "2026-07-01", "--format", form,
    ]  # fmt: skip
    codes = [run(arguments), run(arguments)]
    told = capsys.readouterr().out
    assert codes[0] == codes[1]
    assert told[: len(told) // 2] == told[len(told) // 2 :] != ""
