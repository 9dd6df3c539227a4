"""`harness changelog OLD NEW`: what changed between two versions, as Markdown for the people who use the contract."""

from __future__ import annotations

from harness.model import Change, ContractComparison, Verdict
from harness.report.markdown import code, prose
from harness.report.words import count, listing

_HEADINGS = {
    Verdict.BREAKING: "Breaking",
    Verdict.UNPROVEN: "Not proved safe",
    Verdict.COMPATIBLE: "Compatible",
}


def changelog(comparison: ContractComparison, name: str) -> str:
    """Return a changelog section: breaking first, each change once with what it reaches and the way out."""
    old, new = comparison.old_version or "old", comparison.new_version or "new"
    lines = [f"## {prose(name)} {prose(new)} (from {prose(old)})", ""]
    if not comparison.changes:
        return "\n".join([*lines, "No change in what the contract says.", ""])
    lines.append(f"{count(len(comparison.changes), 'change')}; needs a **{comparison.required_bump}** version step.")
    for verdict, heading in _HEADINGS.items():
        chosen = [change for change in comparison.changes if change.verdict is verdict]
        if chosen:
            lines += ["", f"### {heading}", "", *(_entry(change) for change in chosen)]
    return "\n".join([*lines, ""])


def _entry(change: Change) -> str:
    reach = listing((code(carrier) for carrier in change.reached_from), most=3)
    told = f"- {prose(change.title)}" + (f" ({reach})" if reach else "")
    if change.settle and change.verdict is not Verdict.COMPATIBLE:
        told += f". Way out: {prose(change.settle)}"
    return told
