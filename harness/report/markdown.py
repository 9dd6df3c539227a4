"""The pull-request comment: one, updated in place; twelve lines seen, the rest folded; data never becomes markup."""

from __future__ import annotations

from harness.governance import GateReport
from harness.impact import Hit
from harness.model import Change, Decision, Verdict
from harness.report.business_text import business_words, reach_words
from harness.report.gate_text import (
    change_counts,
    finding_words,
    money_path,
    name_words,
    not_checked_words,
    worst_changes,
)
from harness.report.payload import pretty
from harness.report.printable import printable
from harness.report.words import GLYPHS, count, listing

LIMIT = 1_000_000
"""Bytes; GitHub refuses a step summary above 1 MiB."""
MARKER = "<!-- contract-harness -->"
"""First line, by which a workflow finds the comment to update."""

_HEADS = {Decision.PASS: "✓ Pass", Decision.NEEDS_SIGN_OFF: "! Needs sign-off", Decision.BLOCKED: "✗ Blocked"}


def gate_markdown(report: GateReport) -> str:
    """Return the comment, below 1 MiB whatever the report holds."""
    lines = [MARKER, f"### {_HEADS[report.decision]}: {prose(report.sentence)}"]
    if report.way_out and report.decision is not Decision.PASS:
        lines.append(f"**Do this:** {prose(report.way_out[0])}")
    lines += ["", *_bullets(report), "", *_proof(report), *_rest(report), _foot(report)]
    text = "\n".join(lines) + "\n"
    if len(text.encode()) <= LIMIT:
        return text
    return "\n".join([*lines[:3], "", "The full list is too long for a comment: see the report.", _foot(report)]) + "\n"


def code(text: object, limit: int = 200) -> str:
    """Return data as a code span whose fence is longer than any run of backticks inside."""
    shown = printable(text, limit)
    fence = "`"
    while fence in shown:
        fence += "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


_ESCAPES = str.maketrans(
    {char: f"\\{char}" for char in "\\`*_[]|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", "#": "&#35;"}
)


def prose(text: str) -> str:
    """Return a sentence of ours that holds data, so that nothing in it is markup, a mention, a ticket or a link."""
    shown = printable(text, 300).translate(_ESCAPES)
    return shown.replace("://", ":&#47;/").replace("www.", "www&#46;")


def _bullets(report: GateReport) -> list[str]:
    lines = [
        f"- **Version:** {code(c.name)} {prose(c.old_version or 'new')} to {prose(c.new_version or 'removed')}, "
        f"declared {c.declared_bump}, needed **{c.comparison.required_bump if c.comparison else 'unknown'}**"
        f" ({change_counts(c)})"
        for c in report.contracts[:5]
    ]
    if len(report.contracts) > 5:
        lines.append(f"- and {count(len(report.contracts) - 5, 'further contract')}")
    lines += [f"- **Business:** {prose(business_words(change))}" for change in report.business_changes[:5]]
    if len(report.business_changes) > 5:
        lines.append(f"- and {count(len(report.business_changes) - 5, 'further changed row')}")
    groups = {hit: [code(name_words(c)) for c in report.impact.consumers if c.hit is hit] for hit in Hit}
    if worst_changes(report):
        told = [("Hit", Hit.HIT), ("Not hit", Hit.NOT_HIT), ("Unknown", Hit.UNKNOWN)]
        parts = [f"**{label}:** {listing(groups[hit])}" for label, hit in told if groups[hit]]
        lines += [f"- {'. '.join(parts)}"] if parts else []
    paths = money_path(report)
    if paths and report.decision is not Decision.PASS:
        lines.append(f"- **Money path:** {'; '.join(prose(path) for path in paths)}")
    wanted = [prose(s.role) + (" (signed)" if s.signed_by else "") for s in report.required_signoffs]
    return [*lines, f"- **Sign-off:** {listing(wanted)}"] if wanted else lines


def _proof(report: GateReport) -> list[str]:
    worst = [change for change in worst_changes(report) if change.witness]
    if not worst:
        return []
    lines = [
        f"<details><summary>Proof: {count(len(worst), 'payload')} that only one version takes</summary>",
        "",
    ]
    for change in worst[:10]:
        lines += _one_proof(change)
    if len(worst) > 10:
        lines.append(f"and {len(worst) - 10} more in the full report.")
    return [*lines, "", "</details>"]


def _one_proof(change: Change) -> list[str]:
    witness = change.witness
    if witness is None:
        return []
    body = pretty(witness.payload if witness.payload is not None else witness.instance)
    fence = "```"
    while fence in body:
        fence += "`"
    shown = body if len(body) <= 4000 else body[:4000] + "\n…"
    return [
        f"{GLYPHS[change.verdict]} {prose(change.title)}: {code(witness.error)}",
        "",
        f"{fence}json",
        shown,
        fence,
        "",
    ]


def _rest(report: GateReport) -> list[str]:
    quiet = [c for contract in report.contracts if contract.comparison for c in contract.comparison.changes]
    quiet = [c for c in quiet if c.verdict is Verdict.COMPATIBLE]
    parts = [
        (len(quiet), "compatible change", ""),
        (len(report.waived), "waived", "waived"),
        (len(report.not_checked), "not checked", "not checked"),
        (len(report.findings), "finding", ""),
        (len(report.business_changes), "changed row", ""),
    ]
    told = ", ".join(count(number, noun, plural) for number, noun, plural in parts if number)
    if not told:
        return []
    lines = [f"<details><summary>{told}</summary>", ""]
    lines += [f"- {prose(finding_words(f))}" for f in report.findings[:50]]
    lines += [f"- ✓ {prose(c.title)}" for c in quiet[:50]]
    lines += [f"- {prose(business_words(c))}: reaches {prose(reach_words(c))}" for c in report.business_changes[:50]]
    lines += [
        f"- Waived: {prose(w.reason)}, until {w.expires.isoformat()}, by {code(w.approved_by)}" for w in report.waived
    ]
    lines += [f"- Not checked: {prose(not_checked_words(item))}" for item in report.not_checked[:50]]
    return [*lines, "", "</details>"]


def _foot(report: GateReport) -> str:
    span = f"{report.merge_base.commit[:7] or report.merge_base.ref}..{report.head.commit[:7] or report.head.ref}"
    return f"<sub>{prose(span)}, change {prose(report.change_id[:4] or 'none')}, profile {prose(report.profile)}</sub>"
