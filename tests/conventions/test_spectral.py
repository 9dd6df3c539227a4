"""Results of Spectral are evidence: read strictly, placed in the tree, and never told twice."""

import json

import pytest

from harness.cli.main import run as harness
from harness.conventions import read_spectral, with_evidence
from harness.model import Finding, Level, Location, UnreadableError

ROW = {
    "code": "operation-security-defined",
    "message": "Operation needs security",
    "path": ["paths", "/a", "get"],
    "severity": 0,
    "source": "/builds/x/contracts/openapi.yaml",
    "range": {"start": {"line": 6, "character": 4}, "end": {"line": 9, "character": 2}},
}
FILES = {"contracts/openapi.yaml"}


def read(*rows):
    return read_spectral(json.dumps(rows).encode(), "results.json", FILES)


def test_a_row_is_a_finding_at_its_place_in_the_tree():
    (found,) = read(ROW)
    assert (found.rule, found.level) == ("spectral-finding", Level.ERROR)
    assert found.location == Location("contracts/openapi.yaml", "/paths/~1a/get", 7)
    assert "operation-security-defined" in found.title


@pytest.mark.parametrize(("severity", "loud"), [(1, Level.WARNING), (2, Level.INFO), (3, Level.INFO)])
def test_severity_is_level(severity, loud):
    assert read({**ROW, "severity": severity})[0].level is loud


def test_what_a_convention_says_already_gets_the_evidence_and_is_said_once():
    own = Finding(
        "operation-without-authentication",
        "t",
        Level.WARNING,
        Location("contracts/openapi.yaml", "/paths/~1a/get", 7, 5),
    )
    other = {**ROW, "code": "info-contact", "path": ["info"]}
    told = list(with_evidence([own], read(ROW, other)))
    assert [one.rule for one in told] == ["operation-without-authentication", "spectral-finding"]
    assert told[0].detail == "Spectral says so, too: operation-security-defined."


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"code": "x"}]', '[{"code": "x", "severity": 9}]', "nonsense", ""])
def test_what_is_no_result_is_refused(text):
    with pytest.raises(UnreadableError) as refused:
        read_spectral(text.encode(), "results.json", FILES)
    assert refused.value.location.file == "results.json"


def test_check_reads_results_and_harness_yaml_says_how_loud_they_are(tmp_path, capsys):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "openapi.yaml").write_text(
        'openapi: "3.1.0"\ninfo: {title: A, version: "1.0.0"}\npaths: {}\n', "utf-8"
    )
    (tmp_path / "results.json").write_text(json.dumps([{**ROW, "code": "info-contact", "path": ["info"]}]), "utf-8")
    for words, code, loud in (("", 1, "error"), ("levels: {spectral-finding: warning}\n", 0, "warning")):
        config = f"profile: standard\ncontracts: [contracts/*.yaml]\n{words}"
        (tmp_path / "harness.yaml").write_text(config, "utf-8")
        arguments = ["check", "--repo", str(tmp_path), "--spectral", str(tmp_path / "results.json")]
        assert harness([*arguments, "--format", "json"]) == code
        (found,) = json.loads(capsys.readouterr().out)["findings"]
        assert (found["rule"], found["level"]) == ("spectral-finding", loud)
