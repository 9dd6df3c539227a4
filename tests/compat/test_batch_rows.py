"""`compare --batch`: one row out for every row in, in order, described by the published schemas, whatever comes in."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import pytest

from harness.compat.batch import compare_row, run_batch
from harness.compat.encoding import comparison_to_json, dumps
from harness.compat.inline import inline_node
from harness.compat.jsonschema_kind import compare_jsonschema

SCHEMAS = Path(__file__).parents[2] / "harness" / "schemas"
HERE = Path(__file__).parent


def validator(name: str):
    return jsonschema_rs.validator_for(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


RESULT, ROW, COMPARE = (
    validator(name) for name in ("compare-batch-result.json", "compare-batch-row.json", "compare.json")
)
INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}


def row(kind: str = "jsonschema", old: object = None, new: object = None, **more) -> dict:
    return {
        "id": "a",
        "kind": kind,
        "old": INTEGER if old is None else old,
        "new": NUMBER if new is None else new,
        **more,
    }


def run(*rows: object, base: Path = HERE, **more) -> list[dict]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    found = [json.loads(line, parse_float=Decimal) for line in run_batch(lines, base=base, **more)]
    for one in found:
        assert RESULT.is_valid(json.loads(dumps(one))), one
    return found


OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Billing", "version": "1.0.0"},
    "paths": {"/invoices": {"get": {"responses": {"200": {"description": "ok"}}}}},
}
ASYNCAPI = {"asyncapi": "3.0.0", "info": {"title": "Events", "version": "1.0.0"}, "channels": {}}


def test_every_kind_answers_in_one_form() -> None:
    found = run(
        row(),
        row("avro", "int", "long"),
        row("openapi", OPENAPI, {**OPENAPI, "paths": {}}),
        row("asyncapi", ASYNCAPI, ASYNCAPI),
    )
    assert [(one["kind"], one["backward"], one["forward"], one["verdict"]) for one in found] == [
        ("jsonschema", "compatible", "breaking", "compatible"),
        ("avro", "compatible", "breaking", "compatible"),
        ("openapi", None, None, "breaking"),
        ("asyncapi", None, None, "compatible"),
    ]
    assert [one["required_bump"] for one in found] == ["minor", "minor", "major", "none"]


def test_a_witness_is_told_with_its_sides() -> None:
    (found,) = run(row())
    witness = found["forward_witness"]
    assert (witness["valid_under"], witness["invalid_under"], witness["view"]) == ("new", "old", "raw")
    assert witness["instance"] == Decimal("1.5")


def test_places_in_inline_documents_have_neither_file_nor_line() -> None:
    (found,) = run(row(new={"type": "string"}))
    assert found["changes"]
    assert all(set(change["location"]) == {"side", "pointer"} for change in found["changes"])


BAD = [
    ("not json", "{", "not JSON"),
    ("not an object", "[]", "not a JSON object"),
    ("no kind", {"id": 1, "old": {}, "new": {}}, "no kind"),
    ("no documents", {"id": 1, "kind": "jsonschema"}, "no old, new"),
    ("unknown kind", row("protobuf"), "unknown kind"),
    ("kind no text", row(kind=["avro"]), "unknown kind"),
    ("unknown model", row(content_model="strict"), "unknown content_model"),
    ("unknown dialect", row(dialect="draft-99"), "draft-99"),
    ("dialect no text", row(dialect=7), "not a text"),
    ("no day", row("openapi", OPENAPI, OPENAPI, as_of="soon"), "soon is no day"),
    ("duplicate key", '{"id":1,"id":2,"kind":"avro","old":"int","new":"int"}', "two members of one name"),
    ("NaN", '{"id":1,"kind":"jsonschema","old":{"const":NaN},"new":{}}', "NaN"),
    ("a kind that is a fraction", '{"id":1,"kind":1.5,"old":{},"new":{}}', "unknown kind 1.5"),
    ("a path with NUL", '{"id":1,"kind":"jsonschema","old":"a\\u0000b","new":{}}', "is no path of a file"),
    ("a path too long", '{"id":1,"kind":"openapi","old":{},"new":"' + "a" * 5000 + '"}', "is no path of a file"),
    ("an Avro name too long", '{"id":1,"kind":"avro","old":"' + "a" * 5000 + '","new":"int"}', "a"),
    ("number beyond measure", '{"id":1,"kind":"jsonschema","old":{"const":1e99999},"new":{}}', "out of range"),
    (
        "an exponent beyond measure",
        '{"id":1,"kind":"jsonschema","old":{"const":1e-99999999999999999999},"new":{}}',
        "out of range",
    ),
    ("digits beyond measure", '{"id":1,"kind":"jsonschema","old":{"const":' + "9" * 5000 + '},"new":{}}', "not JSON"),
    ("deep", '{"id":1,"kind":"jsonschema","old":' + '{"not":' * 400 + "{}" + "}" * 400 + ',"new":{}}', "deeper"),
    ("bottomless", "[" * 200_000, "not JSON"),
    ("missing file", row(old="nowhere.json"), "nowhere.json"),
    ("path outside", row(old="../../../../../../etc/passwd"), ""),
    ("invalid avro", row("avro", {"type": "recrd"}, "int"), "recrd"),
    ("invalid schema", row(old={"type": "integr"}), ""),
    ("no contract", row("openapi", {"swag": 1}, OPENAPI), ""),
]


@pytest.mark.parametrize(("bad", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_row_is_told_and_the_next_one_is_judged(bad, words) -> None:
    first, second = run(bad, row())
    assert words in first["error"]
    assert "bug" not in first["error"]
    assert (first["verdict"], first["changes"]) == (None, [])
    assert second["verdict"] == "compatible"


def test_order_and_ids_are_kept_and_blank_lines_are_no_rows() -> None:
    found = run(*(json.dumps({**row(), "id": name}) for name in ["c", 1, None, {"x": [2]}]), "", "   ")
    assert [one["id"] for one in found] == ["c", 1, None, {"x": [2]}]


def test_files_are_read_relative_to_the_batch_and_references_stay_inside(tmp_path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "old.json").write_text('{"$ref": "parts/amount.json"}', encoding="utf-8")
    (tmp_path / "new.yaml").write_text("type: string\n", encoding="utf-8")
    (tmp_path / "parts" / "amount.json").write_text('{"type": "integer"}', encoding="utf-8")
    (tmp_path / "int.avsc").write_text('{"type": "int"}', encoding="utf-8")
    found = run(
        row(old="old.json", new="new.yaml"), row("avro", "int.avsc", "long"), row("avro", "int", "int"), base=tmp_path
    )
    assert [one["verdict"] for one in found] == ["breaking", "compatible", "compatible"]
    assert found[0]["changes"][0]["location"]["file"].endswith((".json", ".yaml"))


@pytest.mark.parametrize("dialect", ["draft4", "draft-04", "http://json-schema.org/draft-04/schema#"])
def test_a_dialect_may_be_spelled_as_its_sources_do(dialect) -> None:
    old, new = {"maximum": 5, "exclusiveMaximum": True}, {"maximum": 5}
    (found,) = run(row(old=old, new=new, dialect=dialect))
    assert (found["backward"], found["forward"]) == ("compatible", "breaking")


def test_the_content_model_of_the_row_decides() -> None:
    old, new = {"type": "object", "properties": {"tax": INTEGER}}, {"type": "object", "properties": {}}
    open_, declared = run(row(old=old, new=new), row(old=old, new=new, content_model="declared"))
    assert (open_["verdict"], declared["verdict"]) == ("compatible", "breaking")


def test_the_day_of_the_row_decides_about_sunsets() -> None:
    old = json.loads(json.dumps(OPENAPI))
    old["paths"]["/invoices"]["get"] |= {"deprecated": True, "x-sunset": "2026-01-31"}
    new = {**OPENAPI, "paths": {}}
    early, late = run(row("openapi", old, new, as_of="2026-01-01"), row("openapi", old, new, as_of="2026-02-01"))
    assert (early["verdict"], late["verdict"]) == ("breaking", "compatible")


def test_numbers_keep_every_digit() -> None:
    exact = "0.1000000000000000055511151231257827"
    lines = list(run_batch([f'{{"id":{exact},"kind":"avro","old":"int","new":"int"}}'], base=HERE))
    assert f'"id": {exact}' in lines[0]


def test_bytes_are_decoded_row_by_row() -> None:
    good = json.dumps(row()).encode()
    lines = [b"\xef\xbb\xbf" + good, b'{"id": "\xff"}', good + b"\r"]
    found = [json.loads(line) for line in run_batch(lines, base=HERE)]
    assert [one["verdict"] for one in found] == ["compatible", None, "compatible"]
    assert "not JSON" in found[1]["error"]


def test_a_line_separator_inside_a_text_ends_no_row(tmp_path) -> None:
    separated = json.dumps({**row(), "id": "a\u2028b"}, ensure_ascii=False)
    (tmp_path / "pairs.jsonl").write_text(separated + "\n", encoding="utf-8")
    lines = (tmp_path / "pairs.jsonl").read_bytes().split(b"\n")
    assert [json.loads(line)["id"] for line in run_batch(lines, base=tmp_path)] == ["a\u2028b"]


def test_lone_surrogates_leave_as_escapes() -> None:
    (line,) = run_batch([r'{"id":"\ud800","kind":"avro","old":"int","new":"int"}'], base=HERE)
    assert r"\ud800" in line
    assert line.encode("utf-8")


def test_timings_are_there_only_on_request() -> None:
    assert "ms" not in run(row())[0]
    assert run(row(), timings=True)[0]["ms"] >= 0


def test_the_same_rows_give_the_same_bytes() -> None:
    lines = [
        json.dumps(row(new={"type": ["string", "null"], "enum": ["a", None]})),
        json.dumps(row("avro", ["int"], [])),
    ]
    assert list(run_batch(lines, base=HERE)) == list(run_batch(lines, base=HERE))


def test_a_defect_of_ours_stays_in_its_row(monkeypatch) -> None:
    def broken(*_args, **_more):
        raise RuntimeError("boom")

    monkeypatch.setattr("harness.compat.avro.compare_avro_nodes", broken)
    first, second = run(row("avro", "int", "int"), row())
    assert "our bug: RuntimeError" in first["error"]
    assert second["verdict"] == "compatible"


def test_rows_are_what_their_schema_says() -> None:
    assert ROW.is_valid(row(dialect="2020-12", content_model="open", as_of=None))
    assert not ROW.is_valid({"id": 1})


def test_a_whole_comparison_is_what_its_schema_says() -> None:
    (old_library, old), (new_library, new) = (
        inline_node({"type": "string", "maxLength": 3}),
        inline_node({"type": "string"}),
    )
    found = compare_jsonschema(old, new, old_library, new_library, mode="full")
    assert found.verdict == "breaking"
    value = json.loads(dumps(comparison_to_json(found), indent=1))
    assert COMPARE.is_valid(value), [error.message for error in COMPARE.iter_errors(value)]


@pytest.mark.parametrize("indent", [None, 1, 2])
def test_the_exact_writer_lays_out_as_the_quick_one(indent) -> None:
    value = {"a": [1, "x\n", {}, [], None, True], "b": {"c": Decimal("0.5")}}
    exact = {**value, "z": Decimal("0.12345678901234567890123")}
    quick = dumps({**value, "z": Decimal("0.25")}, indent=indent)
    assert dumps(exact, indent=indent) == quick.replace("0.25", "0.12345678901234567890123")


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["jsoncompat", "avro", "openapi_diff"])
def test_the_sample_gives_a_valid_row_for_every_row(name) -> None:
    root = Path(os.environ.get("HARNESS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
    path = root / "compat" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the shared sample is not here")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = run(*lines)
    assert [one["id"] for one in found] == [json.loads(line)["id"] for line in lines]
    assert [one["error"] for one in found if "error" in one and "bug" in one["error"]] == []


def test_a_row_may_be_judged_alone() -> None:
    assert compare_row(row(), base=HERE)["verdict"] == "compatible"


def test_changes_with_and_without_a_file_are_put_in_order():
    old = {"items": {"prefixItems": [{"oneOf": [{}, {}]}]}}
    assert "error" not in compare_row(row(old=old, new={}), base=HERE)
