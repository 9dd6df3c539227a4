"""The pair of documents that shows a rule, beside the rule and shipped with it."""

from __future__ import annotations

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
    if not folder.is_dir():
        return None
    read = (folder / "old.yaml", folder / "new.yaml", folder / "expect.yaml")
    return Example(rule_id, *(path.read_text(encoding="utf-8") for path in read))


def example_ids() -> tuple[str, ...]:
    """Return the ids that have an example folder, sorted."""
    return tuple(sorted(path.name for path in _EXAMPLES.iterdir() if path.is_dir()))
