import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.documents import parse
from harness.model import join

characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
keys = st.text(characters, max_size=6)
scalars = st.integers(-5, 10**6) | st.booleans() | st.none() | st.text(characters, max_size=8)
documents = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=25,
    ),
    min_size=1,
    max_size=4,
)


def members(value, pointer=""):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        here = join(pointer, key)
        yield here, key if isinstance(value, dict) else None, inner
        yield from members(inner, here)


def rest_at(text: str, position: tuple[int, int]) -> str:
    line, column = position
    return "\n".join(text.split("\n")[line - 1 :])[column - 1 :]


@given(documents, st.sampled_from([None, 1, 4]))
def test_every_json_pointer_points_at_its_key_or_item(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    document = parse(text.encode(), "a.json")
    for pointer, key, inner in members(value):
        rest = rest_at(text, document.position(pointer))
        decoded, _ = json.JSONDecoder().raw_decode(rest)
        assert decoded == (inner if key is None else key)
        if not isinstance(inner, (dict, list)):
            assert json.loads(document.source_of(pointer)) == inner


@given(documents, st.sampled_from([None, False, True]))
def test_every_yaml_pointer_points_at_its_key_or_item(value, style):
    text = yaml.safe_dump(value, default_flow_style=style, allow_unicode=True, width=10**6)
    document = parse(text.encode(), "a.yaml")
    for pointer, key, inner in members(value):
        rest = rest_at(text, document.position(pointer))
        if key is not None:
            quoted = "'" + key.replace("'", "''") + "'"
            assert rest.startswith((quoted, '"')) or (key and rest.startswith(key))
        elif not isinstance(inner, (dict, list)):
            assert rest.startswith(document.source_of(pointer))


def test_positions_count_through_comments_flow_and_block_scalars():
    text = (
        "# head\nopenapi: 3.1.0\ninfo:\n  title: >-\n    a: b\n    c\n"
        "  tags: [one, {name: two}]\nlist:\n- x\n-\n  y: 1\n- - z\n"
    )
    document = parse(text.encode(), "a.yaml")
    expected = {
        "": (2, 1), "/openapi": (2, 1), "/info/title": (4, 3), "/info/tags": (7, 3), "/info/tags/1": (7, 15),
        "/info/tags/1/name": (7, 16), "/list": (8, 1), "/list/0": (9, 3), "/list/1/y": (11, 3), "/list/2/0": (12, 5),
    }  # fmt: skip
    assert {pointer: document.position(pointer) for pointer in expected} == expected


def test_a_pointer_to_nothing_gives_the_nearest_place_above():
    document = parse(b"a:\n  b: 1\n", "a.yaml")
    assert document.position("/a/c/d") == (1, 1)
    assert document.position("/a/b/c") == (2, 3)
    assert parse(b'{"a":\n {"b": 1}}', "a.json").position("/a/x") == (1, 2)


def test_a_member_that_came_by_alias_or_merge_has_a_place():
    document = parse(b"base: &b\n  x: 1\nuse: *b\nmore:\n  <<: *b\n  y: 2\n", "a.yaml")
    assert document.position("/use/x") == (2, 3)
    assert document.position("/more/x") == (4, 1)
    assert document.position("/more/y") == (6, 3)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["stripe-new.json", "stripe-new.yaml", "xero-accounting-old.yaml"])
def test_every_key_of_a_published_specification_is_at_its_place(corpus, name):
    document = parse((corpus / "specs" / name).read_bytes(), name)
    lines = document.text.split("\n")
    for number, (pointer, key, _) in enumerate(members(document.value)):
        if key is None or number % 50:
            continue
        line, column = document.position(pointer)
        assert lines[line - document.first_line][column - 1 :].lstrip("\"'").startswith(key)
