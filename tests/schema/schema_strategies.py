"""Small random schemas of every dialect, and values near them."""

from hypothesis import strategies as st

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
small = st.integers(0, 3)


def keyword(name, value):
    return st.builds(lambda inside: {name: inside}, value)


def plain_keywords():
    """Keywords of every dialect that hold no schema."""
    return st.one_of(
        keyword("type", st.sampled_from(TYPES)),
        keyword("enum", st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique_by=repr)),
        keyword("minimum", st.sampled_from([0, 1, 2, -1, 1.5])),
        keyword("maximum", st.sampled_from([0, 1, 2, 3, 10, 2.5])),
        keyword("multipleOf", st.sampled_from([1, 2, 3, 0.5, 1.5])),
        *(keyword(name, small) for name in ("minLength", "maxLength", "minItems", "maxItems")),
        *(keyword(name, small) for name in ("minProperties", "maxProperties")),
        keyword("pattern", st.sampled_from(PATTERNS)),
        keyword("uniqueItems", st.just(True)),  # noqa: FBT003  (a schema's value)
        keyword("required", st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)),
    )


def holding_keywords(inner, dialect):
    """Keywords that hold schemas, as a dialect has them."""
    modern = dialect in {"2019-09", "2020-12"}
    several = st.lists(inner, min_size=1, max_size=3)
    choices = [
        keyword("properties", st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=2)),
        keyword("patternProperties", st.dictionaries(st.sampled_from(["a", "^b", "^[ab]", "."]), inner, max_size=2)),
        keyword("additionalProperties", inner | st.just(False)),  # noqa: FBT003  (a schema)
        *(keyword(name, several) for name in ("allOf", "anyOf", "oneOf")),
        keyword("not", inner),
        keyword("items", inner),
        keyword("dependentSchemas" if modern else "dependencies", st.fixed_dictionaries({"a": inner})),
    ]
    if dialect != "draft-04":
        choices += [keyword("propertyNames", inner), keyword("const", st.sampled_from(VALUES))]
        choices.append(keyword("contains", inner))
    if dialect not in {"draft-04", "draft-06"}:
        choices.append(st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner}))
    if modern:
        counts = {"minContains": st.integers(0, 2), "maxContains": st.integers(0, 2)}
        choices += [
            st.fixed_dictionaries({"contains": inner}, optional=counts),
            keyword("unevaluatedProperties", inner | st.just(False)),  # noqa: FBT003  (a schema)
            keyword("unevaluatedItems", inner | st.just(False)),  # noqa: FBT003  (a schema)
        ]
    tuples = st.lists(inner, min_size=1, max_size=2)
    choices.append(keyword("prefixItems" if dialect == "2020-12" else "items", tuples))
    return st.one_of(choices)


def merged(parts):
    result = {}
    for part in parts:
        result.update(part)
    return result


def schemas(dialect="2020-12"):
    """Schemas of a dialect, nested a few times."""
    bottom = st.lists(plain_keywords(), min_size=1, max_size=2).map(merged)
    if dialect != "draft-04":
        bottom = bottom | st.booleans()
    return st.recursive(
        bottom,
        lambda inner: st.lists(plain_keywords() | holding_keywords(inner, dialect), min_size=1, max_size=3).map(merged),
        max_leaves=8,
    )


def values():
    """JSON values that small schemas judge differently."""
    return st.recursive(
        st.sampled_from(VALUES),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c", "ab", "x"]), inner, max_size=4)
        ),
        max_leaves=6,
    )
