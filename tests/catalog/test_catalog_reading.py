"""Reading catalogs as Backstage does: documents, placeholders, Locations, YAML 1.2, and what must not be read."""

from harness.catalog import Catalog, read_catalog
from harness.documents import Library, MemoryTree

HEAD = "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n"


def entry(kind, name, spec, extra=""):
    return HEAD.format(kind=kind, name=name) + extra + f"spec: {spec}\n"


SYSTEM = entry("System", "money", "{owner: team}")


def read(files, globs=("**/*.yaml",)) -> Catalog:
    return read_catalog(Library(MemoryTree(files)), globs)


def test_a_file_may_hold_several_entities_and_other_documents_are_left_alone():
    found = read(
        {"a.yaml": f"---\n{SYSTEM}---\npolicies: [1]\n---\n{entry('Group', 'team', '{type: t, children: []}')}"}
    )
    assert [entity.ref for entity in found.entities] == ["system:default/money", "group:default/team"]
    assert [entity.location.line for entity in found.entities] == [2, 10]
    assert found.problems == ()


def test_one_unreadable_file_is_a_problem_and_the_others_are_read():
    found = read({"a.yaml": "kind: System\nkind: System\n", "b.yaml": SYSTEM})
    assert [entity.name for entity in found.entities] == ["money"]
    assert [str(problem.location) for problem in found.problems] == ["a.yaml:2"]


def test_scalars_are_those_of_yaml_1_2():
    notes = "  annotations: {a: 2027-06-30, b: yes, c: on, d: 12:30, e: no}\n"
    bad = "  annotations: {a: 1.10}\n"
    found = read(
        {"a.yaml": entry("System", "good", "{owner: o}", notes), "b.yaml": entry("System", "bad", "{owner: o}", bad)}
    )
    good, refused = found.entities
    assert good.refused == ()
    assert good.metadata["annotations"] == {"a": "2027-06-30", "b": "yes", "c": "on", "d": "12:30", "e": "no"}
    assert refused.refused == ("Malformed envelope, /metadata/annotations/a must be string",)


API = entry("API", "pay", "{type: openapi, lifecycle: x, owner: o, definition: %s}")


def test_a_text_placeholder_is_a_text_and_its_path_is_known():
    found = read({"cat/a.yaml": API % "{$text: ../api/pay.yaml}", "api/pay.yaml": "openapi: 3.1.0\n"}, ["cat/*"])
    (entity,) = found.entities
    assert entity.refused == ()
    assert entity.text_path("definition") == "api/pay.yaml"


def test_a_placeholder_for_an_empty_or_missing_file_is_refused_as_backstage_does():
    empty = read({"a.yaml": API % "{$text: ./pay.txt}", "pay.txt": ""})
    missing = read({"a.yaml": API % "{$text: ./pay.txt}"})
    assert empty.entities[0].refused == ("/spec/definition must NOT have fewer than 1 characters",)
    assert missing.entities[0].refused == ("/spec/definition must be string",)
    assert "pay.txt" in missing.problems[0].message


def test_json_and_yaml_placeholders_are_replaced_by_values():
    spec = "{owner: o, x-a: {$yaml: ./x.yml}, x-b: [{$json: ./x.json}], x-c: {$ref: '#/x'}, x-d: {$text: t, more: 1}}"
    found = read({"a.yaml": entry("System", "s", spec), "x.yml": "k: [1]\n", "x.json": '{"n": null}'})
    (entity,) = found.entities
    assert entity.spec["x-a"] == {"k": [1]}
    assert entity.spec["x-b"] == [{"n": None}]
    assert entity.spec["x-c"] == {"$ref": "#/x"}
    assert entity.spec["x-d"] == {"$text": "t", "more": 1}
    assert found.problems == ()


def test_nothing_outside_the_tree_is_read():
    for target in ("../../etc/passwd", "/etc/passwd", "https://example.com/x.yaml", "~/x"):
        found = read({"cat/a.yaml": API % ("{$text: '" + target + "'}")})
        assert found.entities[0].text_path("definition") == ""
        assert found.entities[0].refused


