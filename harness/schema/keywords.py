"""What each keyword of each dialect says, as a formula.

Sources: JSON Schema validation 2020-12 section 6 and core sections 10 and 11; 2019-09, draft-07, draft-06 and draft-04
where they differ; OpenAPI 3.0.3 Schema Object (its `nullable` is removed before, see `openapi30.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.schema import formats
from harness.schema.dialects import Dialect
from harness.schema.nodes import END, KeySet, Node
from harness.schema.resources import Place
from harness.schema.values import ARR, BOOL, NULL, NUM, OBJ, STR, exact

if TYPE_CHECKING:
    from harness.schema.compile import Compiler, Scope

TYPE_BITS = {"null": NULL, "boolean": BOOL, "number": NUM, "integer": NUM, "string": STR, "array": ARR, "object": OBJ}


class Keywords:
    """The keywords of one schema object at one place."""

    def __init__(self, compiler: Compiler, place: Place, scope: Scope) -> None:
        """Reads nothing yet."""
        self.compiler = compiler
        self.store = compiler.store
        self.place = place
        self.scope = scope
        self.dialect = place.resource.dialect
        self.schema = place.value

    def formula(self) -> Node:
        """Return what the schema says.

        Raises:
            UnreadableError: A keyword has a value that the dialect does not allow.
        """
        schema = self.schema
        if schema is True:
            return self.store.true
        if schema is False:
            return self.store.false
        if not isinstance(schema, dict):
            raise self._malformed("a schema is an object, or true or false")
        if "$ref" in schema and self.dialect.ref_stands_alone:
            return self._follow("$ref")
        return self.store.conj(self._parts(schema))

    def _parts(self, schema: dict[str, object]) -> Iterator[Node]:
        since_06 = self.dialect.rank >= Dialect.DRAFT_06.rank
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            if keyword in schema and (keyword == "$ref" or self._has_keyword(keyword)):
                yield self._follow(keyword)
        if "type" in schema:
            yield self._type(schema["type"])
        if "enum" in schema:
            yield self.store.inside(self._list("enum", schema["enum"]))
        if "const" in schema and since_06:
            yield self.store.inside([schema["const"]])
        yield from self._numbers(schema)
        yield from self._strings(schema)
        yield from self._branches(schema)
        if not _ARRAY_KEYWORDS.isdisjoint(schema):
            yield from self._arrays(schema)
        if not _OBJECT_KEYWORDS.isdisjoint(schema):
            yield from self._objects(schema)
        if "unevaluatedProperties" in schema or "unevaluatedItems" in schema:
            from harness.schema.unevaluated import unevaluated  # noqa: PLC0415  (rare, and it imports this module)

            yield from unevaluated(self, schema)

    def _has_keyword(self, keyword: str) -> bool:
        if keyword == "$recursiveRef":
            return self.dialect is Dialect.DRAFT_2019_09
        return self.dialect is Dialect.DRAFT_2020_12

    # --- shapes of keyword values ------------------------------------------------------------------------------

    def _malformed(self, problem: str) -> Exception:
        from harness.schema.compile import malformed  # noqa: PLC0415  (the two modules need each other)

        return malformed(self.place, problem)

    def _list(self, keyword: str, value: object) -> list[object]:
        if not isinstance(value, list):
            raise self._malformed(f"“{keyword}” must be an array")
        return value

    def map_of(self, keyword: str) -> dict[str, object]:
        """Return an object-valued keyword, empty if absent."""
        value = self.schema.get(keyword, {}) if isinstance(self.schema, dict) else {}
        if not isinstance(value, dict):
            raise self._malformed(f"“{keyword}” must be an object")
        return value

    def _count(self, keyword: str, value: object) -> int:
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            number = exact(value)
            if number.denominator == 1 and number >= 0:
                return number.numerator
        raise self._malformed(f"“{keyword}” must be a natural number")

    def _number(self, keyword: str, value: object) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise self._malformed(f"“{keyword}” must be a number")
        return exact(value)

    # --- other schemas -----------------------------------------------------------------------------------------

    def _follow(self, keyword: str) -> Node:
        return self.compiler.followed(self.place, self.scope, keyword)

    def here(self, *tokens: str | int) -> Node:
        """Return the formula of a subschema."""
        return self.compiler.node(self.place.child(*tokens), self.scope)

    def keywords_at(self, *tokens: str | int) -> Keywords:
        """Return the keywords of a subschema."""
        place = self.place.child(*tokens)
        return Keywords(self.compiler, place, self.compiler.scope_of(place, self.scope))

    def branches_of(self, keyword: str) -> list[Node]:
        """Return the formulas of a list of subschemas."""
        branches = self.schema.get(keyword) if isinstance(self.schema, dict) else None
        return [self.here(keyword, position) for position in range(len(self._list(keyword, branches)))]

    # --- keywords ----------------------------------------------------------------------------------------------

    def _type(self, value: object) -> Node:
        names = value if isinstance(value, list) else [value]
        bits = 0
        for name in names:
            if not isinstance(name, str) or name not in TYPE_BITS:
                raise self._malformed(f"“type” knows no {name!r}")
            bits |= TYPE_BITS[name]
        node = self.store.types(bits)
        if "integer" in names and "number" not in names:
            return self.store.conj([node, self.store.atom("MULT", Fraction(1))])
        return node

    def _numbers(self, schema: dict[str, object]) -> Iterator[Node]:
        boolean = self.dialect.rank <= Dialect.DRAFT_04.rank
        for keyword, strict, plain_atom, strict_atom in (
            ("minimum", "exclusiveMinimum", "GE", "GT"),
            ("maximum", "exclusiveMaximum", "LE", "LT"),
        ):
            if keyword in schema:
                excluded = boolean and schema.get(strict) is True
                yield self.store.atom(strict_atom if excluded else plain_atom, self._number(keyword, schema[keyword]))
            if strict in schema and not boolean:
                yield self.store.atom(strict_atom, self._number(strict, schema[strict]))
            elif strict in schema and not isinstance(schema[strict], bool):
                raise self._malformed(f"“{strict}” must be true or false")
        if "multipleOf" in schema:
            step = self._number("multipleOf", schema["multipleOf"])
            if step <= 0:
                raise self._malformed("“multipleOf” must be greater than 0")
            yield self.store.atom("MULT", step)

    def _strings(self, schema: dict[str, object]) -> Iterator[Node]:
        for keyword, atom in (("minLength", "MINLEN"), ("maxLength", "MAXLEN")):
            if keyword in schema:
                yield self.store.atom(atom, self._count(keyword, schema[keyword]))
        if "pattern" in schema:
            yield self.store.atom("PATTERN", self._pattern("pattern", schema["pattern"]))
        if "format" in schema and self.compiler.format_assertion and isinstance(schema["format"], str):
            yield formats.formula(self.store, schema["format"])

    def _pattern(self, keyword: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._malformed(f"“{keyword}” must be a string")
        return value

    def _branches(self, schema: dict[str, object]) -> Iterator[Node]:
        if "allOf" in schema:
            yield from self.branches_of("allOf")
        if "anyOf" in schema:
            yield self.store.disj(self.branches_of("anyOf"))
        if "oneOf" in schema:
            yield self.store.one(self.branches_of("oneOf"))
        if "not" in schema:
            yield self.store.neg(self.here("not"))
        if "if" in schema and self.dialect.rank >= Dialect.DRAFT_07.rank and ("then" in schema or "else" in schema):
            then = self.here("then") if "then" in schema else self.store.true
            other = self.here("else") if "else" in schema else self.store.true
            yield self.store.ite(self.here("if"), then, other)

    def item_layout(self, schema: dict[str, object]) -> tuple[str, int, str]:
        """Return the keyword of the leading items, how many they are, and that of all later ones ("" if none)."""
        if self.dialect is Dialect.DRAFT_2020_12:
            leading = len(self._list("prefixItems", schema["prefixItems"])) if "prefixItems" in schema else 0
            return "prefixItems", leading, "items" if "items" in schema else ""
        if isinstance(schema.get("items"), list):
            return (
                "items",
                len(self._list("items", schema["items"])),
                "additionalItems" if "additionalItems" in schema else "",
            )
        return "items", 0, "items" if "items" in schema else ""

    def _arrays(self, schema: dict[str, object]) -> Iterator[Node]:
        for keyword, atom in (("minItems", "MINITEMS"), ("maxItems", "MAXITEMS")):
            if keyword in schema:
                yield self.store.atom(atom, self._count(keyword, schema[keyword]))
        if schema.get("uniqueItems") is True:
            yield self.store.atom("UNIQUE")
        leading, count, later = self.item_layout(schema)
        for position in range(count):
            yield self.store.atom("EACH", position, position + 1, self.here(leading, position))
        if later:
            yield self.store.atom("EACH", count, END, self.here(later))
        if "contains" in schema and self.dialect.rank >= Dialect.DRAFT_06.rank:
            yield from self._contains(schema)

    def _contains(self, schema: dict[str, object]) -> Iterator[Node]:
        wanted = self.here("contains")
        counted = self.dialect.rank >= Dialect.DRAFT_2019_09.rank
        least = self._count("minContains", schema["minContains"]) if counted and "minContains" in schema else 1
        yield self.store.atom("ATLEAST", least, wanted)
        if counted and "maxContains" in schema:
            yield self.store.atom("ATMOST", self._count("maxContains", schema["maxContains"]), wanted)

    def _objects(self, schema: dict[str, object]) -> Iterator[Node]:
        store = self.store
        for keyword, atom in (("minProperties", "MINP"), ("maxProperties", "MAXP")):
            if keyword in schema:
                yield store.atom(atom, self._count(keyword, schema[keyword]))
        if "required" in schema:
            for name in self._names("required", schema["required"]):
                yield store.atom("HAS", name)
        properties, patterns = self.map_of("properties"), self.map_of("patternProperties")
        for name in properties:
            yield store.atom("KEYS", KeySet((name,)), self.here("properties", name))
        for pattern in patterns:
            yield store.atom("KEYS", KeySet((), (pattern,)), self.here("patternProperties", pattern))
        if "additionalProperties" in schema:
            rest = KeySet(properties, patterns, other=True)
            yield store.atom("KEYS", rest, self.here("additionalProperties"))
        if "propertyNames" in schema and self.dialect.rank >= Dialect.DRAFT_06.rank:
            yield store.atom("NAMES", self.here("propertyNames"))
        yield from self._dependencies()

    def _names(self, keyword: str, value: object) -> list[str]:
        names = self._list(keyword, value)
        if not all(isinstance(name, str) for name in names):
            raise self._malformed(f"“{keyword}” must list names")
        return names  # type: ignore[return-value]  # checked above

    def _dependencies(self) -> Iterator[Node]:
        modern = self.dialect.rank >= Dialect.DRAFT_2019_09.rank
        for keyword in ("dependentRequired", "dependentSchemas") if modern else ("dependencies",):
            for name, wanted in self.map_of(keyword).items():
                if isinstance(wanted, list):
                    then = self.store.conj(self.store.atom("HAS", other) for other in self._names(keyword, wanted))
                else:
                    then = self.here(keyword, name)
                yield self.store.disj([self.store.atom("LACKS", name), then])


_ARRAY_KEYWORDS = {
    "items", "prefixItems", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems",
}  # fmt: skip
_OBJECT_KEYWORDS = {
    "properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties",
    "propertyNames", "dependencies", "dependentRequired", "dependentSchemas",
}  # fmt: skip
