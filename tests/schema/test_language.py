"""Facts about languages of patterns, at the boundary of `Language`."""

import pytest

from harness.schema.language import InvalidPattern, Language, TooLarge, UnsupportedPattern
from harness.schema.language_build import ANYTHING, characters, forget
from harness.schema.language_charset import ANY

EMAIL = r"^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$"
LONG_EMAIL = (
    r"^(([^<>()\[\]\\.,;:\s@\"]+(\.[^<>()\[\]\\.,;:\s@\"]+)*)|(\".+\"))"
    r"@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$"
)
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
ANY_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"

INCLUDED = [
    ("a", ""),
    ("^abc$", "abc"),
    ("^abc$", "^abc"),
    ("^abc", "b"),
    ("^(foo|bar)$", "^(bar|baz|foo)$"),
    ("^foo|bar$", "^f|r$"),
    ("^foo|bar$", "(?:^foo)|(?:bar$)"),
    ("(^a|b)c", "c"),
    ("^a*$", "^(aa|a)*$"),
    ("^(aa|a)*$", "^a*$"),
    ("^(aaaaaa)*$", "^(aaa)*$"),
    (UUID, ANY_UUID),
    (UUID, "^.{36}$"),
    (EMAIL, "@"),
    (EMAIL, "^[^@]+@[^@]+$"),
    (LONG_EMAIL, "@.*[a-zA-Z0-9\\]]$"),
    (DATE_TIME, r"^\d{4}-\d\d-\d\dT"),
    ("^[A-Z]{2}[0-9]{2,12}$", "^[A-Z]{2}[0-9A-Z]{2,30}$"),
    ("^.{1,255}$", "^.{1,300}$"),
    (".{1,10000}", "."),
    ("^.{5,9000}$", "^.{1,9500}$"),
    ("^[a-z]{1,50}[a-z0-9]{1,50}$", "^[a-z0-9]{2,100}$"),
    (r"^\d+$", "^[0-9]*$"),
    ("^[0-9]+$", r"^\d+$"),
    (r"^\w$", r"^[\p{L}\d_]$"),
    (r"^\p{Lu}$", r"^\p{L}$"),
    (r"^\p{Letter}$", r"^\p{gc=L}$"),
    (r"^\P{L}$", r"^[^\p{Ll}]$"),
    (r"^\s$", r"^[\s\S]$"),
    ("^.$", r"^[^\n\r]$"),
    ("^(?!foo)[a-z]+$", "^[a-z]+$"),
    ("^[a-eg-z][a-z]*$", "^(?!foo)[a-z]+$"),
    ("^(?=.*[0-9])(?=.*[a-z]).{8,64}$", "[0-9]"),
    ("^(?:(?!foo)[^])*$", "^(?:(?!foobar)[^])*$"),
    (r"\bfoo\b", "foo"),
    (r"^foo bar$", r"\bfoo\b"),
    (r"^x?$", r"^x?\B|x"),
    ("(?<=a)b", "ab"),
    ("(?<!a)b", "b"),
    ("^[xb]*b$", "(?<!a)b"),
    ("a+?b", "a+b"),
    ("^(?<year>[0-9]{4})$", "^[0-9]{4}$"),
    (r"^\uD83D\uDE00$", r"^\u{1F600}$"),
    ("^😀$", r"^[\u{1F600}-\u{1F64F}]$"),
    (r"^\cJ$", r"^\n$"),
    (r"^\x41$", "^A$"),
    (r"^[\b]$", r"^\x08$"),
    (r"^[\w-.]$", r"^[-.\w]$"),
    (r"^[^]$", r"^[\s\S]$"),
    ("^{id}$", r"^\{id\}$"),
    (r"^\-\@\/$", "^-@/$"),
]
NOT_INCLUDED = [
    ("", "a"),
    ("abc", "^abc"),
    ("^a|b", "^(a|b)"),
    ("^(a|b)c", "^ac"),
    ("^(aaa)*$", "^(aaaaaa)*$"),
    (ANY_UUID, UUID),
    ("@", EMAIL),
    (r"^\p{L}$", r"^\w$"),
    (r"^\d$", "^[1-9]$"),
    ("^[a-z]+$", "^(?!foo)[a-z]+$"),
    ("^.{1,300}$", "^.{1,255}$"),
    ("^[^]$", "^.$"),
    ("foo", r"\bfoo\b"),
    ("b", "(?<!a)b"),
    ("^a$", r"^\u{61}b?c$"),
    (r"^[\u{1F600}-\u{1F64F}]$", "^😀$"),
]


