"""The pictures of the catalog, and the small parts that checks are made of."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalog import Catalog, Entity, graph
from harness.catalog.checks.cycles import cycles
from harness.catalog.durations import parse_duration
from harness.model import NotFoundError


def entity(kind, name, **spec):
    return Entity(kind, "default", name, {"name": name, "title": spec.pop("title", name)}, spec)


CATALOG = Catalog(
    (
        entity("System", "bank", title='The "bank"\nof <us>'),
        entity("Component", "shop", consumesApis=["pay"], system="bank", title="Shop"),
        entity("API", "pay", title="Pay|now"),
        entity("Component", "psp", providesApis=["pay"]),
    )
)


def test_mermaid_shows_systems_and_who_reads_and_provides_what():
    assert graph.mermaid(CATALOG).splitlines() == [
        "flowchart LR",
        '  n0(["Pay#124;now"])',
        '  n1["psp"]',
        '  subgraph s1["The #34;bank#34;#10;of #60;us#62;"]',
        '    n2["Shop"]',
        "  end",
        "  n1 -->|provides| n0",
        "  n2 -->|reads| n0",
    ]


def test_dot_quotes_whatever_a_title_holds():
    text = graph.dot(CATALOG)
    assert 'label="The \\"bank\\" of <us>";' in text
    assert '"component:default/shop" -> "api:default/pay" [label="reads"];' in text
    assert text.count("{") == text.count("}")


def test_one_entry_is_drawn_with_its_neighbours_and_an_unknown_one_is_told():
    assert graph.mermaid(CATALOG, "psp").splitlines()[-1] == "  n1 -->|provides| n0"
    with pytest.raises(NotFoundError) as caught:
        graph.dot(CATALOG, "component:nobody")
    assert caught.value.remedy


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_a_cycle_is_found_exactly_where_a_node_reaches_itself(links):
    def reached(start):
        seen, work = set(), list(links.get(start, ()))
        while work:
            node = work.pop()
            if node not in seen:
                seen.add(node)
                work.extend(links.get(node, ()))
        return seen

    found = list(cycles(links))
    on_some_cycle = {node for node in "abcdef" if node in reached(node)}
    assert {cycle[0] for cycle in found} <= on_some_cycle
    assert on_some_cycle == {node for node in on_some_cycle if any(cycle[0] in reached(node) for cycle in found)}
    for cycle in found:
        for source, target in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert target in links[source]


def test_a_chain_longer_than_the_stack_is_followed():
    links = {str(number): [str(number + 1)] for number in range(50_000)}
    assert list(cycles(links)) == []
    assert len(next(cycles({**links, "50000": ["0"]}))) == 50_001


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT4H", timedelta(hours=4)),
        ("P180D", timedelta(days=180)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(weeks=2)),
        ("PT0S", timedelta(0)),
        ("PT1M", timedelta(minutes=1)),
        ("P1M", None),
        ("P1Y", None),
        ("P", None),
        ("PT", None),
        ("4h", None),
        ("", None),
        ("PT" + "9" * 50 + "H", None),
    ],
)
def test_a_duration_is_read_only_if_its_length_is_fixed(text, length):
    assert parse_duration(text) == length
