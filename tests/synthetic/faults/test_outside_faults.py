"""Faults from a folder outside the package, through the command that plays them."""

from __future__ import annotations

import json
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
