"""Small random schemas of every dialect, and values near them.

Drawn by a seeded generator rather than by nested strategies, which take a hundred times longer than the proofs.
"""

import random

from hypothesis import strategies as st

DIALECTS = ("draft-04", "draft-06", "draft-07", "2019-09", "2020-12")
VALUES = (
    None, True, False, 0, 1, 2, 3, -1, 1.5, 10, "", "a", "b", "ab", "aab", "x1", [], [1], [1, 1], [0, False], ["a"],
    [[]], [{}], [1, 2, 3], {}, {"a": 1}, {"a": "a", "b": 0}, {"b": None}, {"a": {}}, {"c": 1}, {"a": 1, "b": 2, "c": 3},
)  # fmt: skip
NAMES = ("a", "b", "c")
PATTERNS = ("a", "^a", "b$", "^a*$", "^[ab]+$", "^$", "1", "^a.b$")
TYPES = (
    "null", "boolean", "integer", "number", "string", "array", "object",
    ["string", "null"], ["object", "array"], ["integer", "string"],
)  # fmt: skip
PLAIN = ("type", "type", "enum", "bound", "bound", "multipleOf", "pattern", "uniqueItems", "required", "count")
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


class Drawing:
    """Draws schemas of one dialect from a seed."""

    def __init__(self, seed, dialect):
        self.rng = random.Random(seed)  # noqa: S311  (examples, not secrets)
        self.dialect = dialect
        self.since = DIALECTS.index(dialect)
        self.defined = 0

    def document(self, depth=3):
        """Return a schema with two named ones beside it, to which references lead, also in circles."""
        place = "$defs" if self.since >= 3 else "definitions"
        self.defined = 2
        named = {name: self.schema(depth - 1) for name in ("p", "q")}
        body = self.schema(depth)
        return {"allOf": [body], place: named} if isinstance(body, bool) else {**body, place: named}

    def schema(self, depth):
        if self.rng.random() < 0.08:
            return self.rng.choice([True, False, {}]) if self.since else {}
        if self.defined and self.rng.random() < 0.15:
            place = "$defs" if self.since >= 3 else "definitions"
            return {"$ref": f"#/{place}/{self.rng.choice('pq')}"}
        result = {}
        for _ in range(self.rng.choice((1, 1, 2, 2, 3))):
            result.update(self.plain() if depth <= 0 or self.rng.random() < 0.5 else self.holding(depth - 1))
        return result

    def plain(self):
        rng = self.rng
        name = rng.choice(
            ("type", "type", "enum", "bound", "bound", "multipleOf", "pattern", "uniqueItems", "required", "count")
        )
        if name == "bound":
            return {rng.choice(("minimum", "maximum")): rng.choice((0, 1, 2, 3, -1, 1.5, 2.5, 10))}
        if name == "count":
            return {rng.choice(COUNTS): rng.randint(0, 3)}
        if name == "enum" and self.since and rng.random() < 0.4:
            return {"const": rng.choice(VALUES)}
        return {
            name: {
                "type": lambda: rng.choice(TYPES),
                "enum": lambda: rng.sample(VALUES, rng.randint(1, 4)),
                "multipleOf": lambda: rng.choice((1, 2, 3, 0.5, 1.5)),
                "pattern": lambda: rng.choice(PATTERNS),
                "uniqueItems": lambda: True,
                "required": lambda: rng.sample(NAMES, rng.randint(1, 2)),
            }[name]()
        }

    def holding(self, depth):
        rng = self.rng
        names = ["properties", "properties", "patternProperties", "additionalProperties", "items", "tuple", "not"]
        names += ["allOf", "anyOf", "oneOf", "dependent"]
        names += ["propertyNames", "contains"] if self.since >= 1 else []
        names += ["if"] if self.since >= 2 else []
        names += ["unevaluatedProperties", "unevaluatedItems"] if self.since >= 3 else []
        name = rng.choice(names)
        inner = self.schema(depth)
        if name in {"allOf", "anyOf", "oneOf"}:
            return {name: [inner, *(self.schema(depth) for _ in range(rng.randint(0, 2)))]}
        if name == "if":
            parts = [key for key in ("then", "else") if rng.random() < 0.7]
            return {"if": inner, **{key: self.schema(depth) for key in parts}}
        if name == "contains" and self.since >= 3:
            bounds = [key for key in ("minContains", "maxContains") if rng.random() < 0.4]
            return {name: inner, **{key: rng.randint(0, 2) for key in bounds}}
        closed = name.startswith(("additional", "unevaluated")) and self.since and rng.random() < 0.4
        return {
            "properties": {"properties": {key: self.schema(depth) for key in rng.sample(NAMES, rng.randint(1, 2))}},
            "patternProperties": {"patternProperties": {rng.choice(("a", "^b", "^[ab]", ".")): inner}},
            "tuple": {"prefixItems" if self.since == 4 else "items": [inner]},
            "dependent": {"dependentSchemas" if self.since >= 3 else "dependencies": {rng.choice(NAMES): inner}},
        }.get(name, {name: False if closed else inner})

    def near(self, schema):
        """Return a schema that is likely comparable with another."""
        if isinstance(schema, bool) or self.rng.random() < 0.3:
            return self.schema(3)
        kind = self.rng.choice(("drop", "either", "both", "inside"))
        if kind == "either":
            return {"anyOf": [schema, self.schema(1)]}
        if kind == "both":
            return {"allOf": [schema, self.schema(1)]}
        changed = dict(schema)
        name = self.rng.choice(sorted(changed)) if changed else None
        if name == "properties" and kind == "inside":
            changed[name] = {key: self.near(inner) for key, inner in changed[name].items()}
        elif name is not None:
            del changed[name]
        return changed


def pair(seed, dialect, *, references=False):
    """Return two schemas of a dialect that have something to do with each other."""
    drawing = Drawing(seed, dialect)
    first = drawing.document() if references else drawing.schema(3)
    second = drawing.document() if references else drawing.near(first)
    return (first, second) if drawing.rng.random() < 0.5 else (second, first)


pairs = st.builds(
    lambda seed, dialect: (dialect, *pair(seed, dialect)), st.integers(0, 2**40), st.sampled_from(DIALECTS)
)
referring = st.builds(
    lambda seed, dialect: (dialect, *pair(seed, dialect, references=True)),
    st.integers(0, 2**40),
    st.sampled_from(DIALECTS),
)


def some_values(seed, number=60):
    """Return values that small schemas judge differently."""
    rng = random.Random(seed)  # noqa: S311  (examples, not secrets)

    def value(depth):
        chance = rng.random()
        if chance < 0.5 or not depth:
            return rng.choice(VALUES)
        if chance < 0.75:
            return [value(depth - 1) for _ in range(rng.randint(0, 4))]
        return {key: value(depth - 1) for key in rng.sample(("a", "b", "c", "ab", "x"), rng.randint(0, 4))}

    return [*VALUES, *(value(2) for _ in range(number))]


several_values = st.builds(some_values, st.integers(0, 2**32))
