"""The picture of the landscape as SVG: complete, legible, safe, the same every time."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from harness.catalog import read_catalog
from harness.catalog.graph import mermaid
from harness.catalog.graph_parts import chosen
from harness.catalog.graph_svg import svg
from harness.documents import Library, MemoryTree
from harness.model import NotFoundError

HEAD = "apiVersion: backstage.io/v1alpha1\n"


def entry(kind, name, title="", **spec):
    metadata = {"name": name} | ({"title": title} if title else {})
    return f"{HEAD}kind: {kind}\nmetadata: {json.dumps(metadata)}\nspec: {json.dumps({'owner': 'o', **spec})}\n"


def component(name, **spec):
    return entry("Component", name, spec.pop("title", ""), type="service", lifecycle="production", **spec)


ENTRIES = [
    entry("System", "books", "Books & ledgers"),
    entry("API", "posting", type="openapi", lifecycle="production", definition="x"),
    entry("API", "posted", type="asyncapi", lifecycle="production", definition="x"),
    component("erp", system="books", providesApis=["posting", "posted"], dependsOn=["component:bank"]),
    component("bank"),
    component("connector", consumesApis=["posting", "posted"]),
    component("aside", title='<script>alert("x")</script>\u202e\u0007'),
    entry(
        "Resource",
        "workflow-post",
        type="critical-workflow",
        **{"x-governance": {"id": "W3", "steps": [{"id": "a", "system": "connector"}, {"id": "b", "system": "erp"}]}},
    ),
]


def catalog_of(entries):
    return read_catalog(Library(MemoryTree({"catalog/c.yaml": "---\n".join(entries)})), ("catalog/*.yaml",))


def texts(picture):
    return [element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314


def test_systems_components_and_every_tie_are_named():
    catalog = catalog_of(ENTRIES)
    drawn = texts(svg(catalog, chosen(catalog)))
    assert {"Books & ledgers", "erp", "bank", "connector", "posting", "posted", "depends on"} <= set(drawn)


def test_hostile_text_is_shown_and_never_run():
    catalog = catalog_of(ENTRIES)
    picture = svg(catalog, chosen(catalog))
    assert "<script" not in picture
    assert not re.search("[\u202e\u0007]", picture)


def test_the_order_of_files_changes_no_byte():
    one, other = catalog_of(ENTRIES), catalog_of(ENTRIES[::-1])
    assert svg(one, chosen(one)) == svg(other, chosen(other))


def test_no_label_lies_on_another():
    catalog = catalog_of(ENTRIES)
    root = ET.fromstring(svg(catalog, chosen(catalog)))  # noqa: S314
    labels = [one for one in root.iter("{http://www.w3.org/2000/svg}text") if one.get("font-size") == "10"]
    heights = [float(one.get("y")) for one in labels]
    assert len(labels) == 3
    assert len(set(heights)) == len(heights)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"system": "books"}, {"erp", "bank", "connector"}),
        ({"workflow": "W3"}, {"erp", "connector"}),
        ({"component": "bank"}, {"erp", "bank"}),
        ({"component": "bank", "workflow": "W3"}, {"erp"}),
    ],
)
def test_filters_show_a_part(filters, names):
    catalog = catalog_of(ENTRIES)
    shown = chosen(catalog, **filters)
    assert {ref.rpartition("/")[2] for ref in shown} == names
    assert "aside" not in mermaid(catalog, None, shown)


@pytest.mark.parametrize("kind", ["system", "workflow", "component"])
def test_a_filter_that_names_nothing_is_told(kind):
    with pytest.raises(NotFoundError, match=f'no {kind} "nope"'):
        chosen(catalog_of(ENTRIES), **{kind: "nope"})
