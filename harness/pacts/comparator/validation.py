"""Hold one example against one schema and count what is wrong, as the comparator's validator (ajv 8, 2019-09) counts.

The comparator reports one result for every error of the validator, so how errors add up is part of the codes: every
missing property is one, a failed `anyOf` is one besides those of its branches, and so on. Values of paths, queries
and headers are texts, so there types are converted first, in place, as ajv does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from harness.model import join
from harness.pacts.comparator.coercion import KNOWN, coerced, has_type, is_number, types_of
from harness.pacts.comparator.containers import ARRAY_KEYWORDS, OBJECT_KEYWORDS
from harness.pacts.comparator.javascript import MISSING, listed, mapping, tokens, value_at
from harness.pacts.comparator.scalars import NUMBER_KEYWORDS, STRING_KEYWORDS, VALUE_KEYWORDS

MOST_STEPS: Final = 2_000_000
DEEPEST: Final = 150


class UnusableSchemaError(Exception):
    """A schema that no example can be held against: it contains nothing but itself, or is too much work."""


class Failure(NamedTuple):
    """One error: the keyword, where in the example and in the schema (JSON pointers), and what is wrong."""

    keyword: str
    instance: str
    schema: str
    message: str


@dataclass(slots=True)
class Place:
    """A value with the container it stands in, so that a converted value can be written back."""

    value: Any
    pointer: str = ""
    container: Any = None
    key: Any = None

    def convert(self, value: Any) -> None:
        """Replace the value, here and where it stands."""
        self.value = value
        if self.container is not None:
            self.container[self.key] = value

    def below(self, key: str | int) -> Place:
        """Return the place of a member or item."""
        return Place(self.value[key], join(self.pointer, key), self.value, key)


@dataclass(slots=True)
class Outcome:
    """Errors of one schema at one place, and which members and items it has looked at."""

    failures: list[Failure] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    all_names: bool = False
    items: int = 0
    all_items: bool = False

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures

    def see(self, other: Outcome) -> None:
        """Take over what another schema of the same place has looked at."""
        self.names |= other.names
        self.all_names = self.all_names or other.all_names
        self.items = max(self.items, other.items)
        self.all_items = self.all_items or other.all_items


class ExampleValidator:
    """One schema, ready to hold examples against.

    Attributes:
        undecided: Patterns of which nobody could tell whether they match; they count as matching.
        broken: References that lead nowhere; they count as `{}`.
    """

    def __init__(self, schema: Any, *, convert: bool = False) -> None:
        """Take a schema whose references resolve in itself; `convert` for values that arrive as text."""
        self._root = schema
        self._convert = convert
        self._steps = 0
        self._plain: dict[int, bool] = {}
        self.undecided: set[str] = set()
        self.broken: set[str] = set()

    def failures(self, value: Any) -> list[Failure]:
        """Return what is wrong with an example; MISSING is a value that is not there.

        Raises:
            UnusableSchemaError: The schema cannot be applied.
        """
        self._steps = 0
        try:
            return self.check(self._root, Place(value), "").failures
        except RecursionError:
            raise UnusableSchemaError("the schema is nested too deeply") from None

    def check(self, schema: Any, place: Place, where: str, depth: int = 0) -> Outcome:
        """Return the errors of one subschema at one place; `where` is the JSON pointer of the subschema."""
        self._steps += 1
        if self._steps > MOST_STEPS or depth > DEEPEST:
            raise UnusableSchemaError("the schema refers to itself without end, or is too much work")
        outcome = Outcome()
        if schema is False:
            outcome.failures.append(Failure("false schema", place.pointer, where, "boolean schema is false"))
        if not isinstance(schema, dict) or not schema:
            return outcome
        task = Task(self, schema, place, where, depth, outcome)
        if not _is_only_reference(schema):
            self._check_type(task)
        for keyword, run in _applicable(schema, place):
            run(task, keyword, schema[keyword])
        return outcome

    def _check_type(self, task: Task) -> None:
        types = types_of(task.schema)
        if not types or any(has_type(name, task.place.value) for name in types):
            return
        converted = coerced(task.place.value, types) if self._convert else MISSING
        if converted is MISSING:
            task.fail("type", f"must be {','.join(types)}")
        else:
            task.place.convert(converted)

    def target(self, reference: str) -> Any:
        """Return the schema that a reference names; `{}` for one that leads nowhere."""
        found = self._root if reference in {"#", "#/"} else value_at(self._root, tokens(reference))
        if found is MISSING:
            self.broken.add(reference)
            return {}
        return found

    def is_inlined(self, schema: Any) -> bool:
        """Whether a referenced schema shares converted values with its user: it contains no reference itself."""
        known = self._plain.get(id(schema))
        if known is None:
            known = self._plain[id(schema)] = not _has_reference(schema)
        return known


@dataclass(slots=True)
class Task:
    """One schema at one place: what the check of a keyword needs."""

    validator: ExampleValidator
    schema: dict[str, Any]
    place: Place
    where: str
    depth: int
    outcome: Outcome

    def fail(self, keyword: str, message: str) -> None:
        """Add one error."""
        self.outcome.failures.append(Failure(keyword, self.place.pointer, join(self.where, keyword), message))

    def sub(self, schema: Any, *path: str | int, place: Place | None = None) -> Outcome:
        """Check a subschema at this place or one below, without taking anything over."""
        return self.validator.check(schema, place or self.place, join(self.where, *path), self.depth + 1)

    def apply(self, schema: Any, *path: str | int, place: Place | None = None) -> Outcome:
        """Check a subschema and take over its errors."""
        found = self.sub(schema, *path, place=place)
        self.outcome.failures += found.failures
        return found


def _is_only_reference(schema: dict[str, Any]) -> bool:
    return bool(schema.get("$ref")) and not any(word in _ALL for word in schema if word != "$ref")


def _has_reference(schema: Any, depth: int = 0) -> bool:
    if depth > DEEPEST:
        return True
    if isinstance(schema, dict):
        if schema.keys() & {"$ref", "$recursiveRef", "$dynamicRef", "$recursiveAnchor", "$dynamicAnchor"}:
            return True
        return any(_has_reference(item, depth + 1) for item in schema.values())
    return isinstance(schema, list) and any(_has_reference(item, depth + 1) for item in schema)


Run = Callable[[Task, str, Any], None]


def _applicable(schema: dict[str, Any], place: Place) -> Iterator[tuple[str, Run]]:
    """Yield the keywords that say something about the value, in ajv's order; conversions may change the value."""
    for concerns, group in _GROUPS:
        if concerns(place.value):
            for keyword, run in group.items():
                if keyword in schema:
                    yield keyword, run


