"""Finds rules by file name; importing one rule imports one file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from harness.model import NotFoundError
from harness.rules.record import Area, Rule

_ROOM = Path(__file__).parent


@cache
def _files() -> dict[str, str]:
    """Return id -> module name of every rule file, sorted by area and id; only names are read."""
    return {
        path.stem.replace("_", "-"): f"harness.rules.{area}.{path.stem}"
        for area in Area
        for path in sorted((_ROOM / area).glob("*.py"))
        if path.stem != "__init__"
    }


def ids() -> tuple[str, ...]:
    """Return the ids of all rules, by area and then by name, without importing any."""
    return tuple(_files())


def find(rule_id: str) -> Rule | None:
    """Return the rule with this id, or None."""
    module = _files().get(rule_id)
    return None if module is None else _load(module)


def get(rule_id: str) -> Rule:
    """Return the rule with this id.

    Raises:
        NotFoundError: There is none; the remedy names the nearest ids.
    """
    rule = find(rule_id)
    if rule is None:
        raise NotFoundError(f'no rule "{rule_id}"', remedy=_nearest(rule_id))
    return rule


def all_rules() -> Iterator[Rule]:
    """Yield every rule, by area and then by id."""
    return (_load(module) for module in _files().values())


def _load(module: str) -> Rule:
    rule = import_module(module).RULE
    if not isinstance(rule, Rule):
        raise TypeError(f"{module}.RULE is not a Rule")
    return rule


def _nearest(rule_id: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only after a typing mistake)

    close = get_close_matches(rule_id, ids(), n=3)
    return f"Did you mean {', '.join(close)}?" if close else "List them with: harness rules list"
