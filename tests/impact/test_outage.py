"""What stops if an entry is down, in which order to get back, and what would notice."""

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from harness.catalog import read_catalog
from harness.cli.main import run
from harness.documents import Library, MemoryTree
from harness.impact.outage import outage_of
from harness.model import NotFoundError
from harness.report.outage_text import outage_markdown, outage_text, outage_to_json

ROOT = Path(__file__).parents[2]
HEAD = "apiVersion: backstage.io/v1alpha1\n"


def component(name, **spec):
    body = {"type": "service", "lifecycle": "production", "owner": f"team-{name}", **spec}
    return f"{HEAD}kind: Component\nmetadata: {{name: {name}}}\nspec: {json.dumps(body)}\n"


def api(name, kind="openapi"):
    return (
        f"{HEAD}kind: API\nmetadata:\n  name: {name}\n  annotations: {{contract-harness.io/contract: {name}}}\n"
        f"spec: {{type: {kind}, lifecycle: production, owner: x, definition: x}}\n"
    )


def resource(name, kind, governance, **spec):
    body = {"type": kind, "owner": "finance", "x-governance": governance, **spec}
    return f"{HEAD}kind: Resource\nmetadata: {{name: {name}}}\nspec: {json.dumps(body)}\n"


def recovery(rto="PT1H", last="2026-10-01"):
    said = {"rto": rto, "rpo": "PT0S", "procedure": "./r.md", "exerciseEvery": "P180D"}
    return said | ({"lastExercised": last} if last else {})


def system(name, **governance):
    body = {"owner": "o", "x-governance": governance}
    return f"{HEAD}kind: System\nmetadata: {{name: {name}}}\nspec: {json.dumps(body)}\n"


LANDSCAPE = [
    system("books", recovery=recovery("PT4H")),
    api("posting"),
    api("posted", "asyncapi"),
    component("erp", system="books", providesApis=["posting", "posted"], dependsOn=["component:bank"]),
    component("bank"),
    component("connector", consumesApis=["posting"]),
    component("reports", consumesApis=["posted"]),
    component("close", dependsOn=["component:erp"], **{"x-governance": {"recovery": recovery()}}),
    component("aside"),
    resource(
        "workflow-post",
        "critical-workflow",
        {
            "id": "W3",
            "legalEntities": ["DE-01"],
            "checkpoints": ["c1"],
            "steps": [
                {"id": "sold", "system": "aside", "probe": "p"},
                {"id": "sent", "system": "connector", "contracts": ["posting"], "after": ["sold"], "probe": "p"},
                {"id": "told", "system": "reports", "contracts": ["posted"], "events": ["invoice.posted"]},
                {"id": "filed", "system": "aside", "after": ["sent"], "probe": "p"},
            ],
            "recovery": recovery("PT1H", ""),
        },
        dependsOn=["resource:workflow-first"],
    ),
    resource(
        "workflow-first",
        "critical-workflow",
        {"id": "W9", "steps": [{"id": "a", "system": "erp", "probe": "q"}], "recovery": recovery("PT8H", "2026-01-01")},
    ),
    resource("c1", "reconciliation-checkpoint", {"id": "C1", "systems": ["erp", "aside"], "every": "PT1H"}),
    resource("c2", "reconciliation-checkpoint", {"id": "C2", "systems": ["aside"], "every": "PT1H"}),
]


def catalog_of(*documents):
    return read_catalog(Library(MemoryTree({"catalog/c.yaml": "---\n".join(documents)})), ("catalog/*.yaml",))


@pytest.fixture
def outage():
    return outage_of("component:erp", catalog_of(*LANDSCAPE), date(2026, 11, 23))


def test_who_depends_on_it_stops_and_who_reads_its_apis_goes_on_without_it(outage):
    tied = {one.ref.rpartition("/")[2]: one for one in outage.dependents}
    assert {name: one.stops for name, one in tied.items()} == {"close": True, "connector": False, "reports": False}
    assert tied["connector"].calls == ("api:default/posting",)
    assert tied["reports"].waits == ("api:default/posted",)


