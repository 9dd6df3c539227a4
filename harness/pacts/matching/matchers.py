"""Apply one matcher to one value; containers are walked elsewhere, here they only need the right kind and size."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from harness.model import json_equal
from harness.pacts.comparator.coercion import is_number, number
from harness.pacts.comparator.javascript import MISSING
from harness.pacts.matching.datetimes import matches_format
from harness.pacts.matching.values import Rule, RuleList
from harness.pacts.patterns import matches

Answer = tuple[bool | None, str]
"""Whether it matches (None: nobody can tell) and what is wrong."""
_STATUSES: dict[str, Callable[[int], bool]] = {
    "info": lambda code: 100 <= code < 200,
    "success": lambda code: 200 <= code < 300,
    "redirect": lambda code: 300 <= code < 400,
    "clientError": lambda code: 400 <= code < 500,
    "serverError": lambda code: 500 <= code < 600,
    "nonError": lambda code: code < 400,
    "error": lambda code: code >= 400,
}
CONTAINER_RULES = frozenset({"values", "eachKey", "eachValue", "arrayContains"})
"""Matchers about the members of a container; at a scalar they say nothing."""


def apply_rules(rules: RuleList, expected: Any, actual: Any, *, as_text: bool = False) -> Answer:
    """Apply matchers to one value.

    Args:
        rules: Combined by AND, or by OR.
        expected: The example.
        actual: What came.
        as_text: Whether the value arrives as text (headers, queries, XML), so that `5` may be a number.
    """
    answers = [apply_rule(rule, expected, actual, cascaded=rules.cascaded, as_text=as_text) for rule in rules.rules]
    if not answers:
        return (True, "") if same(expected, actual) else (False, f"expected {shown(expected)}")
    order = (True, None, False) if rules.any_of else (False, None, True)
    return next(answer for wanted in order for answer in answers if answer[0] is wanted)


def apply_rule(rule: Rule, expected: Any, actual: Any, *, cascaded: bool, as_text: bool) -> Answer:
    """Apply one matcher; one that nobody knows here cannot be decided."""
    if rule.name == "type":
        return _type(rule, expected, actual, cascaded=cascaded, as_text=as_text)
    if rule.name in CONTAINER_RULES:
        same_kind = as_text or rule.name != "values" or _kind(expected) == _kind(actual)
        return (True, "") if same_kind else (False, f"expected {shown(expected)} but got {shown(actual)}")
    check = _CHECKS.get(rule.name)
    if check is None:
        return None, f'the matcher "{rule.name}" is not known here'
    result = check(rule, expected, actual, as_text)
    return result, "" if result else f"expected {shown(actual)} {_words(rule, expected)}"


def shown(value: object) -> str:
    """Return a value as text for a message."""
    if value is MISSING:
        return "nothing"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def text_of(value: Any) -> str:
    """Return a value as the text a pattern is matched against."""
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _words(rule: Rule, expected: Any) -> str:
    if rule.name == "regex":
        return f"to match '{rule.parameters.get('regex')}'"
    if rule.name == "equality":
        return f"to equal {shown(expected)}"
    detail = rule.parameters.get("format") or rule.parameters.get("value") or rule.parameters.get("status") or ""
    return f"to be {rule.name} {detail}".rstrip()


def _type(rule: Rule, expected: Any, actual: Any, *, cascaded: bool, as_text: bool) -> Answer:
    if not as_text and _kind(expected) != _kind(actual):
        return False, f"expected {shown(actual)} to be the same type as {shown(expected)}"
    if isinstance(actual, (list, dict)) and not cascaded:
        least, most = rule.parameters.get("min", 0), rule.parameters.get("max", len(actual))
        if is_number(least) and len(actual) < least:
            return False, f"expected at least {least} item(s) but got {len(actual)}"
        if is_number(most) and len(actual) > most:
            return False, f"expected at most {most} item(s) but got {len(actual)}"
    return True, ""


def _kind(value: Any) -> str:
    if is_number(value):
        return "number"
    return type(value).__name__


def _equality(_rule: Rule, expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001  (one signature)
    return same(expected, actual)


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal as Pact means it: 1 is not 1.0."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if is_number(left) and is_number(right) and isinstance(left, Decimal) != isinstance(right, Decimal):
        return False
    return json_equal(left, right)


def _regex(rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    pattern = rule.parameters.get("regex")
    if not isinstance(pattern, str) or isinstance(actual, (dict, list)):
        return False
    return matches(f"^(?:{pattern})$", text_of(actual))


def _include(rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    return str(rule.parameters.get("value", "")) in text_of(actual)


def _as_number(actual: Any, as_text: bool) -> Any:  # noqa: FBT001
    if as_text and isinstance(actual, str):
        return number(actual)
    return actual


def _number(_rule: Rule, _expected: Any, actual: Any, as_text: bool) -> bool | None:  # noqa: FBT001
    return is_number(_as_number(actual, as_text))


def _integer(_rule: Rule, _expected: Any, actual: Any, as_text: bool) -> bool | None:  # noqa: FBT001
    if as_text and isinstance(actual, str):
        return actual.strip().lstrip("+-").isdigit()
    return is_number(actual) and not isinstance(actual, Decimal)


def _decimal(_rule: Rule, _expected: Any, actual: Any, as_text: bool) -> bool | None:  # noqa: FBT001
    if as_text and isinstance(actual, str):
        return is_number(number(actual)) and not actual.strip().lstrip("+-").isdigit()
    return isinstance(actual, Decimal)


def _boolean(_rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    return isinstance(actual, bool) or (isinstance(actual, str) and actual in {"true", "false"})


def _null(_rule: Rule, _expected: Any, actual: Any, as_text: bool) -> bool | None:  # noqa: FBT001
    return actual is None or (as_text and actual == "")


def _moment(rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    parameters = rule.parameters
    written = parameters.get("format") or parameters.get(rule.name) or parameters.get("timestamp") or ""
    if not isinstance(actual, str) or not isinstance(written, str):
        return False
    return matches_format(rule.name, written, actual)


def _not_empty(_rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    if isinstance(actual, (str, list, dict)):
        return len(actual) > 0
    return actual is not None and actual is not MISSING


def _semver(_rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    if not isinstance(actual, str):
        return False
    core, _, build = actual.partition("+")
    release, dash, before = core.partition("-")
    numbers = release.split(".")
    fine = len(numbers) == 3 and all(n.isascii() and n.isdigit() and str(int(n[:20])) == n[:20] for n in numbers)
    return fine and (not dash or _identifiers(before)) and ("+" not in actual or _identifiers(build))


def _identifiers(text: str) -> bool:
    return all(part and part.isascii() and part.replace("-", "0").isalnum() for part in text.split("."))


def _status(rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    code = _as_number(actual, as_text=True)
    if not is_number(code):
        return False
    wanted = rule.parameters.get("status")
    if isinstance(wanted, list):
        return any(is_number(item) and item == code for item in wanted)
    return _STATUSES[wanted](int(code)) if wanted in _STATUSES else None


def _content_type(rule: Rule, _expected: Any, actual: Any, _as_text: bool) -> bool | None:  # noqa: FBT001
    """Tell content by its first characters, as far as that can be done."""
    wanted = str(rule.parameters.get("value", "")).split(";")[0].strip().lower()
    if isinstance(actual, (dict, list)):
        return wanted.endswith("json")
    text = text_of(actual).lstrip()
    if wanted.endswith("json"):
        return _is_json(text)
    if wanted.endswith("xml"):
        return text.startswith("<")
    return None if wanted != "text/plain" else not text.startswith(("<", "%PDF"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_CHECKS: dict[str, Callable[[Rule, Any, Any, bool], bool | None]] = {
    "equality": _equality,
    "regex": _regex,
    "include": _include,
    "number": _number,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "null": _null,
    "date": _moment,
    "time": _moment,
    "datetime": _moment,
    "notEmpty": _not_empty,
    "semver": _semver,
    "statusCode": _status,
    "contentType": _content_type,
}
