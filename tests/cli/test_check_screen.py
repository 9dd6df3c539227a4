"""The screen of `harness check` stays short however often a rule is broken, and says what it left out."""

import json

from harness.cli.main import run as harness


def repository(folder, profile):
    fields = {f"fee_{letter}": {"type": "number", "x-classification": "financial"} for letter in "abcdefgh"}
    answer = {
        "description": "",
        "content": {"application/json": {"schema": {"properties": {**fields, "currency": {}}}}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": "1.0.0"},
        "paths": {"/a": {"get": {"responses": {"200": answer}}}},
    }
    (folder / "openapi.json").write_text(json.dumps(document), "utf-8")
    (folder / "harness.yaml").write_text(f"profile: {profile}\n", "utf-8")
    return str(folder)


def test_a_rule_is_told_a_few_times_and_counted_after_that(tmp_path, capsys):
    repo = repository(tmp_path, "standard")
    assert harness(["check", "--repo", repo]) == 0
    screen = capsys.readouterr().out
    assert screen.count("JSON number, which most readers round") == 5
    assert "… and 3 more places of money-inexact in openapi.json" in screen
    harness(["check", "--repo", repo, "--format", "json"])
    told = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["rule"] == "money-inexact"]
    assert len(told) == 8


def test_advice_is_a_note_and_nothing_wrong(tmp_path, capsys):
    assert harness(["check", "--repo", repository(tmp_path, "starter")]) == 0
    screen = capsys.readouterr().out
    assert screen.startswith("✓ Nothing wrong in 1 contract")
    assert "12 notes" in screen.splitlines()[0]
    assert screen.count("JSON number, which most readers round") == 1