def test_locations_name_files_and_patterns_and_may_name_each_other():
    files = {
        "root.yaml": entry("Location", "all", "{targets: [./teams/*/catalog-info.yaml, ./b.yaml]}"),
        "b.yaml": entry("Location", "back", "{target: ./root.yaml}") + "---\n" + SYSTEM,
        "teams/x/catalog-info.yaml": entry("Group", "x", "{type: t, children: []}"),
        "teams/x/deep/catalog-info.yaml": entry("Group", "deep", "{type: t, children: []}"),
        "other.yaml": entry("Group", "other", "{type: t, children: []}"),
    }
    found = read(files, ["root.yaml"])
    assert {entity.name for entity in found.entities} == {"all", "back", "money", "x"}
    assert found.problems == ()


def test_a_location_that_names_nothing_is_a_problem_unless_it_is_optional():
    assert read({"a.yaml": entry("Location", "l", "{target: ./gone.yaml}")}).problems[0].remedy
    assert read({"a.yaml": entry("Location", "l", "{target: ./gone.yaml, presence: optional}")}).problems == ()


def test_double_stars_cross_folders_and_single_stars_do_not():
    files = {
        path: entry("Group", path.replace("/", "-").removesuffix(".yaml"), "{type: t, children: []}")
        for path in ("a.yaml", "x/a.yaml", "x/y/a.yaml", "x/y/ab.yaml")
    }

    def names(*globs):
        return [entity.file for entity in read(files, globs).entities]

    assert names("*.yaml") == ["a.yaml"]
    assert names("**/a.yaml") == ["a.yaml", "x/a.yaml", "x/y/a.yaml"]
    assert names("x/**") == ["x/a.yaml", "x/y/a.yaml", "x/y/ab.yaml"]
    assert names("x/*/a?.yaml") == ["x/y/ab.yaml"]
    assert names("**/y/**/*.yaml", "a.yaml") == ["x/y/a.yaml", "x/y/ab.yaml", "a.yaml"]


def test_a_pattern_of_many_stars_is_answered_at_once():
    path = "/".join(["a" * 40] * 30) + ".txt"
    assert read({path: SYSTEM}, ["/".join(["*a" * 20] * 30) + "b", "**/" * 40 + "b"]).entities == ()


def test_an_entity_without_name_or_kind_is_kept_and_refused():
    found = read({"a.yaml": "kind: System\n", "b.yaml": "apiVersion: v1\nkind: 7\nmetadata: 3\n"})
    assert [bool(entity.refused) for entity in found.entities] == [True, True]


def test_relations_are_found_from_both_ends_whatever_the_case():
    files = {
        "a.yaml": entry("Component", "Shop", "{type: s, lifecycle: l, owner: TEAM, consumesApis: [Pay, x/pay]}"),
        "b.yaml": API % "x",
        "c.yaml": entry(
            "Component", "psp", "{type: s, lifecycle: l, owner: user:ada, providesApis: ['API:Default/PAY']}"
        ),
    }
    found = read(files)
    assert [one.ref for one in found.consumers_of("API:pay")] == ["component:default/shop"]
    assert [one.ref for one in found.providers_of("api:default/pay")] == ["component:default/psp"]
    assert [relation.target for relation in found.relations_from("component:default/shop")] == [
        "group:default/team",
        "api:default/pay",
        "api:x/pay",
    ]
    assert [one.ref for one in found.owned_by("group:default/team")] == ["component:default/shop"]


def test_an_entity_inherits_its_own_namespace_for_references():
    text = entry("System", "s\n  namespace: fin", "{owner: t, domain: d}").replace("v1alpha1", "v1beta1")
    (entity,) = read({"a.yaml": text}).entities
    assert entity.ref == "system:fin/s"
    assert entity.owner == "group:fin/t"


def test_people_and_groups_know_each_other_whichever_side_says_so():
    files = {
        "g.yaml": entry("Group", "left", "{type: t, children: [], members: [ada]}"),
        "h.yaml": entry("Group", "right", "{type: t, children: []}"),
        "u.yaml": entry("User", "ada", "{memberOf: [right], profile: {displayName: Ada Kern}}"),
    }
    found = read(files)
    (person,) = found.people()
    assert person.groups == ("group:default/left", "group:default/right")
    assert [group.members for group in found.groups()] == [("user:default/ada",), ("user:default/ada",)]
    assert [one.display_name for one in found.members_of("left")] == ["Ada Kern"]
