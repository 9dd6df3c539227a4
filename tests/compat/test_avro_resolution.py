"""Avro 1.12 schema resolution, section by section, and data that fastavro refuses as we say."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from avro_documents import compare, decimal, enum, field, place, record

from harness.compat.avro_data import Samples
from harness.compat.avro_reading import read_avro
from harness.model import Bump, Level, Location, UnreadableError, Verdict

COMPATIBLE, BREAKING, UNPROVEN = Verdict.COMPATIBLE, Verdict.BREAKING, Verdict.UNPROVEN


AMOUNT = field("amount", "long")
NESTED = {"type": "record", "name": "Node", "fields": [field("value", "int"), field("next", ["null", "Node"])]}

CASES = [
    pytest.param(old, new, backward, forward, rules, id=title)
    for title, old, new, backward, forward, rules in [
        ("equal", record(AMOUNT), record(AMOUNT), COMPATIBLE, COMPATIBLE, []),
        ("int to long", "int", "long", COMPATIBLE, BREAKING, ["avro-type-promoted"]),
        ("int to float", "int", "float", COMPATIBLE, BREAKING, ["avro-type-promoted"]),
        ("long to double", "long", "double", COMPATIBLE, BREAKING, ["avro-type-promoted"]),
        ("float to double", "float", "double", COMPATIBLE, BREAKING, ["avro-type-promoted"]),
        ("double to float", "double", "float", BREAKING, COMPATIBLE, ["avro-type-demoted"]),
        ("string and bytes read each other", "string", "bytes", COMPATIBLE, COMPATIBLE, ["avro-type-promoted"]),
        ("boolean to int", "boolean", "int", BREAKING, BREAKING, ["avro-type-changed"]),
        (
            "field added with default",
            record(AMOUNT),
            record(AMOUNT, field("tax", "long", default=0)),
            COMPATIBLE,
            COMPATIBLE,
            ["avro-field-added"],
        ),
        (
            "field added without default",
            record(AMOUNT),
            record(AMOUNT, field("tax", "long")),
            BREAKING,
            COMPATIBLE,
            ["avro-field-added"],
        ),
        (
            "null as default counts as a default",
            record(AMOUNT),
            record(AMOUNT, field("tax", ["null", "long"], default=None)),
            COMPATIBLE,
            COMPATIBLE,
            ["avro-field-added"],
        ),
        (
            "field removed",
            record(AMOUNT, field("tax", "long")),
            record(AMOUNT),
            COMPATIBLE,
            BREAKING,
            ["avro-field-removed"],
        ),
        (
            "fields in another order",
            record(AMOUNT, field("tax", "int")),
            record(field("tax", "int"), AMOUNT),
            COMPATIBLE,
            COMPATIBLE,
            [],
        ),
        (
            "field renamed with alias",
            record(field("tax", "long")),
            record(field("total_tax", "long", aliases=["tax"])),
            COMPATIBLE,
            BREAKING,
            ["avro-field-renamed"],
        ),
        (
            "record renamed with alias",
            record(AMOUNT),
            record(AMOUNT, name="Bill", aliases=["Invoice"]),
            COMPATIBLE,
            BREAKING,
            ["avro-name-changed"],
        ),
        ("record renamed", record(AMOUNT), record(AMOUNT, name="Bill"), BREAKING, BREAKING, ["avro-name-changed"]),
        (
            "an alias is relative to the namespace",
            record(AMOUNT, namespace="billing"),
            record(AMOUNT, name="Bill", namespace="billing", aliases=["Invoice"]),
            COMPATIBLE,
            BREAKING,
            ["avro-name-changed"],
        ),
        (
            "namespace changed: unqualified names decide",
            record(AMOUNT, namespace="billing"),
            record(AMOUNT, namespace="finance"),
            COMPATIBLE,
            COMPATIBLE,
            ["avro-namespace-changed"],
        ),
        ("symbol removed", enum("A", "B"), enum("A"), BREAKING, COMPATIBLE, ["avro-symbol-removed"]),
        (
            "symbol removed, reader has a default",
            enum("A", "B", default="A"),
            enum("A", default="A"),
            COMPATIBLE,
            COMPATIBLE,
            ["avro-symbol-removed"],
        ),
        ("symbol added", enum("A"), enum("A", "B"), COMPATIBLE, BREAKING, ["avro-symbol-added"]),
        (
            "fixed of another size",
            {"type": "fixed", "name": "F", "size": 4},
            {"type": "fixed", "name": "F", "size": 8},
            BREAKING,
            BREAKING,
            ["avro-fixed-size-changed"],
        ),
        ("null allowed", "long", ["null", "long"], COMPATIBLE, BREAKING, ["avro-branch-added"]),
        ("null refused", ["null", "long"], "long", BREAKING, COMPATIBLE, ["avro-branch-removed"]),
        ("branches in another order", ["null", "long"], ["long", "null"], COMPATIBLE, COMPATIBLE, []),
        ("branch promoted", ["null", "int"], ["null", "long"], COMPATIBLE, BREAKING, ["avro-type-promoted"]),
        (
            "branch absorbed by a wider one",
            ["int", "long"],
            ["long"],
            COMPATIBLE,
            COMPATIBLE,
            ["avro-branch-removed"],
        ),
        ("empty union writes nothing", [], ["float"], COMPATIBLE, BREAKING, ["avro-branch-added"]),
        (
            "items",
            {"type": "array", "items": "long"},
            {"type": "array", "items": "int"},
            BREAKING,
            COMPATIBLE,
            ["avro-type-demoted"],
        ),
        (
            "map values",
            {"type": "map", "values": "int"},
            {"type": "map", "values": "string"},
            BREAKING,
            BREAKING,
            ["avro-type-changed"],
        ),
        ("recursion, equal", NESTED, NESTED, COMPATIBLE, COMPATIBLE, []),
        (
            "recursion, changed inside",
            NESTED,
            {**NESTED, "fields": [field("value", "string"), NESTED["fields"][1]]},
            BREAKING,
            BREAKING,
            ["avro-type-changed"],
        ),
        ("scale of a decimal", decimal(12, 2), decimal(12, 4), BREAKING, BREAKING, ["avro-decimal-changed"]),
        ("precision of a decimal", decimal(12, 2), decimal(18, 2), BREAKING, BREAKING, ["avro-decimal-changed"]),
        (
            "an invalid decimal is plain bytes",
            decimal(2, 4),
            decimal(2, 9),
            COMPATIBLE,
            COMPATIBLE,
            [],
        ),
        (
            "milliseconds read as microseconds keep their bytes",
            {"type": "long", "logicalType": "timestamp-millis"},
            {"type": "long", "logicalType": "timestamp-micros"},
            COMPATIBLE,
            COMPATIBLE,
            ["avro-logical-type-changed"],
        ),
        (
            "documentation",
            record(AMOUNT, doc="a"),
            record(AMOUNT, doc="b"),
            COMPATIBLE,
            COMPATIBLE,
            ["avro-text-changed"],
        ),
        (
            "one definition used twice is one change",
            record(field("net", enum("A", "B")), field("gross", "TaxCode")),
            record(field("net", enum("A")), field("gross", "TaxCode")),
            BREAKING,
            COMPATIBLE,
            ["avro-symbol-removed"],
        ),
    ]
]


@pytest.mark.parametrize(("old", "new", "backward", "forward", "rules"), CASES)
def test_both_directions_follow_the_specification(old, new, backward, forward, rules) -> None:
    found = compare(old, new)
    assert (found.backward, found.forward, found.verdict) == (backward, forward, backward)
    assert sorted(change.rule for change in found.changes) == rules
    mirrored = compare(new, old)
    assert (mirrored.backward, mirrored.forward) == (forward, backward)


PAIRS = [pytest.param(*case.values[:2], id=case.id) for case in CASES]


@pytest.mark.parametrize(("old", "new"), PAIRS)
@pytest.mark.parametrize("mode", ["backward", "forward", "full"])
def test_the_document_breaks_exactly_where_a_change_breaks(old, new, mode) -> None:
    found = compare(old, new, mode)
    assert Verdict.worst([change.verdict for change in found.changes]) is found.verdict
    broken = [change for change in found.changes if change.verdict is BREAKING]
    assert all(change.witness is not None and change.settle and change.level is Level.ERROR for change in broken)


@pytest.mark.parametrize(("old", "new"), [pair for pair in PAIRS if "decimal" not in pair.id])
def test_fastavro_cannot_read_what_is_called_breaking_and_reads_the_rest(old, new) -> None:
    # Decimals are left out: fastavro takes the writer's scale, where the specification says that they do not match.
    fastavro = pytest.importorskip("fastavro")
    schema = read_avro(old, place)
    samples = Samples(schema)
    witness = compare(old, new).backward_witness
    if witness is None and not samples.has(schema.root):
        return
    datum = samples.of(schema.root) if witness is None else witness.instance
    writer, reader = fastavro.parse_schema(old), fastavro.parse_schema(new)
    encoded = io.BytesIO()
    fastavro.schemaless_writer(encoded, writer, from_json(datum, old))
    encoded.seek(0)
    if witness is None:
        fastavro.schemaless_reader(encoded, writer, reader)
        return
    with pytest.raises(Exception) as refused:  # noqa: PT011  (fastavro raises what comes along)
        fastavro.schemaless_reader(encoded, writer, reader)
    assert refused.value is not None


def test_the_same_bytes_are_another_amount_under_another_scale() -> None:
    fastavro = pytest.importorskip("fastavro")
    old, new = fastavro.parse_schema(decimal(12, 2)), fastavro.parse_schema(decimal(12, 4))
    encoded = io.BytesIO()
    fastavro.schemaless_writer(encoded, old, Decimal("228.00"))
    assert fastavro.schemaless_reader(io.BytesIO(encoded.getvalue()), new) == Decimal("2.28")


def from_json(datum, schema):
    """Turn the JSON encoding into Python data, for the schemas of this file."""
    if isinstance(schema, list):
        return None if datum is None else next(iter(datum.values()))
    if isinstance(schema, dict) and schema["type"] == "record":
        return {item["name"]: from_json(datum[item["name"]], item["type"]) for item in schema["fields"]}
    kind = schema["type"] if isinstance(schema, dict) else schema
    return datum.encode("latin-1") if kind in {"bytes", "fixed"} else datum


def test_a_witness_names_the_failing_place() -> None:
    old = record(field("lines", {"type": "array", "items": record(field("tax", "long"), name="Line")}))
    new = record(field("lines", {"type": "array", "items": record(field("tax", "int"), name="Line")}))
    witness = compare(old, new).changes[0].witness
    assert witness is not None
    assert (witness.instance, witness.failing) == ({"lines": [{"tax": 2147483648}]}, "/lines/0/tax")
    assert witness.error == "int cannot be read from long"


def test_a_type_that_only_infinite_data_satisfy_breaks_without_a_witness() -> None:
    def endless(kind: str) -> dict:
        return record(field("head", kind), field("tail", "Invoice"))

    found = compare(endless("long"), endless("int"))
    assert found.verdict is BREAKING
    assert found.backward_witness is None
    assert found.changes[0].basis == "rule"


def test_a_disputed_choice_between_two_branches_is_unproven() -> None:
    fitting = record(AMOUNT, namespace="b")
    other = record(AMOUNT, field("tax", "long"), namespace="a")
    found = compare([record(AMOUNT, namespace="a")], [other, fitting])
    assert found.backward is UNPROVEN
    assert found.required_bump is Bump.MAJOR


def test_two_fields_that_claim_one_written_field_are_unproven() -> None:
    found = compare(record(field("a", "int")), record(field("a", "int"), field("b", "int", aliases=["a"])))
    assert found.backward is UNPROVEN
    assert Verdict.worst([change.verdict for change in found.changes]) is UNPROVEN


@pytest.mark.parametrize(
    ("schema", "pointer", "words"),
    [
        ("integer", "", "integer"),
        (["int", "int"], "/1", "twice"),
        (["null", ["int"]], "/1", "directly inside"),
        ({"type": "record", "name": "R"}, "", "fields"),
        (record(field("a", "int"), field("a", "int")), "/fields/1", "twice"),
        (record(field("a", "int", default="x")), "/fields/0/default", "default"),
        (record(field("a", "Later")), "/fields/0/type", "Later"),
        ({"type": "enum", "name": "E", "symbols": ["A", "A"]}, "/symbols", "twice"),
        ({"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}, "/default", "default"),
        ({"type": "enum", "name": "E", "symbols": ["1A"]}, "/symbols", "name"),
        ({"type": "fixed", "name": "F", "size": -1}, "/size", "size"),
        ({"type": "fixed", "name": "int", "size": 1}, "/name", "primitive"),
        ({"type": "array"}, "", "items"),
        ({"name": "x"}, "", "type"),
        ({"protocol": "P", "types": []}, "", "protocol"),
        (None, "", "name"),
        (3, "", "name"),
    ],
)
def test_an_invalid_schema_is_an_error_with_its_place(schema, pointer, words) -> None:
    with pytest.raises(UnreadableError, match=words) as refused:
        compare(schema, "int")
    assert refused.value.location == Location("schema.avsc", pointer)
    assert refused.value.remedy


def test_a_schema_nested_beyond_measure_is_an_error() -> None:
    deep: object = "int"
    for _ in range(3000):
        deep = {"type": "array", "items": deep}
    with pytest.raises(UnreadableError, match="nested"):
        compare(deep, "int")
