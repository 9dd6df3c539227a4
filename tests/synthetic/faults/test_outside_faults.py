"""Faults from a folder outside the package, through the command that plays them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.cli.main import main

ABSORBED = {"answer-of-a-posting-lost"}


def test_business_situations_of_an_outsider_are_found_and_rightly_named_or_rightly_absorbed(capsys):
    folder = Path(__file__).with_name("outside")
    with pytest.raises(SystemExit) as ended:
        main(["probe", "matrix", "--faults", str(folder), "--format", "json", "--processes", "1"])
    rows = {row["fault"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert {name for name, row in rows.items() if row["result"] == "absorbed"} == ABSORBED
    others = {name: (row["result"], row["named_right"]) for name, row in rows.items() if name not in ABSORBED}
    assert others == dict.fromkeys(others, ("found", True))
    assert (len(rows), ended.value.code) == (9, 0)


def test_the_fault_files_of_the_documentation_are_found_and_called_by_their_names(tmp_path, capsys):
    text = (Path(__file__).parents[3] / "docs" / "probes.md").read_text("utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "@fault" in block]
    for number, block in enumerate(blocks):
        (tmp_path / f"shown_{number}.py").write_text(block)
    with pytest.raises(SystemExit) as ended:
        main(["probe", "matrix", "--faults", str(tmp_path), "--format", "json", "--processes", "1"])
    assert ended.value.code == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {(row["result"], row["named_right"]) for row in rows} == {("found", True)}
    assert len(rows) == 7


def test_a_file_that_cannot_be_run_is_a_row_beside_the_others(tmp_path, capsys):
    (tmp_path / "bad.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "good.py").write_text(
        "from synthetic.faults import fault\n"
        "fault('gone', 'analytics', 'forecast_of', {'missing'})(lambda call, forward, rng: {'count': 0})\n"
    )
    with pytest.raises(SystemExit) as ended:
        main(["probe", "matrix", "--faults", str(tmp_path), "--format", "json", "--processes", "1"])
    assert ended.value.code == 3
    rows = {row["fault"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert (rows["gone"]["result"], rows["gone"]["category"]) == ("found", "missing")
    assert rows["bad.py"]["result"] == "broken"
    assert "bad.py:1" in rows["bad.py"]["reason"]
