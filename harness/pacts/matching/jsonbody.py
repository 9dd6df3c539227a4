"""Match a JSON value against an example, member by member, with the matchers of each place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from harness.pacts.comparator.javascript import MISSING, listed, mapping
from harness.pacts.matching.matchers import apply_rule, apply_rules, same, shown
from harness.pacts.matching.paths import STAR, Token, parse
from harness.pacts.matching.paths import shown as path_text
from harness.pacts.matching.rules import Rules, read_rule, rule_list
from harness.pacts.matching.values import Mismatch, Rule, RuleList

DEEPEST: Final = 200
_BY_VALUE = frozenset({"values", "eachKey", "eachValue"})


class JsonMatcher:
    """Compares one pair of JSON values.

    Attributes:
        strict: Whether members that nobody expects are wrong: in requests they are, in answers they are not.
    """

    def __init__(self, rules: Rules, *, strict: bool) -> None:
        """Take the rules of the body."""
        self.rules = rules
        self.strict = strict

    def compare(self, expected: Any, actual: Any, path: tuple[Token, ...] = ()) -> Iterator[Mismatch]:
        """Yield what is wrong at and below a place."""
        if len(path) > DEEPEST:
            yield self.wrong(path, "nested too deeply to be compared", certain=False)
        elif isinstance(expected, dict) and isinstance(actual, dict):
            yield from self._members(expected, actual, path)
        elif isinstance(expected, list) and isinstance(actual, list):
            yield from self._items(expected, actual, path)
        elif isinstance(expected, (dict, list)):
            yield self.wrong(path, f"expected {shown(expected)} but got {shown(actual)}")
        else:
            yield from self._scalar(expected, actual, path)

    def wrong(self, path: tuple[Token, ...], message: str, *, certain: bool = True) -> Mismatch:
        """Return a mismatch of the body."""
        return Mismatch("body", path_text(path), message, certain)

    def _scalar(self, expected: Any, actual: Any, path: tuple[Token, ...]) -> Iterator[Mismatch]:
        rules = self.rules.best(path)
        if rules is None:
            if not same(expected, actual):
                yield self.wrong(path, f"expected {shown(expected)} but got {shown(actual)}")
            return
        answer, message = apply_rules(rules, expected, actual)
        if not answer:
            yield self.wrong(path, message, certain=answer is False)

    def _members(self, expected: dict[str, Any], actual: dict[str, Any], path: tuple[Token, ...]) -> Iterator[Mismatch]:
        rules = self.rules.best(path)
        if not expected and actual and self.strict:
            yield self.wrong(path, f"expected an empty object but got {shown(actual)}")
            return
        special = [] if rules is None else [rule for rule in rules.rules if rule.name in _BY_VALUE]
        if rules is not None and not rules.cascaded and special:
            for rule in special:
                yield from self._by_value(rule, expected, actual, path)
            return
        if rules is not None:
            yield from self._whole(rules, expected, actual, path)
        yield from self._keys(expected, actual, path)
        for name, value in expected.items():
            if name in actual:
                yield from self.compare(value, actual[name], (*path, name))

    def _whole(self, rules: RuleList, expected: Any, actual: Any, path: tuple[Token, ...]) -> Iterator[Mismatch]:
        """Apply the matchers that say something about a container as a whole."""
        for rule in rules.rules:
            if rule.name == "regex" or (rule.name == "equality" and rules.cascaded):
                continue
            answer, message = apply_rule(rule, expected, actual, cascaded=rules.cascaded, as_text=False)
            if not answer:
                yield self.wrong(path, message, certain=answer is False)

    def _keys(self, expected: dict[str, Any], actual: dict[str, Any], path: tuple[Token, ...]) -> Iterator[Mismatch]:
        if self.rules.has((*path, STAR), frozenset({"values"})):
            return
        missing = [name for name in expected if name not in actual]
        if missing:
            yield self.wrong(path, f"missing: {', '.join(missing)}")
        unexpected = [name for name in actual if name not in expected]
        if unexpected and self.strict:
            yield self.wrong(path, f"not expected: {', '.join(unexpected)}")

    def _by_value(
        self, rule: Rule, expected: dict[str, Any], actual: dict[str, Any], path: tuple[Token, ...]
    ) -> Iterator[Mismatch]:
        example = next(iter(expected.values()), MISSING)
        if rule.name == "eachKey":
            for name in actual:
                yield from self._each(rule, name, name, (*path, name))
            return
        for name, value in actual.items():
            wanted = expected.get(name, example)
            if rule.name == "eachValue" and rule.parameters.get("rules"):
                yield from self._each(rule, wanted, value, (*path, name))
            elif wanted is not MISSING:
                yield from self.compare(wanted, value, (*path, name))

    def _each(self, rule: Rule, expected: Any, actual: Any, path: tuple[Token, ...]) -> Iterator[Mismatch]:
        """Apply the matchers that eachKey and eachValue hold."""
        for written in listed(rule.parameters.get("rules")):
            inner = read_rule(written)
            if expected is MISSING and inner.name == "type":
                continue
            if inner.name == "type" and isinstance(actual, (dict, list)):
                below = Rules((((), RuleList((inner,))),))
                yield from JsonMatcher(below, strict=self.strict).compare(expected, actual)
                continue
            answer, message = apply_rule(inner, expected, actual, cascaded=False, as_text=False)
            if not answer:
                yield self.wrong(path, message, certain=answer is False)

    def _items(self, expected: list[Any], actual: list[Any], path: tuple[Token, ...]) -> Iterator[Mismatch]:
        rules = self.rules.best(path)
        if rules is None:
            yield from self._exact_items(expected, actual, path)
            return
        own = () if rules.cascaded else rules.rules
        for rule in own:
            if rule.name == "arrayContains":
                yield from self._contains(rule, expected, actual, path)
                return
            if rule.name == "eachValue":
                example = expected[0] if expected else MISSING
                for index, value in enumerate(actual):
                    wanted = expected[index] if index < len(expected) else example
                    yield from self._each(rule, wanted, value, (*path, index))
                return
        yield from self._whole(rules, expected, actual, path)
        for index, value in enumerate(actual):
            place = (*path, index)
            if index < len(expected):
                yield from self.compare(expected[index], value, place)
            elif self.rules.best(place) is None:
                yield self.wrong(place, f"expected a list of {len(expected)} item(s) but got {len(actual)}")
            elif expected:
                yield from self.compare(expected[0], value, place)

    def _exact_items(self, expected: list[Any], actual: list[Any], path: tuple[Token, ...]) -> Iterator[Mismatch]:
        if len(expected) != len(actual):
            yield self.wrong(path, f"expected a list of {len(expected)} item(s) but got {len(actual)}")
        for index, (wanted, value) in enumerate(zip(expected, actual, strict=False)):
            yield from self.compare(wanted, value, (*path, index))

    def _contains(
        self, rule: Rule, expected: list[Any], actual: list[Any], path: tuple[Token, ...]
    ) -> Iterator[Mismatch]:
        """Every variant must fit some item; the matchers of a variant start at the item."""
        for variant in listed(rule.parameters.get("variants")):
            index = mapping(variant).get("index")
            if not isinstance(index, int) or not 0 <= index < len(expected):
                yield self.wrong(path, f"the variant {index} is not in the example", certain=False)
                continue
            inner = Rules(tuple((parse(key), rule_list(value)) for key, value in mapping(variant.get("rules")).items()))
            matcher = JsonMatcher(inner, strict=self.strict)
            outcomes = [list(matcher.compare(expected[index], item)) for item in actual]
            if all(outcomes) or not outcomes:
                certain = all(any(found.certain for found in outcome) for outcome in outcomes)
                yield self.wrong(path, f"no item fits the variant {index}: {shown(expected[index])}", certain=certain)
