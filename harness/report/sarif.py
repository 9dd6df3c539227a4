"""SARIF 2.1.0 for code scanning: fingerprints that do not depend on wording, relative URIs, capped as GitHub reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from harness import __version__
from harness.model import Level
from harness.report.printable import printable
from harness.report.remarks import Remark

MOST_RESULTS = 5_000
"""GitHub shows the first 5,000 results of a run."""

_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def sarif(remarks: Iterable[Remark]) -> str:
    """Return one SARIF log with one run; byte-identical for equal input."""
    chosen = list(remarks)[:MOST_RESULTS]
    rules = sorted({remark.rule for remark in chosen})
    driver = {
        "name": "contract-harness",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [{"id": rule, "name": rule} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(remark, rules.index(remark.rule)) for remark in chosen],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=True) + "\n"


def _result(remark: Remark, index: int) -> dict[str, object]:
    told = f"{printable(remark.title)}. {printable(remark.detail, 600)}" if remark.detail else printable(remark.title)
    return {
        "ruleId": remark.rule,
        "ruleIndex": index,
        "level": _LEVELS[remark.level],
        "message": {"text": told},
        "locations": [_location(remark)] if remark.location.file else [],
        "partialFingerprints": {"contractHarness/v1": remark.fingerprint},
    }


def _location(remark: Remark) -> dict[str, object]:
    place = remark.location
    uri = quote(place.file or "", safe="/", errors="surrogateescape")  # a path that is no UTF-8 keeps its bytes
    physical: dict[str, object] = {"artifactLocation": {"uri": uri}}
    if place.line:
        region = {"startLine": place.line}
        physical["region"] = region | ({"startColumn": place.column} if place.column else {})
    logical = [{"fullyQualifiedName": printable(f"#{place.pointer}", 1000)}]
    return {"physicalLocation": physical, "logicalLocations": logical}