@pytest.mark.parametrize(("narrow", "wide"), INCLUDED)
def test_every_text_of_the_narrower_pattern_is_one_of_the_wider(narrow, wide):
    assert Language.parse(narrow).subset_of(Language.parse(wide))


@pytest.mark.parametrize(("left", "right"), NOT_INCLUDED)
def test_a_pattern_that_is_not_included_shows_a_text_that_only_it_matches(left, right):
    one, other = Language.parse(left), Language.parse(right)
    assert not one.subset_of(other)
    text = (one - other).sample()
    assert text is not None
    assert one.matches(text)
    assert not other.matches(text)


MATCHES = [
    ("b", "abc", True),
    ("^b", "abc", False),
    ("^$", "", True),
    ("^$", "\n", False),
    ("a$", "a\n", False),
    (".", "\n", False),
    (".", "\u2028", False),
    (r"\s", "\ufeff", True),
    (r"\s", "\x85", False),
    (r"\s", "\x1c", False),
    (r"\w", "é", False),
    (r"\d", "٣", False),
    (r"\p{Nd}", "٣", True),
    (r"^\p{L}+$", "Größe", True),
    ("^.$", "😀", True),
    ("^..$", "😀", False),
    (r"^\W$", "😀", True),
    (r"\B", "", True),
    (r"\b", "", False),
    (r"^(?:a\b|b)+$", "ab", False),
    (r"^(?:a(?=b)|b(?!b))+$", "abab", True),
    (r"^(?:a(?=b)|b(?!b))+$", "abba", False),
    ("(?<=^|,)x", "a,x", True),
    ("(?<=^|,)x", "ax", False),
    ("^(?!.*(?:foo|bar)).{3,}$", "xfoo", False),
    ("^(?!.*(?:foo|bar)).{3,}$", "xfo", True),
    ("a{2}{", "aa{", True),
    ("[]", "a", False),
    ("a|", "", True),
    ("(a+)+$", "a" * 5000 + "!", False),
    ("(a|a)*b$", "a" * 5000, False),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 3000, False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_a_pattern_matches_as_ecma_262_says(pattern, text, expected):
    assert Language.parse(pattern).matches(text) is expected


INVALID = [
    ("a**", 2),
    ("*a", 0),
    ("(a", 0),
    ("a)", 1),
    ("[a", 0),
    ("[b-a]", 1),
    ("a{3,2}", 6),
    ("\\", 0),
    (r"\Z", 0),
    (r"a\u12", 1),
    (r"\u{110000}", 0),
    (r"\p", 0),
    ("(?P<x>a)", 1),
    ("(?<1>a)", 3),
]


@pytest.mark.parametrize(("pattern", "position"), INVALID)
def test_a_text_that_is_no_pattern_is_refused_with_the_position(pattern, position):
    with pytest.raises(InvalidPattern) as caught:
        Language.parse(pattern)
    assert caught.value.position == position
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "back-reference"),
        (r"(?<x>a)\k<x>", "back-reference"),
        ("(?i)abc", "flags"),
        (r"\p{Script=Klingon}", "Unicode property"),
        (r"^\uD83D$", "surrogate"),
        (r"[\uD800-\uDBFF]", "surrogate"),
        ("(?<=a(?=b))b", "look-behind"),
    ],
)
def test_a_pattern_without_an_exact_automaton_is_refused_with_the_reason(pattern, reason):
    with pytest.raises(UnsupportedPattern, match=reason) as caught:
        Language.parse(pattern)
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "question",
    [
        lambda: Language.parse("(" * 500 + "a" + ")" * 500),
        lambda: Language.parse("a" * 50_000),
        lambda: Language.parse("^(a|b)*a(a|b){20}$").subset_of(Language.parse("^(a|b)*b(a|b){20}$")),
        lambda: Language.parse("^" + "(a|bc)?" * 2500 + "$").subset_of(Language.parse("c")),
        lambda: Language.parse("^((?=a)|b){100}$").is_empty(),
    ],
    ids=["nested", "long", "exponential", "optional", "counted look-around"],
)
def test_a_pattern_that_would_explode_is_refused(question):
    with pytest.raises(TooLarge):
        question()


