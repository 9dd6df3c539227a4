"""What came is matched with what a pact expects, in every version; what nobody can decide is no match."""

import json
from decimal import Decimal

import pytest

from harness.pacts.matching import match_part
from harness.pacts.matching.datetimes import matches_format

JSON_TYPE = "application/json"


def match(expected, actual, rules=None, part="response", version="4"):
    def side(value):
        return {"headers": {"Content-Type": JSON_TYPE}, "body": {"content": value, "contentType": JSON_TYPE}}

    written = {path: {"combine": "AND", "matchers": listed} for path, listed in (rules or {}).items()}
    return match_part(part, {**side(expected), "matchingRules": {"body": written}}, side(actual), version).match


@pytest.mark.corpus
def test_every_case_of_the_specification_is_decided_as_it_says(corpus):
    lines = (corpus / "pact/specification.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line, parse_float=Decimal) for line in lines]
    assert len(cases) > 300
    wrong = [
        case["id"]
        for case in cases
        if match_part(case["part"], case["expected"], case["actual"], case["spec_version"]).match is not case["match"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("rule", "expected", "right", "wrong"),
    [
        ({"match": "integer"}, 1, 2, Decimal("2.0")),
        ({"match": "decimal"}, Decimal("1.5"), Decimal("2.0"), 2),
        ({"match": "number"}, 1, Decimal("1.5"), "1"),
        ({"match": "boolean"}, True, False, 1),
        ({"match": "null"}, None, None, 0),
        ({"match": "include", "value": "ab"}, "ab", "xaby", "xy"),
        ({"match": "notEmpty"}, "x", "y", ""),
        ({"match": "semver"}, "1.0.0", "1.2.3-rc.1+5", "1.2"),
        ({"match": "regex", "regex": "[A-Z]{3}"}, "EUR", "USD", "EURO"),
        ({"match": "date", "format": "yyyy-MM-dd"}, "2027-01-01", "2027-02-28", "2027-02-29"),
        ({"match": "timestamp", "timestamp": "yyyy-MM-dd'T'HH:mm:ssXXX"}, "x", "2027-01-01T09:00:00Z", "2027-01-01"),
        ({"match": "time", "format": "HH:mm"}, "09:00", "23:59", "24:00"),
        ({"match": "equality"}, 1, 1, 2),
        ({"match": "type"}, {"a": 1}, {"a": 2}, {"a": "2"}),
        ({"match": "type", "min": 2}, [1], [1, 2], [1]),
        ({"match": "type", "max": 1}, [1], [5], [1, 2]),
        ({"match": "min", "min": 2}, [1], [1, 2], [1]),
        ({"match": "max-type", "max": 1}, [1], [5], [1, 2]),
        ({"match": "values"}, {"k": 1}, {"other": 2}, {"other": "2"}),
        ({"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]}, {"a": 1}, {"b": 2}, {"B": 2}),
        ({"match": "eachValue", "rules": [{"match": "integer"}]}, {"a": 1}, {"b": 2}, {"b": "2"}),
        (
            {
                "match": "arrayContains",
                "variants": [{"index": 0, "rules": {"$.n": {"matchers": [{"match": "integer"}]}}}],
            },
            [{"k": "tax", "n": 1}],
            [{"k": "net", "n": 5}, {"k": "tax", "n": 9}],
            [{"k": "net", "n": 5}],
        ),
    ],
    ids=lambda value: value.get("match", "") if isinstance(value, dict) else "",
)
def test_a_matcher_takes_the_right_value_and_refuses_the_wrong_one(rule, expected, right, wrong):
    assert match({"v": expected}, {"v": right}, {"$.v": [rule]}) is True
    assert match({"v": expected}, {"v": wrong}, {"$.v": [rule]}) is False


def test_a_status_may_be_any_of_a_class():
    rules = {"status": {"matchers": [{"match": "statusCode", "status": "success"}]}}
    expected = {"status": 200, "matchingRules": rules}
    assert match_part("response", expected, {"status": 204}).match is True
    assert match_part("response", expected, {"status": 404}).match is False


def test_a_matcher_nobody_knows_and_a_pattern_nobody_reads_are_undecided():
    assert match("a", "b", {"$": [{"match": "protobuf"}]}) is None
    assert match("a", "b", {"$": [{"match": "regex", "regex": "(unclosed"}]}) is None
    assert match({"a": 1, "b": 2}, {"a": 5, "b": 3}, {"$.a": [{"match": "protobuf"}]}) is False


def test_a_member_nobody_expects_is_wrong_in_a_request_only():
    assert match({"a": 1}, {"a": 1, "b": 2}) is True
    assert match({"a": 1}, {"a": 1, "b": 2}, part="request") is False


def test_matchers_of_version_2_name_the_part_in_their_path():
    expected = {
        "body": {"lines": [{"n": 1}]},
        "matchingRules": {"$.body.lines": {"min": 1}, "$.body.lines[*].*": {"match": "type"}},
    }
    assert match_part("response", expected, {"body": {"lines": [{"n": 7}, {"n": 8}]}}, "2").match is True
    assert match_part("response", expected, {"body": {"lines": []}}, "2").match is False


def test_a_query_is_compared_by_parameter_and_a_number_in_it_is_text():
    rules = {"query": {"page": {"matchers": [{"match": "integer"}]}}}
    expected = {"method": "GET", "path": "/x", "query": {"page": ["1"]}, "matchingRules": rules}
    assert match_part("request", expected, {"method": "get", "path": "/x", "query": "page=17"}).match is True
    assert match_part("request", expected, {"method": "get", "path": "/x", "query": "page=last"}).match is False


def test_a_type_of_body_that_is_not_read_matches_only_when_equal():
    pdf = {"headers": {"Content-Type": "application/pdf"}, "body": {"content": "JVBERg==", "encoded": "base64"}}
    other = {"headers": {"Content-Type": "application/pdf"}, "body": {"content": "JVBERi0=", "encoded": "base64"}}
    assert match_part("response", pdf, pdf).match is True
    assert match_part("response", pdf, other).match is None


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x"><a/>',
        "<a>" * 5000 + "</a>" * 5000,
        "<a><b></a>",
        "",
        "not xml",
    ],
)
def test_xml_with_a_document_type_or_none_at_all_is_never_a_match(text):
    xml = {"Content-Type": "application/xml"}
    expected = {"headers": xml, "body": "<a/>"}
    assert match_part("response", expected, {"headers": xml, "body": text}, "3").match is False
    assert (
        match_part("response", {"headers": xml, "body": text or "<"}, {"headers": xml, "body": "<a/>"}, "3").match
        is None
    )


def test_deeply_nested_values_are_undecided_rather_than_a_crash():
    value = []
    for _ in range(400):
        value = [value]
    assert match(value, value) is None


@pytest.mark.parametrize(
    ("written", "text", "answer"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2027-01-31T23:59:59.001+02:00", True),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2027-01-31T23:59:59.001+0200", False),
        ("d MMM yyyy", "3 Feb 2027", True),
        ("EEE, d MMM yyyy", "Wed, 3 Feb 2027", True),
        ("hh 'o''clock' a", "09 o'clock PM", True),
        ("yyyyMMdd", "20270230", False),
        ("yyyy-QQ", "2027-01", None),
    ],
)
def test_a_format_of_java_is_read_letter_by_letter(written, text, answer):
    assert matches_format("datetime", written, text) is answer
