"""What a consumer relies on that the provider does not promise, although every example satisfies the schema.

The comparator drops `required` and looks at examples only, so it cannot say that a field may be absent or null, that
an enum holds values the consumer refuses, or that a matcher asks for another type than the schema gives. That is said
here, for what the consumer reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from harness.model import join
from harness.pacts.comparator.coercion import has_type, types_of
from harness.pacts.comparator.javascript import MISSING, listed, mapping, tokens, value_at
from harness.pacts.matching.paths import Token
from harness.pacts.matching.rules import Rules
from harness.pacts.patterns import matches

DEEPEST: Final = 60
MOST_BRANCHES: Final = 40
_TYPES_BY_MATCHER = {
    "integer": frozenset({"integer"}),
    "decimal": frozenset({"number"}),
    "number": frozenset({"integer", "number"}),
    "boolean": frozenset({"boolean"}),
    "null": frozenset({"null"}),
    "regex": frozenset({"string", "integer", "number"}),
    "include": frozenset({"string"}),
    "date": frozenset({"string"}),
    "time": frozenset({"string"}),
    "datetime": frozenset({"string"}),
    "semver": frozenset({"string"}),
}
"""Types of which every value may satisfy a matcher; any other type that the schema allows makes it fail."""
_NULL_TOO = frozenset({"null"})


@dataclass(frozen=True, slots=True, order=True)
class Reliance:
    """One thing a consumer relies on.

    Attributes:
        code: `response.field.optional` and the like.
        field: JSON pointer into the body, lists indexed by `*`.
        message: One sentence.
    """

    code: str
    field: str
    message: str


def reliances(schema: Any, body: Any, rules: Rules) -> tuple[Reliance, ...]:
    """Return what the example of a body relies on beyond its schema, each field once, sorted.

    Args:
        schema: Of the body; references resolve in itself.
        body: The example, MISSING or None if there is none.
        rules: The matchers of the body.
    """
    if body is MISSING or body is None or not isinstance(schema, dict):
        return ()
    found = _Walk(schema, rules).at([schema], body, "", (), 0)
    return tuple(sorted(set(found)))


@dataclass(frozen=True, slots=True)
class _Walk:
    root: dict[str, Any]
    rules: Rules

    def at(
        self, schemas: list[Any], value: Any, pointer: str, path: tuple[Token, ...], depth: int
    ) -> Iterator[Reliance]:
        branches = [branch for branch in self._branches(schemas) if _may_be(branch, value)]
        if depth > DEEPEST or not branches:
            return
        yield from self._types(branches, pointer, path)
        yield from self._values(branches, pointer, path)
        if isinstance(value, dict):
            yield from self._members(branches, value, pointer, path, depth)
        elif isinstance(value, list):
            items = [branch["items"] for branch in branches if isinstance(branch.get("items"), dict)]
            for index, item in enumerate(value):
                yield from self.at(items, item, join(pointer, "*"), (*path, index), depth + 1)

    def _members(
        self, branches: list[dict[str, Any]], value: dict[str, Any], pointer: str, path: tuple[Token, ...], depth: int
    ) -> Iterator[Reliance]:
        closed = [branch for branch in branches if value.keys() <= mapping(branch.get("properties")).keys()]
        for name, item in value.items():
            declaring = [b for b in closed or branches if name in mapping(b.get("properties"))]
            if not declaring:
                continue
            place, below = join(pointer, name), (*path, name)
            if not all(name in listed(branch.get("required")) for branch in declaring):
                yield Reliance("response.field.optional", place, f"{place} is not required, so it may be absent")
            schemas = [branch["properties"][name] for branch in declaring]
            if item is not None and self._may_be_null(schemas) and not self._takes_null(below):
                yield Reliance("response.field.nullable", place, f"{place} may be null, and the consumer reads a value")
            yield from self.at(schemas, item, place, below, depth + 1)

    def _branches(self, schemas: list[Any]) -> list[dict[str, Any]]:
        """Return the alternatives a value may follow: references followed, oneOf and anyOf opened, allOf united."""
        found: list[dict[str, Any]] = []
        waiting, seen = list(schemas), set()
        while waiting and len(found) < MOST_BRANCHES:
            schema = waiting.pop(0)
            reference = mapping(schema).get("$ref")
            if isinstance(reference, str):
                if reference not in seen:
                    seen.add(reference)
                    waiting.append(value_at(self.root, tokens(reference)))
                continue
            if not isinstance(schema, dict):
                continue
            alternatives = [*listed(schema.get("oneOf")), *listed(schema.get("anyOf"))]
            waiting += alternatives
            if not alternatives or schema.get("properties"):
                found.append(schema)
        return found

    def _may_be_null(self, schemas: list[Any]) -> bool:
        return any(schema.get("nullable") or "null" in types_of(schema) for schema in self._branches(schemas))

    def _takes_null(self, path: tuple[Token, ...]) -> bool:
        best = self.rules.exact(path)
        return best is not None and best.any_of and any(rule.name == "null" for rule in best.rules)

    def _types(self, branches: list[dict[str, Any]], pointer: str, path: tuple[Token, ...]) -> Iterator[Reliance]:
        best = self.rules.exact(path)
        if best is None or best.any_of:
            return
        types = {name for branch in branches for name in types_of(branch)} - _NULL_TOO
        for rule in best.rules:
            wanted = _TYPES_BY_MATCHER.get(rule.name)
            wrong = types - wanted if wanted is not None else set()
            if wrong:
                message = f"{pointer or 'the body'} may be {', '.join(sorted(wrong))}, and the consumer's matcher asks "
                yield Reliance("matcher.type.mismatch", pointer, f"{message}for {rule.name}")

    def _values(self, branches: list[dict[str, Any]], pointer: str, path: tuple[Token, ...]) -> Iterator[Reliance]:
        allowed = [item for branch in branches for item in listed(branch.get("enum")) if item is not None]
        best = self.rules.best(path)
        if len(allowed) < 2:
            return
        if best is None or any(rule.name == "equality" for rule in best.rules):
            message = f"{pointer or 'the body'} may hold {len(allowed)} values, and the consumer expects exactly one"
            yield Reliance("narrower-than-enum", pointer, message)
            return
        for rule in best.rules:
            pattern = rule.parameters.get("regex")
            if rule.name == "regex" and isinstance(pattern, str):
                refused = [v for v in allowed if isinstance(v, str) and matches(f"^(?:{pattern})$", v) is False]
                if refused:
                    message = f"{pointer or 'the body'} may be {', '.join(refused[:5])}, which the matcher refuses"
                    yield Reliance("response.enum.wider-than-matcher", pointer, message)


def _may_be(branch: dict[str, Any], value: Any) -> bool:
    types = types_of(branch)
    return not types or any(has_type(name, value) for name in types)
