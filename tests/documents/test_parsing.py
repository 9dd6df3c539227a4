import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.documents import parse, parse_all
from harness.model import HarnessError, UnreadableError, json_equal


def refused(data: bytes | str, path: str = "a.yaml") -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse(data.encode() if isinstance(data, str) else data, path)
    assert caught.value.exit_code == 3
    assert caught.value.location is not None
    assert caught.value.location.file == path
    return caught.value


def at(error: HarnessError) -> tuple[int | None, int | None]:
    assert error.location is not None
    return error.location.line, error.location.column


def test_numbers_are_exact_and_never_floats():
    value = parse(b'{"a": 0.1, "b": 10000000000000000000000.0, "c": 12345678901234567890123, "d": 1e2}', "a.json").value
    assert value == {
        "a": Decimal("0.1"),
        "b": Decimal("10000000000000000000000.0"),
        "c": 12345678901234567890123,
        "d": Decimal("1E+2"),
    }
    assert isinstance(value["d"], Decimal)


def test_yaml_numbers_with_more_digits_than_a_float_holds_stay_exact():
    value = parse(
        b"a: 0.12345678901234567890123\nb: 12345678901234567890123\nc: [0.12345678901234567890123]\n", "a.yaml"
    )
    assert value.value == {
        "a": Decimal("0.12345678901234567890123"),
        "b": 12345678901234567890123,
        "c": [Decimal("0.12345678901234567890123")],
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("2021-08-01", "2021-08-01"), ("12:30", "12:30"), ("0o14", 12), ("0x1F", 31),
        ("012", 12), ("1_000", "1_000"), ("~", None), ("Null", None), ("True", True), ("1.", Decimal(1)),
        (".5", Decimal("0.5")), ("1e3", Decimal(1000)), ("+1", 1), ("'1'", "1"), ('"1"', "1"), ("0b1", "0b1"),
        ("1.0.0", "1.0.0"), ("", None), ("|-\n  a\n  b", "a\nb"), (">-\n  a\n  b", "a b"), ("a\n  b", "a b"),
        ("'a''b'", "a'b"), ('"a\\tb"', "a\tb"), ("[a, b]", ["a", "b"]), ("{a: b}", {"a": "b"}),
        ("[it's, a@b.example]", ["it's", "a@b.example"]),
    ],
)  # fmt: skip
def test_yaml_scalars_follow_the_core_schema_of_yaml_1_2(text, value):
    assert parse(f"k: {text}\n".encode(), "a.yaml").value == {"k": value}


def test_keys_are_the_text_that_is_written():
    assert parse(b"200: a\ntrue: b\n1.10: c\n007: d\n'x': e\n", "a.yaml").value == {
        "200": "a", "true": "b", "1.10": "c", "007": "d", "x": "e",
    }  # fmt: skip
    assert parse(b"200: a\ntrue: b\nnull: c\n", "a.yaml").value == {"200": "a", "true": "b", "null": "c"}


@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
def test_a_duplicate_key_is_refused_and_both_lines_are_named(path):
    error = refused('{"a": 1,\n "b": {"c": 1,\n\n  "c": 2}}', path)
    assert error.message == '"c" appears twice (first at line 2)'
    assert at(error) == (4, 3)
    assert "Remove one." in error.remedy


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", 3),
        ("x:\n  - a: 1\n    b: 1\n    a: 2\n", 4),
        ("x: {a: 1, b: 2,\n  a: 3}\n", 2),
        ('x: {"a": 1,\n  "a": 3}\n', 2),
        ("&x a: 1\nb: 2\na: 3\n", 3),
        ('a: "1\n  2"\nb: |\n  a: 1\n\n\n"a": 2\n', 7),
    ],
)
def test_yaml_duplicates_are_found_in_every_kind_of_mapping(text, line):
    error = refused(text)
    assert '"a" appears twice (first at line' in error.message
    assert at(error)[0] == line


