"""Keywords about numbers, texts and single values, each with the errors it counts for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.model import json_equal
from harness.pacts.comparator.coercion import is_number
from harness.pacts.comparator.formats import conforms
from harness.pacts.comparator.javascript import listed
from harness.pacts.patterns import matches
from harness.schema.values import divides, exact

if TYPE_CHECKING:
    from harness.pacts.comparator.validation import Task

_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "maximum": ("<=", lambda value, bound: value <= bound),
    "minimum": (">=", lambda value, bound: value >= bound),
    "exclusiveMaximum": ("<", lambda value, bound: value < bound),
    "exclusiveMinimum": (">", lambda value, bound: value > bound),
}


def _bound(task: Task, keyword: str, value: Any) -> None:
    sign, holds = _BOUNDS[keyword]
    if is_number(value) and not holds(task.place.value, value):
        task.fail(keyword, f"must be {sign} {value}")


def _multiple(task: Task, keyword: str, value: Any) -> None:
    if is_number(value) and value > 0 and not divides(exact(value), exact(task.place.value)):
        task.fail(keyword, f"must be multiple of {value}")


def _longest(task: Task, keyword: str, value: Any) -> None:
    if is_number(value) and len(task.place.value) > value:
        task.fail(keyword, f"must NOT have more than {value} characters")


def _shortest(task: Task, keyword: str, value: Any) -> None:
    if is_number(value) and len(task.place.value) < value:
        task.fail(keyword, f"must NOT have fewer than {value} characters")


def _pattern(task: Task, keyword: str, value: Any) -> None:
    if not isinstance(value, str):
        return
    matched = matches(value, task.place.value)
    if matched is None:
        task.validator.undecided.add(value)
    elif not matched:
        task.fail(keyword, f'must match pattern "{value}"')


def _format(task: Task, keyword: str, value: Any) -> None:
    if isinstance(value, str) and not conforms(value, task.place.value):
        task.fail(keyword, f'must match format "{value}"')


def _const(task: Task, keyword: str, value: Any) -> None:
    if not json_equal(task.place.value, value):
        task.fail(keyword, "must be equal to constant")


def _enum(task: Task, keyword: str, value: Any) -> None:
    if isinstance(value, list) and not any(json_equal(task.place.value, item) for item in listed(value)):
        task.fail(keyword, "must be equal to one of the allowed values")


Run = Callable[["Task", str, Any], None]
NUMBER_KEYWORDS: dict[str, Run] = {**dict.fromkeys(_BOUNDS, _bound), "multipleOf": _multiple, "format": _format}
STRING_KEYWORDS: dict[str, Run] = {
    "maxLength": _longest,
    "minLength": _shortest,
    "pattern": _pattern,
    "format": _format,
}
VALUE_KEYWORDS: dict[str, Run] = {"const": _const, "enum": _enum}
