"""Agreement with labels that others gave, and the committed list of every disagreement with what explains it.

`UPDATE_GOLDEN=1` writes `docs/disagreements.md` anew, to be read before commit. No row is treated apart.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openapi_documents import compare

from harness.model import Basis, Change, ContractComparison, Verdict

pytestmark = pytest.mark.corpus
REPORT = Path(__file__).parents[2] / "docs" / "disagreements.md"
AS_OF = date(2026, 7, 24)
"""The day on which oasdiff's own answers were taken."""

FLOORS = {"apihub": 0.95, "openapi_diff": 0.92, "oasdiff": 0.86}
UNREFUTED_FLOORS = {"apihub": 0.95, "openapi_diff": 0.92, "oasdiff": 0.88}
# 28 of oasdiff's 208 labels contradict the decision table, each listed with its row; payloads refute 7 of them.

ROWS = {
    "security-weakened": "5: a dropped scheme breaks nobody; it is reported as an error-level finding",
    "security-added": "5: no old alternative is enough any more",
    "security-scheme-changed": "5: a used scheme works differently",
    "pattern-changed": "3: regular-language inclusion on unanchored search",
    "pattern-added": "2 and 3: a read-only field is erased from requests; an answer may become more exact",
    "length-tightened": "3: an answer may become more exact, and a keyword for another type restricts nothing",
    "length-loosened": "3: a request may be taken more freely",
    "bounds-tightened": "3: a keyword for a type that the value cannot have restricts nothing",
    "item-count-tightened": "3: a keyword for a type that the value cannot have restricts nothing",
    "field-withdrawn": "2: a declared field is gone from the request, or its readers lose it",
    "field-required-undeclared": "2: a name is required that old writers cannot send",
    "field-became-read-only": "2: old clients still send it",
    "field-became-write-only": "2: readers of answers lose it",
    "field-added": "2: an optional field may come",
    "union-branch-removed": "4: another alternative with the same fields includes the one that went",
    "union-branch-added": "4: another alternative with the same fields includes the one that came",
    "discriminator-mapping-changed": "4: the value on the wire changed",
    "contains-changed": "3: no item can be what the array must contain: both versions are empty, no witness exists",
    "dependent-schemas-changed": "1: dependentSchemas add their names, as optional fields",
    "additional-properties-changed": "2: writers hold to declared fields",
    "type-changed": "3 and 5: types exchanged; numbers and booleans are texts on the wire",
    "type-widened": "3: a request may be taken more freely",
    "enum-removed": "3: a request may be taken more freely",
    "request-body-became-required": "5: the provider sends the request of a webhook",
}


@dataclass(frozen=True)
class Row:
    id: str
    label: bool | None
    found: ContractComparison

    @property
    def agrees(self) -> bool:
        return self.found.verdict is (Verdict.BREAKING if self.label else Verdict.COMPATIBLE)

    @property
    def refuted(self) -> bool:
        """Whether the label says compatible and a payload, taken by one version and refused by the other, shows not."""
        broken = [change for change in self.found.changes if change.verdict is Verdict.BREAKING]
        return self.label is False and any(change.witness is not None for change in broken)


