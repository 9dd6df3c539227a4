"""The three layouts of real life work from defaults alone, and versioned folders as well."""

import pytest

from harness.documents import Library, MemoryTree
from harness.model import Bump, NotFoundError, UsageError
from harness.registry import (
    Config,
    case_renames,
    declared_bump,
    discover,
    open_operand,
    pair,
    read_config,
    read_registry,
    render_config,
    version_key,
)

OPENAPI = "openapi: 3.1.0\ninfo:\n  title: Billing\n  version: {version}\npaths:\n  /invoices: {{get: {{}}}}\n"
ASYNCAPI = "asyncapi: 3.0.0\ninfo: {{title: Events, version: '{version}'}}\nchannels:\n  a: {{address: a}}\n"


def api(version: str = "1.0.0", more: str = "") -> str:
    return OPENAPI.format(version=version) + more


def registry(files: dict[str, str]):
    library = Library(MemoryTree(files))
    return read_registry(library, read_config(library))


def found(files: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(contract.name, contract.version, contract.path) for contract in registry(files).contracts]


def pairs(old: dict[str, str], new: dict[str, str]) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.name, one.old and one.old.version, one.new and one.new.version)
        for one in pair(registry(old), registry(new))
    ]


def test_one_file_at_the_root_with_git_history_as_its_versions():
    old, new = {"openapi.yaml": api("1.0.0")}, {"openapi.yaml": api("1.1.0")}
    assert found(old) == [("openapi", "1.0.0", "openapi.yaml")]
    assert registry(old).contracts[0].in_place
    assert pairs(old, new) == [("openapi", "1.0.0", "1.1.0")]


def test_a_monorepo_names_contracts_by_service():
    files = {
        "services/billing/api/openapi.yaml": api(),
        "services/erp/api/openapi.json": '{"openapi": "3.0.3", "info": {"version": "2.0"}, "paths": {"/a": {}}}',
        "services/erp/events/asyncapi.yaml": ASYNCAPI.format(version="1.2.0"),
        "services/erp/avro/posting.avsc": '{"type": "record", "name": "Posting", "fields": []}',
        "services/erp/node_modules/x/openapi.yaml": api(),
        "services/erp/tests/openapi.yaml": api(),
        ".github/openapi.yaml": api(),
        "services/erp/values.yaml": "replicas: 1\n",
        "tsconfig.json": '{"$schema": "https://json-schema.org/draft-07/schema"}',
    }
    assert found(files) == [
        ("billing", "1.0.0", "services/billing/api/openapi.yaml"),
        ("erp", "2.0", "services/erp/api/openapi.json"),
        ("erp-events", "1.2.0", "services/erp/events/asyncapi.yaml"),
        ("posting", "", "services/erp/avro/posting.avsc"),
    ]
    assert registry(files).problems == ()


def test_backstage_files_alone_hold_contracts_inside():
    definition = "".join(f"    {line}\n" for line in api("1.0.0").splitlines())
    catalog = (
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web}\nspec: {type: website}\n---\n"
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: billing\nspec:\n  type: openapi\n"
        "  definition: |\n" + definition
    )
    old, new = {"catalog-info.yaml": catalog}, {"catalog-info.yaml": catalog.replace("1.0.0", "2.0.0")}
    side = registry(old)
    assert found(old) == [("billing", "1.0.0", "catalog-info.yaml#billing")]
    document = side.library.load(side.contracts[0].path)
    line, _ = document.position("/info/version")
    assert "version: 1.0.0" in catalog.splitlines()[line - 1]
    assert document.path == "catalog-info.yaml"
    assert pairs(old, new) == [("billing", "1.0.0", "2.0.0")]
    assert pairs(old, {"catalog-info.yaml": catalog.replace("website", "site")}) == []


def test_backstage_placeholders_leave_the_contract_in_its_file():
    entity = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: b}\n"
    catalog = entity + "spec:\n  definition: {$text: ./openapi.yaml}\n"
    assert found({"billing/catalog-info.yaml": catalog, "billing/openapi.yaml": api()}) == [
        ("billing", "1.0.0", "billing/openapi.yaml")
    ]


VERSIONED = {
    "contracts/apis/billing/1.9.0/openapi.yaml": api("1.9.0"),
    "contracts/apis/billing/1.10.0/openapi.yaml": api("1.10.0"),
    "contracts/canonical/invoice/1.0.0.json": '{"$schema": "https://json-schema.org/draft/2020-12/schema"}',
    "contracts/pacts/billing/crm.json": '{"consumer": {}, "provider": {}, "interactions": []}',
    "contracts/apis/common/1.0.0/components.yaml": "openapi: 3.1.0\ninfo: {}\ncomponents: {}\n",
}


