"""What a verification found, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.model.findings import explanation
from harness.pacts.verification import Verified, findings_of

_GLYPHS = {True: "✓", False: "✗", None: "?"}


def exit_code(verified: Sequence[Verified]) -> int:
    """Return 0 if every pact holds, 1 if one does not, 3 if that could not be told."""
    answers = [one.success for one in verified]
    if False in answers:
        return 1
    return 0 if answers and None not in answers else 3


def verification_json(provider: str, verified: Sequence[Verified]) -> dict[str, Any]:
    """Return the answer as JSON values."""
    return {"provider": provider, "pacts": [_pact(one) for one in verified]}


def _pact(one: Verified) -> dict[str, Any]:
    return {
        "consumer": one.consumer,
        "file": one.file,
        "success": one.success,
        "reason": one.reason,
        "interactions": [
            {
                "description": tried.description,
                "states": list(tried.states),
                "success": tried.success,
                "pending": tried.is_pending,
                "mismatches": [{"place": place, "message": said} for place, said in tried.differences],
            }
            for tried in one.tried
        ],
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level.value,
                "message": finding.title,
                "detail": finding.detail,
                "pact": finding.location.pointer,
            }
            for finding in findings_of(one)
        ],
    }


def verification_text(provider: str, verified: Sequence[Verified]) -> str:
    """Return the screen: one line a pact, then what is wrong with it."""
    lines: list[str] = []
    for one in verified:
        held = sum(tried.success is True for tried in one.tried)
        lines.append(f"{_GLYPHS[one.success]} {one.consumer} with {provider}: {held} of {len(one.tried)} hold")
        lines += [f"  {_GLYPHS[False]} {f.detail}   {f.rule}" for f in findings_of(one)]
    lines += explanation([finding for one in verified for finding in findings_of(one)])
    return "\n".join(_printable(line) for line in lines) + "\n"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
