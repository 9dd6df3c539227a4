"""Match a whole request, response or message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.pacts.comparator.interactions import Headers
from harness.pacts.comparator.javascript import MISSING, mapping
from harness.pacts.comparator.querystrings import parse_flat, strictly_decoded
from harness.pacts.matching.content import Body, body_of, json_value, kind_of
from harness.pacts.matching.headers import compare_header
from harness.pacts.matching.jsonbody import JsonMatcher
from harness.pacts.matching.matchers import apply_rules, shown
from harness.pacts.matching.rules import Rules, RuleSet, read_rules
from harness.pacts.matching.values import Mismatch, Outcome
from harness.pacts.matching.xmlbody import UnreadableXmlError, XmlMatcher, read_xml


def match_part(part: str, expected: dict[str, Any], actual: dict[str, Any], version: str = "4") -> Outcome:
    """Match one part of an interaction.

    Args:
        part: `request`, `response` or `message`.
        expected: As the pact writes it, with `matchingRules`.
        actual: What came, in the same form; in version 4 bodies may be wrapped or not.
        version: Of the pact specification: `1`, `1.1`, `2`, `3` or `4`, or longer (`3.0.0`).
    """
    rules = read_rules(expected.get("matchingRules"))
    found: list[Mismatch] = []
    if part == "request":
        found += _method(expected, actual)
        found += _path(expected, actual, rules)
        found += _query(expected, actual, rules, plain=version in {"1", "1.0", "1.0.0"})
    if part == "response":
        found += _status(expected, actual, rules)
    if part == "message":
        found += _metadata(expected, actual, rules)
    else:
        found += _headers(expected, actual, rules)
    is_v4 = version.split(".", maxsplit=1)[0] == "4"
    bodies = body_of(expected, is_v4=is_v4), body_of(actual, is_v4=is_v4)
    found += compare_bodies(*bodies, rules.of("body"), strict=part == "request")
    return Outcome(tuple(found))


def _method(expected: dict[str, Any], actual: dict[str, Any]) -> Iterator[Mismatch]:
    wanted, came = expected.get("method"), actual.get("method")
    if wanted is not None and str(wanted).upper() != str(came or "GET").upper():
        yield Mismatch("method", "", f"expected {wanted} but got {came}")


def _path(expected: dict[str, Any], actual: dict[str, Any], rules: RuleSet) -> Iterator[Mismatch]:
    wanted, came = expected.get("path"), actual.get("path", "")
    if wanted is None:
        return
    best = rules.of("path").best(())
    if best is None:
        if wanted != came and (strictly_decoded(str(wanted)) or wanted) != (strictly_decoded(str(came)) or came):
            yield Mismatch("path", "", f"expected {shown(wanted)} but got {shown(came)}")
        return
    answer, message = apply_rules(best, wanted, came, as_text=True)
    if not answer:
        yield Mismatch("path", "", message, answer is False)


def _parameters(query: Any) -> dict[str, list[Any]]:
    values = parse_flat(query.removeprefix("?")) if isinstance(query, str) else mapping(query)
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def _query(expected: dict[str, Any], actual: dict[str, Any], rules: RuleSet, *, plain: bool) -> Iterator[Mismatch]:
    wanted, came = expected.get("query"), actual.get("query")
    if plain and isinstance(wanted, str):
        if wanted != (came or ""):
            yield Mismatch("query", "", f"expected {shown(wanted)} but got {shown(came)}")
        return
    if wanted is None and "query" not in expected:
        return
    known, found = _parameters(wanted), _parameters(came)
    for name in known.keys() | found.keys():
        if name not in found:
            yield Mismatch("query", name, "missing")
        elif name not in known:
            yield Mismatch("query", name, "not expected")
        else:
            yield from _parameter(name, known[name], found[name], rules.of("query"))


def _parameter(name: str, expected: list[Any], actual: list[Any], rules: Rules) -> Iterator[Mismatch]:
    best = rules.best((name,))
    if best is None and rules.best((name, 0)) is None and len(expected) != len(actual):
        yield Mismatch("query", name, f"expected {shown(expected)} but got {shown(actual)}")
        return
    for rule in best.rules if best is not None else ():
        least, most = rule.parameters.get("min"), rule.parameters.get("max")
        if (isinstance(least, int) and len(actual) < least) or (isinstance(most, int) and len(actual) > most):
            yield Mismatch("query", name, f"got {len(actual)} value(s)")
    for index, value in enumerate(actual):
        place = rules.best((name, index))
        example = expected[index] if index < len(expected) else (expected[0] if expected else MISSING)
        if place is None:
            if value != example:
                yield Mismatch("query", name, f"expected {shown(example)} but got {shown(value)}")
            continue
        answer, message = apply_rules(place, example, value, as_text=True)
        if not answer:
            yield Mismatch("query", name, message, answer is False)


def _status(expected: dict[str, Any], actual: dict[str, Any], rules: RuleSet) -> Iterator[Mismatch]:
    wanted, came = expected.get("status"), actual.get("status")
    if wanted is None:
        return
    best = rules.of("status").best(())
    if best is not None:
        answer, message = apply_rules(best, wanted, came)
        if not answer:
            yield Mismatch("status", "", message, answer is False)
    elif wanted != came:
        yield Mismatch("status", "", f"expected {wanted} but got {came}")


def _headers(expected: dict[str, Any], actual: dict[str, Any], rules: RuleSet) -> Iterator[Mismatch]:
    wanted, came = Headers(expected.get("headers")), Headers(actual.get("headers"))
    for name in wanted:
        value = came.get(name)
        if value is None:
            yield Mismatch("headers", name, "missing")
        else:
            yield from compare_header(name, wanted.get(name) or "", value, rules.of("header"))


def _metadata(expected: dict[str, Any], actual: dict[str, Any], rules: RuleSet) -> Iterator[Mismatch]:
    wanted = mapping(expected.get("metadata") or expected.get("metaData"))
    came = mapping(actual.get("metadata") or actual.get("metaData"))
    for name, value in wanted.items():
        if name.replace("-", "").lower() == "contenttype":
            continue  # it says how to read the body, and is compared there
        best = rules.of("metadata").best((name,))
        if name not in came:
            yield Mismatch("metadata", name, "missing")
        elif best is not None:
            answer, message = apply_rules(best, value, came[name])
            if not answer:
                yield Mismatch("metadata", name, message, answer is False)
        elif value != came[name]:
            yield Mismatch("metadata", name, f"expected {shown(value)} but got {shown(came[name])}")


def compare_bodies(expected: Body, actual: Body, rules: Rules, *, strict: bool) -> Iterator[Mismatch]:
    """Yield what is wrong with a body; an example without body allows any."""
    if expected.value is MISSING:
        return
    if expected.is_empty:
        if not actual.is_empty:
            yield Mismatch("body", "$", "expected an empty body")
        return
    if actual.is_empty and actual.value is not None:
        yield Mismatch("body", "$", "expected a body but got none")
        return
    kind = kind_of(expected)
    came = kind_of(actual) if actual.media_type else kind
    if kind != came:
        yield Mismatch("body", "$", f"expected a body of type {kind} but got {came}")
    elif kind == "json":
        wanted, value = json_value(expected.value), json_value(actual.value)
        yield from JsonMatcher(rules, strict=strict).compare(wanted, value)
    elif kind == "xml":
        yield from _xml(expected.value, actual.value, rules, strict=strict)
    elif kind == "form":
        yield from _form(expected.value, actual.value, rules)
    else:
        yield from _text(expected.value, actual.value, rules, is_text=kind == "text")


def _xml(expected: Any, actual: Any, rules: Rules, *, strict: bool) -> Iterator[Mismatch]:
    try:
        wanted = read_xml(str(expected))
    except UnreadableXmlError as problem:
        yield Mismatch("body", "$", f"the expected body: {problem}", certain=False)
        return
    try:
        came = read_xml(str(actual))
    except UnreadableXmlError as problem:
        yield Mismatch("body", "$", f"the body: {problem}")
        return
    yield from XmlMatcher(rules, strict=strict).compare(wanted, came)


def _form(expected: Any, actual: Any, rules: Rules) -> Iterator[Mismatch]:
    wanted, came = {"query": str(expected)}, {"query": str(actual)}
    entries = dict(rules.entries)
    for found in _query(wanted, came, RuleSet({"query": entries}), plain=False):
        yield Mismatch("body", f"$.{found.place}", found.message, found.certain)


def _text(expected: Any, actual: Any, rules: Rules, *, is_text: bool) -> Iterator[Mismatch]:
    best = rules.best(())
    if best is not None:
        answer, message = apply_rules(best, expected, actual, as_text=True)
        if not answer:
            yield Mismatch("body", "$", message, answer is False)
    elif expected != actual:
        message = "the texts differ" if is_text else "the bodies differ, and their kind is not read here"
        yield Mismatch("body", "$", message, certain=is_text or not isinstance(expected, str))
