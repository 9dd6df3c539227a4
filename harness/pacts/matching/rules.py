"""Matching rules of every specification version in one form: category, path expression, matchers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.pacts.matching.paths import Token, parse, weight
from harness.pacts.matching.values import Rule, RuleList

_CATEGORIES = {
    "body": "body",
    "content": "body",
    "contents": "body",
    "header": "header",
    "headers": "header",
    "query": "query",
    "path": "path",
    "status": "status",
    "metadata": "metadata",
    "metaData": "metadata",
    "method": "method",
}
_WITHOUT_NAME = (
    ("regex", "regex"),
    ("min", "type"),
    ("max", "type"),
    ("timestamp", "timestamp"),
    ("date", "date"),
    ("time", "time"),
)

_OTHER_NAMES = {
    "real": "decimal",
    "timestamp": "datetime",
    **dict.fromkeys(("min", "max", "min-type", "max-type", "min-max-type"), "type"),
}
"""Names that some implementations write for a matcher with another name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The matchers of one category, by path expression."""

    entries: tuple[tuple[tuple[Token, ...], RuleList], ...] = ()

    def best(self, path: Sequence[Token]) -> RuleList | None:
        """Return the matchers that apply at a place: those of the place, else of its nearest parent."""
        found, most = None, 0
        for expression, rules in self.entries:
            value = weight(expression, path)
            if value > most:
                found, most = RuleList(rules.rules, rules.any_of, len(expression) != len(path)), value
        return found

    def exact(self, path: Sequence[Token]) -> RuleList | None:
        """Return the matchers of the place itself; those of its parents do not count."""
        found = self.best(path)
        return None if found is None or found.cascaded else found

    def has(self, path: Sequence[Token], names: frozenset[str]) -> bool:
        """Whether a matcher of one of these names stands at the place itself."""
        return any(
            rule.name in names
            for expression, rules in self.entries
            if len(expression) == len(path) and weight(expression, path)
            for rule in rules.rules
        )


@dataclass(slots=True)
class RuleSet:
    """All matching rules of one part of an interaction."""

    categories: dict[str, dict[tuple[Token, ...], RuleList]] = field(default_factory=dict)

    def of(self, category: str) -> Rules:
        """Return the rules of `body`, `header`, `query`, `path`, `status` or `metadata`."""
        return Rules(tuple(self.categories.get(category, {}).items()))

    def add(self, category: str, expression: tuple[Token, ...], rules: RuleList) -> None:
        """Add the matchers of one expression."""
        self.categories.setdefault(category, {})[expression] = rules


def read_rules(written: object) -> RuleSet:
    """Return the rules of a request, response or message.

    Version 2 names the category in the path (`$.body.lines`, `$.headers.Accept`); versions 3 and 4 nest by category.
    """
    found = RuleSet()
    for key, value in (written if isinstance(written, dict) else {}).items():
        if key.startswith("$"):
            category, *rest = parse(key) or ("body",)
            known = _CATEGORIES.get(str(category))
            if known is not None:
                found.add(known, _cased(known, tuple(rest)), rule_list(value))
        elif key in _CATEGORIES:
            _nested(found, _CATEGORIES[key], value)
    return found


def _nested(found: RuleSet, category: str, value: object) -> None:
    if not isinstance(value, dict):
        return
    if "matchers" in value:
        found.add(category, (), rule_list(value))
        return
    for expression, rules in value.items():
        plain = category in {"header", "query", "metadata"} and not expression.startswith("$")
        path = (expression,) if plain and "[" not in expression else parse(expression)
        found.add(category, _cased(category, path), rule_list(rules))


def _cased(category: str, path: tuple[Token, ...]) -> tuple[Token, ...]:
    return tuple(t.lower() if isinstance(t, str) else t for t in path) if category == "header" else path


def rule_list(value: object) -> RuleList:
    """Return the matchers of one expression, however the version writes them."""
    if isinstance(value, dict) and "matchers" in value:
        matchers = value["matchers"] if isinstance(value["matchers"], list) else []
        any_of = str(value.get("combine", "AND")).upper() == "OR"
        return RuleList(tuple(read_rule(item) for item in matchers), any_of)
    return RuleList((read_rule(value),))


def read_rule(value: Any) -> Rule:
    """Return one matcher; its name may be implied by its parameters."""
    parameters = value if isinstance(value, dict) else {}
    name = parameters.get("match")
    if not isinstance(name, str):
        name = next((implied for key, implied in _WITHOUT_NAME if key in parameters), "equality")
    return Rule(_OTHER_NAMES.get(name, name), parameters)
