"""`harness catalog validate`: files and folders as Backstage reads them, and batches where no row is lost."""

import json

import pytest

from harness.cli.main import run as harness

ACCEPTED = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: pay}\nspec: {owner: team}\n"


def run(capsys, *arguments):
    code = harness(["catalog", "validate", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_several_paths_are_one_answer(tmp_path, capsys):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.yaml").write_text(ACCEPTED, "utf-8")
    (tmp_path / "b.yml").write_text(ACCEPTED.replace("owner: team", ""), "utf-8")
    code, out = run(capsys, tmp_path / "one", tmp_path / "b.yml", "--format", "json")
    rows = json.loads(out)
    assert code == 1
    assert [(row["file"], row["valid"]) for row in rows] == [("a.yaml", True), ("b.yml", False)]


def test_a_file_of_comments_is_no_entry_and_no_problem(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text("# to come\n---\n", "utf-8")
    assert run(capsys, tmp_path / "a.yaml") == (0, "✓ Backstage would accept 0 entries\n")


def test_a_merge_key_does_not_merge_since_backstage_reads_yaml_1_2(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(ACCEPTED.replace("{owner: team}", "{<<: {owner: team}}"), "utf-8")
    code, out = run(capsys, tmp_path)
    assert code == 1
    assert "/spec must have required property 'owner'" in out


@pytest.mark.parametrize("row", ["nonsense", "[1]", '{"id": 2}', '{"id": 3, "entity": null}', "[" * 100_000])
def test_a_hopeless_row_has_an_answer_and_costs_no_other_row_its_own(tmp_path, capsys, row):
    entity = {"apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": {"name": "a"}}
    good = json.dumps({"id": "good", "entity": {**entity, "spec": {"memberOf": []}}})
    (tmp_path / "in.jsonl").write_text(f"{row}\n{good}\n", "utf-8")
    code, _ = run(capsys, "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl")
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert code == 0
    assert answers[0]["valid"] is False
    assert answers[0]["errors"]
    assert answers[1] == {"id": "good", "valid": True, "errors": []}


def test_a_template_is_refused_with_the_module_that_would_take_it(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(
        "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec: {}\n", "utf-8"
    )
    code, out = run(capsys, tmp_path)
    assert code == 1
    assert "scaffolder's catalog module takes it" in out


@pytest.mark.parametrize("arguments", [["--batch", __file__], ["--out", "x"], ["--batch", __file__, "--out", "x", "."]])
def test_a_batch_goes_with_an_out_and_without_a_path(capsys, arguments):
    assert run(capsys, *arguments)[0] == 2
