"""GitLab code quality report: unique fingerprints, since GitLab hides findings that share one."""

from __future__ import annotations

import json
from collections.abc import Iterable

from harness.model import Level, fingerprint
from harness.report.printable import printable
from harness.report.remarks import Remark

_SEVERITIES = {Level.ERROR: "blocker", Level.WARNING: "minor", Level.INFO: "info"}


def gitlab(remarks: Iterable[Remark]) -> str:
    """Return the JSON array that GitLab reads as a `codequality` report."""
    seen: dict[str, int] = {}
    rows = []
    for remark in remarks:
        times = seen[remark.fingerprint] = seen.get(remark.fingerprint, 0) + 1
        mark = remark.fingerprint if times == 1 else fingerprint(remark.fingerprint, str(times))
        rows.append(
            {
                "description": printable(remark.title),
                "check_name": remark.rule,
                "fingerprint": mark,
                "severity": _SEVERITIES[remark.level],
                "location": {"path": remark.location.file or ".", "lines": {"begin": remark.location.line or 1}},
            }
        )
    return json.dumps(rows, indent=1) + "\n"