def test_versioned_folders_sort_by_version_and_shared_parts_and_pacts_are_no_contracts():
    assert found(VERSIONED) == [
        ("billing", "1.9.0", "contracts/apis/billing/1.9.0/openapi.yaml"),
        ("billing", "1.10.0", "contracts/apis/billing/1.10.0/openapi.yaml"),
        ("invoice", "1.0.0", "contracts/canonical/invoice/1.0.0.json"),
    ]
    assert registry(VERSIONED).get("billing").version == "1.10.0"
    with pytest.raises(NotFoundError, match='Did you mean "billing"'):
        registry(VERSIONED).get("biling")


def test_a_new_version_is_paired_with_its_predecessor_and_an_edited_one_with_itself():
    added = {**VERSIONED, "contracts/apis/billing/1.9.5/openapi.yaml": api("1.9.5")}
    assert pairs(VERSIONED, added) == [("billing", "1.9.0", "1.9.5")]
    assert pairs(VERSIONED, {**VERSIONED, "contracts/apis/new/1.0.0/openapi.yaml": api("1.0.0", "x-a: 1\n")}) == [
        ("new", None, "1.0.0")
    ]
    path = "contracts/apis/billing/1.9.0/openapi.yaml"
    assert pairs(VERSIONED, {**VERSIONED, path: api("1.9.0", "tags: []\n")}) == [("billing", "1.9.0", "1.9.0")]
    gone = {key: text for key, text in VERSIONED.items() if key != path}
    assert pairs(VERSIONED, gone) == [("billing", "1.9.0", None)]


def test_renaming_and_reformatting_are_no_change():
    moved = {path.replace("/billing/", "/invoicing/"): text for path, text in VERSIONED.items()}
    assert pairs(VERSIONED, moved) == []
    path = "contracts/apis/billing/1.9.0/openapi.yaml"
    reformatted = "# comment\n" + VERSIONED[path].replace("{get: {}}", "\n    get: {}")
    assert pairs(VERSIONED, {**VERSIONED, path: reformatted}) == []
    assert pairs({"a/openapi.yaml": api()}, {"b/openapi.yaml": api()}) == []


def test_a_rename_with_a_change_is_one_change_under_the_old_name():
    assert pairs({"a/openapi.yaml": api()}, {"b/openapi.yaml": api("1.0.0", "tags: []\n")}) == [("a", "1.0.0", "1.0.0")]
    other = "asyncapi: 3.0.0\ninfo: {version: 1.0.0}\nchannels: {a: {}}\n"
    assert pairs({"a/openapi.yaml": api()}, {"b/asyncapi.yaml": other}) == [
        ("a", "1.0.0", None), ("b", None, "1.0.0"),
    ]  # fmt: skip


def test_a_change_of_a_file_that_a_contract_refers_to_is_a_change_of_the_contract():
    old = {
        "a/openapi.yaml": api("1.0.0", "x: {$ref: '../b/c.yaml#/d'}\n"),
        "b/c.yaml": "d: {$ref: e.yaml}\n",
        "b/e.yaml": "f: 1\n",
    }
    assert pairs(old, {**old, "b/e.yaml": "f: 2\n"}) == [("a", "1.0.0", "1.0.0")]
    assert pairs(old, {**old, "b/e.yaml": "f:   1\n"}) == []
    assert pairs(old, {**old, "b/other.yaml": "f: 2\n", "README.md": "x"}) == []


class CountingTree(MemoryTree):
    reads = 0

    def read(self, path):
        self.reads += 1
        return super().read(path)


def test_equal_trees_are_paired_without_reading_a_file():
    trees = [CountingTree(VERSIONED), CountingTree(VERSIONED)]
    assert pair(*(read_registry(Library(tree), Config()) for tree in trees)) == ()
    assert [tree.reads for tree in trees] == [0, 0]


def test_one_name_in_two_folders_is_a_problem_that_names_both():
    (problem,) = registry({"a/billing/openapi.yaml": api(), "b/billing/openapi.yaml": api()}).problems
    assert isinstance(problem, UsageError)
    assert problem.message == 'the name "billing" is taken by a/billing/openapi.yaml'
    assert str(problem.location) == "b/billing/openapi.yaml"
    named = api("1.0.0", "x-contract-harness: {name: billing-b}\n")
    assert registry({"a/billing/openapi.yaml": api(), "b/billing/openapi.yaml": named}).problems == ()


