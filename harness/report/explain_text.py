"""The screen of `harness explain X`: a rule, a verdict, a decision, an exit code or a change."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.report.printable import printable
from harness.report.words import columns, listing

if TYPE_CHECKING:
    from harness.rules import Example, Mending, Rule

WORDS: dict[str, str] = {
    "pass": "The branch may merge: nothing that is promised breaks, and nobody has to sign. Exit code 0.",
    "needs-sign-off": "The change may be right, but somebody named must say so first: it breaks with a proper major "
    "version, touches money, or loosens a rule. Exit code 1 until the signatures are there.",
    "blocked": "The branch must not merge as it stands; the way out is listed. Exit code 1.",
    "compatible": "Proved: everything that was promised still holds, under the content model named on the screen.",
    "breaking": "Proved by a payload that one version takes and the other refuses, or by rule where no payload can "
    "exist (an operation removed, a security scheme added).",
    "unproven": "Neither a proof nor a payload was found within the budget. It is not called safe; the reason and how "
    "to settle it stand beside it. Exit code 3 in `compare`.",
    "open": "Content model: plain JSON Schema. Undeclared fields are allowed and `format` is an annotation.",
    "declared": "Content model: writers send declared fields only, readers ignore undeclared ones and may read every "
    "declared one; `format` is asserted. The default for OpenAPI and AsyncAPI.",
    "lenient": "Content model: undeclared fields are ignored on both sides; only required fields must stay.",
    "received": "Direction: data the provider takes (requests). Safe if everything old callers send is still taken.",
    "sent": "Direction: data the provider gives (responses, events). Safe if old readers understand everything new.",
    "inclusion": "Basis: proved on the schemas as written.",
    "projection": "Basis: proved on what writers send and readers take under the content model.",
    "rule": "Basis: no JSON payload can show it; the specification decides.",
    "0": "Exit code 0: yes (compatible, pass, nothing found).",
    "1": "Exit code 1: no (breaking, needs-sign-off, blocked, problems found).",
    "2": "Exit code 2: asked wrongly (unknown option, revision or name).",
    "3": "Exit code 3: could not tell (input unreadable, or not proved).",
    "4": "Exit code 4: our bug. Never used for anything else.",
}
"""What the fixed words of the screens mean."""


def rule_text(rule: Rule, levels: dict[str, str], example: Example | None, mending: Mending | None = None) -> str:
    """Return one rule for a person.

    Args:
        rule: The record.
        levels: Level per profile.
        example: The pair of documents that shows a change, if it has one.
        mending: What shows a finding, and the same mended.
    """
    lines = [rule.title.rstrip(".") + ".", *_paragraph("Why it hurts", rule.why)]
    if not rule.is_finding:
        lines += _paragraph("Verdict", "by proof, not by this rule.")
        lines += _paragraph("  Request", rule.received)
        lines += _paragraph("  Response", rule.sent)
    if example:
        shown = (("old", example.old), ("new", example.new), ("gives", example.expect))
        lines += ["Example:", *(line for label, text in shown for line in _indented(label, text))]
    if mending:
        both = (("wrong", mending.wrong), ("right", mending.right))
        lines += ["Example:", *(line for label, text in both for line in _indented(label, text))]
    lines += _paragraph("Instead", rule.remedy)
    lines += _paragraph("Level", ", ".join(f"{profile} {level}" for profile, level in levels.items()))
    lines += _paragraph("oasdiff", listing(rule.oasdiff, most=8))
    lines += _paragraph("Reference", rule.reference)
    return "\n".join(lines) + "\n"


def word_text(word: str) -> str:
    """Return what a fixed word of the screens means."""
    return "\n".join(textwrap.wrap(WORDS[word], 100)) + "\n"


def rules_table(rules: Iterable[Rule]) -> str:
    """Return one line a rule, by area."""
    rows = [(rule.id, rule.area.value, printable(rule.title)) for rule in sorted(rules, key=lambda r: (r.area, r.id))]
    return "\n".join(columns(rows)) + "\n"


def _paragraph(label: str, text: str) -> list[str]:
    if not text:
        return []
    head = f"{label}:".ljust(14)
    body = textwrap.wrap(head + text, 100, subsequent_indent=" " * 14, break_long_words=False, break_on_hyphens=False)
    return [printable(line, 120) for line in body]


def _indented(label: str, text: str) -> list[str]:
    lines = [printable(line, 110) for line in text.rstrip("\n").split("\n")]
    return [f"  {(label if i == 0 else '').ljust(6)} {line}" for i, line in enumerate(lines)]