def test_repeated_repeats_are_counted_and_not_unrolled():
    nested = Language.parse("^((a{1,100}){1,100}){1,100}$")
    assert nested.subset_of(Language.parse("^a{1,1000000}$"))
    assert Language.parse("(a+)+$").subset_of(Language.parse("a$"))


def test_bounds_on_the_length_cost_no_states():
    words = Language.parse("^[a-z]+$")
    assert (words & Language.of_length(0, 65_535)).subset_of(
        Language.parse("^[a-z0-9]+$") & Language.of_length(0, 1_000_000)
    )
    assert not (words & Language.of_length(0, 400)).subset_of(Language.of_length(0, 399))
    assert words.sample(min_length=300) == "a" * 300


@pytest.mark.parametrize(
    ("pattern", "low", "high", "expected"),
    [
        ("^(ab)*$", 60_001, None, "ab" * 30_001),
        ("^(ab)*$", 60_001, 60_001, None),
        ("^(abc|de)*f?$", 10, 10, "abcabcabcf"),
        ("^[a-z]{1,50}$", 51, None, None),
        ("x", 4, 4, "aaax"),
    ],
)
def test_a_long_member_is_found_by_the_period_of_the_states(pattern, low, high, expected):
    assert Language.parse(pattern).sample(low, high) == expected


def test_a_narrowed_bound_on_the_length_is_noticed_however_large():
    letters, more = Language.parse("^[a-z]*$"), Language.parse("^[a-z0-9]*$")
    longest = (letters & Language.of_length(0, 65_535)) - (more & Language.of_length(0, 60_000))
    assert longest.sample() == "a" * 60_001


def test_a_sample_is_short_and_readable():
    assert Language.everything().sample() == ""
    assert Language.parse(".").sample() == "a"
    assert Language.parse(r"^\d{4}-\d{2}$").sample() == "0000-00"
    assert Language.parse(r"^[^\w]$").sample() == "-"
    assert Language.parse("^[^a-z]+$").sample(min_length=3) == "000"
    assert Language.parse(r"^[\x00-\x1f\u{10FFFF}]$").sample() == "\U0010ffff"
    assert Language.parse("^a+$").sample(avoid=frozenset({"a", "aa"})) == "aaa"
    assert Language.parse("^a{2,3}$").sample(max_length=1) is None


def test_samples_are_distinct_members():
    language = Language.parse("^(cat|dog|[0-9]{2})$")
    found = language.samples(50)
    assert len(set(found)) == 50
    assert all(language.matches(text) for text in found)
    assert Language.of_strings(["b", "a", "b"]).samples(9) == ("a", "b")


def test_languages_know_whether_they_are_finite_and_how_large():
    assert Language.of_strings(["a", "b", "ab", "😀"]).size(10) == 4
    assert Language.parse("^[a-z]{2}$").size(10_000) == 676
    assert Language.parse("^[a-z]{2}$").size(100) == 100
    assert Language.parse("^[a-z]{2}$").is_finite()
    assert not Language.parse("^a*$").is_finite()
    assert Language.parse("^a*$").size(7) == 7
    assert Language.nothing().size(7) == 0
    assert Language.parse("^(?!a)a").is_finite()
    assert Language.parse("[]").is_empty()
    assert Language.parse("a^b").is_empty()


def test_lengths_count_code_points():
    assert Language.of_length(1, 1).matches("😀")
    assert not Language.of_length(2).matches("😀")
    assert Language.of_length(3, 2).is_empty()
    assert Language.of_length(1, 1).size(2_000_000) == 0x110000 - 0x800


def test_equal_constructions_are_equal_values():
    assert Language.parse("^(?:a|b)$") == Language.parse("^[ab]$")
    assert hash(Language.parse("^a$")) == hash(Language.of_strings(["a"]))
    assert Language.of_length(0) == Language.everything()


def test_a_lone_surrogate_counts_as_the_replacement_character():
    assert Language.of_strings(["\ud83d"]).matches("\ufffd")
    assert not Language.parse("^a$").matches("\ud83d")


def test_an_emptied_memory_keeps_what_is_compared_by_identity():
    old = Language.parse("^a{1,3}b$")
    forget()
    assert characters(ANY) is ANYTHING
    assert Language.parse("^a{1,3}b$").subset_of(old)
    assert Language.of_length(2, 70_000).subset_of(Language.of_length(1, 80_000))
    assert Language.parse("[]") == Language.nothing()
