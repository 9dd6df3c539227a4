"""`harness demo`: decisions, words, exit codes and every report; the same bytes twice, connected to loopback only."""

from __future__ import annotations

import json
import re
import socket
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from harness.cli.main import run
from harness.report.markdown import LIMIT
from synthetic.cli.demo import BRANCHES, REPORTS, judge, make_repository

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
DECISIONS = {"add-footer": "pass", "drop-tax-amount": "blocked", "retype-tax": "needs-sign-off"}
FETCHES = re.compile(
    r"""<(?:script|img|iframe|object|embed|video|audio|source|input)[^>]+(?:src|data)=|<link[^>]+href="""
    r"""|@import|url\(\s*["']?(?!data:|#)|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon""",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ran:
    out: Path
    told: str
    code: int


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the whole demo once, without any way to connect to another machine."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if not (isinstance(address, tuple) and address[0] == "127.0.0.1"):
            raise AssertionError(f"the demo connects to {address}")
        connect(self, address)

    out = tmp_path_factory.mktemp("out") / "reports"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
        patch.setenv("GIT_ALLOW_PROTOCOL", "none")
        patch.setattr(socket.socket, "connect", refuse)
        told: list[str] = []
        patch.setattr("synthetic.cli.demo.write", told.append)
        patch.setattr("synthetic.cli.journey.write", told.append)
        code = run(["demo", "--out", str(out)])
    return Ran(out, "".join(told), code)


def report(ran: Ran, branch: str) -> dict:
    return json.loads((ran.out / branch / "gate.json").read_text("utf-8"))


def test_each_branch_is_decided_as_it_should_be(ran: Ran) -> None:
    assert ran.code == 0
    assert {branch: report(ran, branch)["decision"] for branch in DECISIONS} == DECISIONS


def test_the_blocked_branch_names_the_consumer_the_money_and_the_way_out(ran: Ran) -> None:
    found = report(ran, "drop-tax-amount")
    hit = [consumer for consumer in found["impact"]["consumers"] if consumer["hit"] == "hit"]
    assert [(one["name"], one["environments"]) for one in hit] == [("erp-connector", ["production"])]
    assert "Invoice finalised to posted" in {one["title"] for one in found["impact"]["workflows"]}
    assert {"US-01", "DE-01"} <= set(found["impact"]["legal_entities"])
    assert found["impact"]["recovery_objectives"]
    assert len(found["way_out"]) >= 3
    (change,) = found["contracts"][0]["changes"]
    assert change["witness"]["payload_failing"] == "/tax_amount"
    assert (found["contracts"][0]["declared_bump"], found["contracts"][0]["required_bump"]) == ("patch", "major")


def test_the_money_branch_waits_for_finance(ran: Ran) -> None:
    found = report(ran, "retype-tax")
    assert (found["contracts"][0]["declared_bump"], found["contracts"][0]["required_bump"]) == ("major", "major")
    waiting = {row["role"]: row["people"] for row in found["required_signoffs"] if not row["settled"]}
    assert {"finance systems", "erp-connector", "contract owner"} <= set(waiting)
    assert {"Dana Ruiz", "Ines Wolf"} & set(waiting["finance systems"])


def test_the_last_lines_say_what_was_seen_with_measured_numbers_and_the_next_command(ran: Ran) -> None:
    lines = ran.told.splitlines()
    for branch, decision in DECISIONS.items():
        assert any(re.match(rf"  {branch} +\S {decision}", line) for line in lines), branch
    assert "You saw: one safe change pass, one stopped with proof, one waiting for finance." in lines
    (stripe,) = (line for line in lines if line.startswith("  Stripe 2021-08 to 2022-02: "))
    numbers = [int(number) for number in re.findall(r"(\d+) (?:root|breaking|of them|unproven)", stripe)]
    assert len(numbers) == 4
    assert numbers[0] >= numbers[1] >= numbers[2] > 0
    assert re.fullmatch(rf"Open:    {ran.out}/index.html   Try:  harness gate --base main   \(took \d+ s\)", lines[-1])


def test_one_subscription_travels_hop_by_hop_through_real_processes_that_are_stopped(ran: Ran) -> None:
    hops = re.findall(r"(?m)^ +(\d+\.\d\d) s  (billing|sync|erp|entitlements|analytics) +(.*)$", ran.told)
    assert [place for _, place, _ in hops] == ["billing", "sync", *["erp"] * 4, "entitlements", "analytics"]
    assert [float(at) for at, _, _ in hops] == sorted(float(at) for at, _, _ in hops)
    told = {what.split(":")[0].split(" ")[0]: what for _, _, what in hops}
    assert "1,428.00 EUR" in told["subscription"]
    assert "posted once in DE-01, period 2027-01, tax 228.00 EUR under DE-S19" in told["posted"]
    assert "open 0.00 EUR" in told["paid"]
    assert "1,200.00 EUR from 2027-01-04 until 2028-01-04" in told["deferred"]
    assert "4 processes stopped" in ran.told


@pytest.mark.parametrize("branch", sorted(DECISIONS))
def test_every_report_is_there_and_can_be_read_by_those_it_is_for(ran: Ran, branch: str) -> None:
    folder = ran.out / branch
    assert {file.name for file in folder.iterdir()} == {
        "gate.html", "gate.md", "gate.json", "gate.sarif.json", "gate.xml",
    }  # fmt: skip
    sarif = json.loads((ROOT / "tests/report/sarif-2.1.0.json").read_text("utf-8"))
    log = json.loads((folder / "gate.sarif.json").read_text("utf-8"))
    assert [error.message for error in jsonschema.Draft4Validator(sarif).iter_errors(log)] == []
    schema = json.loads((ROOT / "harness/schemas/gate.json").read_text("utf-8"))
    assert jsonschema_rs.validator_for(schema).is_valid(report(ran, branch))
    suites = ET.fromstring((folder / "gate.xml").read_text("utf-8"))  # noqa: S314  (our own output)
    assert int(suites.get("failures", "-1")) == len(suites.findall(".//failure"))
    assert (int(suites.get("failures", "-1")) > 0) is (branch != "add-footer")
    assert (folder / "gate.md").stat().st_size < LIMIT


@pytest.mark.parametrize("branch", sorted(DECISIONS))
def test_the_comment_shows_twelve_lines_at_most_before_the_fold(ran: Ran, branch: str) -> None:
    shown = (ran.out / branch / "gate.md").read_text("utf-8").partition("<details>")[0]
    assert len([line for line in shown.splitlines() if line.strip() and not line.startswith("<!--")]) <= 12


def test_no_page_loads_anything_from_anywhere(ran: Ran) -> None:
    pages = sorted(ran.out.rglob("*.html"))
    assert len(pages) == 4
    assert {page.name: FETCHES.findall(page.read_text("utf-8")) for page in pages} == {page.name: [] for page in pages}


def test_the_index_leads_to_every_page(ran: Ran) -> None:
    index = (ran.out / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"#]+)"', index)
    assert sorted(links) == [f"{branch}/gate.html" for branch in sorted(DECISIONS)]
    assert all((ran.out / link).is_file() for link in links)
    for decision in DECISIONS.values():
        assert decision in index


def test_a_second_run_writes_the_same_bytes(ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthetic.cli.demo.write", lambda _: None)
    root = tmp_path / "elsewhere" / "repository"
    root.mkdir(parents=True)
    make_repository(root)
    for branch in BRANCHES:
        judge(root, branch, tmp_path / "out")
    files = [file.relative_to(tmp_path / "out") for file in sorted((tmp_path / "out").rglob("*")) if file.is_file()]
    assert len(files) == len(BRANCHES) * len(REPORTS)
    assert [file for file in files if (tmp_path / "out" / file).read_bytes() != (ran.out / file).read_bytes()] == []
