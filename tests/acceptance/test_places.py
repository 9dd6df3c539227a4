"""Every pointer and line that a report names is opened and shows the node it names, through cross-file `$ref`s too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from opened_places import Place, Reader, faults

from harness.cli.main import run
from synthetic.cli.demo import BRANCHES, make_repository
from synthetic.cli.landscape import copy_landscape, published_spec

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
SAMPLED = 60


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    make_repository(root)
    return root


def on_disk(root: Path) -> Reader:
    return lambda path: (root / path).read_bytes() if (root / path).is_file() else None


def at_revision(root: Path, revision: str) -> Reader:
    def read(path: str) -> bytes | None:
        done = subprocess.run(
            ["git", "cat-file", "blob", f"{revision}:{path}"],
            cwd=root,
            capture_output=True,
            check=False,
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(root)},
        )
        return done.stdout if done.returncode == 0 else None

    return read


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    capsys.readouterr()
    assert run([*arguments, "--format", "json"]) in {0, 1, 3}
    return json.loads(capsys.readouterr().out)


def of_changes(changes: list[dict], old: Reader, new: Reader) -> Iterator[tuple[Reader, dict[str, object]]]:
    for change in changes:
        for place in (change["location"], change.get("counterpart")):
            if place is not None:
                yield (old if place["side"] == "old" else new), place


@pytest.mark.parametrize("branch", [branch.name for branch in BRANCHES])
def test_every_place_of_the_gate_on_a_demo_branch_is_where_it_says(branch: str, demo: Path, capsys) -> None:
    report = ask(capsys, "gate", "--repo", str(demo), "--base", "main", "--head", branch)
    old, new = (at_revision(demo, report[side]["commit"]) for side in ("merge_base", "head"))
    changes = [change for contract in report["contracts"] for change in contract["changes"]]
    assert changes
    assert faults(of_changes(changes, old, new)) == []


def test_every_place_of_a_finding_of_the_gate_is_where_it_says(demo: Path, capsys) -> None:
    report = ask(capsys, "gate", "--repo", str(demo), "--base", "main", "--head", "drop-tax-amount")
    new = at_revision(demo, report["head"]["commit"])
    located = [finding["location"] for finding in report["findings"] if finding["location"]["file"]]
    assert located
    assert faults((new, place) for place in located) == []


def test_every_place_of_a_comparison_across_files_is_where_it_says(tmp_path: Path, capsys) -> None:
    """The contracts of billing refer to `common`, whose own parts change between 1.0.0 and 1.1.0."""
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    names = sorted(path for path in (tmp_path / "contracts").glob("*/*/*/*api.yaml") if path.parent.name[0].isdigit())
    compared = elsewhere = 0
    for old, new in pairwise(names):
        if old.parent.parent != new.parent.parent:
            continue
        found = ask(capsys, "compare", "--repo", str(tmp_path), str(old), str(new))
        root = _root_of(old, tmp_path, found)
        assert faults(of_changes(found["changes"], on_disk(root), on_disk(root))) == []
        compared += len(found["changes"])
        elsewhere += sum(not _ends_in(change["location"]["file"], old, new) for change in found["changes"])
    assert compared > 100
    assert elsewhere, "no change stands in a file that the contract refers to: the sample shows nothing"


def _ends_in(file: str, *paths: Path) -> bool:
    return any(path.as_posix().endswith(file) for path in paths)


def _root_of(path: Path, root: Path, found: dict) -> Path:
    """Paths in a report count from the folder that holds everything; outside a repository it is the third above."""
    files = [change["location"]["file"] for change in found["changes"]]
    return next(top for top in (root, *path.parents) if all((top / file).is_file() for file in files))


def test_places_in_a_large_published_document_are_where_they_say(tmp_path: Path, capsys) -> None:
    for name in ("stripe-2021-08", "stripe-2022-02"):
        (tmp_path / f"{name}.json").write_bytes(published_spec(name))
    found = ask(
        capsys,
        "compare",
        "--repo",
        str(tmp_path),
        str(tmp_path / "stripe-2021-08.json"),
        str(tmp_path / "stripe-2022-02.json"),
    )
    changes = found["changes"]
    assert len(changes) > SAMPLED
    sample = changes[:: max(1, len(changes) // SAMPLED)]
    old, new = (_stored(tmp_path / f"{name}.json") for name in ("stripe-2021-08", "stripe-2022-02"))
    assert faults(of_changes(sample, old, new)) == []


def _stored(path: Path) -> Reader:
    return lambda file: path.read_bytes() if file.endswith(path.name) else None


def test_every_place_of_seeded_findings_of_check_is_where_it_says(tmp_path: Path, capsys) -> None:
    copy_landscape(tmp_path)
    edit(tmp_path / "catalog/components.yaml", "consumesApis: [pricing,", "consumesApis: [pricin,")
    edit(tmp_path / "catalog/systems.yaml", "owner: group:team-billing", "owner: component:billing")
    edit(tmp_path / "catalog/workflows/w03-invoice-posting.yaml", "system: erp-connector", "system: erp-elsewhere")
    pact = next(iter(sorted((tmp_path / "contracts/pacts").rglob("*.json"))))
    value = json.loads(pact.read_text("utf-8"))
    value["provider"]["name"] = "nobody-here"
    value["interactions"] = []
    pact.write_text(json.dumps(value, indent=2), "utf-8")
    waiver = (
        "waivers:\n  - {id: W, rule: r, scope: {contract: nothing, pointer: /a}, reason: x, approver: a, ticket: t,\n"
        "     expires: '2026-01-01'}\n"
    )
    (tmp_path / "catalog/waivers").mkdir(exist_ok=True)
    (tmp_path / "catalog/waivers/w.yaml").write_text(waiver, "utf-8")
    report = ask(capsys, "check", "--repo", str(tmp_path))
    rules = {finding["rule"] for finding in report["findings"]}
    assert rules >= {"catalog-reference-dangling", "pact-provider-unknown", "waiver-expired"}
    places = [finding["location"] for finding in report["findings"] if finding["location"]["file"]]
    assert faults((on_disk(tmp_path), place) for place in places) == []


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("pointer", "line", "fault"),
    [("/a/b", 2, ""), ("/a/b", 1, "line 1"), ("/a/c", 2, "nothing at"), ("/a/b/1", 2, ""), ("/a/b", None, "no line")],
)
def test_the_opener_can_refuse(pointer: str, line: int | None, fault: str) -> None:
    found = Place(b"a:\n  b: [1, 2]\n").fault(pointer, line)
    assert bool(found) == bool(fault)
    assert fault in found