def test_a_version_that_contradicts_its_folder_or_is_a_number_is_a_problem_with_its_line():
    (wrong,) = registry({"billing/1.2.0/openapi.yaml": api("1.3.0")}).problems
    assert (wrong.message, str(wrong.location)) == (
        "the document says version 1.3.0, its folder says 1.2.0",
        "billing/1.2.0/openapi.yaml:4",
    )
    side = registry({"billing/openapi.yaml": api("1.10")})
    assert side.contracts[0].version == "1.10"
    (number,) = side.problems
    assert number.message == "version 1.10 is written as a number, which other tools read as 1.1"
    assert number.remedy == 'Quote it: version: "1.10".'


def test_paths_that_differ_in_case_alone_are_exposed():
    assert case_renames(["a/Billing.yaml", "b"], ["a/billing.yaml", "b"]) == (("a/Billing.yaml", "a/billing.yaml"),)


def test_configuration_is_checked_with_line_and_near_name():
    library = Library(MemoryTree({"harness.yaml": "profile: finance\ncontract: [a]\n"}))
    with pytest.raises(UsageError) as caught:
        read_config(library)
    assert (str(caught.value.location), caught.value.remedy) == ("harness.yaml:2", 'Did you mean "contracts"?')
    for text in ("profile: strict\n", "contracts: 1\n", "levels: {a: loud}\n", "- a\n", "policy: [a]\n"):
        with pytest.raises(UsageError):
            read_config(Library(MemoryTree({"harness.yaml": text})))
    assert not read_config(Library(MemoryTree({}))).found
    assert read_config(Library(MemoryTree({"harness.yaml": "contracts: 'x/*.yaml'\n"}))).contracts == ("x/*.yaml",)


def test_globs_and_exclusions_limit_what_is_watched():
    files = {**VERSIONED, "harness.yaml": "contracts: ['contracts/apis/**']\nexclude: ['**/1.9.0/**']\n"}
    assert [version for _, version, _ in found(files)] == ["1.10.0"]


def test_init_finds_what_is_there_and_its_configuration_finds_the_same():
    files = {
        **VERSIONED,
        "apis/broken.yaml": "openapi: 3.1.0\npaths:\n  /a: 1\n  /a: 2\n",
        "catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
    }
    result = discover(MemoryTree(files))
    assert result.contracts_by_kind == (("openapi", 2), ("jsonschema", 1))
    assert result.contract_globs == ("contracts/apis/billing/*/openapi.yaml", "contracts/canonical/invoice/*.json")
    assert (result.catalog_files, result.pacts) == (1, 1)
    assert result.skipped == ('apis/broken.yaml:4:3   "/a" appears twice (first at line 3)',)
    files.pop("apis/broken.yaml")
    text = render_config(result, profile="standard")
    assert found({**files, "harness.yaml": text}) == found(files)
    assert read_config(Library(MemoryTree({"harness.yaml": text}))).profile == "standard"
    empty = render_config(discover(MemoryTree({})))
    assert read_config(Library(MemoryTree({"harness.yaml": empty}))).contracts == ()


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("2.3.0", "2.3.1", Bump.PATCH), ("2.3.0", "2.4.0", Bump.MINOR), ("2.3.0", "3.0.0", Bump.MAJOR),
        ("2.3.0", "2.3.0", Bump.NONE), ("2.3.0", "2.2.0", Bump.NONE), ("1.0.0-rc.1", "1.0.0", Bump.PATCH),
        ("1.9.0", "1.10.0", Bump.MINOR), ("1.0", "1.1", Bump.MINOR), ("v1", "v2", Bump.MAJOR), ("", "1.0.0", Bump.NONE),
        ("2021-08-01", "2022-02-01", Bump.MAJOR), ("next", "2.0.0", Bump.NONE),
    ],
)  # fmt: skip
def test_the_declared_step_between_versions(old, new, step):
    assert declared_bump(old, new) is step


def test_versions_sort_as_semver_org_says():
    ordered = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]
    assert sorted(set(ordered), key=version_key) == ordered
    assert version_key("1.0.0+a") == version_key("1.0.0+b")
    assert version_key("2021-08-01") < version_key("2025-03-31.basil")


def test_an_operand_is_a_file_a_folder_a_name_or_a_revision(tmp_path):
    for path, text in VERSIONED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for text in ("contracts/apis/billing/1.9.0", "contracts/apis/billing/1.9.0/openapi.yaml", "billing@1.9.0"):
        library, path = open_operand(text, tmp_path)
        assert library.load(path).value["info"]["version"] == "1.9.0"
    with pytest.raises(UsageError, match="2 contracts in this folder"):
        open_operand("contracts/apis/billing", tmp_path)
    for wrong in ("contracts/apis/common", "nope", "billing@9.9.9"):
        with pytest.raises(NotFoundError):
            open_operand(wrong, tmp_path)
