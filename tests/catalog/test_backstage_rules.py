"""Backstage's own rules, case by case, without the shared corpus."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalog import formats, references
from harness.catalog.backstage import KINDS, validate, validate_batch
from harness.catalog.urls import is_valid_url

SPECS = {
    "API": {"type": "openapi", "lifecycle": "production", "owner": "team", "definition": "openapi: 3.1.0"},
    "Component": {"type": "service", "lifecycle": "production", "owner": "team"},
    "Domain": {"owner": "team"},
    "Group": {"type": "team", "children": []},
    "Location": {},
    "Resource": {"type": "database", "owner": "team"},
    "System": {"owner": "team"},
    "User": {"memberOf": []},
}


def entity(kind="Component", **changes):
    value = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "pay"},
        "spec": dict(SPECS[kind]),
    }
    for key, change in changes.items():
        value[key] = {**value[key], **change} if isinstance(value.get(key), dict) else change
    return value


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("version", ["backstage.io/v1alpha1", "backstage.io/v1beta1"])
def test_the_eight_kinds_are_accepted_in_both_versions_and_with_keys_of_our_own(kind, version):
    value = entity(kind, apiVersion=version, spec={"x-governance": {"tier": 1}}, metadata={"x-extra": [1]})
    assert validate(value) == ()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_required_key_is_missed(kind):
    for key in KINDS[kind].required:
        value = entity(kind)
        del value["spec"][key]
        assert validate(value) == (f"/spec must have required property '{key}'",)
    value = entity(kind)
    del value["spec"]
    assert validate(value) == ("<root> must have required property 'spec'",)


REFUSED = [
    ("no object", lambda: "text", "<root> must be object"),
    ("foreign root key", lambda: entity(extra=1), "must NOT have additional properties"),
    ("relations", lambda: entity(relations=[]), "Unknown field relations"),
    ("status", lambda: entity(status={}), "Unknown field status"),
    ("unknown kind", lambda: {**entity(), "kind": "Wizard"}, "No processor recognized"),
    ("kind in lower case", lambda: {**entity(), "kind": "component"}, "No processor recognized"),
    ("foreign version", lambda: entity(apiVersion="x.io/v1"), "No processor recognized"),
    ("version without version", lambda: entity(apiVersion="backstage.io"), '"apiVersion" is not valid'),
    ("spec null", lambda: {**entity(), "spec": None}, "/spec must be object"),
    ("name of 64", lambda: entity(metadata={"name": "a" * 64}), "metadata.name"),
    ("name ends with a dash", lambda: entity(metadata={"name": "a-"}), "metadata.name"),
    ("name with a line break", lambda: entity(metadata={"name": "a\n"}), "metadata.name"),
    ("namespace in upper case", lambda: entity(metadata={"namespace": "Fin"}), "metadata.namespace"),
    ("namespace null", lambda: entity(metadata={"namespace": None}), "/metadata/namespace must be string"),
    ("annotation number", lambda: entity(metadata={"annotations": {"a": 1}}), "/metadata/annotations/a must be string"),
    ("annotation key", lambda: entity(metadata={"annotations": {"a/b/c": "x"}}), "annotations.a/b/c"),
    ("annotation key prefix", lambda: entity(metadata={"annotations": {"Gov.x/a": "x"}}), "annotations.Gov.x/a"),
    ("empty label key", lambda: entity(metadata={"labels": {"": "x"}}), "labels."),
    ("label value", lambda: entity(metadata={"labels": {"a": "b c"}}), "labels.a"),
    ("labels null", lambda: entity(metadata={"labels": None}), "/metadata/labels must be object"),
    ("tag in upper case", lambda: entity(metadata={"tags": ["Billing"]}), "tags.0"),
    ("tags a word", lambda: entity(metadata={"tags": "billing"}), "/metadata/tags must be array"),
    ("link without url", lambda: entity(metadata={"links": [{}]}), "must have required property 'url'"),
    ("relative link", lambda: entity(metadata={"links": [{"url": "a.md"}]}), "links.0.url"),
    ("blank link title", lambda: entity(metadata={"links": [{"url": "a:b", "title": " "}]}), "links.0.title"),
    ("empty link type", lambda: entity(metadata={"links": [{"url": "a:b", "type": ""}]}), "links/0/type must NOT"),
    ("empty title", lambda: entity(metadata={"title": ""}), "/metadata/title must NOT have fewer than 1"),
    ("owner a list", lambda: entity(spec={"owner": ["a"]}), "/spec/owner must be string"),
    ("owner empty", lambda: entity(spec={"owner": ""}), "/spec/owner must NOT have fewer than 1"),
    ("empty reference", lambda: entity(spec={"dependsOn": [""]}), "/spec/dependsOn/0 must NOT have fewer"),
    ("profile a word", lambda: entity("User", spec={"profile": "x"}), "/spec/profile must be object"),
    ("empty picture", lambda: entity("Group", spec={"profile": {"picture": ""}}), "/spec/profile/picture"),
    ("presence", lambda: entity("Location", spec={"presence": "maybe"}), "/spec/presence"),
]


@pytest.mark.parametrize(("make", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_backstage_refuses_is_refused_with_its_words(make, words):
    assert words in " ".join(validate(make()))


def test_what_looks_odd_and_is_accepted():
    metadata = {
        "name": "a..b",
        "description": "",
        "labels": {"a": "", "x.y/z": "B_c"},
        "annotations": {"a": "", "x.y/z": "//"},
        "tags": ["c++", "c#", "a:b"],
        "links": [{"url": "mailto:a", "title": "T", "icon": "a b", "type": "runbook"}],
    }
    assert validate(entity(metadata=metadata, spec={"dependencyOf": 7, "owner": "a:b:c"})) == ()


def test_every_row_of_a_batch_is_answered_also_a_hopeless_one():
    rows = [{"id": 1, "entity": entity()}, {"id": 2}, {"id": 3, "entity": None}]
    answers = list(validate_batch(rows))
    assert [(row["id"], row["valid"]) for row in answers] == [(1, True), (2, False), (3, False)]
    assert all(row["errors"] for row in answers[1:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(["apiVersion", "kind", "metadata", "spec"]), JSON)
def test_nothing_makes_the_judge_fail_or_change_what_it_judges(kind, key, junk):
    value = {**entity(kind), key: junk}
    before = copy.deepcopy(value)
    assert isinstance(validate(value), tuple)
    assert value == before


GOOD = [
    "https://x",
    "HTTPS:x",
    "mailto:a",
    "a:b",
    "foo://",
    "file:",
    "file:///x",
    "http://[::1]:80/x",
    "http://1.2.3",
    "http://a_b",
    "http://user:pw@x",
    " https://x\n",
    "http://ü.de",
    "http://0x7f.1",
    "http://x:",
    "data:,",
    "http:\\\\x",
    "http://\u0660.com",
    "http://1.\u05d0",
    "http://B\u05d0",
    "http://stra\u00dfe.de",
    "http://xn--strae-oqa.de",
]
BAD = [
    "",
    "x",
    "//x",
    "https://",
    "http://a b",
    "http://[::1",
    "http://256.256.256.256",
    "http://1.2.3.4.5",
    "http://x:99999",
    "http://x:a",
    "http://%zz",
    "http://a%20b",
    "1http://x",
    "http://@",
    "http://a<b",
    "http://%A3;",
    "http://xn--",
    "http://\u200d",
    "http://\u05d0x",
    "http://xn--\u00df4a",
    None,
    7,
    {},
]


@pytest.mark.parametrize("url", GOOD)
def test_a_url_javascript_takes(url):
    assert is_valid_url(url)


@pytest.mark.parametrize("url", BAD)
def test_a_url_javascript_refuses(url):
    assert not is_valid_url(url)


@pytest.mark.parametrize(
    ("ref", "whole"),
    [
        ("a:b/c", "a:b/c"),
        ("c", "k:ns/c"),
        ("B/c", "k:b/c"),
        ("a:C", "a:ns/c"),
        ("a:b:c", "a:ns/b:c"),
        ("a/b:c", "k:a/b:c"),
        ("a/b/c", "k:a/b/c"),
    ],
)
def test_a_reference_is_completed_and_compared_without_case(ref, whole):
    assert references.normal_ref(ref, "k", "ns") == whole


@pytest.mark.parametrize("ref", ["", ":b/c", "a:/c", "a:b/", "a:/", ":/", "/", "a:"])
def test_a_reference_with_an_empty_part_is_none(ref):
    assert references.normal_ref(ref, "k", "ns") == ""
    with pytest.raises(references.BadReferenceError) as caught:
        references.parse_entity_ref(ref, "k", "ns")
    assert caught.value.remedy


def test_a_blank_is_what_javascript_trims():
    assert not formats.is_non_empty_string("\u00a0\ufeff\u2003")
    assert formats.is_non_empty_string("\x1f")


def test_a_location_is_trimmed_as_javascript_trims():
    assert references.parse_location_ref("\ufeffurl: https://x\u2003") == ("url", "https://x")
    with pytest.raises(references.BadReferenceError):
        references.parse_location_ref("url:\ufeff")
