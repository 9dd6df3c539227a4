"""Keywords about lists and objects, each with the errors it counts for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.pacts.comparator.coercion import is_number
from harness.pacts.comparator.javascript import listed, mapping
from harness.pacts.patterns import matches
from harness.schema.evaluate import distinct

if TYPE_CHECKING:
    from harness.pacts.comparator.validation import Task


def _most(task: Task, keyword: str, value: Any) -> None:
    if is_number(value) and len(task.place.value) > value:
        task.fail(keyword, f"must NOT have more than {value} {_what(keyword)}")


def _least(task: Task, keyword: str, value: Any) -> None:
    if is_number(value) and len(task.place.value) < value:
        task.fail(keyword, f"must NOT have fewer than {value} {_what(keyword)}")


def _what(keyword: str) -> str:
    return "items" if keyword.endswith("Items") else "properties"


def _unique(task: Task, keyword: str, value: Any) -> None:
    if value is True and not distinct(task.place.value):
        task.fail(keyword, "must NOT have duplicate items")


def _additional_items(task: Task, keyword: str, value: Any) -> None:
    first = task.schema.get("items")
    if not isinstance(first, list):
        return
    task.outcome.all_items = True
    if value is False and len(task.place.value) > len(first):
        task.fail(keyword, f"must NOT have more than {len(first)} items")
    elif value is not False:
        _each(task, keyword, value, len(first))


def _items(task: Task, keyword: str, value: Any) -> None:
    if not isinstance(value, list):
        task.outcome.all_items = True
        _each(task, keyword, value, 0)
        return
    task.outcome.items = max(task.outcome.items, len(value))
    for index, part in enumerate(value[: len(task.place.value)]):
        task.apply(part, keyword, index, place=task.place.below(index))


def _each(task: Task, keyword: str, schema: Any, first: int) -> None:
    for index in range(first, len(task.place.value)):
        task.apply(schema, keyword, place=task.place.below(index))


def _contains(task: Task, keyword: str, value: Any) -> None:
    least = task.schema.get("minContains", 1)
    most = task.schema.get("maxContains")
    if not is_number(least) or (least == 0 and most is None):
        return
    task.outcome.all_items = True
    count = 0
    failures = []
    for index in range(len(task.place.value)):
        found = task.sub(value, keyword, place=task.place.below(index))
        failures += found.failures
        count += found.valid
        if (most is None and count >= least) or (most is not None and count > most):
            break
    if count < least or (most is not None and count > most):
        task.outcome.failures += failures
        task.fail(keyword, f"must contain at least {least} valid item(s)")


def _unevaluated_items(task: Task, keyword: str, value: Any) -> None:
    seen = task.outcome
    if seen.all_items:
        return
    if value is False:
        if len(task.place.value) > seen.items:
            task.fail(keyword, f"must NOT have more than {seen.items} items")
    else:
        _each(task, keyword, value, seen.items)
    seen.all_items = True


def _required(task: Task, keyword: str, value: Any) -> None:
    for name in listed(value):
        if isinstance(name, str) and name not in task.place.value:
            task.fail(keyword, f"must have required property '{name}'")


def _dependent_required(task: Task, keyword: str, value: Any) -> None:
    for name, wanted in mapping(value).items():
        if name in task.place.value and isinstance(wanted, list):
            for other in wanted:
                if other not in task.place.value:
                    task.fail(keyword, f"must have property {other} when property {name} is present")


def _dependent_schemas(task: Task, keyword: str, value: Any) -> None:
    for name, schema in mapping(value).items():
        if name in task.place.value and not isinstance(schema, list):
            found = task.apply(schema, keyword, name)
            if found.valid:
                task.outcome.see(found)


def _dependencies(task: Task, keyword: str, value: Any) -> None:
    _dependent_required(task, keyword, value)
    _dependent_schemas(task, keyword, value)


def _names(task: Task, keyword: str, value: Any) -> None:
    from harness.pacts.comparator.validation import Place  # noqa: PLC0415  (it imports this module)

    for name in task.place.value:
        found = task.sub(value, keyword, place=Place(name, task.place.pointer))
        if not found.valid:
            task.outcome.failures += found.failures
            task.fail(keyword, f'property name "{name}" must be valid')


def _properties(task: Task, keyword: str, value: Any) -> None:
    declared = mapping(value)
    task.outcome.names |= declared.keys()
    for name, schema in declared.items():
        if name in task.place.value:
            task.apply(schema, keyword, name, place=task.place.below(name))


def _pattern_properties(task: Task, keyword: str, value: Any) -> None:
    for pattern, schema in mapping(value).items():
        for name in list(task.place.value):
            if _named(task, pattern, name):
                task.outcome.names.add(name)
                task.apply(schema, keyword, pattern, place=task.place.below(name))


def _named(task: Task, pattern: str, name: str) -> bool:
    matched = matches(pattern, name)
    if matched is None:
        task.validator.undecided.add(pattern)
    return matched is True


def _additional_properties(task: Task, keyword: str, value: Any) -> None:
    task.outcome.all_names = True
    declared = mapping(task.schema.get("properties")).keys()
    patterns = mapping(task.schema.get("patternProperties"))
    for name in list(task.place.value):
        if name in declared or any(_named(task, pattern, name) for pattern in patterns):
            continue
        if value is False:
            task.fail(keyword, f"must NOT have additional properties - {name}")
        else:
            task.apply(value, keyword, place=task.place.below(name))


def _unevaluated_properties(task: Task, keyword: str, value: Any) -> None:
    seen = task.outcome
    if seen.all_names:
        return
    for name in list(task.place.value):
        if name in seen.names:
            continue
        if value is False:
            task.fail(keyword, "must NOT have unevaluated properties")
        else:
            task.apply(value, keyword, place=task.place.below(name))
    seen.all_names = True


Run = Callable[["Task", str, Any], None]
ARRAY_KEYWORDS: dict[str, Run] = {
    "maxItems": _most,
    "minItems": _least,
    "uniqueItems": _unique,
    "additionalItems": _additional_items,
    "items": _items,
    "contains": _contains,
    "unevaluatedItems": _unevaluated_items,
}
OBJECT_KEYWORDS: dict[str, Run] = {
    "maxProperties": _most,
    "minProperties": _least,
    "required": _required,
    "dependentRequired": _dependent_required,
    "dependencies": _dependencies,
    "dependentSchemas": _dependent_schemas,
    "propertyNames": _names,
    "additionalProperties": _additional_properties,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "unevaluatedProperties": _unevaluated_properties,
}
