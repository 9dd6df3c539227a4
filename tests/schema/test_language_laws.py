"""Laws of languages, and agreement with two other engines on patterns they read alike."""

import re
import sys
import unicodedata

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.schema.language import Language
from harness.schema.language_properties import _categories

_LETTERS = "ab1-"
_TEXTS = st.text(alphabet=_LETTERS + "c\n😀", max_size=7)
_ATOMS = st.sampled_from(["a", "b", "1", "-", "c", "[ab]", "[^a]", r"\w", r"\d", r"\W", "[a-c1]", r"\D", "😀"])
_COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?", "{1,2}?"])


def _wrapped(inner):
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(?:" + "|".join(parts) + ")"),
        st.tuples(inner, _COUNTS).map(lambda pair: f"({pair[0]}){pair[1]}"),
    )


_PLAIN = st.recursive(st.tuples(_ATOMS, _COUNTS).map("".join), _wrapped, max_leaves=8)
_ANCHORED = st.tuples(st.sampled_from(["", "^"]), _PLAIN, st.sampled_from(["", "$"])).map("".join)
_LOOKS = st.recursive(
    st.one_of(
        st.tuples(_ATOMS, _COUNTS).map("".join),
        st.sampled_from(["^", r"\b", "(?<=a)", "(?<!b)", "(?<=ab)", "(?<!^a)"]),
    ),
    lambda inner: st.one_of(
        _wrapped(inner), inner.map(lambda body: f"(?={body})"), inner.map(lambda body: f"(?!{body})")
    ),
    max_leaves=6,
)


def _python(pattern):
    # `$` of Python also matches before a final line end; the ECMA one does not
    return re.compile(pattern.removesuffix("$") + (r"\Z" if pattern.endswith("$") else ""), re.ASCII)


@given(_ANCHORED, _TEXTS)
def test_membership_agrees_with_python(pattern, text):
    assert Language.parse(pattern).matches(text) == bool(_python(pattern).search(text))


@given(_LOOKS, _TEXTS)
def test_membership_agrees_with_python_on_look_arounds(pattern, text):
    try:
        python = re.compile(pattern, re.ASCII)
    except re.error:  # Python wants look-behinds of fixed width
        return
    assert Language.parse(pattern).matches(text) == bool(python.search(text))


@given(_LOOKS)
def test_a_sample_is_matched_by_python(pattern):
    text = Language.parse(pattern).sample()
    if text is not None:
        assert re.search(pattern, text, re.ASCII)


@given(_ANCHORED, _TEXTS)
@settings(max_examples=60)
def test_membership_agrees_with_the_validator(pattern, text):
    validator = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    assert Language.parse(pattern).matches(text) == validator.is_valid(text)


@given(_LOOKS, _LOOKS, _TEXTS)
def test_operations_are_those_of_sets(left, right, text):
    one, other = Language.parse(left), Language.parse(right)
    assert (one & other).matches(text) == (one.matches(text) and other.matches(text))
    assert (one | other).matches(text) == (one.matches(text) or other.matches(text))
    assert (one - other).matches(text) == (one.matches(text) and not other.matches(text))
    assert (~one).matches(text) != one.matches(text)


@given(_ANCHORED, _ANCHORED, _ANCHORED)
def test_inclusion_is_a_lattice_order(first, second, third):
    one, other, more = Language.parse(first), Language.parse(second), Language.parse(third)
    assert (one & other).subset_of(one)
    assert one.subset_of(one | other)
    assert (one & (other | more)).subset_of((one & other) | (one & more))
    assert ((one & other) | (one & more)).subset_of(one & (other | more))
    assert (~(one & other)).subset_of(~one | ~other)
    assert (~one | ~other).subset_of(~(one & other))
    assert (one - other).intersects(other) is False
    assert ~~one == one


@given(_ANCHORED, _ANCHORED)
def test_what_is_not_included_has_a_witness(first, second):
    one, other = Language.parse(first), Language.parse(second)
    text = (one - other).sample()
    assert one.subset_of(other) == (text is None)
    if text is not None:
        assert one.matches(text)
        assert not other.matches(text)


@given(st.lists(st.text(alphabet=_LETTERS, max_size=4), max_size=8))
def test_a_set_of_texts_holds_exactly_them(texts):
    language = Language.of_strings(texts)
    assert language.is_finite()
    assert set(language.samples(20)) == set(texts)
    assert language.size(100) == len(set(texts))


@given(_ANCHORED, st.integers(0, 4), st.integers(0, 4))
def test_bounds_on_the_length_hold(pattern, low, high):
    language = Language.parse(pattern)
    text = language.sample(low, high)
    bounded = language & Language.of_length(low, high)
    assert bounded.is_empty() == (text is None)
    if text is not None:
        assert low <= len(text) <= high
        assert bounded.matches(text)
    assert bounded.is_finite()


@pytest.mark.parametrize("name", ["L", "Lu", "Nd", "P", "Cn", "Co", "Zs", "S", "LC"])
def test_a_property_holds_the_characters_that_the_database_says(name):
    language = Language.parse(rf"^\p{{{name}}}$")
    wanted = ("Lu", "Ll", "Lt") if name == "LC" else (name,)
    for code in (*range(0x3000), *range(0xE000, sys.maxunicode + 1, 97), 0xFFFF, 0xFFFFE, 0x10FFFE, 0x10FFFF):
        assert language.matches(chr(code)) == unicodedata.category(chr(code)).startswith(wanted), hex(code)


def test_each_character_has_the_category_that_the_database_says():
    for category, intervals in _categories().items():
        for low, high in intervals:
            assert all(unicodedata.category(chr(code)) == category for code in {low, (low + high) // 2, high})
    sizes = sum(high - low + 1 for intervals in _categories().values() for low, high in intervals)
    assert sizes == sys.maxunicode + 1
