"""The answer of `harness impact --new`: what a new thing needs, what of it exists and what is missing."""

from __future__ import annotations

from harness.impact.new import Need, Readiness, State
from harness.report.gate_text import not_checked_words
from harness.report.printable import printable
from harness.report.words import count

_GLYPHS = {State.EXISTS: "✓", State.MISSING: "✗", State.UNKNOWN: "?"}


def readiness_text(found: Readiness) -> str:
    """Return the screen: what is missing first, each with its remedy."""
    missing = [need for need in found.needs if need.state is not State.EXISTS]
    thing = " ".join(part for part in (f"new {found.kind}", printable(found.name)) if part)
    glyph = "?" if found.exit_code == 3 else "✗" if missing else "✓"
    lines = [f"{glyph} {thing}: {count(len(missing), 'thing')} missing, {len(found.needs) - len(missing)} in place"]
    for need in (*missing, *(need for need in found.needs if need.state is State.EXISTS)):
        lines.append(f"  {_GLYPHS[need.state]} {need.area.ljust(16)} {printable(need.what, 200)}")
        if need.remedy:
            lines.append(f"    {' ' * 16} {printable(need.remedy, 200)}")
    lines += [f"  Not checked: {not_checked_words(item)}" for item in found.not_checked]
    return "\n".join(lines) + "\n"


def readiness_to_json(found: Readiness) -> dict[str, object]:
    """Return the answer as `harness/schemas/impact-new.json` describes it."""
    return {
        "kind": found.kind,
        "name": found.name,
        "complete": found.exit_code == 0,
        "needs": [_need(need) for need in found.needs],
        "not_checked": [
            {"subject": item.subject, "reason": item.reason, "remedy": item.remedy} for item in found.not_checked
        ],
    }


def _need(need: Need) -> dict[str, str]:
    return {
        "area": need.area,
        "state": need.state.value,
        "what": need.what,
        "remedy": need.remedy,
        "place": need.place,
    }
