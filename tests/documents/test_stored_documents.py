"""What is kept between runs changes nothing but the time."""

from __future__ import annotations

import multiprocessing
import os
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.documents import stored
from harness.documents.mark_table import MarkTable
from harness.documents.parsing import parse
from harness.documents.yaml_events import read_yaml
from harness.model import JSON, UnreadableError, join

LONG = f"# {'x' * stored.MIN_CHARACTERS}\n"
TRICKY = f"""{LONG}
base: &base {{price: 1.10, whole: 1., big: {"9" * 60}, tiny: 1e-7, huge: -2.5E+9, zero: -0.0}}
copy: *base
merged:
  <<: *base
  price: 2
text: "\\"\\\\u0000 not a number \\U0001F600 \\u2028"
list: [~, true, [], {{}}, "1.10", 1.10]
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place of its own, switched on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("HARNESS_NO_CACHE", raising=False)
    return tmp_path


def entries(cache: Path) -> list[Path]:
    """Every file kept."""
    return [path for path in cache.rglob("*") if path.is_file()]


def exact(value: object) -> object:
    """A form in which 1, 1.0, 1.00 and true differ."""
    if isinstance(value, dict):
        return {key: exact(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    return (type(value), value.as_tuple() if isinstance(value, Decimal) else value)


def pointers(value: JSON, pointer: str = "") -> list[str]:
    """Every node, and beside each container a member that is not there."""
    found = [pointer]
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found += [one for name, member in pairs for one in pointers(member, join(pointer, name))]
        found.append(join(pointer, "no such member"))
    return found


def same_twice(text: str) -> None:
    """Parse, parse again from what was kept, and compare values, digits and every place."""
    first = parse(text.encode(), "a.yaml")
    told = [(first.position(pointer), first.source_of(pointer)) for pointer in pointers(first.value)]
    value, places = exact(first.value), pointers(first.value)
    del first  # else this process would hand out the same document
    again = parse(text.encode(), "a.yaml")
    assert isinstance(again.placed, MarkTable)
    assert exact(again.value) == value
    assert [(again.position(pointer), again.source_of(pointer)) for pointer in places] == told


def test_a_kept_document_equals_the_parsed_one_down_to_digits_and_places() -> None:
    same_twice(TRICKY)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('ab~/"\\é😀 ', max_size=5), inner, max_size=4),
    max_leaves=25,
)


def written(value: object, depth: int = 0) -> str:
    """A value as YAML flow text, with one member a line so that lines differ."""
    if isinstance(value, dict):
        inner = f",\n{' ' * depth}".join(f"{quoted(k)}: {written(v, depth + 1)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return "[" + ", ".join(written(one, depth + 1) for one in value) + "]"
    if isinstance(value, str):
        return quoted(value)
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def quoted(text: str) -> str:
    """A string in double quotes, with everything unusual escaped."""
    return '"' + "".join(c if c.isascii() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text) + '"'


@settings(max_examples=60)
@given(trees)
def test_any_document_comes_back_as_it_was(tree: object) -> None:
    same_twice(f"{LONG}root: {written(tree, 1)}\n")


@pytest.mark.parametrize("damage", [b"", b"x", b"contract-harness document 1 00\n{}\n"])
def test_a_damaged_entry_is_ignored_and_written_again(cache: Path, damage: bytes) -> None:
    same_twice(TRICKY)
    (entry,) = entries(cache)
    whole = entry.read_bytes()
    entry.write_bytes(damage)
    assert parse(TRICKY.encode(), "a.yaml").value["merged"]["price"] == 2  # type: ignore[index,call-overload]
    assert entry.read_bytes() == whole


def test_an_entry_with_one_changed_byte_is_not_believed(cache: Path) -> None:
    same_twice(TRICKY)
    (entry,) = entries(cache)
    entry.write_bytes(entry.read_bytes().replace(b'"price":2', b'"price":3'))
    assert stored.recall(TRICKY) is None


def test_nothing_is_written_or_read_when_it_is_switched_off(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_NO_CACHE", "1")
    parse(TRICKY.encode(), "a.yaml")
    assert entries(cache) == []
    monkeypatch.delenv("HARNESS_NO_CACHE")
    same_twice(TRICKY)
    monkeypatch.setenv("HARNESS_NO_CACHE", "1")
    assert stored.recall(TRICKY) is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert parse(TRICKY.encode(), "a.yaml").position("/copy") == (4, 1)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX rights")
def test_a_folder_that_others_may_write_is_not_used(cache: Path) -> None:
    same_twice(TRICKY)
    folder = entries(cache)[0].parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert stored.recall(TRICKY) is None


def test_what_is_refused_is_never_kept(cache: Path) -> None:
    for bad in ("a: 1\na: 2\n", "a: [", "a: !!python/object:os.system x\n", 'a: "\\0"\n'):
        with pytest.raises(UnreadableError):
            parse((LONG + bad).encode(), "a.yaml")
    assert entries(cache) == []


def test_the_oldest_entries_go_when_there_are_too_many(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{LONG}number: {number}\n" for number in range(4)]
    for age, text in enumerate(texts[:3]):
        before = set(entries(cache))
        stored.keep(text, read_yaml(text, None))
        (new,) = set(entries(cache)) - before
        os.utime(new, (age, age))
    monkeypatch.setattr(stored, "SWEEPERS", "")
    monkeypatch.setattr(stored, "MAX_FOLDER_BYTES", 2 * new.stat().st_size)
    stored.keep(texts[3], read_yaml(texts[3], None))
    assert [stored.recall(text) is not None for text in texts] == [False, False, True, True]


def _parse_in_child(text: str) -> str:
    document = parse(text.encode(), "a.yaml")
    return f"{document.value}{document.position('/merged/price')}"


def test_processes_that_write_the_same_entry_at_once_agree(cache: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        told = pool.map(_parse_in_child, [TRICKY] * 8, chunksize=1)
    assert len(set(told)) == 1
    assert len(entries(cache)) == 1


def test_bytes_that_are_still_held_are_parsed_once_and_keep_their_own_path() -> None:
    data = b"a: {b: 1}\n"
    old = parse(data, "old/api.yaml")
    new = parse(data, "new/api.yaml")
    assert new.value is old.value
    assert (old.path, new.path) == ("old/api.yaml", "new/api.yaml")
    assert new.location("/a/b") == type(old.location())("new/api.yaml", "/a/b", 1, 5)


def test_a_name_that_demands_json_still_refuses_yaml_read_before() -> None:
    held = parse(b"{a: 1}\n", "a.yaml")
    with pytest.raises(UnreadableError, match="not JSON"):
        parse(b"{a: 1}\n", "a.json")
    assert held.value == {"a": 1}