def rows(corpus: Path, name: str) -> Iterator[Row]:
    for line in (corpus / "compat" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        label = None if row.get("label_refuted_by_witness") else row["expected"].get("breaking")
        if label is not None:
            yield Row(row["id"], label, compare(row["old"], row["new"], as_of=AS_OF))


@pytest.fixture(scope="module")
def judged(corpus: Path) -> dict[str, list[Row]]:
    return {name: list(rows(corpus, name)) for name in FLOORS}


@pytest.mark.parametrize("name", FLOORS)
def test_labels_are_agreed_with(judged: dict[str, list[Row]], name: str) -> None:
    agreed = sum(row.agrees for row in judged[name])
    assert agreed / len(judged[name]) >= FLOORS[name], f"{agreed} of {len(judged[name])}"


@pytest.mark.parametrize("name", FLOORS)
def test_labels_that_no_payload_refutes_are_agreed_with(judged: dict[str, list[Row]], name: str) -> None:
    standing = [row for row in judged[name] if not row.refuted]
    assert sum(row.agrees for row in standing) / len(standing) >= UNREFUTED_FLOORS[name]


@pytest.mark.parametrize("name", FLOORS)
def test_hardly_anything_is_unproven(judged: dict[str, list[Row]], name: str) -> None:
    unproven = sum(row.found.verdict is Verdict.UNPROVEN for row in judged[name])
    assert unproven <= 0.02 * len(judged[name])


def test_every_breaking_verdict_has_a_payload_or_a_rule(judged: dict[str, list[Row]]) -> None:
    for row in (row for every in judged.values() for row in every):
        for change in row.found.changes:
            if change.verdict is Verdict.BREAKING:
                assert change.witness is not None or change.basis is Basis.RULE, (row.id, change.title)


def test_every_disagreement_is_listed_with_what_explains_it(judged: dict[str, list[Row]]) -> None:
    text = report(judged)
    if os.environ.get("UPDATE_GOLDEN"):
        REPORT.write_text(text, encoding="utf-8")
    assert REPORT.read_text("utf-8") == text


def renamed(value: dict[str, Any]) -> dict[str, Any]:
    """The document with every schema component under another name."""
    found: dict[str, Any] = json.loads(
        re.sub(r"#/components/schemas/([\w.-]+)", r"#/components/schemas/\1X", json.dumps(value))
    )
    schemas = found.get("components", {}).get("schemas")
    if schemas:
        found["components"]["schemas"] = {f"{name}X": schema for name, schema in schemas.items()}
    return found


def inlined(value: dict[str, Any]) -> dict[str, Any]:
    """The document with the schemas of components written where they are used, recursion apart."""
    schemas = value.get("components", {}).get("schemas", {})

    def spread(one: Any, above: tuple[str, ...] = ()) -> Any:
        if isinstance(one, list):
            return [spread(item, above) for item in one]
        if not isinstance(one, dict):
            return one
        name = str(one.get("$ref", "")).removeprefix("#/components/schemas/")
        if name in schemas and name not in above and len(one) == 1:
            return spread(schemas[name], (*above, name))
        return {key: item if key == "mapping" else spread(item, above) for key, item in one.items()}

    return {**value, "paths": spread(value.get("paths", {}))}


def shuffled(value: dict[str, Any]) -> dict[str, Any]:
    """The document with members, listed values and allOf in another order."""
    shuffler = random.Random(3)  # noqa: S311  (a shuffle that can be repeated)

    def turn(one: Any, key: str = "") -> Any:
        if isinstance(one, dict):
            names = shuffler.sample(list(one), len(one))
            return {name: turn(one[name], name) for name in names}
        if isinstance(one, list):
            items = [turn(item) for item in one]
            return shuffler.sample(items, len(items)) if key in {"enum", "allOf", "required"} else items
        return one

    found: dict[str, Any] = turn(value)
    return found


@pytest.mark.parametrize("rewritten", [renamed, inlined, shuffled])
def test_another_way_to_write_both_versions_gives_the_same_verdict(
    corpus: Path, judged: dict[str, list[Row]], rewritten: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    verdicts = {row.id: row.found.verdict for every in judged.values() for row in every}
    for name in FLOORS:
        for line in (corpus / "compat" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["id"] in verdicts:
                again = compare(rewritten(row["old"]), rewritten(row["new"]), as_of=AS_OF).verdict
                assert again is verdicts[row["id"]], row["id"]


def report(judged: dict[str, list[Row]]) -> str:
    lines = [
        "# Where published labels and our verdicts differ",
        "",
        "Generated by `UPDATE_GOLDEN=1 pytest tests/compat/test_openapi_corpora.py`. Numbers in the last column are",
        "sections of the content models; a payload is one that the independent validator takes under one version and",
        "refuses under the other. No row is treated apart. Where a label says compatible and a payload shows the",
        "break, the payload wins; the last column leaves those labels out.",
        "",
        "| collection | pairs with a label | agreed | labels that a payload refutes | agreed with the others |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, every in judged.items():
        agreed, refuted = sum(row.agrees for row in every), sum(row.refuted for row in every)
        shares = [f"{100 * agreed / number:.1f} %" for number in (len(every), len(every) - refuted)]
        lines.append(f"| {name} | {len(every)} | {agreed} ({shares[0]}) | {refuted} | {shares[1]} |")
    for name, every in judged.items():
        lines += ["", f"## {name}", "", "| pair | label | ours | why |", "|---|---|---|---|"]
        for row in every:
            if not row.agrees:
                label = "breaking" if row.label else "compatible"
                why = "; ".join(dict.fromkeys(reasons(row)))
                lines.append(f"| {short(row.id)} | {label} | {row.found.verdict.value} | {why} |")
    return "\n".join(lines) + "\n"


def short(identifier: str) -> str:
    return identifier.split("/", 1)[1].replace("|", " ")


def reasons(row: Row) -> Iterator[str]:
    """Yield the deciding rows of the table, with a payload where there is one."""
    decisive = [change for change in row.found.changes if change.verdict is row.found.verdict]
    for change in decisive:
        if change.rule in ROWS:
            yield f"`{change.rule}`: section {ROWS[change.rule]}{payload(change)}"
    if not any(change.rule in ROWS for change in decisive):
        yield "section 4: the versions have one normal form"


def payload(change: Change) -> str:
    if change.witness is None:
        return ""
    text = json.dumps(change.witness.instance, default=str, sort_keys=True).replace("|", "\\|")
    return f" (payload `{text[:80]}`)"
