"""The pair of documents that shows a rule, beside the rule and shipped with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """Two small documents and what comparing them must say.

    Attributes:
        rule: Id of the rule it shows.
        old: Text of the old document (YAML).
        new: Text of the new document (YAML).
        expect: Text of what is expected (YAML): `kind`, `verdict`, `direction`, `rules`, `witness`.
    """

    rule: str
    old: str
    new: str
    expect: str


def example(rule_id: str) -> Example | None:
    """Return the pair of a rule, or None for a finding, which has no pair."""
    folder = _EXAMPLES / rule_id
    if not (folder / "old.yaml").is_file():
        return None
    read = (folder / "old.yaml", folder / "new.yaml", folder / "expect.yaml")
    return Example(rule_id, *(path.read_text(encoding="utf-8") for path in read))


@dataclass(frozen=True, slots=True)
class Mending:
    """What shows a finding: a small repository in which it is found, and one in which it is mended.

    Attributes:
        rule: Id of the rule it shows.
        wrong: Text (YAML) where it is found. A line `# file: PATH` begins another file.
        right: The same, mended.
    """

    rule: str
    wrong: str
    right: str


def mending(rule_id: str) -> Mending | None:
    """Return what shows a finding; None for a change, whose pair is an `Example`, and where none is written."""
    folder = _EXAMPLES / rule_id
    if not (folder / "wrong.yaml").is_file():
        return None
    return Mending(rule_id, *((folder / name).read_text(encoding="utf-8") for name in ("wrong.yaml", "right.yaml")))


def mending_ids() -> tuple[str, ...]:
    """Return the ids of findings that have such a pair, sorted."""
    return tuple(sorted(path.parent.name for path in _EXAMPLES.glob("*/wrong.yaml")))


def files_of(text: str, otherwise: str = "contract.yaml") -> dict[str, bytes]:
    """Return the files of one side of a `Mending`; text before the first `# file:` is the file `otherwise`."""
    head, *others = re.split(r"^# file: *", text, flags=re.MULTILINE)
    files = {otherwise: head} if head.strip() else {}
    for other in others:
        path, _, content = other.partition("\n")
        files[path.strip()] = content
    return {path: content.encode() for path, content in files.items()}


def example_ids() -> tuple[str, ...]:
    """Return the ids of changes that have a pair, sorted."""
    return tuple(sorted(path.parent.name for path in _EXAMPLES.glob("*/old.yaml")))
