"""`pact check --batch` and `pact match --batch`: one row in, one row out, in order, whatever a row holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from harness.documents.json_text import exact
from harness.model import Finding, HarnessError, UnreadableError
from harness.pacts.checking import PactChecker, findings_of
from harness.pacts.matching import match_part

MOST_BYTES: Final = 50_000_000
MOST_DEPTH: Final = 150
MOST_DIGITS: Final = 1000
PARTS = ("request", "response", "message")
Row = dict[str, Any]


def check_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield `{"id", "codes", "findings"}` for rows of `{"id", "pact", "openapi"?, "asyncapi"?}`."""
    return _rows(lines, _checked)


def match_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield `{"id", "match"}` for rows of `{"id", "spec_version", "part", "expected", "actual"}`.

    `match` is null where nobody can decide; `mismatches` says why it is not true.
    """
    return _rows(lines, _matched)


def _rows(lines: Iterable[bytes], answer: Callable[[Row], Row]) -> Iterator[Row]:
    for line in lines:
        if line.strip():
            yield _answered(line, answer)


def _answered(line: bytes, answer: Callable[[Row], Row]) -> Row:
    row: Row = {}
    try:
        row = parse_row(line)
        return {"id": row.get("id"), **answer(row)}
    except HarnessError as problem:
        return {"id": row.get("id"), "error": f"{problem.message}. {problem.remedy}".strip(". ")}
    except Exception as problem:  # noqa: BLE001  (a defect of ours in one row must not take the other rows with it)
        return {"id": row.get("id"), "error": f"our bug: {type(problem).__name__}: {problem}"[:500]}


def parse_row(line: bytes) -> Row:
    """Return one row.

    Raises:
        UnreadableError: It is no JSON object, or too big or deep.
    """
    remedy = "Write one JSON object a line."
    if len(line) > MOST_BYTES:
        raise UnreadableError(f"the row is longer than {MOST_BYTES} bytes", remedy=remedy)
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_float=exact, parse_int=_integer, parse_constant=_refused)
    except (ValueError, RecursionError) as problem:
        raise UnreadableError(f"the row is not JSON: {problem}", remedy=remedy) from problem
    if not isinstance(row, dict):
        raise UnreadableError("the row is not a JSON object", remedy=remedy)
    _bounded(row)
    return row


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError("a number with too many digits")
    return int(text)


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _bounded(row: Any) -> None:
    level, depth = [row], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise UnreadableError("the row is nested too deeply", remedy=f"Nest at most {MOST_DEPTH} levels.")
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, (dict, list))
        ]


def _checked(row: Row) -> Row:
    pact, openapi, asyncapi = row.get("pact"), row.get("openapi"), row.get("asyncapi")
    if not isinstance(pact, dict):
        raise UnreadableError("the row has no pact", remedy='Write {"id", "pact", "openapi" or "asyncapi"}.')
    for name, document in (("openapi", openapi), ("asyncapi", asyncapi)):
        if document is not None and not isinstance(document, dict):
            raise UnreadableError(f"{name} is not an object", remedy="Put the whole document there.")
    found = PactChecker(openapi, asyncapi).check(pact)
    findings = [finding_row(finding) for checked in found.interactions for finding in findings_of(checked, None)]
    return {
        "codes": found.codes,
        "findings": findings,
        **({"undecided": list(found.undecided)} if found.undecided else {}),
    }


def finding_row(finding: Finding) -> Row:
    """Return one finding for machines; `spec` is a place in the specification or a field of the body."""
    code, spec = finding.values
    return {
        "code": code,
        "rule": finding.rule,
        "level": finding.level.value,
        "message": finding.title,
        "detail": finding.detail,
        "pact": finding.location.pointer,
        "spec": spec,
    }


def _matched(row: Row) -> Row:
    part, expected, actual = row.get("part"), row.get("expected"), row.get("actual")
    if part not in PARTS or not isinstance(expected, dict) or not isinstance(actual, dict):
        raise UnreadableError(
            "the row does not say what to match",
            remedy='Write {"id", "spec_version", "part": "request|response|message", "expected", "actual"}.',
        )
    outcome = match_part(part, expected, actual, str(row.get("spec_version") or "4"))
    mismatches = [{"aspect": m.aspect, "place": m.place, "message": m.message} for m in outcome.mismatches]
    return {"match": outcome.match, **({"mismatches": mismatches} if mismatches else {})}
