"""The screens of `can-i-deploy`, `environment list` and `deployment list`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from harness.model.deployments import Answer, Deployability, Deployment, Environment, Release
from harness.report.printable import printable
from harness.report.words import columns, count

_GLYPHS = {Answer.YES: "✓", Answer.NO: "✗", Answer.UNKNOWN: "?"}
_MOST_REASONS = 12


def deployability_text(found: Deployability) -> str:
    """Return the screen: the answer, why, every pair, and the next step."""
    lines = [f"{_GLYPHS[found.answer]} {found.answer.value}   {printable(found.subject)} to {printable(found.target)}"]
    lines += [f"  {printable(reason, 300)}" for reason in found.reasons[:_MOST_REASONS]]
    left = len(found.reasons) - _MOST_REASONS
    lines += [f"  and {count(left, 'more reason')}: see --format json"] if left > 0 else []
    if found.rows:
        pairs = [
            (
                f"{printable(row.consumer)} {printable(row.consumer_version) or '?'}",
                f"{printable(row.provider)} {printable(row.provider_version) or '?'}",
                f"{row.answer.value}{', ignored' if row.ignored else ''}",
            )
            for row in found.rows
        ]
        lines += ["", *(f"  {line}" for line in columns([("consumer", "provider", "verified"), *pairs]))]
    return "\n".join([*lines, *_next(found)]) + "\n"


def deployability_json(found: Deployability) -> str:
    """Return what `harness/schemas/can-i-deploy.json` describes."""
    rows = [{**asdict(row), "verification": row.verification or None, "sha": row.sha or None} for row in found.rows]
    value = {
        "subject": found.subject,
        "target": found.target,
        "answer": found.answer.value,
        "exit_code": found.exit_code,
        "reasons": list(found.reasons),
        "rows": rows,
    }
    return json.dumps(value, indent=1) + "\n"


def environments_text(found: Sequence[Environment]) -> str:
    """Return one line an environment."""
    rows = [
        (
            printable(one.name),
            "production" if one.production else "",
            printable(one.display_name) if one.display_name != one.name else "",
        )
        for one in found
    ]
    return "\n".join(columns(rows) if rows else ["No environment yet. Next: harness environment create NAME"]) + "\n"


def environments_json(found: Sequence[Environment]) -> str:
    """Return a list of environments."""
    return _listed([asdict(one) for one in found])


def running_text(deployed: Sequence[Deployment], released: Sequence[Release]) -> str:
    """Return one line for each version that runs, or is released and supported."""
    rows = [_line(one, one.deployed_at, one.undeployed_at, one.target or "") for one in deployed]
    rows += [_line(one, one.released_at, one.support_ended_at, "released") for one in released]
    lines = columns([("environment", "component", "version", "since", "until", ""), *rows]) if rows else []
    return "\n".join(lines or ["Nothing is recorded as running. Next: harness deployment record --help"]) + "\n"


def running_json(deployed: Sequence[Deployment], released: Sequence[Release]) -> str:
    """Return a list of what runs and what is released."""
    return _listed(
        [{"kind": "deployment", **asdict(one)} for one in deployed]
        + [{"kind": "release", **asdict(one)} for one in released]
    )


def _line(one: Deployment | Release, since: datetime, until: datetime | None, note: str) -> tuple[str, ...]:
    return (
        printable(one.environment),
        printable(one.participant),
        printable(one.version),
        _time(since),
        _time(until) if until else "",
        printable(note),
    )


def _listed(values: list[dict[str, object]]) -> str:
    return json.dumps(values, indent=1, default=_plain) + "\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _time(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M UTC")


def _next(found: Deployability) -> list[str]:
    if found.answer is Answer.YES:
        return ["Next: deploy it, then harness deployment record --help"]
    row = next((row for row in found.rows if row.answer is found.answer and not row.ignored), None)
    if row is None:
        return ["Next: publish its pacts and verifications, and record what runs where"]
    if not row.provider_version:
        return [f"Next: deploy {printable(row.provider)} first, or record that it runs: harness deployment record"]
    mend = "mend" if found.answer is Answer.NO else "verify"
    return [
        f"Next: {mend} {printable(row.provider)} {printable(row.provider_version)} against {printable(row.consumer)}"
    ]