@pytest.mark.parametrize(
    ("data", "words", "place"),
    [
        ("k: ä".encode("latin-1"), "byte 0xe4 is not UTF-8", (1, 4)),
        ("k: a\nk2: ä".encode("utf-16"), "UTF-16", (1, 1)),
        ("k: a".encode("utf-16-le"), "UTF-16 without a mark", (1, 2)),
        (b"k: a\x00b", "NUL character", (1, 5)),
        (b'{"a": "\\u0000"}', "NUL character", (1, 8)),
        (b'a: "\\0"', "NUL character", (1, 4)),
        (b'{"a": NaN}', "NaN is not a JSON number", (1, 7)),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number", (1, 7)),
        (b'{"a": 1e999999999}', "out of range", (1, 7)),
        (b'{"a": 1e-999999999}', "out of range", (1, 7)),
        (b'{"a": 1e99999999999999999999}', "out of range", (1, 7)),
        (b'{"a": 0e-99999999999999999999}', "out of range", (1, 7)),
        (b'{"a": ' + b"1" * 5000 + b"}", "thousands of digits", (1, 7)),
        (b"a: " + b"1" * 5000, "thousands of digits", (1, 4)),
        (b'{"a": "\\ud800"}', "surrogate", (1, 7)),
        (b'a: "\\ud800"', "invalid Unicode character escape", (1, 7)),
        (b"a: .nan", "not a JSON number", (1, 4)),
        (b"a: 1e999999999", "out of range", (1, 4)),
        (b"a: 1e99999999999999999999", "out of range", (1, 4)),
        (b"a: !!python/object/apply:os.system [id]", "python/object/apply:os.system", (1, 4)),
        (b"a: b: c", "mapping values are not allowed", (1, 5)),
        (b"a:\n\t- b", "cannot start any token", (2, 1)),
        (b'{"a": }', "expecting value", (1, 7)),
        (b"a: *x", "undefined alias", None),
        (b"a: 1\n---\nb: 1\n", "second document", (3, 1)),
        (b"", "empty", (1, 1)),
        (b"# nothing\n", "empty", (1, 1)),
        (b"a: \x07", "control character", (1, 4)),
    ],
)  # fmt: skip
def test_what_tools_would_read_differently_is_refused_with_its_place(data, words, place):
    path = "a.json" if data.startswith(b"{") else "a.yaml"
    error = refused(data, path)
    if place is None:
        assert "x" in error.message
        return
    assert words in error.message
    assert at(error) == place


def test_a_byte_order_mark_of_utf8_is_tolerated_and_emoji_escapes_are_characters():
    assert parse(b"\xef\xbb\xbfa: 1\n", "a.yaml").value == {"a": 1}
    assert parse(b'{"a": "\\ud83d\\ude00"}', "a.json").value == {"a": "\N{GRINNING FACE}"}


def test_a_catalog_file_holds_several_documents_each_with_its_lines():
    data = b"# first\n---\na: 1\n---\n# nothing\n---\nb:\n  c: 2\n...\n"
    first, second = parse_all(data, "catalog.yaml")
    assert (first.value, second.value) == ({"a": 1}, {"b": {"c": 2}})
    assert (first.position("/a"), second.position("/b/c")) == ((3, 1), (8, 3))


def test_an_unquoted_version_can_be_told_from_the_number_it_would_become():
    document = parse(b"info:\n  version: 1.10\n  title: 'x' # y\n", "a.yaml")
    assert document.value == {"info": {"version": Decimal("1.1"), "title": "x"}}
    assert document.source_of("/info/version") == "1.10"
    assert parse(b'{"v": 1.10}', "a.json").source_of("/v") == "1.10"


def test_merge_keys_are_read_as_most_tools_read_them():
    text = b"base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\nlist:\n  <<: [*b, {z: 4}]\n"
    assert parse(text, "a.yaml").value == {
        "base": {"x": 1, "y": 2}, "other": {"x": 1, "y": 3}, "list": {"x": 1, "y": 2, "z": 4},
    }  # fmt: skip


def test_a_file_that_begins_like_json_but_is_yaml_is_read_as_yaml():
    assert parse(b"{a: 1, b: [x, y]}", "a.yaml").value == {"a": 1, "b": ["x", "y"]}
    refused(b"{a: 1}", "a.json")


@pytest.mark.corpus
def test_the_same_specification_reads_alike_from_json_and_yaml(corpus):
    folder = corpus / "specs"
    from_json, from_yaml = (parse((folder / f"stripe-new.{end}").read_bytes(), f"x.{end}") for end in ("json", "yaml"))
    assert json_equal(from_json.value, from_yaml.value)


# PyYAML writes by YAML 1.1, where `0o7` and `1e3` are strings that need no quotes and U+0085 breaks lines
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).filter(
    lambda text: not text[:1].isdigit() and text[:1] not in set("+-.")
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(-1000, 1000, places=3) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_a_value_reads_alike_from_json_and_from_what_a_yaml_writer_makes_of_it(value):
    written = json.dumps(value, default=float)
    if "\\u0000" in written:
        return
    from_json = parse(written.encode(), "a.json").value
    plain = json.loads(written)
    for style in (None, False, True):
        text = yaml.safe_dump(plain, default_flow_style=style, allow_unicode=True)
        assert json_equal(parse(text.encode(), "a.yaml").value, from_json)
