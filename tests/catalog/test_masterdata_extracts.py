"""A mapping is held against exports of both systems: missing, stale, twice, out of its time, broken hierarchies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.catalog.mappings import Mapping, MappingRow
from harness.catalog.masterdata import held_against, hierarchy, read_export
from harness.cli.mapping_check import mapping_group
from harness.model import UnreadableError

ROOT = Path(__file__).parents[2]
DAY = date(2027, 3, 1)


def row(value: str, since: str, until: str | None, index: int) -> MappingRow:
    end = date.fromisoformat(until) if until else None
    return MappingRow((value,), {"sku": value}, (), date.fromisoformat(since), end, "group:default/a", index)


TABLE = Mapping(
    "resource:default/m", "m", "M", (), ("sku",), ("sku",), "", (),
    (row("A", "2027-01-01", None, 0), row("B", "2027-03-02", None, 1), row("C", "2026-01-01", "2027-03-01", 2)), "",
)  # fmt: skip


def kinds(text: str) -> set[tuple[str, str]]:
    return {(one.kind, one.value) for one in held_against(TABLE, "sku", read_export(text.encode(), "x.csv"), "id", DAY)}


def test_equal_sides_are_silent_and_each_disagreement_has_its_name() -> None:
    assert kinds("id\nA\n") == set()
    assert kinds("id\nA\nD\n") == {("missing", "D")}
    assert kinds("id\nD\n") == {("missing", "D"), ("stale", "A")}
    assert kinds("id\nA\nA\nA\n") == {("duplicate", "A")}


def test_a_row_counts_from_its_first_day_until_the_day_before_its_end() -> None:
    assert kinds("id\nA\nB\n") == {("not-in-force", "B")}
    assert kinds("id\nA\nC\n") == {("not-in-force", "C")}


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"\xff\xfe", "x.csv"), (b"{", "x.json"), (b"{}", "x.json"), (b"[1]", "x.json"), (b"[" * 100_000, "x.json")],
)
def test_an_export_that_cannot_be_read_says_so(data: bytes, name: str) -> None:
    with pytest.raises(UnreadableError):
        read_export(data, name)


def test_csv_and_json_say_the_same() -> None:
    one = read_export("\ufeffid,name\n1,Ü\n".encode(), "x.csv")
    assert one == read_export('[{"id": 1, "name": "Ü"}]'.encode(), "x.json") == ({"id": "1", "name": "Ü"},)


def test_orphans_and_circles_of_a_hierarchy_are_each_named_once() -> None:
    records = [
        {"id": a, "parent": b} for a, b in (("1", ""), ("2", "1"), ("3", "9"), ("4", "5"), ("5", "4"), ("6", "6"))
    ]
    found = [(one.kind, one.value) for one in hierarchy(records, "id", "parent")]
    assert found == [("orphan", "3"), ("cycle", "4"), ("cycle", "6")]


def test_the_command_compares_both_sides(tmp_path: Path) -> None:
    left = tmp_path / "skus.csv"
    left.write_text("sku\nPRO-ANNUAL\nNEW-ONE\n", encoding="utf-8")
    told = CliRunner().invoke(
        mapping_group,
        ["check", "skus", "--left", str(left), "--as-of", "2027-03-01", "--repo", str(ROOT)],
        standalone_mode=False,
    )
    assert told.return_value == 1
    assert "NEW-ONE is in the export and mapped by no row" in told.output
    assert "SUITE-ANNUAL is mapped and no longer in the export" in told.output
