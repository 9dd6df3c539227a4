"""Stripe's search query language: what is found, what is refused, and pages that follow each other."""

from __future__ import annotations

import pytest

from synthetic.sandboxes.billing.values import BillingError


@pytest.fixture
def people(core):
    for number, name in enumerate(("Ada Kern", "Bo Lind", "Cleo Roth")):
        given = {"name": name, "email": f"{name.split()[0].lower()}@example.invalid"}
        core.call("customers.create", given | {"metadata": {"order": str(number), "kind": "probe" if number else ""}})
    return core


def _names(core, query, **more):
    found = core.call("customers.search", {"query": query} | more)
    return sorted(each["name"].split()[0] for each in found["data"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('name:"ada kern"', ["Ada"]),
        ("email:'bo@example.invalid'", ["Bo"]),
        ('name~"lin"', ["Bo"]),
        ('-name~"lin"', ["Ada", "Cleo"]),
        ('metadata["order"]:"2"', ["Cleo"]),
        ('metadata["kind"]:null', ["Ada"]),
        ('name:"Ada Kern" OR name:"Bo Lind"', ["Ada", "Bo"]),
        ('metadata["kind"]:"probe" AND -name:"Bo Lind"', ["Cleo"]),
        ('metadata["kind"]:"probe" name:"Bo Lind"', ["Bo"]),
        ("created>0", ["Ada", "Bo", "Cleo"]),
        ("created<=0", []),
        ('name:"a\\"b"', []),
    ],
)
def test_a_query_finds_what_it_says(people, query, names):
    assert _names(people, query) == names


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "query"),
        ("ada", "no clause"),
        ('nickname:"x"', "unsupported search field"),
        ('metadata:"x"', "unsupported search field"),
        ('name["x"]:"y"', "unsupported search field"),
        ('name:"a" AND name:"b" OR name:"c"', "cannot be combined"),
        ('name>"3"', "is no number"),
        ('created>"soon"', "whole number"),
        ('name~"ab"', "at least 3"),
        ('name:"a" )', "unexpected text"),
        (" ".join(['name:"a"'] * 11), "between 1 and 10"),
    ],
)
def test_what_is_no_query_is_refused_with_the_place(people, query, why):
    with pytest.raises(BillingError, match=why):
        people.call("customers.search", {"query": query})


def test_pages_follow_each_other_and_end(people):
    first = people.call("customers.search", {"query": "created>0", "limit": 2})
    assert first["has_more"]
    second = people.call("customers.search", {"query": "created>0", "limit": 2, "page": first["next_page"]})
    assert (len(first["data"]), len(second["data"]), second["has_more"], second["next_page"]) == (2, 1, False, None)
    with pytest.raises(BillingError, match="No such page"):
        people.call("customers.search", {"query": "created>0", "page": "first"})
