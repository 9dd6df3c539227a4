"""Levels of components and qualities of middleware come from evidence with a place; the glossary too."""

import json

import pytest

from harness.catalog import read_catalog
from harness.catalog.glossary import glossary
from harness.catalog.scorecard import card_of
from harness.documents import Library, MemoryTree
from harness.report.glossary_text import glossary_text
from harness.report.scorecard_text import scorecard_markdown, scorecard_text

HEAD = "apiVersion: backstage.io/v1alpha1\n"


def entry(kind, name, **spec):
    body = {"type": "service", "lifecycle": "production", "owner": "team", **spec}
    return f"{HEAD}kind: {kind}\nmetadata: {{name: {name}}}\nspec: {json.dumps(body)}\n"


BACK = {"recovery": {"procedure": "./r.md", "lastExercised": "2026-10-01", "exerciseEvery": "P90D"}}
WHOLE = {"deployments": {"production": "1"}, "slos": [{"ref": "x"}], **BACK}
STEP = {"id": "a", "system": "sync", "interaction": "propagate", "controlPoint": "queue", "probe": "p"}
INVOICE = {
    "object": "invoice",
    "definition": "What a customer owes.",
    "keys": {"erp": "voucher"},
    "notToBeConfusedWith": [{"system": "crm", "means": "a quote"}],
}
FILES = {"admin": {"a/1.yaml": "replay: 1\n", "a/2.yaml": "x: 1\nIdempotency-Key: y\n"}}


def read(governance=WHOLE, probe="p", owner="team"):
    flow = {"x-governance": {"id": "W1", "steps": [STEP | {"probe": probe}]}}
    extra = {"x-governance": governance}
    entries = [
        entry("Group", "team", children=[]),
        entry("System", "middle"),
        entry("API", "admin", type="openapi", definition="x"),
        entry("Component", "reader", consumesApis=["admin"]),
        entry("Component", "sync", system="middle", owner=owner, providesApis=["admin"], **extra),
        entry("Resource", "workflow-w", type="critical-workflow", **flow),
        entry("Resource", "mapping-m", type="mapping", dependsOn=["component:sync"]),
        entry("Resource", "business-object-invoice", type="business-object", **{"x-governance": INVOICE}),
    ]
    return read_catalog(Library(MemoryTree({"catalog/c.yaml": "---\n".join(entries)})), ("catalog/*.yaml",))


def card(catalog, files=FILES, pacts=(("admin", "reader"),), as_of="2026-11-23"):
    return card_of(catalog.get("component:sync"), catalog, files, pacts, as_of)


def test_a_component_with_all_evidence_stands_at_the_top_and_has_nothing_to_do():
    found = card(read())
    assert (found.level, found.name, found.next) == (4, "proven", "")
    assert all("catalog/c.yaml:" in place for one in found.criteria for place in one.evidence)


@pytest.mark.parametrize(
    ("catalog", "options", "level", "following"),
    [
        ({"owner": "nobody"}, {}, 0, "Name an owner"),
        ({}, {"files": {}}, 1, "Write a contract for admin"),
        ({"governance": {"deployments": {"production": "1"}}}, {}, 2, "Write a recovery procedure"),
        ({}, {"as_of": "2027-06-01"}, 2, "Exercise the recovery"),
        ({"probe": ""}, {}, 3, "Name a probe for W1 a"),
        ({}, {"pacts": ()}, 3, "Get a pact from reader of admin"),
    ],
)
def test_the_level_ends_before_what_is_missing_and_the_next_thing_is_named(catalog, options, level, following):
    found = card(read(**catalog), **options)
    assert found.level == level
    assert found.next.startswith(following)


def test_middleware_qualities_have_a_place_or_no_evidence():
    cells = {cell.quality: cell.evidence for cell in card(read()).middleware}
    assert cells["idempotency"] == ("a/2.yaml:2 Idempotency-Key: y",)
    assert cells["versioning"] == ("a/1.yaml:1", "a/2.yaml:1")
    assert cells["replay"] == ()  # only an old version says so
    assert cells["transformation"][0].endswith("mapping-m")
    assert cells["policy"][0].endswith("W1 a")
    screen = scorecard_text([card(read())], detailed=True) + scorecard_markdown([card(read())])
    assert "no evidence" in screen


def test_a_word_comes_with_its_definition_identifiers_and_counter_examples():
    (term,) = glossary(read())
    assert (term.name, term.definition) == ("invoice", "What a customer owes.")
    assert [(one.system, one.identifier, one.counter_example) for one in term.usages] == [
        ("crm", "", "a quote"),
        ("erp", "voucher", ""),
    ]
    assert term.place.startswith("catalog/c.yaml:")
    assert "not: a quote" in glossary_text([term])


def owned(kind, name, **spec):
    return f"{HEAD}kind: {kind}\nmetadata: {{name: {name}}}\nspec: {json.dumps({'owner': 'o', **spec})}\n"


@pytest.mark.parametrize(("apis", "bindings"), [(["crm", "erp"], ["b-crm", "b-erp"]), (["crm"], [])])
def test_who_takes_bound_payloads_of_two_systems_transforms_and_who_takes_one_does_not(apis, bindings):
    service = {"type": "service", "lifecycle": "l"}
    pieces = [owned("Component", "hub", consumesApis=apis, **service)]
    for name in ("crm", "erp"):
        bound = {"system": name, "payload": "x.json"}
        pieces += [
            owned("Component", name, providesApis=[name], **service),
            owned("API", name, definition="x", type="openapi", lifecycle="l"),
            owned("Resource", f"b-{name}", type="canonical-binding", **{"x-governance": bound}),
        ]
    catalog = read_catalog(Library(MemoryTree({"catalog/c.yaml": "---\n".join(pieces)})))
    cells = {cell.quality: cell.evidence for cell in card_of(catalog.get("component:hub"), catalog, {}, ()).middleware}
    assert [one.rpartition(" ")[2] for one in cells["transformation"]] == bindings