def _reference(task: Task, _keyword: str, value: Any) -> None:
    if not isinstance(value, str):
        return
    schema = task.validator.target(value)
    place = task.place
    if not task.validator.is_inlined(schema):
        place = Place(place.value, place.pointer, place.container, place.key)
    found = task.validator.check(schema, place, value.removeprefix("#"), task.depth + 1)
    task.outcome.failures += found.failures
    task.outcome.see(found)


def _all_of(task: Task, keyword: str, value: Any) -> None:
    for index, part in enumerate(listed(value)):
        task.outcome.see(task.apply(part, keyword, index))


def _any_of(task: Task, keyword: str, value: Any) -> None:
    found = [task.sub(part, keyword, index) for index, part in enumerate(listed(value))]
    for part in found:
        if part.valid:
            task.outcome.see(part)
    if found and not any(part.valid for part in found):
        task.outcome.failures += [failure for part in found for failure in part.failures]
        task.fail(keyword, "must match a schema in anyOf")


def _one_of(task: Task, keyword: str, value: Any) -> None:
    if isinstance(mapping(task.schema.get("discriminator")).get("propertyName"), str) and _by_tag(task, value):
        return
    passing: list[Outcome] = []
    failed: list[Failure] = []
    for index, part in enumerate(listed(value)):
        found = task.sub(part, keyword, index)
        if found.valid:
            passing.append(found)
            task.outcome.see(found)
            if len(passing) > 1:
                break
        failed += found.failures
    if len(passing) != 1:
        task.outcome.failures += failed
        task.fail(keyword, "must match exactly one schema in oneOf")


def _by_tag(task: Task, branches: Any) -> bool:
    """Let the discriminator choose the branch; False where it cannot, so that every branch is tried."""
    name = task.schema["discriminator"]["propertyName"]
    tags = _tags(task, name, listed(branches))
    if tags is None:
        return False
    if isinstance(task.place.value, dict):
        tag = task.place.value.get(name)
        if not isinstance(tag, str):
            task.fail("discriminator", f'tag "{name}" must be string')
        elif tag not in tags:
            task.fail("discriminator", f'value of tag "{name}" must be in oneOf')
        else:
            task.outcome.see(task.apply(branches[tags[tag]], "oneOf", tags[tag]))
    return True


def _tags(task: Task, name: str, branches: list[Any]) -> dict[str, int] | None:
    """Return the branch of every tag; None where the branches do not say."""
    written = mapping(task.schema["discriminator"].get("mapping"))
    if written:
        places = {str(mapping(branch).get("$ref")): index for index, branch in enumerate(branches)}
        return (
            {tag: places[ref] for tag, ref in written.items()}
            if all(isinstance(ref, str) and ref in places for ref in written.values())
            else None
        )
    tags: dict[str, int] = {}
    for index, branch in enumerate(branches):
        reference = mapping(branch).get("$ref")
        target = task.validator.target(reference) if isinstance(reference, str) else branch
        tagged = mapping(mapping(mapping(target).get("properties")).get(name))
        values = [tagged["const"]] if tagged.get("const") else listed(tagged.get("enum"))
        if not values or any(not isinstance(value, str) or value in tags for value in values):
            return None
        tags |= dict.fromkeys(values, index)
    return tags


def _not(task: Task, keyword: str, value: Any) -> None:
    if task.sub(value, keyword).valid:
        task.fail(keyword, "must NOT be valid")


def _if(task: Task, keyword: str, value: Any) -> None:
    condition = task.sub(value, keyword)
    task.outcome.see(condition)
    clause = "then" if condition.valid else "else"
    if clause in task.schema:
        found = task.apply(task.schema[clause], clause)
        if found.valid:
            task.outcome.see(found)
        else:
            task.fail(keyword, f'must match "{clause}" schema')


_GENERAL: dict[str, Run] = {
    "$ref": _reference,
    **VALUE_KEYWORDS,
    "not": _not,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "allOf": _all_of,
    "if": _if,
}
_GROUPS: tuple[tuple[Callable[[Any], bool], dict[str, Run]], ...] = (
    (is_number, NUMBER_KEYWORDS),
    (lambda value: isinstance(value, str), STRING_KEYWORDS),
    (lambda _: True, _GENERAL),
    (lambda value: isinstance(value, list), ARRAY_KEYWORDS),
    (lambda value: isinstance(value, dict), OBJECT_KEYWORDS),
)
_ALL = frozenset({"type", "nullable"}.union(*(group for _, group in _GROUPS)))
__all__ = ["KNOWN", "ExampleValidator", "Failure", "Outcome", "Place", "Task", "UnusableSchemaError"]
