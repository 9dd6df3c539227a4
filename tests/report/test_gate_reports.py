from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from gate_reports import ADDED, BLOCKED, NO_CHANGE, PASS, REPORTS, comparison, contract

from harness.model import Bump, Finding, Level, Location
from harness.report.annotations import annotations
from harness.report.compare_text import comparison_text
from harness.report.gate_json import gate_json
from harness.report.gate_text import gate_text
from harness.report.gitlab import gitlab
from harness.report.html import gate_html
from harness.report.junit import junit
from harness.report.markdown import LIMIT, gate_markdown
from harness.report.remarks import Remark, remarks_of
from harness.report.sarif import sarif

HOSTILE = "\x1b[2J::error::x\u202e<script>alert(1)</script>`[a](http://evil)@finance #12 {{7*7}} [/red] \x00"


def finding(title: str, level: Level = Level.ERROR, line: int = 1) -> Finding:
    return Finding("version-not-bumped", title, level, Location("a.yaml", "/info", line, 1))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_screen_of_each_decision_is_as_agreed(name: str, golden) -> None:
    golden(f"gate-{name}.txt", gate_text(REPORTS[name]))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_comment_of_each_decision_is_as_agreed(name: str, golden) -> None:
    golden(f"gate-{name}.md", gate_markdown(REPORTS[name]))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_page_of_each_decision_is_as_agreed(name: str, golden) -> None:
    golden(f"gate-{name}.html", gate_html(REPORTS[name]))


def test_the_comparison_screen_shows_payload_place_and_rule(golden) -> None:
    compared = BLOCKED.contracts[0].comparison
    assert compared is not None
    golden("compare-breaking.txt", comparison_text(compared, Bump.PATCH))


def test_a_comment_shows_at_most_twelve_lines_before_the_fold() -> None:
    shown = gate_markdown(BLOCKED).partition("<details>")[0]
    assert len([line for line in shown.splitlines() if line.strip()]) <= 12


def test_a_comment_stays_below_one_mebibyte_however_much_changed() -> None:
    many = tuple(replace(ADDED, title=f"field {n} " + "x" * 150, fingerprint=f"{n:012x}") for n in range(20_000))
    big = replace(BLOCKED, contracts=(contract(comparison(*many), Bump.MINOR),) * 30)
    assert len(gate_markdown(big).encode()) <= LIMIT


def test_annotations_never_exceed_ten_of_a_kind_and_say_how_many_are_left() -> None:
    remarks = [Remark("r", Level.ERROR, f"finding {n}", "", Location("a.yaml", "", n), str(n)) for n in range(1, 40)]
    lines = annotations(remarks).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=contract-harness::30 more of this kind: see the step summary"


def test_an_annotation_escapes_what_a_runner_would_obey() -> None:
    told = annotations([Remark("r", Level.WARNING, "a%b\nc", "", Location("a,b:c.yaml", "", 3), "1")])
    assert told == "::warning file=a%2Cb%3Ac.yaml,line=3,title=r::a%25b\\u000ac\n"


def test_fingerprints_do_not_depend_on_wording() -> None:
    def marks(title: str) -> list[str]:
        report = replace(BLOCKED, findings=(finding(title),))
        log = json.loads(sarif(remarks_of(report)))
        return [result["partialFingerprints"]["contractHarness/v1"] for result in log["runs"][0]["results"]]

    assert marks("one wording") == marks("another wording")


def test_sarif_validates_against_its_schema() -> None:
    schema = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text("utf-8"))
    # `jsonschema`, since the published schema holds a pattern (an unescaped `]`) that strict engines refuse.
    validator = jsonschema.Draft4Validator(schema)
    for report in REPORTS.values():
        log = json.loads(sarif(remarks_of(report)))
        assert [error.message for error in validator.iter_errors(log)] == []
    assert not validator.is_valid({"version": "2.1.0"}), "the schema must be able to refuse"


def test_sarif_results_carry_file_line_and_rule() -> None:
    result = json.loads(sarif(remarks_of(BLOCKED)))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert result["ruleId"] == "field-withdrawn"
    assert place["artifactLocation"]["uri"] == "contracts/apis/billing-invoices/2.3.0/openapi.yaml"
    assert place["region"] == {"startLine": 388, "startColumn": 9}


def test_junit_parses_and_counts_errors_as_failures() -> None:
    root = ET.fromstring(junit(remarks_of(BLOCKED)))  # noqa: S314  (our own output)
    assert root.get("failures") == "2"
    assert len(root.findall(".//failure")) == 2
    assert len(root.findall(".//testcase")) == int(root.get("tests", "0")) == 4


def test_junit_of_no_change_still_holds_one_case() -> None:
    root = ET.fromstring(junit(remarks_of(NO_CHANGE)))  # noqa: S314  (our own output)
    assert [case.get("name") for case in root.iter("testcase")] == ["no change"]


def test_gitlab_fingerprints_are_unique() -> None:
    twice = replace(PASS, findings=(finding("a"), finding("b")))
    rows = json.loads(gitlab(remarks_of(twice)))
    assert len({row["fingerprint"] for row in rows}) == len(rows) == 3


def test_gate_json_follows_its_schema() -> None:
    schema = json.loads((Path(__file__).parents[2] / "harness/schemas/gate.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for report in REPORTS.values():
        assert [
            f"{error.message} at {error.instance_path}"
            for error in validator.iter_errors(json.loads(gate_json(report)))
        ] == []


@pytest.mark.parametrize("render", [gate_text, gate_markdown, gate_html])
def test_hostile_data_reaches_no_reader_as_markup_or_control(render) -> None:
    evil = replace(
        BLOCKED,
        sentence=HOSTILE,
        author=HOSTILE,
        findings=(finding(HOSTILE),),
        way_out=(HOSTILE,),
        contracts=(replace(BLOCKED.contracts[0], name=HOSTILE),),
    )
    text = render(evil)
    assert not [c for c in text if ord(c) < 32 and c != "\n"]
    assert "\u202e" not in text
    if render is gate_html:
        assert "<script>alert" not in text
    if render is gate_markdown:
        prose = re.sub(r"(`+).*?\1", "", text)
        assert "<script>" not in prose
        assert "@finance" not in prose
        assert not re.search(r"(?<!\\)\]\(", prose), "no link from data"


def test_junit_survives_hostile_data() -> None:
    evil = replace(BLOCKED, findings=(finding(HOSTILE),))
    assert ET.fromstring(junit(remarks_of(evil))) is not None  # noqa: S314  (our own output)