def test_a_step_stops_by_its_system_its_call_its_event_or_a_step_before_it(outage):
    flow = next(one for one in outage.workflows if one.id == "W3")
    assert [(step.id, step.why) for step in flow.steps] == [
        ("sent", "calls posting"),
        ("told", "waits for invoice.posted of posted"),
        ("filed", "comes after sent"),
    ]
    assert flow.goes_on == ("sold",)


def test_a_promise_that_what_is_down_cannot_keep_is_told(outage):
    assert {one.id: (one.promised, one.fits) for one in outage.workflows} == {
        "W3": ("PT4H", False),
        "W9": ("PT4H", True),
    }


def test_procedures_come_after_what_they_depend_on_with_owner_drill_and_link(outage):
    rows = [(one.ref.rpartition("/")[2], one.overdue) for one in outage.procedures]
    assert rows == [("books", False), ("close", False), ("workflow-first", True), ("workflow-post", True)]
    first, last = outage.procedures[0], outage.procedures[-1]
    assert (first.owner, first.last_exercised, first.procedure) == ("group:default/o", "2026-10-01", "catalog/r.md")
    assert "never exercised" in outage_text(outage)
    assert "resource:default/workflow-first" in last.after


def test_steps_without_probe_and_checkpoints_that_cannot_look_are_named(outage):
    assert (outage.probes, outage.unprobed) == (("p", "q"), ("W3 told",))
    assert [one.id for one in outage.blind] == ["C1"]
    assert outage.legal_entities == ("DE-01",)
    assert outage.upstream == ("component:default/bank",)


def test_entries_that_need_each_other_are_broken_visibly_and_every_one_is_listed_once():
    ring = [component("a", dependsOn=["component:b"]), component("b", dependsOn=["component:a"])]
    found = outage_of("component:a", catalog_of(*ring))
    assert [(one.ref, one.after, one.broken) for one in found.procedures] == [
        ("component:default/a", (), ("component:default/b",)),
        ("component:default/b", ("component:default/a",), ()),
    ]
    assert "1. needs b, which needs it too" in outage_text(found)


def test_an_api_that_another_component_still_offers_is_not_lost():
    twin = component("twin", providesApis=["posting"])
    found = outage_of("erp", catalog_of(*LANDSCAPE, twin))
    assert all("posting" not in " ".join(one.calls) for one in found.dependents)


def test_a_system_takes_its_components_down_and_a_person_cannot_be_down():
    catalog = catalog_of(*LANDSCAPE, f"{HEAD}kind: Group\nmetadata: {{name: g}}\nspec: {{type: team, children: []}}\n")
    assert "component:default/erp" in outage_of("system:books", catalog).down
    with pytest.raises(NotFoundError, match="it is a group"):
        outage_of("group:g", catalog)
    with pytest.raises(NotFoundError, match="no catalog entry") as unknown:
        outage_of("component:erq", catalog)
    assert "component:default/erp" in str(unknown.value.remedy)


def test_hostile_titles_end_no_cell_and_move_no_cursor():
    evil = component("evil").replace("name: evil", 'name: evil, title: "a|b\\e[2J<script>"')
    found = outage_of("component:evil", catalog_of(evil))
    assert "\x1b" not in outage_text(found) + outage_markdown(found)
    assert "<script>" not in outage_markdown(found)
    assert "a\\|b" in outage_markdown(found)


def test_json_is_what_the_schema_says(outage):
    schema = json.loads((ROOT / "harness/schemas/outage.json").read_text("utf-8"))
    assert jsonschema_rs.is_valid(schema, json.loads(json.dumps(outage_to_json(outage))))


def test_the_command_answers_for_the_reference_landscape_and_refuses_what_is_not_there(capsys):
    asked = ["impact", "--down", "component:erp", "--repo", str(ROOT), "--as-of", "2026-11-23"]
    assert run(asked) == 0
    screen = capsys.readouterr().out
    assert "W3   Invoice finalised to posted" in screen
    assert "catalog/recovery/r5-restore.md" in screen.splitlines()[-1]
    assert run([*asked, "--format", "markdown"]) == 0
    assert "| 1 | ERP (cloud) | 4 h | team-finance-systems |" in capsys.readouterr().out
    assert run(["impact", "--down", "component:nobody", "--repo", str(ROOT)]) == 2
