"""Inputs that kill parsers, each read in a child with little memory and time: an error with a place, never a signal."""

import subprocess
import sys

import pytest

from harness.documents import FolderTree, Library, parse
from harness.model import UnreadableError

CHILD = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from harness.documents import parse
from harness.model import UnreadableError
path = sys.argv[1]
def megabytes():
    # the peak of this program alone: ru_maxrss begins with that of the process that started it
    status = pathlib.Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
try:
    parse(sys.stdin.buffer.read(), path)
except UnreadableError as error:
    print(error.message, error.location.line, megabytes(), sep="|")
    raise SystemExit(error.exit_code)
"""
ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 31))
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{k{n}: [*a{n - 1}, *a{n - 1}], <<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 31)
)
BOMBS = {
    "aliases": (ALIASES, "aliases expand beyond measure"),
    "merge keys": (MERGES, "aliases expand beyond measure"),
    "a long scalar a thousand times": (
        "a: &a " + "x" * 10_000_000 + "\nb: [" + "*a, " * 1000 + "]\n",
        "aliases expand beyond measure",
    ),
    "brackets": ("[" * 100_000, "nested deeper than 100"),
    "brackets in a key": ("a: " + "[" * 100_000, "nested deeper than 100"),
    "braces": ("{a: " * 100_000, "nested deeper than 100"),
    "dashes": ("- " * 100_000 + "a", "nested deeper than 100"),
    "indented lists": ("".join(" " * n + "-\n" for n in range(3_000)), "nested deeper than 100"),
    "question marks": ("? " * 5_000 + "a", "a key must be"),
    "many question marks": ("? " * 100_000 + "a", "a key must be"),
    "itself": ("&a [*a]", "alias *a contains itself"),
    "itself by merge": ("&a {<<: *a}", "alias *a contains itself"),
    "python": ("!!python/object/apply:os.system ['touch pwned']", "is not allowed"),
}
JSON_BOMBS = {
    "objects": ('{"a":' * 10_000, "nested deeper than 100"),
    "arrays": ("[" * 1_000_000, "nested deeper than 100"),
    "arrays that close": ("[" * 100_000 + "]" * 100_000, "nested deeper than 100"),
    "digits": ('{"a": ' + "1" * 5_000 + "}", "thousands of digits"),
    "exponent": ('{"a": 1e999999999}', "out of range"),
    "fraction": ('{"a": 0.' + "0" * 100_000 + "1}", "out of range"),
}


def read_in_child(text: str, path: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, path], input=text.encode(), capture_output=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.decode().strip().split("|")


@pytest.mark.parametrize("name", BOMBS)
def test_a_yaml_bomb_is_refused_with_its_line_in_little_memory(name):
    text, words = BOMBS[name]
    code, (message, line, megabytes) = read_in_child(text, "bomb.yaml")
    assert code == 3
    assert words in message
    assert int(line) >= 1
    assert int(megabytes) < 200


@pytest.mark.parametrize("name", JSON_BOMBS)
def test_a_json_bomb_is_refused_with_its_line_in_little_memory(name):
    text, words = JSON_BOMBS[name]
    code, (message, line, megabytes) = read_in_child(text, "bomb.json")
    assert code == 3
    assert words in message
    assert int(line) == 1
    assert int(megabytes) < 200


def test_a_file_beyond_the_cap_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(UnreadableError, match="52,428,800 bytes"):
        Library(FolderTree(tmp_path)).load("large.yaml")


def test_harmless_aliases_are_read():
    assert parse(b"a: &x {b: 1}\nc: *x\nd: [*x, *x]\n", "a.yaml").value == {
        "a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}],
    }  # fmt: skip
